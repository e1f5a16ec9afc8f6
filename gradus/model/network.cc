#include "gradus/model/network.h"

#include <cmath>
#include <string>

#include "gradus/base/error.h"

namespace gradus {

void check_gradient_norm(double norm) {
  if (std::isfinite(norm)) return;
  throw Error::outside("the gradient is not finite, so the weights were left as they were")
      .found("gradient norm " + std::to_string(norm))
      .hint("lower the learning rate, or look for extreme advantages");
}

}  // namespace gradus
