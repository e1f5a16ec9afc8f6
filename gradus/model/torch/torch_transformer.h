// The transformer on libtorch, for CUDA devices; its gradient is torch's autograd.
//
//   std::unique_ptr<Network> network = make_torch_transformer(shape, torch::Device(torch::kCUDA, 0), seed);
//
// The same function of the same weights as gradus/model/cpu, up to rounding.
#pragma once

#include <memory>
#include <torch/torch.h>

#include "gradus/model/network.h"

namespace gradus {

std::unique_ptr<Network> make_torch_transformer(const TransformerShape& shape, const torch::Device& device,
                                                uint64_t seed);

}  // namespace gradus
