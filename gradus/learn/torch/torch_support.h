// What this machine trains with, and the one-thread rule.
//
//   use_one_thread();
//   torch_support().fast_blas;
#pragma once

#include "gradus/learn/policy.h"

namespace gradus {

TrainingSupport torch_support();

// For the thread that calls it. One thread per run: torch's own threads and BLAS threads fight each other;
// single-threaded runs were measured to be three times faster.
void use_one_thread();

}  // namespace gradus
