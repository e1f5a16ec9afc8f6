#include "gradus/eval/benchmarks/rewardbench2.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "gradus/base/error.h"

namespace gradus {

namespace {

// Python's max and min: the first stays unless a later one is strictly beyond it.
double largest(std::span<const double> values) {
  double out = values[0];
  for (const double value : values) out = value > out ? value : out;
  return out;
}

double smallest(std::span<const double> values) {
  double out = values[0];
  for (const double value : values) out = value < out ? value : out;
  return out;
}

TiesPrompt prompt_of(const std::string& id, std::span<const double> right, std::span<const double> wrong) {
  if (right.empty() || wrong.empty()) {
    throw Error::input("a prompt of Ties needs right and wrong answers")
        .field(id)
        .found(fmt::format("{} right, {} wrong", right.size(), wrong.size()))
        .expected("at least one of each");
  }
  TiesPrompt out{.gap = smallest(right) - largest(wrong)};
  out.accurate = out.gap > 0;
  if (right.size() > 1) out.spread = largest(right) - smallest(right);
  return out;
}

struct TiesId {
  bool ref = false;
  int64_t number = 0;
};

TiesId ties_id(const std::string& id) {
  const size_t colon = id.find(':');
  TiesId out{.ref = id.substr(0, colon) == "ref"};
  const char* const begin = id.data() + (colon == std::string::npos ? id.size() : colon + 1);
  const auto [end, failed] = std::from_chars(begin, id.data() + id.size(), out.number);
  if (colon != std::string::npos && failed == std::errc() && end == id.data() + id.size()) return out;
  throw Error::input("an id of Ties does not say what it is")
      .field("id")
      .found(id)
      .expected("ref:NUMBER or tied:NUMBER");
}

struct Merged {
  std::string id;
  std::vector<double> right, wrong;
};

using ByNumber = std::map<int64_t, TiesPrompt>;

double accuracy(const ByNumber& prompts) {
  if (prompts.empty()) return 0;
  double sum = 0;
  for (const auto& [number, prompt] : prompts) sum += prompt.accurate;
  return sum / static_cast<double>(prompts.size());
}

// numpy: the smaller one, nan where one is.
double nan_minimum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b);
}

void score_margins(const ByNumber& ref, const ByNumber& tied, TiesScore& out) {
  double margin = 0, hard = 0, tie_break = 0;
  for (const auto& [number, prompt] : tied) {
    const auto beside = ref.find(number);
    if (beside == ref.end()) continue;
    if (!prompt.spread) {
      throw Error::input("a tied prompt has a single right answer")
          .field(fmt::format("tied:{}", number))
          .expected("num_correct of at least 2");
    }
    const double worst = nan_minimum(beside->second.gap, prompt.gap);
    const double term = std::tanh(worst / *prompt.spread - 1);
    margin += prompt.gap > *prompt.spread;
    hard += worst > *prompt.spread;
    tie_break += std::isnan(term) ? 0 : term;
    ++out.pairs;
  }
  if (out.pairs == 0) return;
  const double pairs = static_cast<double>(out.pairs);
  out.margin = margin / pairs;
  out.margin_hard = hard / pairs;
  out.tie_break = tie_break / pairs;
}

}  // namespace

double best_of_n(std::span<const double> scores) {
  if (scores.empty())
    throw Error::input("a prompt has no scores").field("scores").expected("one per completion");
  if (std::any_of(scores.begin(), scores.end(), [](double s) { return std::isnan(s); })) return 0;
  const double high = largest(scores);
  if (scores[0] != high) return 0;
  return 1 / static_cast<double>(std::count(scores.begin(), scores.end(), high));
}

TiesPrompt ties_prompt(const TiesRow& row) {
  const size_t right = std::min(row.num_correct, row.scores.size());
  const std::span<const double> scores = row.scores;
  return prompt_of(row.id, scores.first(right), scores.subspan(right));
}

TiesScore score_ties(const std::vector<TiesRow>& rows) {
  TiesScore out;
  std::map<std::pair<bool, int64_t>, Merged> merged;
  for (const TiesRow& row : rows) {
    const TiesId id = ties_id(row.id);
    Merged& one = merged[{id.ref, id.number}];
    out.duplicates += !one.id.empty();
    one.id = row.id;
    const size_t right = std::min(row.num_correct, row.scores.size());
    const auto middle = row.scores.begin() + static_cast<std::ptrdiff_t>(right);
    one.right.insert(one.right.end(), row.scores.begin(), middle);
    one.wrong.insert(one.wrong.end(), middle, row.scores.end());
  }
  ByNumber ref, tied;
  for (const auto& [key, one] : merged) {
    const TiesPrompt prompt = prompt_of(one.id, one.right, one.wrong);
    (key.first ? ref : tied)[key.second] = prompt;
    out.prompts[one.id] = prompt;
  }
  out.ref_accuracy = accuracy(ref);
  out.tied_accuracy = accuracy(tied);
  score_margins(ref, tied, out);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  out.compat = 0.30 * out.tied_accuracy + 0.30 * out.ref_accuracy + 0.20 * out.margin.value_or(kNone) +
               0.20 * out.margin_hard.value_or(kNone) + 0.01 * out.tie_break.value_or(kNone);
  if (out.pairs > 0 && out.duplicates == 0) {
    out.strict =
        0.30 * out.tied_accuracy + 0.30 * out.ref_accuracy + 0.20 * *out.margin + 0.20 * *out.margin_hard;
  }
  return out;
}

}  // namespace gradus
