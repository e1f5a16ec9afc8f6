#include "gradus/learn/pair_loss.h"

#include <algorithm>
#include <numeric>

#include "gradus/base/error.h"
#include "gradus/base/logistic.h"

namespace gradus {

namespace {

void check_sizes(size_t first, size_t second, const char* what) {
  if (first == second) return;
  throw Error::input("the two sides of the pairs differ in number")
      .field(what)
      .found(std::to_string(second))
      .expected(std::to_string(first));
}

PairLoss sized(size_t first, size_t second) {
  return {0, std::vector<double>(first, 0.0), std::vector<double>(second, 0.0)};
}

double mean_of(std::span<const double> values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

PairLoss logistic_pairs(std::span<const double> chosen, std::span<const double> rejected,
                        std::span<const double> weights, double epsilon) {
  check_sizes(chosen.size(), rejected.size(), "rejected");
  if (!weights.empty()) check_sizes(chosen.size(), weights.size(), "weights");
  PairLoss out = sized(chosen.size(), rejected.size());
  const auto weight = [&](size_t i) { return weights.empty() ? 1.0 : weights[i]; };
  double total = epsilon;
  for (size_t i = 0; i < chosen.size(); ++i) total += weight(i);
  if (total == 0) return out;
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (weight(i) == 0) continue;
    const double apart = chosen[i] - rejected[i], share = weight(i) / total;
    out.loss -= share * log_sigmoid(apart);
    out.first_slope[i] = -share * sigmoid(-apart);
    out.second_slope[i] = -out.first_slope[i];
  }
  return out;
}

PairLoss nca_pairs(std::span<const double> chosen, std::span<const double> rejected) {
  check_sizes(chosen.size(), rejected.size(), "rejected");
  PairLoss out = sized(chosen.size(), rejected.size());
  const double share = 1 / static_cast<double>(std::max<size_t>(chosen.size(), 1));
  for (size_t i = 0; i < chosen.size(); ++i) {
    const double c = chosen[i], r = rejected[i];
    out.loss -= share * (log_sigmoid(c) + 0.5 * log_sigmoid(-c) + 0.5 * log_sigmoid(-r));
    out.first_slope[i] = share * (0.5 * sigmoid(c) - sigmoid(-c));
    out.second_slope[i] = share * 0.5 * sigmoid(r);
  }
  return out;
}

PairLoss kto_pairs(std::span<const double> chosen, std::span<const double> rejected) {
  PairLoss out = sized(chosen.size(), rejected.size());
  if (chosen.empty() && rejected.empty()) return out;
  const double chosen_mean = mean_of(chosen), rejected_mean = mean_of(rejected);
  const double chosen_base = std::max(0.0, chosen_mean), rejected_base = std::max(0.0, rejected_mean);
  const double share = 1 / static_cast<double>(chosen.size() + rejected.size());
  double chosen_total = 0, rejected_total = 0;  // slopes in the baseline of the other class
  for (size_t i = 0; i < chosen.size(); ++i) {
    const double s = sigmoid(chosen[i] - rejected_base);
    out.loss += share * (1 - s);
    out.first_slope[i] = -share * s * (1 - s);
    rejected_total += share * s * (1 - s);
  }
  for (size_t i = 0; i < rejected.size(); ++i) {
    const double s = sigmoid(chosen_base - rejected[i]);
    out.loss += share * (1 - s);
    out.second_slope[i] = share * s * (1 - s);
    chosen_total -= share * s * (1 - s);
  }
  if (chosen_mean >= 0) {
    for (double& slope : out.first_slope) slope += chosen_total / static_cast<double>(chosen.size());
  }
  if (rejected_mean >= 0) {
    for (double& slope : out.second_slope) slope += rejected_total / static_cast<double>(rejected.size());
  }
  return out;
}

double kto_baseline_of(std::span<const double> mismatched) {
  return std::max(0.0, mean_of(mismatched));
}

PairLoss kto_baseline(std::span<const double> chosen, std::span<const double> rejected, double baseline,
                      KtoWeights weights) {
  PairLoss out = sized(chosen.size(), rejected.size());
  const double share = 1 / static_cast<double>(std::max<size_t>(chosen.size() + rejected.size(), 1));
  for (size_t i = 0; i < chosen.size(); ++i) {
    const double s = sigmoid(chosen[i] - baseline);
    out.loss += share * weights.desirable * (1 - s);
    out.first_slope[i] = -share * weights.desirable * s * (1 - s);
  }
  for (size_t i = 0; i < rejected.size(); ++i) {
    const double s = sigmoid(baseline - rejected[i]);
    out.loss += share * weights.undesirable * (1 - s);
    out.second_slope[i] = share * weights.undesirable * s * (1 - s);
  }
  return out;
}

PairLoss ranked_pairs(std::span<const double> first, std::span<const double> second,
                      std::span<const int64_t> labels) {
  check_sizes(first.size(), second.size(), "second");
  check_sizes(first.size(), labels.size(), "labels");
  PairLoss out = sized(first.size(), second.size());
  const double share = 1 / static_cast<double>(std::max<size_t>(first.size(), 1));
  for (size_t i = 0; i < first.size(); ++i) {
    const double apart = first[i] - second[i];
    const double wanted = labels[i] == 0 ? 1 : labels[i] == 1 ? 0 : 0.5;  // of the first
    out.loss -= share * (wanted * log_sigmoid(apart) + (1 - wanted) * log_sigmoid(-apart));
    out.first_slope[i] = share * (sigmoid(apart) - wanted);
    out.second_slope[i] = -out.first_slope[i];
  }
  return out;
}

std::optional<double> ranked_accuracy(std::span<const double> first, std::span<const double> second,
                                      std::span<const int64_t> labels) {
  double right = 0, decided = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0 && labels[i] != 1) continue;
    decided += 1;
    right += (second[i] > first[i]) == (labels[i] == 1);
  }
  if (decided == 0) return std::nullopt;
  return right / decided;
}

}  // namespace gradus
