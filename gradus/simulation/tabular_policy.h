// A softmax policy with one logit per state and action, for worlds small enough to know the truth.
//
//   pi(a | s) = exp(x_sa) / sum_b exp(x_sb)
//   update:     x += rate * (1 / rollouts) * sum over decisions of A_t * grad log pi(a_t | s_t)
//
// A decision is a token that has a state (token.state, token.action). It is plain REINFORCE on
// token.advantage: whatever comes after a decision must already be in its advantage, and a decision without
// an advantage teaches nothing.
//
//   TabularPolicy policy(6, 4);
//   const size_t action = policy.sample(state, stream);
//   policy.update(batch, 0.3);
#pragma once

#include <span>
#include <vector>

#include "gradus/base/random.h"
#include "gradus/rollout/batch.h"

namespace gradus {

class TabularPolicy {
 public:
  TabularPolicy(size_t states, size_t actions);

  size_t states() const { return logits_.size() / actions_; }
  size_t actions() const { return actions_; }
  std::span<double> logits(size_t state) { return {logits_.data() + state * actions_, actions_}; }
  std::span<const double> logits(size_t state) const { return {logits_.data() + state * actions_, actions_}; }
  std::vector<double> probabilities(size_t state) const;
  size_t sample(size_t state, Stream& random) const;
  size_t likeliest(size_t state) const;  // the first of equals

  // d log pi(action | state) / d logits(state).
  std::vector<double> score(size_t state, size_t action) const;
  // (1 / rollouts) * sum of A_t * score, all states one after the other.
  std::vector<double> gradient(const RolloutBatch& batch, const std::string& advantage) const;
  void update(const RolloutBatch& batch, double rate);  // on token.advantage

 private:
  size_t actions_;
  std::vector<double> logits_;
};

}  // namespace gradus
