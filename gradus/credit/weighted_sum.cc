#include "gradus/credit/weighted_sum.h"

#include <fmt/format.h>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class WeightedSum : public Operator {
 public:
  explicit WeightedSum(const Params& params)
      : from_(params.fill("{level}.{from}")),
        weights_(params.numbers("weights")),
        level_(level_from_name(params.text("level"))),
        into_(params.text("level") + "." + params.text("into")) {
    if (weights_.size() != from_.size()) {
      throw Error::input("credit.sum needs one weight per channel")
          .field("weights")
          .found(fmt::format("{} weights for {} channels", weights_.size(), from_.size()));
    }
    for (const double weight : weights_) {
      if (weight == 0) {
        throw Error::input("credit.sum has a weight of zero")
            .field("weights")
            .hint("leave that channel out of 'from'");
      }
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    std::vector<const Column*> channels;
    for (const std::string& name : from_) channels.push_back(&batch.column(name));
    Column out(level_, batch.size(level_), {.estimates = "advantage"}, batch.precision());
    for_each_trained_place(batch, level_, [&](size_t i) { add(channels, i, out); });
    batch.put_column(into_, std::move(out));
  }

 private:
  void add(const std::vector<const Column*>& channels, size_t i, Column& out) const {
    double sum = 0;
    bool any = false;
    for (size_t c = 0; c < channels.size(); ++c) {
      if (!channels[c]->valid(i)) continue;
      sum += weights_[c] * (*channels[c])[i];
      any = true;
    }
    if (any) out.set(i, sum);
  }

  std::vector<std::string> from_;
  std::vector<double> weights_;
  Level level_;
  std::string into_;
};

}  // namespace

void register_weighted_sum(OperatorRegistry& registry) {
  registry.add({.name = "credit.sum",
                .summary = "add advantages of several channels with weights",
                .paper = "2402.03300 (weights are ours)",
                .params = {texts_param("from", nullptr, "channels to add"), level_param("token"),
                           numbers_param("weights", nullptr, "one weight per channel, none zero"),
                           text_param("into", "advantage",
                                      "channel to write; the trainer reads token channel 'advantage'")},
                .reads = {"{level}.{from}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<WeightedSum>(params); });
}

}  // namespace gradus
