#include "gradus/env/environment.h"

namespace gradus {

std::vector<int32_t> Environment::observe(const Task&, std::span<const int32_t>) const { return {}; }

}  // namespace gradus
