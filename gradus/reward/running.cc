#include "gradus/reward/running.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/base/quantile.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

std::vector<double> trained_values(const RolloutBatch& batch, const Column& column) {
  std::vector<double> values;
  for_each_valid(batch, column, [&](size_t i) { values.push_back(column[i]); });
  return values;
}

template <class Change>
void change_values(const RolloutBatch& batch, Column& column, Change change) {
  for_each_valid(batch, column, [&](size_t i) { column.set(i, change(column[i])); });
}

class Running : public Operator {
 public:
  explicit Running(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        measure_(params.text("measure").empty() ? column_
                                                : params.text("level") + "." + params.text("measure")),
        prior_count_(params.number("prior_count")),
        centre_(params.flag("centre")),
        epsilon_(params.number("epsilon")) {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    RunningMoments moments{.count = prior_count_};
    Json* const memory = context.memory;
    if (memory && !memory->is_null())
      moments = {memory->at("mean"), memory->at("variance"), memory->at("count")};
    moments.add(moments_of(std::span<const double>(trained_values(batch, batch.column(measure_)))));
    if (memory) *memory = {{"mean", moments.mean}, {"variance", moments.variance}, {"count", moments.count}};
    const double scale = std::sqrt(moments.variance + epsilon_), mean = centre_ ? moments.mean : 0.0;
    change_values(batch, batch.column(column_), [&](double r) { return (r - mean) / scale; });
  }

 private:
  std::string column_, measure_;
  double prior_count_;
  bool centre_;
  double epsilon_;
};

class Percentile : public Operator {
 public:
  explicit Percentile(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        low_(params.number("low")),
        high_(params.number("high")),
        floor_(params.number("floor")),
        decay_(params.number("decay")) {
    if (low_ >= high_) {
      throw Error::input("shape.percentile needs low below high")
          .field("low")
          .found(fmt::format("low {}, high {}", low_, high_));
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    Column& column = batch.column(column_);
    std::vector<double> values = trained_values(batch, column);
    if (values.empty()) return;
    double range = quantile(values, high_ / 100) - quantile(values, low_ / 100);
    Json* const memory = context.memory;
    if (memory && !memory->is_null()) {
      range = decay_ * memory->at("range").get<double>() + (1 - decay_) * range;
    }
    if (memory) *memory = {{"range", range}};
    const double scale = std::max(floor_, range);
    change_values(batch, column, [&](double r) { return r / scale; });
  }

 private:
  std::string column_;
  double low_, high_, floor_, decay_;
};

}  // namespace

void RunningMoments::add(const Moments& batch) {
  if (batch.count == 0) return;
  const double here = static_cast<double>(batch.count), total = count + here, apart = batch.mean - mean;
  const double squares = variance * count + batch.variance() * here + apart * apart * (count * here / total);
  mean += apart * (here / total);
  variance = squares / total;
  count = total;
}

void register_running(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.running",
       .summary = "centre and scale a channel by its moments over all batches so far",
       .paper = "2410.23022",
       .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                  text_param("measure", "", "channel whose moments are taken; empty: the channel itself"),
                  number_param("prior_count", RunningMoments{}.count,
                               "weight of the mean 0 and variance 1 that it starts from", 1e-12, 1e12),
                  flag_param("centre", true, "take the mean off"),
                  number_param("epsilon", 0.0, "added to the variance", 0, 1)},
       .reads = {"{level}.{channel}", "{level}.{measure}"},
       .writes = {"{level}.{channel}"},
       .scope = "batch"},
      [](const Params& params) { return std::make_unique<Running>(params); });
  registry.add({.name = "shape.percentile",
                .summary = "scale a channel by the range between two percentiles over the batches so far",
                .paper = "2301.04104",
                .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                           number_param("low", 5.0, "lower percentile", 0, 100),
                           number_param("high", 95.0, "upper percentile", 0, 100),
                           number_param("floor", 1.0, "smallest divisor", 1e-12, 1e12),
                           number_param("decay", 0.99, "share of the range so far that is kept", 0, 1)},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"},
                .scope = "batch"},
               [](const Params& params) { return std::make_unique<Percentile>(params); });
}

}  // namespace gradus
