#include "gradus/reward/c_style.h"

#include <algorithm>
#include <map>

#include "gradus/reward/failure_note.h"

namespace gradus {

namespace {

constexpr size_t kRemembered = 50'000;  // sources; about 20 MB

class CStyle : public Operator {
 public:
  explicit CStyle(const Params& params)
      : column_("step." + params.text("channel")),
        note_(failure_note(params.text("channel"))),
        penalty_(params.number("penalty")) {
    for (const std::string& name : params.texts("families")) families_.push_back(c_fact_from_name(name));
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const auto [steps, failures] = source_.flags(batch, families_);
    Column& column = batch.add_column(column_, {.estimates = "style", .evaluator = "c_style"});
    for (size_t s = 0; s < steps.size(); ++s) {
      if (steps[s] >= 0) column.set(s, steps[s] == 1 ? static_cast<float>(penalty_) : 0.0f);
    }
    note_failures(batch, note_, failures);
  }

 private:
  std::string column_, note_;
  double penalty_;
  std::vector<CFact> families_;
  CStyleSource source_;
};

}  // namespace

CStyleSource::CStyleSource() : cache_(kRemembered) {}

std::vector<CFunctionFacts> CStyleSource::facts(const std::vector<std::string>& sources) const {
  std::vector<CFunctionFacts> out(sources.size());
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
  const std::vector<CFunctionFacts> read = c_facts(texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const size_t place : fresh.at(texts[i])) out[place] = read[i];
    cache_.put(texts[i], read[i]);
  }
  return out;
}

CStyleSource::Flags CStyleSource::flags(const RolloutBatch& batch, const std::vector<CFact>& families) const {
  std::vector<std::string> sources;
  for (size_t r = 0; r < batch.rollouts(); ++r) sources.push_back(batch.note("source", r));
  const std::vector<CFunctionFacts> found = facts(sources);
  Flags out{std::vector<int>(batch.steps(), -1), std::vector<std::string>(batch.rollouts())};
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    out.failures[r] = found[r].failure;
    if (sources[r].empty() || !found[r].failure.empty()) continue;
    const size_t begin = batch.step_begin(r), end = batch.step_end(r);
    std::fill(out.steps.begin() + static_cast<std::ptrdiff_t>(begin),
              out.steps.begin() + static_cast<std::ptrdiff_t>(end), 0);
    for (const CFinding& finding : found[r].findings) {
      if (std::find(families.begin(), families.end(), finding.fact) == families.end()) continue;
      if (finding.line < 2) continue;
      const size_t step = begin + static_cast<size_t>(finding.line) - 2;
      if (step < end) out.steps[step] = 1;
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
       .notes = {"source"},
       .evaluator = "c_style",
       .components = {"libclang", "{families}"}},
      [](const Params& params) { return std::make_unique<CStyle>(params); });
}

}  // namespace gradus
