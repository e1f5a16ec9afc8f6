#include "gradus/reward/answer_overlap.h"

#include <algorithm>
#include <set>
#include <string>

#include "gradus/base/text.h"
#include "gradus/reward/markup.h"

namespace gradus {

namespace {

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

std::string without_punctuation(std::string_view text) {
  std::string out(text);
  std::replace_if(out.begin(), out.end(), is_ascii_punctuation, ' ');
  return out;
}

class AnswerOverlap : public Operator {
 public:
  explicit AnswerOverlap(const Params& params)
      : reference_(params.text("reference")),
        into_("rollout." + params.text("into")),
        measure_(params.text("measure") == "f1" ? AnswerMeasure::f1 : AnswerMeasure::exact),
        malformed_(params.number("malformed")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column =
        batch.add_column(into_, {.estimates = "outcome", .evaluator = "answer_overlap", .online = false});
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::string& reference = batch.note(reference_, r);
      if (reference.empty()) continue;
      column.set(r, answer_overlap(written_text(batch, r), reference, measure_).value_or(malformed_));
    }
  }

 private:
  std::string reference_, into_;
  AnswerMeasure measure_;
  double malformed_;
};

}  // namespace

double word_f1(std::string_view a, std::string_view b) {
  const auto set_of = [](std::string_view text) {
    const auto words = words_of(text);
    return std::set<std::string_view>(words.begin(), words.end());
  };
  const auto in_a = set_of(a), in_b = set_of(b);
  const auto both = static_cast<double>(
      std::count_if(in_a.begin(), in_a.end(), [&](std::string_view word) { return in_b.count(word) != 0; }));
  if (both == 0) return 0;
  const double precision = both / static_cast<double>(in_a.size()),
               recall = both / static_cast<double>(in_b.size());
  return 2 * (precision * recall) / (precision + recall);
}

std::optional<double> answer_overlap(std::string_view response, std::string_view reference,
                                     AnswerMeasure measure) {
  const std::string text = lower_case(response), known = lower_case(reference);
  if (!tags_balanced(text, {"code", "tool_call", "think", "answer"})) return std::nullopt;
  const auto block = first_block(text, "<answer>", "</answer>");
  if (!block) return std::nullopt;
  const std::string answer = without_punctuation(*block);
  double best = 0;
  for (const std::string_view alternative : pieces_between(known, "<|answer_split|>")) {
    const std::string wanted = without_punctuation(alternative);
    const double score = measure == AnswerMeasure::f1 ? word_f1(answer, wanted)
                                                      : (words_of(answer) == words_of(wanted) ? 1 : 0);
    best = std::max(best, score);
  }
  return best;
}

void register_answer_overlap(OperatorRegistry& registry) {
  registry.add(
      {.name = "reward.answer_overlap",
       .summary = "overlap of the words of an answer block with a known answer",
       .paper = "2510.14967",
       .params = {text_param("reference", "answer", "note with the known answer"),
                  text_param("into", "outcome", "rollout channel to write"),
                  text_param("measure", "f1", "of the sets of words, or all words in order", {"f1", "exact"}),
                  number_param("malformed", -2, "value of a response without one well-formed answer", -1000,
                               1000)},
       .reads = {},
       .writes = {"rollout.{into}"},
       .notes = {"{reference}"},
       .texts = true,
       .evaluator = "answer_overlap",
       .components = {"known answer"}},
      [](const Params& params) { return std::make_unique<AnswerOverlap>(params); });
}

}  // namespace gradus
