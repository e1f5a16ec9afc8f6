#include "gradus/lsp/safety.h"

#include <algorithm>

#include "gradus/base/scratch_folder.h"
#include "gradus/base/text.h"
#include "gradus/lsp/apply.h"

namespace gradus {

namespace {

void rehearse(const EditPlan& plan) {
  const ScratchFolder scratch;
  EditPlan copy = plan;
  for (PlannedFile& file : copy.files) {
    if (file.before) scratch.put(file.path, file.before->bytes);
  }
  const Jail jail(scratch.root());
  for (PlannedFile& file : copy.files) {
    if (file.before) file.before = jail.read_existing(file.path);
  }
  apply_plan(jail, copy);
}

}  // namespace

void Safety::add(const std::string& name, bool ok, const std::string& why) {
  checks_.push_back({name, ok, readable(why)});  // it may name a file
}

void Safety::add_doubt(const std::string& name, const std::string& why) {
  checks_.push_back({name, false, readable(why), true});
}

void Safety::add_plan(const EditPlan& plan) {
  try {
    rehearse(plan);
    add("rehearsed", true);
  } catch (const Error& error) {
    add("rehearsed", false, error.what());
  }
}

bool Safety::safe() const {
  return std::all_of(checks_.begin(), checks_.end(), [](const Check& check) { return check.ok; });
}

bool Safety::failed() const {
  return std::any_of(checks_.begin(), checks_.end(),
                     [](const Check& check) { return !check.ok && !check.doubt; });
}

Json Safety::json() const {
  Json checks = Json::array();
  for (const Check& check : checks_) {
    checks.push_back({{"name", check.name}, {"ok", check.ok}});
    if (!check.why.empty()) checks.back()["why"] = check.why;
    if (check.doubt) checks.back()["doubt"] = true;
  }
  return {{"safe", safe()}, {"checks", checks}};
}

}  // namespace gradus
