// Episodes of a small world, and the batch that they make: a turn is a step; a decision of a tabular policy
// stands on the turn's first token (token.state, token.action).
//
//   Episode episode{.group = 3, .values = {1.0}};
//   episode.turns.push_back({.state = 0, .action = 2, .values = {0.6}});
//   const RolloutBatch batch = batch_of({episode}, {.rollout = {"outcome"}, .step = {"prm"}});
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
inline constexpr int kNoDecision = -1;  // a turn that the world takes, not the policy

struct Turn {
  int state = kNoDecision;
  size_t action = 0;
  std::vector<double> values;  // one per step channel
  StepKind kind = StepKind::act;
  size_t tokens = 1;
  std::string text;
};

struct Episode {
  int64_t group = 0;
  std::vector<Turn> turns;
  std::vector<double> values;  // one per rollout channel
  std::string note = {};
};

struct Channels {
  std::vector<std::string> rollout, step;  // names without level
  std::string note = {};                   // name of the episodes' note, "": none
};

// Columns of double precision: claims are checked to 1e-9.
RolloutBatch batch_of(const std::vector<Episode>& episodes, const Channels& channels);

}  // namespace gradus
