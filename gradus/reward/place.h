// shape.place: values of rollouts or steps onto trained tokens.
//
//   at = "last"       the last trained token of the rollout, or the last token of the step
//   at = "every"      every trained token of the rollout, or every token of the step
//   at = "but_last"   all but the last: no gradient on separators (PURE, arXiv 2504.15275)
//
// Other tokens are missing, not zero (shape.fill makes them so); so are those of a missing value. Observed
// steps and steps without tokens have no place. Values of rollouts go onto steps with shape.spread.
//
//   [[operator]]
//   name = "shape.place"
//   channel = "outcome"
//   from = "rollout"
//   at = "last"
//   into = "reward"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

enum class PlaceAt { last, every, but_last };

// A token column; what it estimates and its evaluator are those of the values.
Column placed(const RolloutBatch& batch, const Column& values, PlaceAt at);

void register_place(OperatorRegistry& registry);

}  // namespace gradus
