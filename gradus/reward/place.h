// shape.place: values of rollouts or steps onto trained tokens.
//
//   at = "last"    on the last trained token of the rollout, or the last token of the step
//   at = "every"   on every trained token of the rollout, or every token of the step
//
// Other tokens are missing, not zero; so are those of a missing value. Observed steps and steps without
// tokens have no place.
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

enum class PlaceAt { last, every };

// A token column; estimates and evaluator are those of the values.
Column placed(const RolloutBatch& batch, const Column& values, PlaceAt at);

void register_place(OperatorRegistry& registry);

}  // namespace gradus
