#include "gradus/reward/repeats.h"

#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <unordered_map>

#include "gradus/reward/places.h"

namespace gradus {

namespace {

constexpr double kCountExponent = 3;  // ONI's count exponent, arXiv 2410.23022

class Occurrences : public Operator {
 public:
  explicit Occurrences(const Params& params)
      : into_("step." + params.text("into")), observation_(params.text("of") == "observation") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column out(Level::step, batch.steps(), {.estimates = "count"}, batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      std::unordered_map<std::string_view, size_t> seen;
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        if (batch.kind(s) == StepKind::observe) continue;
        const size_t from = observation_ ? s + 1 : s;
        const bool there =
            from < batch.step_end(r) && (batch.kind(from) == StepKind::observe) == observation_;
        if (there) out.set(s, static_cast<double>(++seen[batch.text(from)]));
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string into_;
  bool observation_;
};

class Attenuate : public Operator {
 public:
  explicit Attenuate(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        by_(params.text("level") + "." + params.text("by")),
        exponent_(params.number("exponent")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column by = batch.column(by_);
    Column& column = batch.column(column_);
    for_each_trained_place(batch, column.level(), [&](size_t i) {
      if (!column.valid(i)) return;
      if (!by.valid(i)) return column.clear(i);
      if (by[i] < 1) {
        throw Error::input("a count of occurrences includes the present one")
            .field(by_)
            .found(fmt::format("{}", by[i]))
            .expected("1 or more");
      }
      column.set(i, column[i] * std::pow(by[i], -exponent_));
    });
  }

 private:
  std::string column_, by_;
  double exponent_;
};

}  // namespace

void register_repeats(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.occurrences",
       .summary = "how often the text of a step came up in its rollout so far",
       .paper = "2410.23022",
       .params = {text_param("of", "own", "whose text: the step's own, or the observation's after it",
                             {"own", "observation"}),
                  text_param("into", "occurrences", "step channel to write")},
       .writes = {"step.{into}"}},
      [](const Params& params) { return std::make_unique<Occurrences>(params); });
  registry.add({.name = "shape.attenuate",
                .summary = "divide a channel by a power of a count",
                .paper = "2410.23022",
                .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                           text_param("by", "occurrences", "channel of counts, 1 or more"),
                           number_param("exponent", kCountExponent, "power of the count", 0, 100)},
                .reads = {"{level}.{channel}", "{level}.{by}"},
                .writes = {"{level}.{channel}"}},
               [](const Params& params) { return std::make_unique<Attenuate>(params); });
}

}  // namespace gradus
