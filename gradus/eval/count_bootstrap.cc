#include "gradus/eval/count_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "gradus/base/quantile.h"
#include "gradus/eval/index_source.h"

namespace gradus {

namespace {

// Cases by question, questions in order of first appearance.
struct Questions {
  std::vector<size_t> begin{0};
  std::vector<size_t> cases;

  explicit Questions(const CountTable& table) {
    std::unordered_map<uint64_t, size_t> index;
    std::vector<size_t> of(table.cases()), sizes;
    for (size_t i = 0; i < table.cases(); ++i) {
      of[i] = index.emplace(table.questions[i], index.size()).first->second;
      if (of[i] == sizes.size()) sizes.push_back(0);
      ++sizes[of[i]];
    }
    for (const size_t size : sizes) begin.push_back(begin.back() + size);
    std::vector<size_t> next(begin.begin(), begin.end() - 1);
    cases.resize(table.cases());
    for (size_t i = 0; i < table.cases(); ++i) cases[next[of[i]]++] = i;
  }
  size_t count() const { return begin.size() - 1; }
};

void draw_totals(const CountTable& table, const Questions& questions, IndexSource& index,
                 std::span<double> totals) {
  std::fill(totals.begin(), totals.end(), 0.0);
  for (size_t drawn = 0; drawn < questions.count(); ++drawn) {
    const size_t q = index.below(questions.count());
    const size_t first = questions.begin[q], size = questions.begin[q + 1] - first;
    for (size_t i = 0; i < size; ++i) {
      const size_t one = questions.cases[first + (size == 1 ? 0 : index.below(size))];
      const double* const from = table.counts.data() + one * table.width;
      double* const to = totals.data() + table.cell[one] * table.width;
      for (size_t k = 0; k < table.width; ++k) to[k] += from[k];
    }
  }
}

}  // namespace

void CountTable::add(uint64_t question, uint32_t in_cell, std::span<const double> values) {
  questions.push_back(question);
  cell.push_back(in_cell);
  cells = std::max(cells, size_t{in_cell} + 1);
  counts.insert(counts.end(), values.begin(), values.end());
}

std::vector<double> CountTable::totals() const {
  std::vector<double> out(cells * width);
  for (size_t i = 0; i < cases(); ++i) {
    for (size_t k = 0; k < width; ++k) out[cell[i] * width + k] += counts[i * width + k];
  }
  return out;
}

std::vector<std::optional<Interval>> count_intervals(const CountTable& table, size_t numbers, int draws,
                                                     Stream stream, const CountNumbers& compute) {
  std::vector<std::optional<Interval>> out(numbers);
  const Questions questions(table);
  if (questions.count() < 2 || draws < 1) return out;
  IndexSource index(stream);
  std::vector<double> totals(table.cells * table.width), now(numbers);
  std::vector<std::vector<double>> drawn(numbers);
  for (int draw = 0; draw < draws; ++draw) {
    draw_totals(table, questions, index, totals);
    compute(totals, now);
    for (size_t i = 0; i < numbers; ++i) {
      if (std::isfinite(now[i])) drawn[i].push_back(now[i]);
    }
  }
  for (size_t i = 0; i < numbers; ++i) {
    if (drawn[i].empty() || 2 * drawn[i].size() < static_cast<size_t>(draws)) continue;
    const double low = quantile(drawn[i], 0.025);
    out[i] = Interval{low, quantile(drawn[i], 0.975)};
  }
  return out;
}

}  // namespace gradus
