// MR-GSM8K (arXiv 2312.17080, dvlab-research/MR-GSM8K): one JSON list: uuid, question, ground_truth_solution,
// ground_truth_answer, model_output_steps, model_output_answer_correctness,
// model_output_solution_correctness ("correct" or "wrong"), model_output_solution_first_error_step (text or
// number, 1-based, "N/A"), model_output_solution_first_error_reason, question_type ("original", "reversed",
// "POT"). The step number is the one that is printed in the step. Graded files carry more fields, which the
// benchmark reads (gradus/eval/benchmarks/mr_score.h).

#include "gradus/base/text.h"
#include "gradus/rollout/schema/schema.h"
#include "gradus/rollout/schema/stated_step.h"

namespace gradus {

namespace {

const std::vector<std::string> kFields = {"uuid",
                                          "question",
                                          "model_output_steps",
                                          "model_output_answer_correctness",
                                          "model_output_solution_correctness",
                                          "question_type"};
constexpr const char* kStated = "model_output_solution_first_error_step";

std::vector<Solution> read(const JsonRow& row, bool keep) {
  Solution s;
  s.id = row.written("uuid");
  s.question = row.text("question");
  s.steps = row.texts("model_output_steps");
  s.kind = row.text_or("question_type", "");
  const std::string correctness = lower_case(row.text("model_output_solution_correctness"));
  if (correctness != "correct" && correctness != "wrong") {
    throw row.refuse("model_output_solution_correctness", "unknown value")
        .found("'" + correctness + "'")
        .expected("correct or wrong");
  }
  const bool sound = correctness == "correct";
  const bool silent = sound || row.at(kStated).is_null();
  take_stated_step(s, sound, silent ? "N/A" : row.written(kStated));
  if (row.has("model_output_answer_correctness")) {
    s.answer_right = lower_case(row.text("model_output_answer_correctness")) == "correct";
  }
  if (keep) s.fields = row.copy(kFields);
  return only(std::move(s));
}

Json write(const Solution& s) {
  if (!s.sound) throw cannot_write(mr_gsm8k_schema(), s, "whether it is right is not known");
  Json out = {{"uuid", s.id}, {"question", s.question}, {"model_output_steps", s.steps}};
  if (s.answer_right) out["model_output_answer_correctness"] = *s.answer_right ? "correct" : "wrong";
  out["model_output_solution_correctness"] = *s.sound ? "correct" : "wrong";
  out[kStated] = written_step(mr_gsm8k_schema(), s);
  out["question_type"] = s.kind;
  if (s.schema == "mr_gsm8k") out.update(s.fields);
  return out;
}

}  // namespace

Schema mr_gsm8k_schema() {
  return {
      .name = "mr_gsm8k",
      .summary = "grade-school solutions with the number of the first wrong step",
      .source = "uuid, question, model_output_steps, model_output_solution_correctness (arXiv 2312.17080)",
      .form = FileForm::list,
      .fits = [](const JsonRow& row) { return row.has("uuid") && row.has("model_output_steps"); },
      .read = read,
      .write = write,
      .key_of_lists = ""};
}

}  // namespace gradus
