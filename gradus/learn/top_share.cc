#include "gradus/learn/top_share.h"

#include "gradus/base/quantile.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class TopShare : public Operator {
 public:
  explicit TopShare(const Params& params)
      : channel_("token." + params.text("channel")),
        share_(params.number("share")),
        into_("token." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column source = batch.column(channel_);
    std::vector<size_t> tokens;
    std::vector<double> values;
    for_each_valid(batch, source, [&](size_t t) {
      tokens.push_back(t);
      values.push_back(source[t]);
    });
    Column& out = batch.add_column(into_);
    if (tokens.empty()) return;
    std::vector<double> ranked = values;
    const double least = quantile(ranked, 1 - share_);
    for (size_t i = 0; i < tokens.size(); ++i) out.set(tokens[i], values[i] >= least);
  }

 private:
  std::string channel_;
  double share_;
  std::string into_;
};

}  // namespace

void register_top_share(OperatorRegistry& registry) {
  registry.add({.name = "loss.top_share",
                .summary = "1 on the tokens with the largest values of the batch, 0 on the others",
                .paper = "2506.01939",
                .params = {text_param("channel", "entropy", "token channel to look at"),
                           number_param("share", 0.2, "share of the trained tokens", 0, 1),
                           text_param("into", "importance", "token channel to write")},
                .reads = {"token.{channel}"},
                .writes = {"token.{into}"},
                .scope = "batch"},
               [](const Params& params) { return std::make_unique<TopShare>(params); });
}

}  // namespace gradus
