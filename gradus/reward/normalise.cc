#include "gradus/reward/normalise.h"

#include "gradus/reward/pool.h"

namespace gradus {

namespace {

class Normalise : public Operator {
 public:
  explicit Normalise(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        pool_(pool_from_name(params.text("pool"))),
        scale_(params.text("scale") == "std"),
        epsilon_(params.number("epsilon")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    const std::vector<size_t> pools = pools_of(batch, column.level(), pool_);
    const std::vector<PoolStatistics> statistics = pool_statistics(column, pools);
    for (size_t s = 0; s < column.size(); ++s) {
      if (!column.valid(s)) continue;
      const PoolStatistics& pool = statistics[pools[s]];
      const double centred = pool.constant ? 0.0 : column[s] - pool.mean;
      column.set(s, scale_ ? centred / (pool.deviation + epsilon_) : centred);
    }
  }

 private:
  std::string column_;
  Pool pool_;
  bool scale_;
  double epsilon_;
};

}  // namespace

void register_normalise(OperatorRegistry& registry) {
  registry.add({.name = "shape.normalise",
                .summary = "centre and scale a channel over a pool",
                .paper = "2402.03300",
                .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                           text_param("pool", "group", "which values are measured together", pool_names()),
                           text_param("scale", "std", "divide by the sample standard deviation, or not",
                                      {"std", "none"}),
                           number_param("epsilon", 1e-6, "added to the standard deviation", 0, 1)},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"},
                .scope = "{pool}"},
               [](const Params& params) { return std::make_unique<Normalise>(params); });
}

}  // namespace gradus
