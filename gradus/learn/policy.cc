#include "gradus/learn/policy.h"

namespace gradus {

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
