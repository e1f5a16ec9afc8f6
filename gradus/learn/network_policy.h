// The policy on a Network: sampling, supervised and policy-gradient training. The losses are computed here,
// in one way for every device.
//
//   auto policy = make_network_policy(config, make_cpu_transformer(shape, seed));
//
// What it can do is in gradus/learn/policy.h.
#pragma once

#include <memory>

#include "gradus/learn/policy.h"
#include "gradus/model/network.h"

namespace gradus {

std::unique_ptr<Policy> make_network_policy(const PolicyConfig& config, std::unique_ptr<Network> network);

}  // namespace gradus
