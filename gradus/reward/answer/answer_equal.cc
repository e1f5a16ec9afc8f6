#include "gradus/reward/answer/answer_equal.h"

#include "gradus/reward/answer/answer_of.h"
#include "gradus/reward/answer/read_answer.h"
#include "gradus/reward/markup.h"

namespace gradus {

AnswerEquality answers_equal(std::string_view a, std::string_view b) {
  return ReadAnswer(a).compare(ReadAnswer(b));
}

namespace {

class AnswerEqual : public Operator {
 public:
  explicit AnswerEqual(const Params& params)
      : reference_(params.text("reference")), into_("rollout." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column out(Level::rollout, batch.rollouts(),
               {.estimates = "outcome", .evaluator = "answer_equal", .online = false}, batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::string& known = batch.note(reference_, r);
      if (known.empty()) continue;
      out.set(r, answers_equal(answer_of(written_text(batch, r)), known).equal ? 1 : 0);
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string reference_, into_;
};

}  // namespace

void register_answer_equal(OperatorRegistry& registry) {
  registry.add({.name = "reward.answer_equal",
                .summary = "1 where the stated answer is mathematically equal to a known one, else 0",
                .paper = "",
                .params = {text_param("reference", "answer", "note with the known answer"),
                           text_param("into", "outcome", "rollout channel to write")},
                .reads = {},
                .writes = {"rollout.{into}"},
                .notes = {"{reference}"},
                .texts = true,
                .evaluator = "answer_equal",
                .components = {"known answer"}},
               [](const Params& params) { return std::make_unique<AnswerEqual>(params); });
}

}  // namespace gradus
