// The transformer on a CUDA device lives in a library of its own, gradus-cuda.so beside the program, which is
// loaded when it is asked for: it needs libtorch, which brings some 290 shared libraries. The CPU needs none
// of it.
//
//   if (cuda_support().available) network = make_cuda_transformer(shape, seed);
//
// The library is built from gradus/model/torch, by the build that makes the program: what it exports is the
// C++ below.
#pragma once

#include <memory>
#include <string>

#include "gradus/model/network.h"

namespace gradus {

struct CudaSupport {
  bool available = false;
  std::string kernels;  // which arithmetic, by name: part of a run's address; empty where there is none
  std::string text;     // for people: what there is, or why there is nothing
};

// Loads the library.
CudaSupport cuda_support();

// Throws Error::outside where there is no CUDA device, saying why.
std::unique_ptr<Network> make_cuda_transformer(const TransformerShape& shape, uint64_t seed);

struct CudaLibrary {
  std::unique_ptr<Network> (*make_network)(const TransformerShape& shape, uint64_t seed);
  CudaSupport (*support)();
};

inline constexpr const char* kCudaLibrary = "gradus-cuda.so";
inline constexpr const char* kCudaEntry = "gradus_cuda";  // const CudaLibrary* gradus_cuda()

}  // namespace gradus
