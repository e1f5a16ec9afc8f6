// The way of every benchmark that compares whole responses (RewardBench 2, RewardMATH, ViLBench): every
// question gives counts, every number is computed from their totals, so that questions can be resampled and
// two scorers compared on the same ones.
//
//   Benchmark one = response_benchmark({.info = info, .count = count, .rows = rows, .values = values});
//   Json result = one.run(request);      // docs/eval-json.md, without what only steps have
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/eval/benchmarks/scoring.h"

namespace gradus {

// What one scorer gave: per question a cell (a domain) and counts.
struct CountedQuestions {
  struct Question {
    std::string cell;
    std::vector<double> counts;
  };
  std::map<std::string, Question> questions;  // by a key that is the same for every scorer
  size_t rows = 0;                            // of the files
  std::map<std::string, size_t> odd;          // what was left out, and why
  std::vector<std::string> examples;          // of it, the first few
  std::string protocol;                       // how answers were judged; "": the benchmark knows one way

  // Counts one thing that was left out; throws it under `strict`.
  void leave_out(const std::string& why, const Error& error, bool strict);
  void note_rows(const RowReport& report);    // of one more file
  void note_scores(const RowReport& report);  // of the score file

 private:
  void note_bad(const std::string& why, const RowReport& report);
};

struct ResponseBenchmark {
  Benchmark info;  // without run
  // Of the files with the scores in `scores`, "" for those that the files themselves hold.
  std::function<CountedQuestions(const EvalRequest& request, const std::string& scores)> count;
  std::function<std::vector<NumberRow>(const std::vector<std::string>& cells, size_t width)> rows;
  // totals: cells x width; values: compat, strict per row (NaN: does not exist).
  std::function<void(const std::vector<std::string>& cells, std::span<const double> totals,
                     std::span<double> values)>
      values;
};

Benchmark response_benchmark(ResponseBenchmark benchmark);

// Scores by row: JSON Lines of {"id", "scores"} (or "score"), joined by place where every id stands at its
// place (published files hold some ids twice), else by ids that are there once.
class RowScores {
 public:
  // "": none; of() then gives nullptr for every row.
  // whole: fields other than those two that say something as well; of() gives their whole row.
  RowScores(const std::string& path, bool strict, const std::vector<std::string>& whole = {});
  // ids: of all rows of the files, in order. Decides how rows are joined.
  void join(const std::vector<std::string>& ids);
  // nullptr: nothing was said of this row.
  const Json* of(size_t row) const { return row < joined_.size() ? joined_[row] : nullptr; }
  bool given() const { return given_; }
  const RowReport& report() const { return report_; }

 private:
  bool given_ = false;
  RowReport report_;
  std::vector<std::pair<std::string, Json>> rows_;
  std::vector<const Json*> joined_;
};

// A number, a list of one, or (steps) a list of several; throws Error::input for anything that is not finite.
std::vector<double> finite_scores(const Json& value);
double finite_score(const Json& value);  // exactly one

std::string excerpt(const std::string& text);  // its start, no more than a message needs, whole characters

}  // namespace gradus
