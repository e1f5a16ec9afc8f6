#include "gradus/reward/normalise.h"

#include "gradus/reward/pool.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

enum class Centre { mean, leave_one_out, none };

Centre centre_from_name(const std::string& name) {
  return name == "mean" ? Centre::mean : name == "none" ? Centre::none : Centre::leave_one_out;
}

class Normalise : public Operator {
 public:
  explicit Normalise(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        pool_(params.text("pool")),
        key_(params.text("key").empty() ? "" : params.text("level") + "." + params.text("key")),
        centre_(centre_from_name(params.text("centre"))),
        scale_(params.text("scale") == "std"),
        own_(params.text("singleton") == "own"),
        by_(params.text("by").empty() ? "" : "rollout." + params.text("by")),
        released_(params.text("variant") == "released"),
        epsilon_(params.number("epsilon")) {
    if ((pool_ == "key") == key_.empty()) {
      throw Error::input("shape.normalise needs 'key' for the pool of that name, and only for it")
          .field("key")
          .found("pool = '" + pool_ + "', key = '" + params.text("key") + "'");
    }
    if (!by_.empty() && pool_ == "key") {
      throw Error::input("shape.normalise measures 'by' over rollouts, which have no key").field("by");
    }
    if (released_ && by_.empty()) {
      throw Error::input("shape.normalise has a released variant only where 'by' is measured")
          .field("variant")
          .hint("give 'by', or leave 'variant' out");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    if (!by_.empty()) return apply_by(batch, batch.column(by_), column);
    const std::vector<size_t> pools = key_.empty() ? pools_of(batch, column.level(), pool_from_name(pool_))
                                                   : pools_by_key(batch, batch.column(key_));
    const std::vector<PoolStatistics> statistics = pool_statistics(column, pools);
    for_each_valid(batch, column, [&](size_t i) {
      if (pools[i] == kNoPool) {
        column.clear(i);
      } else {
        column.set(i, scaled(column[i], statistics[pools[i]]));
      }
    });
  }

 private:
  double scaled(double value, const PoolStatistics& pool) const {
    if (pool.count == 1) return !own_ ? 0.0 : scale_ ? value / (1.0 + epsilon_) : value;
    const double apart = centred(value, pool), divisor = pool.deviation + epsilon_;
    return scale_ && !pool.constant && divisor > 0 ? apart / divisor : apart;
  }

  double centred(double value, const PoolStatistics& pool) const {
    if (centre_ == Centre::none) return value;
    if (pool.constant) return 0.0;
    if (centre_ == Centre::mean) return value - pool.mean;
    return value - (pool.sum - value) / static_cast<double>(pool.count - 1);
  }

  void apply_by(const RolloutBatch& batch, const Column& measured, Column& column) const {
    const std::vector<size_t> pools = pools_of(batch, Level::rollout, pool_from_name(pool_));
    const std::vector<PoolStatistics> statistics = pool_statistics(measured, pools);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const PoolStatistics& pool = statistics[pools[r]];
      for_each_valid(batch, column, r, [&](size_t i) {
        if (pool.count == 0) {
          column.clear(i);
        } else {
          column.set(i, scaled_by(centred_by(column[i], pool, measured, r), pool));
        }
      });
    }
  }

  double centred_by(double value, const PoolStatistics& pool, const Column& measured, size_t rollout) const {
    if (centre_ == Centre::none || (own_ && pool.count == 1)) return value;
    const double count = static_cast<double>(pool.count), apart = value - pool.mean;
    if (centre_ == Centre::mean || pool.count == 1) return apart;
    if (released_) return apart * count / (count - 1);
    if (pool.constant) return apart;
    const bool counts = measured.valid(rollout);
    const double others = counts ? (pool.sum - measured[rollout]) / (count - 1) : pool.mean;
    return value - others;
  }

  double scaled_by(double value, const PoolStatistics& pool) const {
    if (!scale_ || (pool.constant && pool.count > 1 && !released_)) return value;
    const double divisor = (pool.count == 1 ? 1.0 : pool.deviation) + epsilon_;
    return divisor > 0 ? value / divisor : value;
  }

  std::string column_, pool_, key_;
  Centre centre_;
  bool scale_, own_;
  std::string by_;
  bool released_;
  double epsilon_;
};

std::vector<std::string> pools_and_key() {
  std::vector<std::string> names = pool_names();
  names.push_back("key");
  return names;
}

}  // namespace

void register_normalise(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.normalise",
       .summary = "centre and scale a channel over a pool",
       .paper = "2402.03300, 2505.10978 (key), 2502.01456 (by)",
       .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                  text_param("pool", "group", "which values are measured together", pools_and_key()),
                  text_param("key", "", "for pool key: channel whose equal values in a group form a pool"),
                  text_param("centre", "mean", "what is taken off", {"mean", "leave_one_out", "none"}),
                  text_param("scale", "std", "divide by the sample standard deviation, or not",
                             {"std", "none"}),
                  number_param("epsilon", 1e-6, "added to the standard deviation", 0, 1),
                  text_param("singleton", "zero", "a pool of one: 0, or its own value (mean 0, deviation 1)",
                             {"zero", "own"}),
                  text_param("by", "", "rollout channel that is measured instead of the channel itself"),
                  text_param("variant", "paper", "with 'by': how leave_one_out and a lack of spread count",
                             {"paper", "released"})},
       .reads = {"{level}.{channel}", "{level}.{key}", "rollout.{by}"},
       .writes = {"{level}.{channel}"},
       .scope = "{pool}"},
      [](const Params& params) { return std::make_unique<Normalise>(params); });
}

}  // namespace gradus
