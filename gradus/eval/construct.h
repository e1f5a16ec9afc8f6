// What the reward already sees: how much of a metric do reward channels explain on rollouts of the base
// policy, before any training? A metric that they explain is the same construct as the reward, whatever its
// judge is called, and its rise is no evidence that training bought more than it was paid for.
//
//   RewardView view;
//   view.add(channels, judged, metrics);             // rollouts of one base policy, paid and judged
//   Explained e = view.explained("necessity", {"step.style"});
//   e.r2; e.auc; same_construct(e);
//
// R2 is out of fold, with tasks dealt to five folds:  1 - sum (y - p(x))^2 / sum (y - m)^2,  where p is a
// regression tree (Breiman et al. 1984; depth 6, leaves of 20 units or more) grown on the other folds and m
// their mean. A metric of steps is explained step by step and as the mean of a rollout; the larger counts. A
// step is described by the channel at that step, by the mean of a token channel over its tokens, or by the
// channel of its rollout; a rollout by the mean, least, largest and total of a step or token channel. A
// missing value is a value of its own. AUC is there where the metric is 0 or 1: how well p ranks the ones
// above the zeros.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gradus/env/environment.h"

namespace gradus {

// None: fewer than 100 units, or a metric that does not vary: nothing can be said.
struct Explained {
  std::optional<double> r2, auc;
  size_t units = 0;  // rollouts or steps with a value
};

// Half of the variance, or ranks that are almost never wrong. Our own limits, fixed before any study was run
// with them.
inline constexpr double kSameConstructR2 = 0.5;
inline constexpr double kSameConstructAuc = 0.95;

bool same_construct(const Explained& explained);
std::string explained_text(const Explained& explained);  // "R2 0.91, AUC 0.98, 2,214 steps"

// A reward channel as its source wrote it. `name` tells apart two sources that write one column.
struct RewardChannel {
  std::string name;
  Column column;
};

class RewardView {
 public:
  // `judged` has the metrics' columns and the shape of the rollouts that the channels belong to. Every call
  // brings the same channels.
  void add(const std::vector<RewardChannel>& channels, const RolloutBatch& judged,
           const std::vector<MetricSpec>& metrics);

  Explained explained(const std::string& metric, const std::set<std::string>& channels) const;
  const std::vector<std::string>& channels() const { return channels_; }
  size_t rollouts() const { return of_rollouts_.fold.size(); }

  // For the run store.
  Json json() const;
  static RewardView from_json(const Json& json);
  void append(const RewardView& other);

 private:
  // Missing values are NaN.
  struct Units {
    std::vector<uint8_t> fold;
    std::map<std::string, std::vector<std::vector<float>>> features;  // of a channel, feature by feature
    std::map<std::string, std::vector<float>> metrics;
  };
  static Explained explain(const Units& units, const std::string& metric,
                           const std::set<std::string>& channels);

  std::vector<std::string> channels_;
  Units of_steps_, of_rollouts_;
};

}  // namespace gradus
