// Which arithmetic a policy on the CPU is trained and sampled with, by name: equal names, equal bytes.
//
//   require_kernels();                 // throws Error::outside on a processor that cannot run them
//   std::string id = kCpuKernels;      // part of every run's address in the run store
//
// There is one set for every processor: matrix products, attention and all the rest are our own, eight floats
// wide with fused multiply-add. A BLAS or libtorch would choose by processor, and each choice rounds
// otherwise.
#pragma once

#include <string>

namespace gradus {

// Raised whenever a kernel's results change in any bit, so that runs of different ones are never merged.
inline constexpr const char* kCpuKernels = "avx2-1";

struct Processor {
  std::string name;
  bool avx2 = false, fma = false, avx512 = false;
};
Processor this_processor();

// Throws Error::outside, naming what is missing, where the kernels do not run.
void require_kernels(const Processor& processor = this_processor());

// For people: the kernels, the processor, and what of it they leave unused.
std::string describe_kernels(const Processor& processor = this_processor());

}  // namespace gradus
