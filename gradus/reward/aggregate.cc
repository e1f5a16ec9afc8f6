#include "gradus/reward/aggregate.h"

#include <algorithm>
#include <numeric>

namespace gradus {

namespace {

double reduce(const std::string& form, const std::vector<double>& values) {
  if (form == "min") return *std::min_element(values.begin(), values.end());
  if (form == "last") return values.back();
  if (form == "product") return std::accumulate(values.begin(), values.end(), 1.0, std::multiplies<>());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return form == "mean" ? sum / static_cast<double>(values.size()) : sum;
}

class Aggregate : public Operator {
 public:
  explicit Aggregate(const Params& params)
      : from_(params.text("level") + "." + params.text("channel")),
        into_("rollout." + params.text("into")),
        form_(params.text("form")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column source = batch.column(from_);
    Column& out = batch.add_column(into_, source.info());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      std::vector<double> values;
      const auto [begin, end] = batch.range(source.level(), r);
      for (size_t i = begin; i < end; ++i) {
        if (source.valid(i)) values.push_back(source[i]);
      }
      if (!values.empty()) out.set(r, reduce(form_, values));
    }
  }

 private:
  std::string from_, into_, form_;
};

}  // namespace

void register_aggregate(OperatorRegistry& registry) {
  registry.add({.name = "shape.aggregate",
                .summary = "one number per rollout from a channel: sum, mean, min, product or last",
                .paper = "2305.20050 (product, min), 2312.08935 (min)",
                .params = {text_param("channel", nullptr, "channel to aggregate"),
                           text_param("level", "step", "level of the channel", {"step", "token"}),
                           text_param("form", "sum", "how", {"sum", "mean", "min", "product", "last"}),
                           text_param("into", nullptr, "rollout channel to write")},
                .reads = {"{level}.{channel}"},
                .writes = {"rollout.{into}"}},
               [](const Params& params) { return std::make_unique<Aggregate>(params); });
}

}  // namespace gradus
