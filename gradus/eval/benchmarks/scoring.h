// The official numbers of a step benchmark as sums of counts, so that they can be resampled: every item gives
// `width` counts in one cell (a class, a subset), and every number is computed from the totals of the cells.
//
//   std::unique_ptr<StepScoring> scoring = prmbench_scoring({});
//   const CountTable table = count_items(*scoring, items);
//   scoring->values(table.totals(), out);       // per row: compat, strict (NaN: does not exist)
//
// Formulas and what differs between the two columns: processbench.h, prmbench.h, mr_score.h, reasoneval.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gradus/eval/benchmarks/judged.h"
#include "gradus/eval/count_bootstrap.h"

namespace gradus {

struct NumberRow {
  std::string id, part;  // "f1" of "gsm8k"; part "all": of the whole benchmark
  double scale = 1;      // largest value: 100 where the official script gives percent
};

class StepScoring {
 public:
  virtual ~StepScoring() = default;
  virtual size_t width() const = 0;
  virtual std::string cell_of(const JudgedItem& item) const = 0;
  // `twin_share`: share of steps called valid in the unmodified solution of the same original, if there is
  // one.
  virtual void count(const JudgedItem& item, std::optional<double> twin_share,
                     std::span<double> out) const = 0;
  // Fixes the cells, and with them the rows.
  virtual void begin(const std::vector<std::string>& cells) = 0;
  virtual const std::vector<NumberRow>& rows() const = 0;
  virtual size_t primary() const = 0;  // index of the row that thresholds are chosen by
  virtual void values(std::span<const double> totals, std::span<double> out) const = 0;  // 2 per row
};

struct CellCounts {
  std::vector<std::string> cells;  // sorted by name
  CountTable table;
};

CellCounts count_items(const StepScoring& scoring, const JudgedItems& items);

std::unique_ptr<StepScoring> processbench_scoring();
// Headings: the score of a heading is the mean of the scores of its classes.
struct Heading {
  std::string name;
  std::vector<std::string> classes;
};
std::unique_ptr<StepScoring> prmbench_scoring(std::vector<Heading> headings);
std::unique_ptr<StepScoring> mr_scoring(MrRule rule);  // gsm8k: one cell; ben: one per subject, averaged
std::unique_ptr<StepScoring> reasoneval_scoring();

}  // namespace gradus
