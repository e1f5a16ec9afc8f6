// Stands in for torch_policy.cc and training_support.cc in builds with -DGRADUS_TORCH=OFF.
#include "gradus/learn/policy.h"

namespace gradus {

std::unique_ptr<Policy> make_policy(const PolicyConfig&, uint64_t) {
  throw Error::outside("this build of Gradus has no libtorch, so it cannot train or sample a local policy")
      .hint("install libtorch-dev and build with -DGRADUS_TORCH=ON");
}

TrainingSupport training_support() {
  return {.torch = false,
          .version = "",
          .device = "none: built with -DGRADUS_TORCH=OFF",
          .blas = "",
          .fast_blas = false};
}

void use_one_thread() {}

}  // namespace gradus
