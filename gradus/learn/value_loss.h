// loss.value: squared error of a value head against its returns, clipped around the values when sampled.
//
//   0.5 max((V - G)^2, (clip(V, V_old - clip, V_old + clip) - G)^2)      clip = 0: 0.5 (V - G)^2
//
// PPO's value clipping as in verl (core_algos.py, compute_value_loss; clip 0.5 there). The slope is that of
// the larger term; where the two are equal and the value is not clipped, it is V - G.
//
//   token.value_loss         the share of the token: the sum over all tokens is the loss
//   token.value_loss_slope   d loss / d V
//   token.value_clip         1 where the clipped term is the larger one
//
//   [[operator]]
//   name = "loss.value"
//   clip = 0.5
#pragma once

#include "gradus/learn/aggregation.h"

namespace gradus {

struct ValueLoss {
  double value = 0;
  double slope = 0;  // d value / d prediction
  bool clipped = false;
};

ValueLoss value_loss(double prediction, double old_prediction, double target, double clip);

void register_value_loss(OperatorRegistry& registry);

}  // namespace gradus
