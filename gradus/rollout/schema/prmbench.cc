// PRMBench (arXiv 2501.03124, ssmisya/PRMBench) and Socratic-PRMBench (arXiv 2505.23474), which has the same
// fields: JSON Lines, one file per class: original_question, modified_question, original_process,
// modified_process, modified_steps, error_steps (1-based), reason, idx, question, classification;
// multi_solutions adds ground_truth and original_response. The id here is "CLASSIFICATION_IDX", as the
// official script makes it. Every step that is no error step is right. 100 of 6,216 published rows state an
// error beyond their steps: such numbers are kept as stated and counted.
#include <algorithm>

#include "gradus/base/text.h"
#include "gradus/rollout/schema/schema.h"

namespace gradus {

namespace {

const std::vector<std::string> kFields = {"original_question", "modified_question", "original_process",
                                          "modified_process",  "error_steps",       "idx",
                                          "classification"};

std::vector<Solution> read(const JsonRow& row, bool keep) {
  Solution s;
  s.kind = row.text("classification");
  s.id = s.kind + "_" + row.written("idx");
  s.question = row.text("modified_question");
  s.steps = row.texts("modified_process");
  s.original_question = row.text_or("original_question", "");
  if (row.has("original_process")) s.original_steps = row.texts("original_process");
  s.index_base = 1;
  s.stated_errors = row.integers("error_steps");
  s.labels.assign(s.steps.size(), StepLabel::right);
  for (const int64_t number : s.stated_errors) {
    const std::optional<size_t> step = step_of_number(s, number);
    if (!step) continue;
    s.labels[*step] = StepLabel::wrong;
    s.first_error = std::min(*step, s.first_error.value_or(*step));
  }
  s.sound = s.stated_errors.empty();
  if (keep) s.fields = row.copy(kFields);
  return only(std::move(s));
}

Json write(const Solution& s) {
  const bool own = s.schema == "prmbench";
  std::vector<int64_t> errors;
  std::vector<std::string> steps;
  for (size_t i = 0; i < s.steps.size() && !own; ++i) {
    if (s.labels[i] == StepLabel::unknown && trim(s.steps[i]).empty()) continue;
    if (s.labels[i] == StepLabel::unknown) {
      throw cannot_write(prmbench_schema(), s, "a step has no label, and every step needs one");
    }
    steps.push_back(s.steps[i]);
    if (s.labels[i] == StepLabel::wrong) errors.push_back(static_cast<int64_t>(steps.size()));
  }
  if (!own && s.sound == false && errors.empty()) {
    throw cannot_write(prmbench_schema(), s, "it is wrong, and no step of it is labelled so");
  }
  if (own) errors = s.stated_errors;
  const std::string kind = s.kind.empty() ? "unclassified" : s.kind;
  Json out = {{"original_question", s.original_question.empty() ? s.question : s.original_question},
              {"modified_question", s.question},
              {"original_process", s.original_steps},
              {"modified_process", own ? s.steps : steps},
              {"modified_steps", errors},
              {"error_steps", errors},
              {"reason", ""},
              {"idx", own ? s.id.substr(std::min(s.id.size(), s.kind.size() + 1)) : s.id},
              {"question", s.original_question.empty() ? s.question : s.original_question},
              {"classification", kind}};
  if (s.schema == "prmbench") out.update(s.fields);
  return out;
}

}  // namespace

Schema prmbench_schema() {
  return {
      .name = "prmbench",
      .summary = "modified solutions with the numbers of their wrong steps; Socratic-PRMBench too",
      .source = "modified_question, modified_process, error_steps, idx, classification (arXiv 2501.03124)",
      .form = FileForm::lines,
      .fits = [](const JsonRow& row) { return row.has("modified_process") && row.has("error_steps"); },
      .read = read,
      .write = write,
      .key_of_lists = ""};
}

}  // namespace gradus
