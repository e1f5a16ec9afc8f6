// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019) on one flat vector of
// weights.
//
//   Adam adam(model.weights());
//   const AdamStep options{.learning_rate = 1e-4, .clip_norm = 1.0};
//   double norm = adam.step(model.weights(), model.gradient(), options, model.decayed());
//
// beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, as in the paper.
#pragma once

#include <torch/torch.h>

namespace gradus {

struct AdamStep {
  double learning_rate = 1e-4;
  double clip_norm = 1.0;     // the gradient is scaled down to this norm where it is longer
  double weight_decay = 0.0;  // where `decayed` is 1
};

class Adam {
 public:
  explicit Adam(const torch::Tensor& weights);

  // Changes the weights and clears the gradient; returns the gradient's norm before clipping. Throws
  // Error::outside where it is not finite, with nothing changed.
  double step(torch::Tensor& weights, torch::Tensor& gradient, const AdamStep& options,
              const torch::Tensor& decayed);

  int64_t steps = 0;
  torch::Tensor mean, square;  // running moments
};

}  // namespace gradus
