#include "gradus/lsp/safety.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gradus/lsp/apply.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "gradus-rehearsal-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw LspError(Status::fs_permissions,
                     Error::outside("no temporary folder for a rehearsal").at(pattern));
    }
    path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void rehearse(const EditPlan& plan) {
  const ScratchFolder scratch;
  EditPlan copy = plan;
  for (PlannedFile& file : copy.files) {
    if (!file.before) continue;
    fs::create_directories((scratch.path() / file.path).parent_path());
    std::ofstream(scratch.path() / file.path, std::ios::binary) << file.before->bytes;
  }
  const Jail jail(scratch.path().string());
  for (PlannedFile& file : copy.files) {
    if (file.before) file.before = jail.read_existing(file.path);
  }
  apply_plan(jail, copy);
}

}  // namespace

void Safety::add(const std::string& name, bool ok, const std::string& why) {
  checks_.push_back({name, ok, why});
}

void Safety::add_plan(const EditPlan& plan) {
  try {
    rehearse(plan);
    add("rehearsed", true);
  } catch (const LspError& error) {
    add("rehearsed", false, error.what());
  }
}

bool Safety::safe() const {
  return std::all_of(checks_.begin(), checks_.end(), [](const Check& check) { return check.ok; });
}

Json Safety::json() const {
  Json checks = Json::array();
  for (const Check& check : checks_) {
    checks.push_back({{"name", check.name}, {"ok", check.ok}});
    if (!check.why.empty()) checks.back()["why"] = check.why;
  }
  return {{"safe", safe()}, {"checks", checks}};
}

}  // namespace gradus
