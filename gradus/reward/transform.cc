#include "gradus/reward/transform.h"

#include <cmath>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class Transform : public Operator {
 public:
  explicit Transform(const Params& params)
      : from_(params.text("level") + "." + params.text("channel")),
        into_(params.text("level") + "." + params.text("into")),
        exp_(params.text("form") == "exp"),
        rate_(params.number("rate")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& column = batch.column(from_);
    Column out(column.level(), column.size(), column.info(), batch.precision());
    for_each_valid(batch, column, [&](size_t i) {
      if (exp_) return out.set(i, std::exp(rate_ * column[i]));
      const double power = std::pow(column[i], rate_);
      if (column[i] == 0) return out.set_where_defined(i, power);  // 0 to a negative power has none
      out.set(i, power);
    });
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string from_, into_;
  bool exp_;
  double rate_;
};

}  // namespace

void register_transform(OperatorRegistry& registry) {
  registry.add({.name = "shape.transform",
                .summary = "exponential or power of every value",
                .paper = "2509.09265 (exp), 2510.10201 (power)",
                .params = {text_param("channel", nullptr, "channel to read"), level_param("step"),
                           text_param("form", "exp", "the function", {"exp", "power"}),
                           number_param("rate", 1.0, "factor in the exponent, or the exponent", -1e3, 1e3),
                           text_param("into", nullptr, "channel to write, of the same level")},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<Transform>(params); });
}

}  // namespace gradus
