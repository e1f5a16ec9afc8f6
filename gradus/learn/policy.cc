#include "gradus/learn/policy.h"

#include "gradus/learn/network_policy.h"
#include "gradus/model/cpu/cpu_transformer.h"
#include "gradus/model/cpu/kernels.h"
#include "gradus/model/cuda_library.h"

namespace gradus {

std::unique_ptr<Policy> make_policy(const PolicyConfig& config, uint64_t seed) {
  const TransformerShape shape{config.vocabulary, config.context, config.layers, config.heads, config.width};
  if (config.device == "cpu") return make_network_policy(config, make_cpu_transformer(shape, seed));
  if (config.device == "cuda") return make_network_policy(config, make_cuda_transformer(shape, seed));
  throw Error::input("the policy's device is not known")
      .field("device")
      .found("\"" + config.device + "\"")
      .expected("\"cpu\" or \"cuda\"");
}

std::string kernels_of(const std::string& device) {
  return device == "cuda" ? cuda_support().kernels : kCpuKernels;
}

void check_objective(const Objective& objective) {
  const auto check = [](const char* field, double value, double low, double high) {
    if (value >= low && value <= high) return;
    throw Error::input("the training objective is out of range")
        .field(field)
        .found(std::to_string(value))
        .expected(std::to_string(low) + ".." + std::to_string(high));
  };
  check("learning_rate", objective.learning_rate, 0, 10);
  check("epochs", objective.epochs, 1, 1000);
  check("minibatches", objective.minibatches, 1, 10000);
  check("entropy_weight", objective.entropy_weight, -1000, 1000);
  check("clip_norm", objective.clip_norm, 1e-12, 1e12);
  check_policy_loss(objective.loss);
  check_aggregation(objective.aggregation);
}

}  // namespace gradus
