// The transformer on one core, with our own kernels: no BLAS, no libtorch, the same bits on every processor.
//
//   std::unique_ptr<Network> network = make_cpu_transformer(shape, seed);
//
// What a row gives depends on its own sequence alone, not on the rows beside it.
#pragma once

#include <memory>

#include "gradus/model/network.h"

namespace gradus {

// Throws Error::input on a shape that is not allowed, Error::outside on a processor without the kernels.
std::unique_ptr<Network> make_cpu_transformer(const TransformerShape& shape, uint64_t seed);

}  // namespace gradus
