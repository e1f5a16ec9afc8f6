#include "gradus/reward/phrases.h"

#include <set>

namespace gradus {

namespace {

class Phrases : public Operator {
 public:
  explicit Phrases(const Params& params)
      : phrases_(params.texts("phrases")), into_("rollout." + params.text("into")) {
    for (const std::string& kind : params.texts("kinds")) kinds_.insert(kind_from_name(kind));
    if (phrases_.empty()) throw Error::input("there is no phrase to look for").field("phrases");
    for (const std::string& phrase : phrases_) {
      if (phrase.empty()) {
        throw Error::input("an empty phrase occurs in every text").field("phrases").expected("a text");
      }
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& out = batch.add_column(into_, {.estimates = "progress"});
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      size_t found = 0;
      for (const std::string& phrase : phrases_) found += occurs(batch, r, phrase);
      out.set(r, static_cast<double>(found));
    }
  }

 private:
  bool occurs(const RolloutBatch& batch, size_t rollout, const std::string& phrase) const {
    for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
      if (kinds_.count(batch.kind(s)) && batch.text(s).find(phrase) != std::string::npos) return true;
    }
    return false;
  }

  std::vector<std::string> phrases_;
  std::string into_;
  std::set<StepKind> kinds_;
};

}  // namespace

void register_phrases(OperatorRegistry& registry) {
  registry.add({.name = "shape.phrases",
                .summary = "how many of some phrases occur in the texts of a rollout",
                .paper = "2509.01684",
                .params = {texts_param("phrases", nullptr, "what to look for, each counted once"),
                           texts_param("kinds", {"observe"}, "kinds of the steps to look in",
                                       {"reason", "act", "observe", "answer"}),
                           text_param("into", nullptr, "rollout channel to write")},
                .writes = {"rollout.{into}"},
                .texts = true,
                .evaluator = "phrases",
                .components = {"phrases"}},
               [](const Params& params) { return std::make_unique<Phrases>(params); });
}

}  // namespace gradus
