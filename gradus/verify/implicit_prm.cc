// Golden functions of implicit_prm (arXiv 2412.01981): losses, scoring of steps, threshold of ProcessBench.
#include <numeric>

#include "gradus/learn/error_threshold.h"
#include "gradus/learn/pair_loss.h"
#include "gradus/learn/score_loss.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

// factor * (log p - log p_reference)
std::vector<double> log_ratio(const Json& in, const char* policy, const char* reference, double factor) {
  std::vector<double> out = numbers_of(in.at(policy));
  const std::vector<double> other = numbers_of(in.at(reference));
  for (size_t i = 0; i < out.size(); ++i) out[i] -= other.at(i);
  return scaled(std::move(out), factor);
}

struct Pairs {
  double beta;
  std::vector<double> chosen, rejected;
};

Pairs pairs_of(const Json& in) {
  const double beta = golden_number(in.at("beta"));
  return {beta, log_ratio(in, "policy_chosen", "ref_chosen", beta),
          log_ratio(in, "policy_rejected", "ref_rejected", beta)};
}

Verified outputs(const Pairs& pairs, const PairLoss& loss) {
  return {{{"loss", loss.loss},
           {"chosen_rewards", pairs.chosen},
           {"rejected_rewards", pairs.rejected},
           {"grad_chosen", scaled(loss.first_slope, pairs.beta)},
           {"grad_rejected", scaled(loss.second_slope, pairs.beta)}}};
}

Verified cross_entropy_loss(const Json& in, const Verifying&) {
  const double beta = golden_number(in.at("beta"));
  const ScoreLoss loss =
      cross_entropy(log_ratio(in, "policy_logp_sum", "ref_logp_sum", beta), numbers_of(in.at("labels")));
  return {{{"loss", loss.loss()}, {"grad_policy", scaled(loss.slope, beta)}}};
}

Verified dpo(const Json& in, const Verifying&) {
  const Pairs pairs = pairs_of(in);
  return outputs(pairs, logistic_pairs(pairs.chosen, pairs.rejected));
}

Verified kto_even(const Json& in, const Verifying&) {
  const Pairs pairs = pairs_of(in);
  return outputs(pairs, kto_pairs(pairs.chosen, pairs.rejected));
}

Verified nca(const Json& in, const Verifying&) {
  const Pairs pairs = pairs_of(in);
  return outputs(pairs, nca_pairs(pairs.chosen, pairs.rejected));
}

Verified kto_uneven(const Json& in, const Verifying&) {
  const Pairs pairs = pairs_of(in);
  const double kl = kto_baseline_of(log_ratio(in, "policy_KL", "ref_KL", 1));
  const KtoWeights weights{golden_number(in.at("desirable_weight")),
                           golden_number(in.at("undesirable_weight"))};
  Verified out = outputs(pairs, kto_baseline(pairs.chosen, pairs.rejected, pairs.beta * kl, weights));
  out.outputs["KL"] = kl;
  return out;
}

Verified threshold(const Json& in, const Verifying&) {
  std::vector<LabelledSteps> solutions;
  for (const Json& one : in.at("data")) {
    solutions.push_back({numbers_of(one.at("reward")), one.at("label").get<int64_t>()});
  }
  const ErrorThreshold best = best_error_threshold(solutions, golden_count(in.at("num_thresholds")));
  return {{{"threshold", best.threshold}, {"f1", best.f1}}};
}

// One trace; its steps end at the given tokens, both ends counted.
Verified scoring(const Json& in, const Verifying&) {
  std::vector<size_t> lengths;
  size_t begin = 0;
  for (const Json& end : in.at("step_end_indices")) {
    lengths.push_back(golden_count(end) + 1 - begin);
    begin += lengths.back();
  }
  std::vector<double> log_ratios = numbers_of(in.at("logratio"));
  log_ratios.resize(begin);
  DenseBatch dense(ragged_batch({lengths}, {0}));
  put_column(dense.batch, "token.value", log_ratios);
  dense.run("shape.affine", {{"channel", "value"}, {"level", "token"}, {"scale", in.at("coef")}});
  dense.run("shape.aggregate",
            {{"channel", "value"}, {"level", "token"}, {"to", "step"}, {"into", "single"}});
  const std::vector<double> single = numbers_of(dense.get("step.single"));
  std::vector<double> accumulative(single.size());
  std::partial_sum(single.begin(), single.end(), accumulative.begin());
  put_column(dense.batch, "step.accumulative", accumulative);
  const auto aggregated = [&](const char* channel, const char* form) {
    dense.run("shape.aggregate", {{"channel", channel}, {"form", form}, {"into", "value"}});
    return dense.batch.column("rollout.value")[0];
  };
  return {{{"accumulative", accumulative},
           {"single", single},
           {"min_single", aggregated("single", "min")},
           {"sum_single", aggregated("single", "sum")},
           {"min_accumulative", aggregated("accumulative", "min")}}};
}

}  // namespace

void verify_implicit_prm(Adapters& adapters) {
  adapters.add("implicit_prm", "CETrainer.loss_fn", cross_entropy_loss);
  adapters.add("implicit_prm", "DPOLoss", dpo);
  adapters.add("implicit_prm", "VanillaKTOLoss", kto_even);
  adapters.add("implicit_prm", "nca_pair (expression transcribed, mean over pairs)", nca);
  adapters.add("implicit_prm", "KTOLoss", kto_uneven);
  adapters.add("implicit_prm", "find_threshold_sigmoid", threshold);
  adapters.add("implicit_prm", "get_reward scoring (expression transcribed)", scoring);
}

}  // namespace gradus
