#include "gradus/reward/c_style.h"

#include <algorithm>
#include <map>

namespace gradus {

namespace {

constexpr size_t kRemembered = 50'000;  // sources; about 20 MB

class CStyle : public Operator {
 public:
  explicit CStyle(const Params& params)
      : column_("step." + params.text("channel")), penalty_(params.number("penalty")) {
    for (const std::string& name : params.texts("families")) families_.push_back(c_fact_from_name(name));
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const std::vector<int> flags = source_.flags(batch, families_);
    Column& column = batch.add_column(column_, {.estimates = "style", .evaluator = "c_style"});
    for (size_t s = 0; s < flags.size(); ++s) {
      if (flags[s] >= 0) column.set(s, flags[s] == 1 ? static_cast<float>(penalty_) : 0.0f);
    }
  }

 private:
  std::string column_;
  double penalty_;
  std::vector<CFact> families_;
  CStyleSource source_;
};

}  // namespace

CStyleSource::CStyleSource() : cache_(kRemembered) {}

std::vector<std::vector<CFinding>> CStyleSource::findings(const std::vector<std::string>& sources) const {
  std::vector<std::vector<CFinding>> out(sources.size());
  std::map<std::string, std::vector<size_t>> fresh;  // each new source once
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].empty()) continue;
    if (auto known = cache_.find(sources[i])) {
      out[i] = std::move(*known);
    } else {
      fresh[sources[i]].push_back(i);
    }
  }
  std::vector<std::string> texts;
  for (const auto& [source, places] : fresh) texts.push_back(source);
  const std::vector<CFunctionFacts> facts = c_facts(texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const size_t place : fresh.at(texts[i])) out[place] = facts[i].findings;
    cache_.put(texts[i], facts[i].findings);
  }
  return out;
}

std::vector<int> CStyleSource::flags(const RolloutBatch& batch, const std::vector<CFact>& families) const {
  std::vector<std::string> sources;
  for (size_t r = 0; r < batch.rollouts(); ++r) sources.push_back(batch.note("rollout.source", r));
  const std::vector<std::vector<CFinding>> found = findings(sources);
  std::vector<int> out(batch.steps(), -1);
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (sources[r].empty()) continue;
    const size_t begin = batch.step_begin(r), end = batch.step_end(r);
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin),
              out.begin() + static_cast<std::ptrdiff_t>(end), 0);
    for (const CFinding& finding : found[r]) {
      if (std::find(families.begin(), families.end(), finding.fact) == families.end()) continue;
      if (finding.line < 2) continue;
      const size_t step = begin + static_cast<size_t>(finding.line) - 2;
      if (step < end) out[step] = 1;
    }
  }
  return out;
}

void register_c_style(OperatorRegistry& registry) {
  registry.add(
      {.name = "reward.c_style",
       .summary = "penalty on statements that libclang finds sloppy",
       .paper = "post_eval protocol",
       .params = {texts_param("families", Json(c_fact_names()), "kinds of finding that are penalised",
                              c_fact_names()),
                  number_param("penalty", -1.0, "value of a sloppy statement; a clean one has 0", -100, 0),
                  text_param("channel", "style", "step channel to write")},
       .reads = {},
       .writes = {"step.{channel}"},
       .evaluator = "c_style",
       .components = {"libclang"}},
      [](const Params& params) { return std::make_unique<CStyle>(params); });
}

}  // namespace gradus
