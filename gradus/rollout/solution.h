// The one record behind every file of judged solutions: a question, the steps of one solution, what people or
// a program said of every step, and what the file itself said, with nothing dropped.
//
//   Solution s = ...;                          // from gradus/rollout/schema
//   s.labels[2] == StepLabel::wrong; s.first_error;       // 0-based index into steps, none if not in them
//   s.stated_errors; s.index_base;             // as the file says it: 1-based in most files
//   RolloutBatch batch = batch_of_solutions(solutions);   // texts, step.label, rollout.first_error, ...
//   std::vector<Solution> again = solutions_of(batch);
//
// Index bases: ProcessBench counts steps from 0; PRMBench, Socratic-PRMBench, MR-GSM8K, Mr-Ben and ReasonEval
// from 1. Mr-Ben and MR-GSM8K print "Step N:" into the steps and have blank entries between them: there a
// stated number is the printed one, not the place in the list.
// Counted, never dropped: stated errors that are no step, blank entries, ids that are there twice.
//
// Columns of the batch: step.label (1 right, 0 wrong, 0.5 neutral, missing: unknown), step.number (printed),
// rollout.first_error (0-based), rollout.sound, rollout.answer_right (1 or 0); missing where not known.
// Notes: rollout.kind, .source, .split, .schema, and .record, the rest as JSON.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/rollout/batch.h"

namespace gradus {

enum class StepLabel : uint8_t { unknown, right, wrong, neutral };

std::string_view label_name(StepLabel label);

struct Solution {
  std::string id;
  std::string question;
  std::vector<std::string> steps;
  std::vector<StepLabel> labels;      // one per step
  std::optional<size_t> first_error;  // index into steps
  std::optional<bool> sound;          // the whole solution, as far as the file says
  std::optional<bool> answer_right;
  std::string kind;    // class of error, pattern, question type: what the benchmark breaks results down by
  std::string source;  // who wrote the solution
  std::string split;   // of the file: subset, subject, file name
  std::string schema;  // that it was read from
  int index_base = 0;
  std::vector<int64_t> stated_errors;  // as in the file, in its base, sorted as there
  std::string stated_text;  // of the first wrong step, where the file writes it as text (MR-GSM8K, Mr-Ben)
  std::vector<int64_t> numbers;   // printed with the steps, one each, 0 where none is; empty: index + base
  std::string original_question;  // of the sound solution that this one was made from, if any
  std::vector<std::string> original_steps;
  Json fields = Json::object();  // other fields of the row, for writing it back; only if asked for

  // The number by which the file would call a step.
  int64_t number_of(size_t step) const {
    return numbers.empty() ? static_cast<int64_t>(step) + index_base : numbers[step];
  }
};

// What was odd in the files; every number is a count of solutions, `blank_steps` of steps.
struct Oddities {
  size_t solutions = 0;
  size_t errors_out_of_range = 0;  // some stated error is no step of the solution
  size_t blank_steps = 0;
  size_t without_steps = 0;
  size_t duplicate_ids = 0;
  size_t bad_rows = 0;                // left out by the reader
  std::vector<std::string> examples;  // the first few, as sentences

  Json json() const;
  bool any() const {
    return errors_out_of_range + blank_steps + without_steps + duplicate_ids + bad_rows > 0;
  }
};

// Counts as solutions pass by. The memory is one hash per id.
class OddityCounter {
 public:
  // False: a solution of this split and id was there before.
  bool add(const Solution& solution);
  Oddities counts;

 private:
  void note(std::string text);
  std::unordered_map<uint64_t, uint32_t> seen_;
};

// The place of a stated number among the steps: by printed number where steps carry one, by index otherwise.
std::optional<size_t> step_of_number(const Solution& solution, int64_t number);

// The number in "Step 12: ..." at the start of a text, none where there is none.
std::optional<int64_t> printed_number(std::string_view step);

// Right before `first`, wrong at it, unknown behind it; all right where there is none.
std::vector<StepLabel> labels_up_to(size_t steps, std::optional<size_t> first);

RolloutBatch batch_of_solutions(const std::vector<Solution>& solutions);
std::vector<Solution> solutions_of(const RolloutBatch& batch);

}  // namespace gradus
