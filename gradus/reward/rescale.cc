#include "gradus/reward/rescale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/reward/pool.h"
#include "gradus/reward/suffix.h"

namespace gradus {

namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

struct Extremes {
  double low = kNone, second = kNone, high = -kNone;  // second: the smallest value above low
  double sum = 0;
  size_t count = 0;

  void take(double value) {
    if (value < low) {
      second = low;
      low = value;
    } else if (value > low) {
      second = std::min(second, value);
    }
    high = std::max(high, value);
    sum += value;
    ++count;
  }
};

std::vector<Extremes> extremes_of(const Column& column, const std::vector<size_t>& pools) {
  std::vector<Extremes> out;
  for (size_t i = 0; i < pools.size(); ++i) {
    if (pools[i] == kNoPool || !column.valid(i)) continue;
    if (pools[i] >= out.size()) out.resize(pools[i] + 1);
    out[pools[i]].take(column[i]);
  }
  return out;
}

class Rescale : public Operator {
 public:
  explicit Rescale(const Params& params)
      : from_(params.text("level") + "." + params.text("channel")),
        into_(params.text("level") + "." + params.text("into")),
        form_(params.text("form")),
        pool_(pool_from_name(params.text("pool"))),
        second_(params.text("low") == "second"),
        epsilon_(params.number("epsilon")) {
    if (form_ == "largest_return" && params.text("level") == "rollout") {
      throw Error::input("rollouts have no return to scale by").field("level").expected("step or token");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& column = batch.column(from_);
    const std::vector<size_t> pools = pools_of(batch, column.level(), pool_);
    const bool by_return = form_ == "largest_return";
    const std::vector<Extremes> extremes =
        by_return ? extremes_of(suffixes_of(batch, column, SuffixForm::sum, 1.0), pools)
                  : extremes_of(column, pools);
    Column out(column.level(), column.size(), column.info(), batch.precision());
    for (size_t i = 0; i < column.size(); ++i) {
      if (pools[i] == kNoPool || !column.valid(i)) continue;
      const auto [origin, divisor] = scale_of(extremes[pools[i]]);
      if (divisor != 0) out.set(i, (column[i] - origin) / divisor);
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::pair<double, double> scale_of(const Extremes& pool) const {
    if (form_ == "largest_return") return {0, std::max(std::abs(pool.low), std::abs(pool.high)) + epsilon_};
    if (form_ == "mean") return {0, pool.sum / static_cast<double>(pool.count) + epsilon_};
    const double low = second_ ? pool.second : pool.low;
    return {low, std::isfinite(low) ? pool.high - low + epsilon_ : 0};
  }

  std::string from_, into_, form_;
  Pool pool_;
  bool second_;
  double epsilon_;
};

}  // namespace

void register_rescale(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.rescale",
       .summary = "values relative to the range, the mean or the largest return of their pool",
       .paper = "2509.09265, 2510.10201 (min_max), 2509.01684 (mean), 2502.01456 (largest_return)",
       .params = {text_param("channel", nullptr, "channel to read"), level_param("step"),
                  text_param("form", "min_max", "relative to what", {"min_max", "mean", "largest_return"}),
                  text_param("pool", "batch", "which values are measured together",
                             {"rollout", "group", "batch"}),
                  text_param("low", "smallest", "for min_max: the value that becomes 0",
                             {"smallest", "second"}),
                  number_param("epsilon", 1e-8, "added to the divisor", 0, 1),
                  text_param("into", nullptr, "channel to write, of the same level")},
       .reads = {"{level}.{channel}"},
       .writes = {"{level}.{into}"},
       .scope = "{pool}"},
      [](const Params& params) { return std::make_unique<Rescale>(params); });
}

}  // namespace gradus
