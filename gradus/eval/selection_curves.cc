#include "gradus/eval/selection_curves.h"

#include <algorithm>
#include <optional>

#include "gradus/base/error.h"
#include "gradus/eval/bootstrap.h"
#include "gradus/eval/pass_at_k.h"
#include "gradus/eval/statistics.h"

namespace gradus {

namespace {

using Questions = std::vector<SampledQuestion>;

double mean_of(const std::vector<double>& values, std::span<const size_t> drawn) {
  double sum = 0;
  for (const size_t i : drawn) sum += values[i];
  return sum / static_cast<double>(drawn.size());
}

Json with_interval(const std::vector<double>& values, const CurveOptions& options, const Stream& random) {
  if (values.empty()) return {{"value", nullptr}, {"low", nullptr}, {"high", nullptr}};
  std::optional<Interval> interval;
  if (options.bootstrap > 0) {
    interval = bootstrap_over_tasks(
        values.size(), options.bootstrap, random,
        [&](std::span<const size_t> drawn) { return std::optional<double>(mean_of(values, drawn)); });
  }
  return {{"value", sample_mean(values)},
          {"low", interval ? Json(interval->low) : Json(nullptr)},
          {"high", interval ? Json(interval->high) : Json(nullptr)}};
}

std::vector<double> passes(const Questions& questions, size_t n) {
  std::vector<double> out;
  for (const SampledQuestion& question : questions) {
    if (question.samples.size() < n) continue;
    const auto right = std::count_if(question.samples.begin(), question.samples.end(),
                                     [](const ScoredSample& sample) { return sample.right != 0; });
    out.push_back(pass_at_k(question.samples.size(), static_cast<uint64_t>(right), n));
  }
  return out;
}

Json point(const std::string& rule, size_t n, const std::vector<double>& compat,
           const std::vector<double>& strict, const Json& tied, size_t not_finite,
           const CurveOptions& options) {
  // One stream for all rules: the same questions are drawn, so curves can be compared.
  const Stream random = Stream(options.seed).child("selection").child(n);
  return {{"rule", rule},
          {"n", n},
          {"questions", compat.size()},
          {"compat", with_interval(compat, options, random)},
          {"strict", with_interval(strict, options, random)},
          {"tied", tied},
          {"not_finite", not_finite}};
}

}  // namespace

std::vector<size_t> doubling_sizes(const Questions& questions) {
  size_t most = 0;
  for (const SampledQuestion& question : questions) most = std::max(most, question.samples.size());
  std::vector<size_t> out;
  for (size_t n = 1; n <= most; n *= 2) out.push_back(n);
  return out;
}

Json selection_curves(const Questions& compat, const Questions& strict, const CurveOptions& options) {
  require(compat.size() == strict.size(), "both columns hold the same questions");
  Json out = Json::array();
  for (const size_t n : options.sizes) {
    out.push_back(point("pass", n, passes(compat, n), passes(strict, n), nullptr, 0, options));
    for (const SelectionRule& rule : options.rules) {
      std::vector<double> first, expected;
      double tied = 0;
      size_t not_finite = 0;
      for (size_t q = 0; q < compat.size(); ++q) {
        if (compat[q].samples.size() < n) continue;
        first.push_back(pick_sample(compat[q], rule, n).first);
        const Pick pick = pick_sample(strict[q], rule, n);
        expected.push_back(pick.expected);
        tied += pick.tied;
        not_finite += pick.not_finite;
      }
      const Json share = first.empty() ? Json(nullptr) : Json(tied / static_cast<double>(first.size()));
      out.push_back(point(rule.name(), n, first, expected, share, not_finite, options));
    }
  }
  return out;
}

}  // namespace gradus
