#include "gradus/reward/pointwise.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "gradus/base/logistic.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

constexpr double kUnbounded = 1e30;  // no reward comes near; a bound has to be written in JSON

class Pointwise : public Operator {
 public:
  Pointwise(const Params& params, std::function<double(double)> change)
      : column_(params.text("level") + "." + params.text("channel")), change_(std::move(change)) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    for_each_valid(batch, column, [&](size_t i) { column.set(i, change_(column[i])); });
  }

 private:
  std::string column_;
  std::function<double(double)> change_;
};

// The description of an operator of this kind; `own`: its parameters beside channel and level.
Spec pointwise_spec(std::string name, std::string summary, std::string paper, std::vector<ParamSpec> own) {
  Spec spec{.name = std::move(name), .summary = std::move(summary), .paper = std::move(paper)};
  spec.params = {text_param("channel", nullptr, "channel to change"), level_param("step")};
  spec.params.insert(spec.params.end(), own.begin(), own.end());
  spec.reads = {"{level}.{channel}"};
  spec.writes = {"{level}.{channel}"};
  return spec;
}

std::unique_ptr<Operator> make_clip(const Params& params) {
  const double low = params.number("low"), high = params.number("high");
  if (low > high) {
    throw Error::input("shape.clip has its bounds the wrong way round")
        .field("low")
        .found(fmt::format("low {} above high {}", low, high));
  }
  return std::make_unique<Pointwise>(params, [low, high](double r) { return std::clamp(r, low, high); });
}

std::unique_ptr<Operator> make_threshold(const Params& params) {
  const double above = params.number("above");
  const bool two_sided = params.flag("two_sided"), one = params.text("keep") == "one";
  return std::make_unique<Pointwise>(params, [above, two_sided, one](double r) {
    if ((two_sided ? std::abs(r) : r) <= above) return 0.0;
    return one ? 1.0 : r;
  });
}

std::unique_ptr<Operator> make_best_of(const Params& params) {
  const double n = static_cast<double>(params.integer("n"));
  return std::make_unique<Pointwise>(params, [n](double success) { return best_of(success, n); });
}

}  // namespace

double best_of(double success, double n) {
  if (!(success >= 0 && success <= 1)) {
    throw Error::input("best-of-n needs probabilities of success")
        .found(fmt::format("{}", success))
        .expected("a number from 0 to 1");
  }
  return -std::expm1(n * std::log1p(-success));
}

void register_pointwise(OperatorRegistry& registry) {
  registry.add(
      pointwise_spec("shape.clip", "keep a channel between two bounds", "2410.15115",
                     {number_param("low", -kUnbounded, "no value below it", -kUnbounded, kUnbounded),
                      number_param("high", kUnbounded, "no value above it", -kUnbounded, kUnbounded)}),
      make_clip);
  registry.add(pointwise_spec("shape.sigmoid", "logits to numbers between 0 and 1", "2508.05613", {}),
               [](const Params& params) { return std::make_unique<Pointwise>(params, sigmoid); });
  registry.add(
      pointwise_spec(
          "shape.threshold", "zero where a channel does not exceed a threshold", "2410.23022",
          {number_param("above", 0.5, "values up to it become zero", -kUnbounded, kUnbounded),
           flag_param("two_sided", false, "compare the absolute value"),
           text_param("keep", "value", "what the others become: themselves, or one", {"value", "one"})}),
      make_threshold);
  registry.add(
      pointwise_spec("shape.best_of", "probability that one of n samples succeeds, from that of one sample",
                     "2410.08146", {integer_param("n", 4, "number of samples", 1, 1e9)}),
      make_best_of);
}

}  // namespace gradus
