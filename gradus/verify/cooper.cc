// Golden function of cooper (arXiv 2508.05613): the reward model's update on pairs, and its rewards.
#include <cmath>

#include "gradus/base/logistic.h"
#include "gradus/learn/pair_loss.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

constexpr double kCountEpsilon = 1e-6;  // added to the number of valid pairs

Verified update(const Json& in, const Verifying&) {
  const std::vector<double> chosen = numbers_of(in.at("positive_logits"));
  const std::vector<double> rejected = numbers_of(in.at("negative_logits"));
  std::vector<double> valid;
  for (const Json& one : in.at("valid")) valid.push_back(one.get<bool>());
  const PairLoss loss = logistic_pairs(chosen, rejected, valid, kCountEpsilon);
  double scale = 0;  // slope in a common factor of all logits
  for (size_t i = 0; i < chosen.size(); ++i) {
    scale += loss.first_slope[i] * chosen[i] + loss.second_slope[i] * rejected[i];
  }
  Json soft = Json::array(), hard = Json::array();
  for (const std::vector<double>* logits : {&chosen, &rejected}) {
    for (const double logit : *logits) {
      soft.push_back(sigmoid(logit));
      hard.push_back(sigmoid(logit) > 0.5 ? 1.0 : 0.0);
    }
  }
  return {{{"loss", loss.loss},
           {"dloss_dscale", std::abs(scale)},
           {"reward_sigmoid_pos_then_neg", soft},
           {"reward_hard_pos_then_neg", hard}}};
}

}  // namespace

void verify_cooper(Adapters& adapters) {
  adapters.add("cooper", "DataParallelPPOReward.update_reward / compute_rewards", update);
}

}  // namespace gradus
