// An operator reads some columns of a RolloutBatch and writes some; its Spec declares which.
// Operators are const while they run; whatever is random comes from the context's stream.
#pragma once

#include "gradus/base/random.h"
#include "gradus/base/registry.h"
#include "gradus/rollout/batch.h"

namespace gradus {

struct OperatorContext {
  Stream random{0};     // derived by the caller from run seed and update
  int threads = 1;      // at most; results do not depend on it
  int64_t updates = 0;  // of the policy so far, for schedules
  // What this operator keeps from batch to batch; null at first. None: every batch is the first one.
  Json* memory = nullptr;
};

class Operator {
 public:
  virtual ~Operator() = default;
  virtual void apply(RolloutBatch& batch, const OperatorContext& context) const = 0;
};

using OperatorRegistry = Registry<Operator>;

// "level": whose channel is meant, for operators that work on any of the three; columns are then
// "{level}.{channel}".
inline ParamSpec level_param(std::string fallback) {
  return text_param("level", std::move(fallback), "level of the channel", {"rollout", "step", "token"});
}

}  // namespace gradus
