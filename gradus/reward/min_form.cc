#include "gradus/reward/min_form.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class MinForm : public Operator {
 public:
  explicit MinForm(const Params& params)
      : column_("step." + params.text("channel")),
        temperature_(params.text("weights") == "uniform" ? std::numeric_limits<double>::infinity()
                                                         : params.number("temperature")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      double lowest = std::numeric_limits<double>::infinity();
      for_each_valid(batch, column, r, [&](size_t s) { lowest = std::min(lowest, column[s]); });
      double total = 0;  // weights relative to the lowest reward: no overflow for any temperature
      for_each_valid(batch, column, r, [&](size_t s) { total += weight(column[s], lowest); });
      for_each_valid(batch, column, r,
                     [&](size_t s) { column.set(s, weight(column[s], lowest) / total * column[s]); });
    }
  }

 private:
  double weight(double reward, double lowest) const { return std::exp((lowest - reward) / temperature_); }

  std::string column_;
  double temperature_;
};

}  // namespace

void register_min_form(OperatorRegistry& registry) {
  registry.add({.name = "shape.min_form",
                .summary = "soft-minimum weights over the steps of a rollout (PURE)",
                .paper = "2504.15275",
                .params = {text_param("channel", nullptr, "step channel to change"),
                           number_param("temperature", 0.1, "softness of the minimum", 1e-6, 1e6),
                           text_param("weights", "soft_minimum", "uniform: every step counts alike",
                                      {"soft_minimum", "uniform"})},
                .reads = {"step.{channel}"},
                .writes = {"step.{channel}"}},
               [](const Params& params) { return std::make_unique<MinForm>(params); });
}

}  // namespace gradus
