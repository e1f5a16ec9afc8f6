// Losses that teach a scorer of whole responses from their outcomes: one score per rollout, for an implicit
// reward model Q_i = beta * sum of log-ratios (reward.log_ratio, shape.aggregate), with the slope in it.
//
//   cross_entropy  -[o log sig(Q) + (1 - o) log(1 - sig(Q))], mean
//                  (PRIME, arXiv 2502.01456; ImplicitPRM, arXiv 2412.01981)
//   group_pairs    -log sig(Q_s - Q_f), mean over all pairs of a success (o > 0) and a failure (o <= 0) of
//                  one group, all groups together; 0 without a pair
//                  (iStar, arXiv 2509.19199, where Q is the mean over the steps of a trajectory)
//   contrast       -log sig(s (Q_i - mean Q_j)), s = 1 where o_i > 0, else -1; the mean is over the group's
//                  members of lower (s = 1) or higher (s = -1) outcome, by scores from before the update,
//                  held fixed; 0 where there is none. Mean over rollouts (PRIME in verl, detached DPO)
//     best_of      the SUM of these, each times n P^(n - 1), P the share of the group's members whose outcome
//                  ("outcome") or score ("score") is not above that of i: the density of the best of n
//
//   [[operator]]
//   name = "loss.scores"
//   rule = "cross_entropy"
//   score = "implicit"
//   outcome = "correct"
//
// And of sums of parts: squared_sums, the loss of a return decomposition (SPA-RL, arXiv 2505.20732: the
// progress of every step sums to the final reward).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

struct ScoreLoss {
  std::vector<double> value;  // share of each score: their sum is the loss
  std::vector<double> slope;  // d loss / d score

  double loss() const;
};

ScoreLoss cross_entropy(std::span<const double> scores, std::span<const double> outcomes);

ScoreLoss group_pairs(std::span<const double> scores, std::span<const double> outcomes,
                      std::span<const int64_t> groups);

enum class BestOf : uint8_t { none, outcome, score };

struct ContrastGroup {  // of one rollout: its group from before the update, itself included
  std::span<const double> scores, outcomes;
};

// precision: of the weights of best_of; verl computes them in float32, products for n = 3 and 4.
ScoreLoss contrast(std::span<const double> scores, std::span<const double> outcomes,
                   std::span<const ContrastGroup> groups, BestOf best_of,
                   Precision precision = Precision::full);

struct SumLoss {
  std::vector<double> sums;
  double loss = 0;            // mean over sums of (sum - target)^2
  std::vector<double> slope;  // d loss / d part
};

// Parts of sum i: offsets[i] .. offsets[i + 1]; a sum of none is 0.
SumLoss squared_sums(std::span<const double> parts, std::span<const size_t> offsets,
                     std::span<const double> targets);

void register_score_loss(OperatorRegistry& registry);

}  // namespace gradus
