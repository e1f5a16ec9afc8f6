// What a scorer said of the items of a benchmark, by id, in little memory.
//
//   Predictions said = read_predictions("scores.jsonl", {});
//   const Prediction p = said.of("gsm8k-0");      // p.there, p.scores, p.labels, p.first, p.verdict
//
// One JSON object per line, found by "id" (or "idx", "uuid"); it holds one of
//   scores: [0.9, 0.1]           one number per step; null, NaN: not scored
//   scores: [[0.1, 0.2, 0.7]]    negative, neutral, positive (ReasonEval): score = neutral + positive
//   scores: {"step_level_validity_labels": [...], "step_level_redundancy_labels": [...]} and "validity":
//                                a result row of PRMBench's own script
//   labels: [true, false]        one per step, true: valid
//   first_error: 2               0-based, -1: none
//   critique: "... \boxed{2}"    a critic's text, or several that vote (ProcessBench)
//   Evaluation_Result: {solution_correctness, first_error_step}, and the judge's
//     Error_Reason_Correctness_Analysis: {error_reason_correctness}      (MR-GSM8K, Mr-Ben)
//   NAME_eval_output: {correctness_pred, error_step_pred}, error_reason_correctness   (graded MR-GSM8K files)
// Nothing is imputed: what is not there is missing, counted, and refused under `strict`. Where an id is there
// several times, the second row belongs to the second item of that id.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "gradus/eval/benchmarks/mr_score.h"
#include "gradus/rollout/json_rows.h"

namespace gradus {

struct Prediction {
  bool there = false;
  bool usable = true;                  // PRMBench's "validity"
  std::span<const double> scores;      // NaN: missing or not finite; empty: none
  std::span<const double> redundancy;  // of three-class scores; empty: none
  std::span<const uint8_t> labels;     // 1 valid
  std::span<const uint8_t> redundant;
  bool said_first = false;       // an answer was given, and
  std::optional<int64_t> first;  // this is it; none: it could not be read
  const MrAnswer* verdict = nullptr;
};

class Predictions {
 public:
  std::string name;
  size_t rows = 0, bad_rows = 0;
  size_t not_finite = 0;    // step scores
  size_t outside_unit = 0;  // step scores not in [0, 1]
  std::vector<Error> errors;

  // An id may be there several times, in the benchmark and here: the first is time 0.
  Prediction of(const std::string& id, size_t time = 0) const;
  size_t size() const { return entries_.size(); }
  size_t unused() const;      // asked for by nobody
  size_t duplicates() const;  // said again of an id, and asked for by nobody
  void forget();              // gives the memory back and keeps the counts

  void add(const JsonRow& row, const std::string& id);
  void add_scores(const std::string& id, std::span<const double> scores);

 private:
  struct Entry {
    size_t begin = 0;  // in scores_
    uint32_t count = 0;
    int32_t extra = -1;
    bool again = false;  // another of the id came before
    mutable bool used = false;
  };
  struct Extra {
    bool usable = true, said_first = false;
    std::optional<int64_t> first;
    std::vector<double> redundancy;
    std::vector<uint8_t> labels, redundant;
    std::optional<MrAnswer> verdict;
  };

  void add_numbers(const JsonRow& row, simdjson::dom::element value, Entry& entry, Extra& extra,
                   bool& has_extra);
  void keep_score(double value);
  // Takes the place of the next entry of the id.
  void keep(const std::string& id, Entry entry);

  std::unordered_map<uint64_t, Entry> entries_;
  std::unordered_map<uint64_t, size_t> times_;  // of ids that are there several times
  std::vector<double> scores_;
  std::vector<Extra> extras_;
  size_t forgotten_unused_ = 0, forgotten_duplicates_ = 0;
};

// The id itself the first time, and another text for every later time.
std::string id_of_time(const std::string& id, size_t time);

Predictions read_predictions(const std::string& path, bool strict);

// Whether a row of a benchmark's own file carries a graded answer.
bool has_verdict(const JsonRow& row);

}  // namespace gradus
