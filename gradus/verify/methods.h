// The golden functions of every method that is built, one file each.
#pragma once

#include "gradus/verify/adapter.h"

namespace gradus {

void verify_grpo_tokens(Adapters& adapters);

}  // namespace gradus
