#include "gradus/credit/weighted_sum.h"

#include <fmt/format.h>

namespace gradus {

namespace {

class WeightedSum : public Operator {
 public:
  explicit WeightedSum(const Params& params)
      : from_(params.fill("token.{from}")),
        weights_(params.numbers("weights")),
        into_("token." + params.text("into")) {
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
    std::vector<double> sums(batch.tokens(), 0.0);
    std::vector<uint8_t> any(batch.tokens(), 0);
    for (size_t c = 0; c < from_.size(); ++c) {
      const Column& channel = batch.column(from_[c]);
      for (size_t t = 0; t < batch.tokens(); ++t) {
        if (!channel.valid(t)) continue;
        sums[t] += weights_[c] * channel[t];
        any[t] = 1;
      }
    }
    Column& out = batch.add_column(into_, {.estimates = "advantage"});
    for (size_t t = 0; t < batch.tokens(); ++t) {
      if (any[t]) out.set(t, sums[t]);
    }
  }

 private:
  std::vector<std::string> from_;
  std::vector<double> weights_;
  std::string into_;
};

}  // namespace

void register_weighted_sum(OperatorRegistry& registry) {
  registry.add(
      {.name = "credit.sum",
       .summary = "add token advantages of several channels with weights",
       .paper = "2402.03300 (weights are ours)",
       .params = {texts_param("from", nullptr, "token channels to add"),
                  numbers_param("weights", nullptr, "one weight per channel, none zero"),
                  text_param("into", "advantage", "token channel to write; the trainer reads 'advantage'")},
       .reads = {"token.{from}"},
       .writes = {"token.{into}"}},
      [](const Params& params) { return std::make_unique<WeightedSum>(params); });
}

}  // namespace gradus
