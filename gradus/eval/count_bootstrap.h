// Two-level bootstrap of numbers that are made of sums of counts over cases: draw questions with replacement,
// then cases within each drawn question, add up, compute the numbers.
//
//   CountTable table{.width = 4, .cells = 3};        // e.g. tp, fp, tn, fn for each of three classes
//   table.add(question_hash, cell, {{1, 0, 2, 0}});
//   auto intervals = count_intervals(table, 5, 10000, stream, compute);   // compute: CountNumbers
//   intervals[2]->low;                               // 95 % percentile interval of the third number
//
// totals: cells x width. A number that does not exist in a draw is NaN there and left out of its quantiles;
// no interval where fewer than half of the draws have it, or below two questions. Where questions have
// several cases, drawing within them counts their spread a second time, so the interval is wider than needed,
// never narrower (see bootstrap.h for the measured size of this).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "gradus/eval/statistics.h"

namespace gradus {

struct CountTable {
  size_t width = 0, cells = 0;
  std::vector<uint64_t> questions;  // per case
  std::vector<uint32_t> cell;       // per case
  std::vector<double> counts;       // width per case

  void add(uint64_t question, uint32_t in_cell, std::span<const double> values);
  size_t cases() const { return cell.size(); }
  std::vector<double> totals() const;  // cells x width
};

using CountNumbers = std::function<void(std::span<const double> totals, std::span<double> numbers)>;

std::vector<std::optional<Interval>> count_intervals(const CountTable& table, size_t numbers, int draws,
                                                     Stream stream, const CountNumbers& compute);

}  // namespace gradus
