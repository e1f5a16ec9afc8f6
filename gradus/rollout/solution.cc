#include "gradus/rollout/solution.h"

#include <charconv>
#include <fmt/format.h>

#include "gradus/base/random.h"
#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr size_t kExamples = 5;

bool blank(std::string_view text) {
  return trim(text).empty();
}

double value_of(StepLabel label) {
  return label == StepLabel::right ? 1.0 : label == StepLabel::wrong ? 0.0 : 0.5;
}

StepLabel label_of(const Column& column, size_t step) {
  if (!column.valid(step)) return StepLabel::unknown;
  return column[step] == 1.0 ? StepLabel::right : column[step] == 0.0 ? StepLabel::wrong : StepLabel::neutral;
}

std::optional<bool> truth_of(const RolloutBatch& batch, const std::string& name, size_t rollout) {
  if (!batch.has_column(name) || !batch.column(name).valid(rollout)) return std::nullopt;
  return batch.column(name)[rollout] > 0.5;
}

Json record_of(const Solution& s) {
  Json out = {{"index_base", s.index_base}, {"stated_errors", s.stated_errors}};
  if (!s.stated_text.empty()) out["stated_text"] = s.stated_text;
  if (!s.numbers.empty()) out["numbers"] = s.numbers;
  if (!s.original_question.empty()) out["original_question"] = s.original_question;
  if (!s.original_steps.empty()) out["original_steps"] = s.original_steps;
  if (!s.fields.empty()) out["fields"] = s.fields;
  return out;
}

void read_record(const Json& record, Solution& s) {
  if (!record.is_object()) return;
  s.index_base = record.value("index_base", 0);
  s.stated_errors = record.value("stated_errors", std::vector<int64_t>{});
  s.stated_text = record.value("stated_text", std::string());
  s.numbers = record.value("numbers", std::vector<int64_t>{});
  s.original_question = record.value("original_question", std::string());
  s.original_steps = record.value("original_steps", std::vector<std::string>{});
  if (record.contains("fields")) s.fields = record.at("fields");
  if (!s.numbers.empty() && s.numbers.size() != s.steps.size()) s.numbers.clear();
}

}  // namespace

std::string_view label_name(StepLabel label) {
  switch (label) {
    case StepLabel::right:
      return "right";
    case StepLabel::wrong:
      return "wrong";
    case StepLabel::neutral:
      return "neutral";
    default:
      return "unknown";
  }
}

Json Oddities::json() const {
  return {{"solutions", solutions},
          {"errors_out_of_range", errors_out_of_range},
          {"blank_steps", blank_steps},
          {"without_steps", without_steps},
          {"duplicate_ids", duplicate_ids},
          {"bad_rows", bad_rows},
          {"examples", examples}};
}

void OddityCounter::note(std::string text) {
  if (counts.examples.size() < kExamples) counts.examples.push_back(std::move(text));
}

bool OddityCounter::add(const Solution& s) {
  ++counts.solutions;
  bool outside = false;
  for (const int64_t number : s.stated_errors) outside = outside || !step_of_number(s, number);
  if (outside) {
    ++counts.errors_out_of_range;
    note(
        fmt::format("'{}' states an error at a step that it does not have ({} steps)", s.id, s.steps.size()));
  }
  for (const std::string& step : s.steps) counts.blank_steps += blank(step);
  if (s.steps.empty()) {
    ++counts.without_steps;
    note(fmt::format("'{}' has no steps", s.id));
  }
  if (seen_[hash64(s.split + '\n' + s.kind + '\n' + s.id)]++ == 0) return true;
  ++counts.duplicate_ids;
  note(fmt::format("'{}' is there twice", s.id));
  return false;
}

std::optional<int64_t> printed_number(std::string_view step) {
  const size_t start = skip_space(step, 0);
  const size_t word = matches_ignoring_case(step, start, "step");
  if (word == 0) return std::nullopt;
  const size_t digits = skip_space(step, start + word);
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(step.data() + digits, step.data() + step.size(), number);
  if (failed != std::errc() || number < 0) return std::nullopt;
  return number;
}

std::optional<size_t> step_of_number(const Solution& s, int64_t number) {
  if (s.numbers.empty()) {
    const int64_t index = number - s.index_base;
    if (number < s.index_base || index >= static_cast<int64_t>(s.steps.size())) return std::nullopt;
    return static_cast<size_t>(index);
  }
  if (number <= 0) return std::nullopt;
  for (size_t i = 0; i < s.numbers.size(); ++i) {
    if (s.numbers[i] == number) return i;
  }
  return std::nullopt;
}

std::vector<StepLabel> labels_up_to(size_t steps, std::optional<size_t> first) {
  std::vector<StepLabel> labels(steps, StepLabel::right);
  if (!first) return labels;
  for (size_t i = *first; i < steps; ++i) labels[i] = i == *first ? StepLabel::wrong : StepLabel::unknown;
  return labels;
}

RolloutBatch batch_of_solutions(const std::vector<Solution>& solutions) {
  RolloutBatch batch;
  std::unordered_map<std::string, int64_t> groups;
  for (const Solution& s : solutions) {
    const int64_t group = groups.emplace(s.question, static_cast<int64_t>(groups.size())).first->second;
    batch.add_rollout({.id = s.id, .group = group, .task = s.id, .prompt = s.question});
    for (const std::string& step : s.steps) batch.add_step(StepKind::reason, step);
  }
  Column& label = batch.add_column("step.label", {.estimates = "correctness", .evaluator = "file"});
  Column& number = batch.add_column("step.number");
  Column& first = batch.add_column("rollout.first_error", {.estimates = "", .evaluator = "file"});
  Column& sound = batch.add_column("rollout.sound", {.estimates = "correctness", .evaluator = "file"});
  Column& answer = batch.add_column("rollout.answer_right", {.estimates = "outcome", .evaluator = "file"});
  for (size_t r = 0; r < solutions.size(); ++r) {
    const Solution& s = solutions[r];
    for (size_t i = 0; i < s.steps.size(); ++i) {
      const size_t step = batch.step_begin(r) + i;
      if (s.labels[i] != StepLabel::unknown) label.set(step, value_of(s.labels[i]));
      number.set(step, static_cast<double>(s.number_of(i)));
    }
    if (s.first_error) first.set(r, static_cast<double>(*s.first_error));
    if (s.sound) sound.set(r, *s.sound);
    if (s.answer_right) answer.set(r, *s.answer_right);
    batch.set_note("rollout.kind", r, s.kind);
    batch.set_note("rollout.source", r, s.source);
    batch.set_note("rollout.split", r, s.split);
    batch.set_note("rollout.schema", r, s.schema);
    batch.set_note("rollout.record", r, record_of(s).dump());
  }
  return batch;
}

std::vector<Solution> solutions_of(const RolloutBatch& batch) {
  std::vector<Solution> out(batch.rollouts());
  const bool labelled = batch.has_column("step.label");
  for (size_t r = 0; r < out.size(); ++r) {
    Solution& s = out[r];
    s.id = batch.header(r).id;
    s.question = batch.header(r).prompt;
    for (size_t step = batch.step_begin(r); step < batch.step_end(r); ++step) {
      s.steps.emplace_back(batch.text(step));
      s.labels.push_back(labelled ? label_of(batch.column("step.label"), step) : StepLabel::unknown);
    }
    if (batch.has_column("rollout.first_error") && batch.column("rollout.first_error").valid(r)) {
      const double first = batch.column("rollout.first_error")[r];
      if (first >= 0 && first < static_cast<double>(s.steps.size()))
        s.first_error = static_cast<size_t>(first);
    }
    s.sound = truth_of(batch, "rollout.sound", r);
    s.answer_right = truth_of(batch, "rollout.answer_right", r);
    s.kind = batch.note("rollout.kind", r);
    s.source = batch.note("rollout.source", r);
    s.split = batch.note("rollout.split", r);
    s.schema = batch.note("rollout.schema", r);
    read_record(Json::parse(batch.note("rollout.record", r), nullptr, false), s);
  }
  return out;
}

}  // namespace gradus
