// How the losses of single tokens become one number: the weight of every token in the sum. With n_r trained
// tokens in rollout r, N in all, R rollouts that have any:
//
//   token_mean      1 / N                  DAPO (arXiv 2503.14476); TRL's bnpo and dapo
//   sequence_mean   1 / (n_r R)            GRPO (arXiv 2402.03300); TRL's grpo and sapo
//   constant_norm   1 / (R' norm)          Dr. GRPO (arXiv 2503.20783); TRL's dr_grpo
//   sequence_sum    1 / R                  mean over rollouts of their sums; TRL's luspo
//   sum_norm        1 / norm               seq-mean-token-sum-norm of earlier verl, not divided by R
//
// R' is all rollouts, those without a trained token too: count_empty has nothing to add there. verl 0.9.1's
// seq-mean-token-sum-norm leaves these out, 1 / (R norm): constant_norm with all_rollouts = R.
//
// Where the batch is one part of a larger one that `ranks` workers share and average, the totals of the whole
// take the place of N and R, times `ranks`, so that the average over workers is the loss of the whole.
//
//   std::vector<double> w = token_weights({{3, 0, 5}}, {.mode = LossAggregation::sequence_mean});
//   w[2];   // 1 / (5 * 2): of every trained token of rollout 2
//
// As an operator, for any token channels:
//
//   [[operator]]
//   name = "loss.aggregate"
//   channels = ["kl", "kl_slope"]
//   aggregation = "sequence_mean"
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

enum class LossAggregation : uint8_t { token_mean, sequence_mean, constant_norm, sequence_sum, sum_norm };

LossAggregation aggregation_from_name(const std::string& name);  // throws Error::input with the allowed names
const std::vector<std::string>& aggregation_names();

struct Aggregation {
  LossAggregation mode = LossAggregation::token_mean;
  double norm = 0;            // of constant_norm and sum_norm
  bool count_empty = false;   // R counts rollouts without a trained token too (TRL, GMPO), as R' always does
  double length_epsilon = 0;  // added to n_r; verl: 1e-8
  double ranks = 1;           // workers that share the batch
  double all_tokens = 0;      // N of the whole batch; 0: of this part
  double all_rollouts = 0;    // R of the whole batch; 0: of this part
};

// Element r is the weight of every trained token of rollout r; 0 where it has none.
std::vector<double> token_weights(std::span<const int64_t> trained, const Aggregation& aggregation);

// Throws Error::input where a setting is out of its range or a norm is lacking.
void check_aggregation(const Aggregation& aggregation);

// The parameters of an operator that aggregates, and the aggregation that they give.
std::vector<ParamSpec> aggregation_params(const std::string& fallback, std::vector<std::string> more = {});
Aggregation aggregation_of(const Params& params, LossAggregation mode);

void register_aggregation(OperatorRegistry& registry);

}  // namespace gradus
