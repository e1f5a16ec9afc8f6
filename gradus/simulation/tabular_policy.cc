#include "gradus/simulation/tabular_policy.h"

#include <algorithm>
#include <cmath>

namespace gradus {

TabularPolicy::TabularPolicy(size_t states, size_t actions)
    : actions_(actions), logits_(states * actions, 0.0) {}

std::vector<double> TabularPolicy::probabilities(size_t state) const {
  const std::span<const double> x = logits(state);
  const double highest = *std::max_element(x.begin(), x.end());
  std::vector<double> out(actions_);
  double total = 0;
  for (size_t a = 0; a < actions_; ++a) total += out[a] = std::exp(x[a] - highest);
  for (double& p : out) p /= total;
  return out;
}

size_t TabularPolicy::sample(size_t state, Stream& random) const {
  const std::vector<double> p = probabilities(state);
  double left = random.uniform();
  for (size_t a = 0; a + 1 < actions_; ++a) {
    if (left < p[a]) return a;
    left -= p[a];
  }
  return actions_ - 1;
}

size_t TabularPolicy::likeliest(size_t state) const {
  const std::span<const double> x = logits(state);
  return static_cast<size_t>(std::max_element(x.begin(), x.end()) - x.begin());
}

std::vector<double> TabularPolicy::score(size_t state, size_t action) const {
  std::vector<double> out = probabilities(state);
  for (double& p : out) p = -p;
  out[action] += 1;
  return out;
}

std::vector<double> TabularPolicy::gradient(const RolloutBatch& batch, const std::string& advantage) const {
  const Column& state = batch.column("token.state");
  const Column& action = batch.column("token.action");
  const Column& credit = batch.column(advantage);
  std::vector<double> out(logits_.size(), 0.0);
  const double share = 1.0 / static_cast<double>(std::max<size_t>(batch.rollouts(), 1));
  for (size_t t = 0; t < batch.tokens(); ++t) {
    if (!state.valid(t) || !credit.valid(t)) continue;
    const auto s = static_cast<size_t>(state[t]);
    const std::vector<double> slope = score(s, static_cast<size_t>(action[t]));
    for (size_t a = 0; a < actions_; ++a) out[s * actions_ + a] += share * credit[t] * slope[a];
  }
  return out;
}

void TabularPolicy::update(const RolloutBatch& batch, double rate) {
  const std::vector<double> slope = gradient(batch, "token.advantage");
  for (size_t i = 0; i < logits_.size(); ++i) logits_[i] += rate * slope[i];
}

}  // namespace gradus
