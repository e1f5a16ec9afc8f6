// What gradus-cuda.so exports (gradus/model/cuda_library.h).
#include <string>
#include <torch/torch.h>

#include "gradus/model/cuda_library.h"
#include "gradus/model/torch/torch_transformer.h"

namespace gradus {

namespace {

std::unique_ptr<Network> on_cuda(const TransformerShape& shape, uint64_t seed) {
  return make_torch_transformer(shape, torch::Device(torch::kCUDA, 0), seed);
}

CudaSupport support() {
  const std::string version = TORCH_VERSION;
  if (!torch::cuda::is_available()) return {false, "", "libtorch " + version + " has no CUDA device"};
  return {true, "cuda-libtorch-" + version,
          "libtorch " + version + ", " + std::to_string(torch::cuda::device_count()) + " CUDA device(s)"};
}

}  // namespace

}  // namespace gradus

extern "C" const gradus::CudaLibrary* gradus_cuda() {
  static const gradus::CudaLibrary library{gradus::on_cuda, gradus::support};
  return &library;
}
