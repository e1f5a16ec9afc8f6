#include "gradus/learn/torch/adam.h"

#include <cmath>
#include <string>

#include "gradus/base/error.h"

namespace gradus {

namespace {
constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
}

Adam::Adam(const torch::Tensor& weights)
    : mean(torch::zeros_like(weights)), square(torch::zeros_like(weights)) {}

double Adam::step(torch::Tensor& weights, torch::Tensor& gradient, const AdamStep& options,
                  const torch::Tensor& decayed) {
  torch::NoGradGuard no_gradient;
  const double norm = std::sqrt(gradient.to(torch::kDouble).square().sum().item<double>());
  if (!std::isfinite(norm)) {
    throw Error::outside("the gradient is not finite, so the weights were left as they were")
        .found("gradient norm " + std::to_string(norm))
        .hint("lower the learning rate, or look for extreme advantages");
  }
  if (norm > options.clip_norm) gradient.mul_(options.clip_norm / norm);
  ++steps;
  mean.mul_(kBeta1).add_(gradient, 1 - kBeta1);
  square.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  const double mean_scale = 1 - std::pow(kBeta1, static_cast<double>(steps));
  const double square_scale = 1 - std::pow(kBeta2, static_cast<double>(steps));
  if (options.weight_decay > 0)
    weights.addcmul_(weights, decayed, -options.learning_rate * options.weight_decay);
  weights.addcdiv_(mean, (square / square_scale).sqrt_().add_(kEpsilon), -options.learning_rate / mean_scale);
  gradient.zero_();
  return norm;
}

}  // namespace gradus
