// MR-MATH of ReasonEval (arXiv 2404.05692, GAIR-NLP/ReasonEval): JSON Lines despite the name .json.
// Invalid errors: id, question, ground_truth_answer, generator, model_output, model_output_step_format
// ([[text]]: displayed steps of sub-steps), model_output_solution_correctness ("correct" or "wrong"),
// model_output_solution_first_error_step (1-based displayed step, or "N/A").
// Redundant errors: ..., rating: per step, 1 needed, 0 redundant. A redundant step is neutral here.
// Steps here are the sub-steps, one score each; their printed number is the displayed step.
#include <algorithm>

#include "gradus/base/text.h"
#include "gradus/rollout/schema/schema.h"

namespace gradus {

namespace {

const std::vector<std::string> kFields = {"id",
                                          "question",
                                          "generator",
                                          "model_output_step_format",
                                          "model_output_solution_correctness",
                                          "model_output_solution_first_error_step",
                                          "rating"};
constexpr const char* kFormat = "model_output_step_format";
constexpr const char* kStated = "model_output_solution_first_error_step";

void read_steps(const JsonRow& row, Solution& s) {
  simdjson::dom::array displayed, pieces;
  if (row.at(kFormat).get(displayed) != simdjson::SUCCESS) {
    throw row.refuse(kFormat, "wrong type").expected("a list of lists of texts");
  }
  int64_t number = 0;
  for (const simdjson::dom::element one : displayed) {
    ++number;
    if (one.get(pieces) != simdjson::SUCCESS) {
      throw row.refuse(kFormat, "wrong type").found(describe(one)).expected("a list of lists of texts");
    }
    for (const simdjson::dom::element piece : pieces) {
      std::string_view text;
      if (piece.get(text) != simdjson::SUCCESS) {
        throw row.refuse(kFormat, "wrong type").found(describe(piece)).expected("a list of lists of texts");
      }
      s.steps.emplace_back(text);
      s.numbers.push_back(number);
    }
  }
}

void read_invalid(const JsonRow& row, Solution& s) {
  const std::string correctness = lower_case(row.text("model_output_solution_correctness"));
  if (correctness != "correct" && correctness != "wrong") {
    throw row.refuse("model_output_solution_correctness", "unknown value")
        .found("'" + correctness + "'")
        .expected("correct or wrong");
  }
  s.sound = correctness == "correct";
  const bool stated = !*s.sound && row.has(kStated) && !row.is_text(kStated);
  if (stated) s.stated_errors = {row.integer(kStated)};
  if (stated) s.first_error = step_of_number(s, s.stated_errors[0]);
  s.labels = *s.sound || s.first_error ? labels_up_to(s.steps.size(), s.first_error)
                                       : std::vector(s.steps.size(), StepLabel::unknown);
  if (!s.first_error) return;
  // Which sub-step of the displayed step is wrong is not said.
  const int64_t wrong = s.numbers[*s.first_error];
  if (std::count(s.numbers.begin(), s.numbers.end(), wrong) < 2) return;
  for (size_t i = 0; i < s.steps.size(); ++i) {
    if (s.numbers[i] == wrong) s.labels[i] = StepLabel::unknown;
  }
}

void read_redundant(const JsonRow& row, Solution& s) {
  const std::vector<int64_t> ratings = row.integers("rating");
  const size_t displayed = s.numbers.empty() ? 0 : static_cast<size_t>(s.numbers.back());
  if (ratings.size() != s.steps.size() && ratings.size() != displayed) {
    throw row.refuse("rating", "lengths disagree")
        .found(std::to_string(ratings.size()) + " ratings")
        .expected("one per step: " + std::to_string(s.steps.size()));
  }
  for (size_t i = 0; i < s.steps.size(); ++i) {
    const int64_t rating =
        ratings.size() == s.steps.size() ? ratings[i] : ratings[static_cast<size_t>(s.numbers[i] - 1)];
    s.labels.push_back(rating == 1   ? StepLabel::right
                       : rating == 0 ? StepLabel::neutral
                       : rating < 0  ? StepLabel::wrong
                                     : StepLabel::unknown);
  }
}

std::vector<Solution> read(const JsonRow& row, bool keep) {
  Solution s;
  s.id = row.written("id");
  s.question = row.text("question");
  s.source = row.text_or("generator", "");
  s.index_base = 1;
  read_steps(row, s);
  s.kind = row.has("rating") ? "redundant_errors" : "invalid_errors";
  row.has("rating") ? read_redundant(row, s) : read_invalid(row, s);
  if (keep) s.fields = row.copy(kFields);
  return only(std::move(s));
}

Json write(const Solution& s) {
  Json displayed = Json::array(), rating = Json::array();
  for (size_t i = 0; i < s.steps.size(); ++i) {
    const bool joins = i > 0 && s.schema == "reasoneval" && s.number_of(i) == s.number_of(i - 1);
    if (!joins) displayed.push_back(Json::array());
    displayed.back().push_back(s.steps[i]);
    rating.push_back(s.labels[i] == StepLabel::right ? 1 : s.labels[i] == StepLabel::neutral ? 0 : -1);
  }
  Json out = {{"id", s.id}, {"question", s.question}, {"generator", s.source}, {kFormat, displayed}};
  if (s.schema == "reasoneval") {
    const Json id = Json::parse(s.id, nullptr, false);
    if (id.is_number_integer()) out["id"] = id;
  }
  if (s.kind == "redundant_errors") {
    out["rating"] = rating;
  } else {
    if (!s.sound) throw cannot_write(reasoneval_schema(), s, "whether it is right is not known");
    out["model_output_solution_correctness"] = *s.sound ? "correct" : "wrong";
    out[kStated] = "N/A";
    if (s.schema == "reasoneval" && !s.stated_errors.empty()) {
      out[kStated] = s.stated_errors[0];
    } else if (s.first_error) {
      out[kStated] = *s.first_error + 1;
    }
  }
  if (s.schema == "reasoneval") out.update(s.fields);
  return out;
}

}  // namespace

Schema reasoneval_schema() {
  return {.name = "reasoneval",
          .summary = "MR-MATH: invalid steps, and redundant steps",
          .source = "id, question, model_output_step_format (arXiv 2404.05692)",
          .form = FileForm::lines,
          .fits = [](const JsonRow& row) { return row.has(kFormat); },
          .read = read,
          .write = write,
          .key_of_lists = ""};
}

}  // namespace gradus
