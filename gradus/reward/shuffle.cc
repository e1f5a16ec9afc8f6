#include "gradus/reward/shuffle.h"

#include <algorithm>

#include "gradus/reward/pool.h"

namespace gradus {

namespace {

class Shuffle : public Operator {
 public:
  explicit Shuffle(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        pool_(pool_from_name(params.text("pool"))) {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    Column& column = batch.column(column_);
    const std::vector<size_t> pools = pools_of(batch, column.level(), pool_);
    std::vector<std::vector<size_t>> members;
    for (size_t s = 0; s < pools.size(); ++s) {
      if (!column.valid(s) || pools[s] == kNoPool) continue;
      members.resize(std::max(members.size(), pools[s] + 1));
      members[pools[s]].push_back(s);
    }
    for (size_t pool = 0; pool < members.size(); ++pool) {
      std::vector<double> values;
      for (const size_t s : members[pool]) values.push_back(column[s]);
      Stream stream = context.random.child(pool);
      stream.shuffle(std::span(values));
      for (size_t i = 0; i < values.size(); ++i) column.set(members[pool][i], values[i]);
    }
  }

 private:
  std::string column_;
  Pool pool_;
};

}  // namespace

void register_shuffle(OperatorRegistry& registry) {
  registry.add({.name = "shape.shuffle",
                .summary = "permute a channel over a pool: the control without information",
                .paper = "post_eval protocol",
                .params = {text_param("channel", nullptr, "channel to permute"), level_param("step"),
                           text_param("pool", "batch", "which values change places", pool_names())},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"},
                .scope = "{pool}"},
               [](const Params& params) { return std::make_unique<Shuffle>(params); });
}

}  // namespace gradus
