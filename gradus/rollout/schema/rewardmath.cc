// RewardMATH (arXiv 2410.01729, kimsh0507/RewardMATH_official cde06ab, dataset/benchmark): one JSON list
// each.
//
//   rewardmath           RewardMATH_direct.json: problem, answer, eval_solution [steps], solution_reference,
//                        solution_type ("chosen", "rejected"), subject, level, problem_id, id
//   rewardmath_pairwise  RewardMATH_pairwise.json: problem, answer, eval_solution_A, eval_solution_B,
//                        solution_reference (who wrote the rejected one), chosen_position ("A", "B"),
//                        subject, level, problem_id, id
//
// A rejected solution is wrong somewhere; where, the files do not say, so none of its steps has a label. A
// row of the pairwise file is its rejected solution, and the chosen one beside it is in original_steps (as
// PRMBench's sound solutions are); ids count rows, and differ between the two files. The released pairwise
// file holds the problem's text in `answer`; it is kept as it is.
//
// Both are written only from rows of their own: problem_id, level and answer are not known of others.
#include "gradus/base/text.h"
#include "gradus/rollout/schema/schema.h"

namespace gradus {

namespace {

// One of two words; refuses any other.
bool is_first(const JsonRow& row, const char* key, std::string_view first, std::string_view second) {
  const std::string_view said = row.text(key);
  if (said != first && said != second) {
    throw row.refuse(key, "unknown value")
        .found(std::string(start_of(said, 60)))
        .expected(std::string(first) + " or " + std::string(second));
  }
  return said == first;
}

Solution common(const JsonRow& row) {
  Solution s;
  row.integer("problem_id");  // what rows of one problem are gathered by
  s.id = std::to_string(row.integer("id"));
  s.question = row.text("problem");
  s.source = row.text("solution_reference");
  s.kind = row.text_or("subject", "");
  return s;
}

std::vector<Solution> read_direct(const JsonRow& row, bool keep) {
  Solution s = common(row);
  s.steps = row.texts("eval_solution");
  s.sound = is_first(row, "solution_type", "chosen", "rejected");
  s.labels.assign(s.steps.size(), *s.sound ? StepLabel::right : StepLabel::unknown);
  if (keep) s.fields = row.copy({"problem", "eval_solution", "solution_reference", "solution_type"});
  return only(std::move(s));
}

std::vector<Solution> read_pair(const JsonRow& row, bool keep) {
  Solution s = common(row);
  const bool chosen_first = is_first(row, "chosen_position", "A", "B");
  s.steps = row.texts(chosen_first ? "eval_solution_B" : "eval_solution_A");
  s.original_steps = row.texts(chosen_first ? "eval_solution_A" : "eval_solution_B");
  s.sound = false;
  s.labels.assign(s.steps.size(), StepLabel::unknown);
  if (keep) s.fields = row.copy({"problem", "eval_solution_A", "eval_solution_B", "solution_reference"});
  return only(std::move(s));
}

// The fields that both files have beside the steps.
Json written_row(const Schema& schema, const Solution& s) {
  if (s.schema != schema.name || !s.fields.is_object() || !s.fields.contains("problem_id")) {
    throw cannot_write(schema, s, "its problem_id, level and answer are not known");
  }
  Json out = s.fields;
  out["problem"] = s.question;
  out["solution_reference"] = s.source;
  return out;
}

Json write_direct(const Solution& s) {
  Json out = written_row(rewardmath_schema(), s);
  if (!s.sound) throw cannot_write(rewardmath_schema(), s, "whether it is right is not known");
  out["eval_solution"] = s.steps;
  out["solution_type"] = *s.sound ? "chosen" : "rejected";
  return out;
}

Json write_pair(const Solution& s) {
  Json out = written_row(rewardmath_pairwise_schema(), s);
  const bool chosen_first = out.value("chosen_position", Json()) == "A";
  out["eval_solution_A"] = chosen_first ? s.original_steps : s.steps;
  out["eval_solution_B"] = chosen_first ? s.steps : s.original_steps;
  return out;
}

}  // namespace

Schema rewardmath_schema() {
  return {.name = "rewardmath",
          .summary = "right and wrong solutions of a problem, as a whole",
          .source = "problem, eval_solution, solution_type, problem_id (arXiv 2410.01729)",
          .form = FileForm::list,
          .fits = [](const JsonRow& row) { return row.has("eval_solution") && row.has("solution_type"); },
          .read = read_direct,
          .write = write_direct,
          .key_of_lists = ""};
}

Schema rewardmath_pairwise_schema() {
  return {.name = "rewardmath_pairwise",
          .summary = "a right and a wrong solution side by side",
          .source = "problem, eval_solution_A, eval_solution_B, chosen_position (arXiv 2410.01729)",
          .form = FileForm::list,
          .fits = [](const JsonRow& row) { return row.has("eval_solution_A") && row.has("eval_solution_B"); },
          .read = read_pair,
          .write = write_pair,
          .key_of_lists = ""};
}

}  // namespace gradus
