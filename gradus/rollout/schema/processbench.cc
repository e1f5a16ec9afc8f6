// ProcessBench (arXiv 2412.06559, QwenLM/ProcessBench): one JSON list or JSON Lines per subset (gsm8k, math,
// olympiadbench, omnimath): id, generator, problem, steps, final_answer_correct, label. label is the 0-based
// index of the first wrong step, -1 where all are right; steps behind it are not judged.
#include "gradus/rollout/schema/schema.h"

namespace gradus {

namespace {

const std::vector<std::string> kFields = {"id",   "generator", "problem", "steps", "final_answer_correct",
                                          "label"};

std::vector<Solution> read(const JsonRow& row, bool keep) {
  Solution s;
  s.id = row.written("id");
  s.question = row.text("problem");
  s.source = row.text_or("generator", "");
  s.steps = row.texts("steps");
  const int64_t label = row.integer("label");
  if (label < -1) throw row.refuse("label", "value out of range").expected("-1, or a 0-based step index");
  s.sound = label == -1;
  if (label >= 0) s.stated_errors = {label};
  if (label >= 0) s.first_error = step_of_number(s, label);
  s.labels = label >= 0 && !s.first_error ? std::vector(s.steps.size(), StepLabel::unknown)
                                          : labels_up_to(s.steps.size(), s.first_error);
  if (row.has("final_answer_correct")) s.answer_right = row.boolean("final_answer_correct");
  if (keep) s.fields = row.copy(kFields);
  return only(std::move(s));
}

Json write(const Solution& s) {
  const bool own = s.schema == "processbench" && !s.stated_errors.empty();
  const int64_t label = own ? s.stated_errors[0] : s.first_error ? static_cast<int64_t>(*s.first_error) : -1;
  if (label == -1 && s.sound != true) {
    throw cannot_write(processbench_schema(), s, "whether it has an error is not known");
  }
  Json out = {{"id", s.id}, {"generator", s.source}, {"problem", s.question}, {"steps", s.steps}};
  out["final_answer_correct"] = s.answer_right ? Json(*s.answer_right) : Json(nullptr);
  out["label"] = label;
  if (s.schema == "processbench") out.update(s.fields);
  return out;
}

}  // namespace

Schema processbench_schema() {
  return {
      .name = "processbench",
      .summary = "solutions with the index of the first wrong step",
      .source = "id, problem, steps, label (arXiv 2412.06559)",
      .form = FileForm::list,
      .fits = [](const JsonRow& row) { return row.has("problem") && row.has("steps") && row.has("label"); },
      .read = read,
      .write = write,
      .key_of_lists = ""};
}

}  // namespace gradus
