// Losses on pairs of a better and a worse response, each with a score: a reward model's logit, or
// beta * (log p(y) - log p_reference(y)) of an implicit one (reward.log_ratio). Slopes are in the scores;
// that in a summed log-probability is beta times it.
//
//   logistic      -log sig(c - r), mean over pairs (DPO, arXiv 2305.18290; Bradley-Terry)
//   nca           -log sig(c) - log sig(-c) / 2 - log sig(-r) / 2, mean
//                 (NCA, arXiv 2402.05369, in TRL's pair form: that the paper used that form is inferred)
//   kto           mean over all 2 n responses of 1 - sig(c - K_r) and 1 - sig(K_c - r), where
//                 K_x = max(0, mean of x) lets the slope through (ImplicitPRM, even sampling)
//   kto_baseline  the same with one K = max(0, mean of the scores of mismatched pairs) held fixed and
//                 a weight per class (KTO, arXiv 2402.01306)
//   ranked        cross-entropy of softmax(first, second) against the label: 0 first is better, 1 second, any
//                 other a tie with one half each (ONI, arXiv 2410.23022)
//
//   PairLoss dpo = logistic_pairs(chosen, rejected);      // spans of doubles of equal length
//   dpo.loss; dpo.first_slope[i]; dpo.second_slope[i];
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gradus {

struct PairLoss {
  double loss = 0;
  std::vector<double> first_slope, second_slope;  // d loss / d score
};

// weights: how much each pair counts, empty: 1; the loss is divided by their sum + epsilon (Cooper: 1e-6) and
// is 0 where that is 0.
PairLoss logistic_pairs(std::span<const double> chosen, std::span<const double> rejected,
                        std::span<const double> weights = {}, double epsilon = 0);

PairLoss nca_pairs(std::span<const double> chosen, std::span<const double> rejected);

PairLoss kto_pairs(std::span<const double> chosen, std::span<const double> rejected);

struct KtoWeights {
  double desirable = 1, undesirable = 1;
};

// The two classes need not be of one size; baseline: K above.
PairLoss kto_baseline(std::span<const double> chosen, std::span<const double> rejected, double baseline,
                      KtoWeights weights = {});
// max(0, mean); 0 for none.
double kto_baseline_of(std::span<const double> mismatched);

PairLoss ranked_pairs(std::span<const double> first, std::span<const double> second,
                      std::span<const int64_t> labels);
// Share of the pairs that are no ties whose larger score (the first of equals) is the labelled one.
std::optional<double> ranked_accuracy(std::span<const double> first, std::span<const double> second,
                                      std::span<const int64_t> labels);

}  // namespace gradus
