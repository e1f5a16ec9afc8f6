#include "gradus/credit/peer_baseline.h"

#include <algorithm>

#include "gradus/reward/pool.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

// What a rollout, or a group of them, puts into the baseline of others: sum / weight.
struct Share {
  double sum = 0, weight = 0;
};

class PeerBaseline : public Operator {
 public:
  explicit PeerBaseline(const Params& params)
      : level_(level_from_name(params.text("level"))),
        from_(params.text("level") + "." + params.text("channel")),
        into_(params.text("level") + "." + params.text("into")),
        per_token_(params.text("per") == "token"),
        spare_ends_(params.flag("spare_ends")),
        padded_(params.text("variant") == "released"),
        own_(params.text("singleton") == "own") {
    if (padded_ && !per_token_) {
      throw Error::input("credit.peer_baseline counts the padded width in tokens")
          .field("per")
          .found("variant = 'released', per = 'value'")
          .expected("per = 'token'");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column values = batch.column(from_);
    const std::vector<size_t> groups = group_numbers(batch);
    const std::vector<PoolStatistics> pools = pool_statistics(values, pools_of(batch, level_, Pool::group));
    std::vector<Share> own(batch.rollouts()), all(batch.rollouts());
    std::vector<uint8_t> whole(batch.rollouts(), 1);  // of a group: no trained place without a value
    const double width = padded_width(batch);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      bool complete = true;
      own[r] = share_of(batch, values, r, width, complete);
      whole[groups[r]] &= complete;
      all[groups[r]].sum += own[r].sum;
      all[groups[r]].weight += own[r].weight;
    }
    Column out(level_, values.size(), values.info(), batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const size_t g = groups[r];
      const bool even = !per_token_ || (level_ == Level::token && whole[g]);
      const bool zero = !padded_ && even && g < pools.size() && pools[g].constant;
      const Share others{all[g].sum - own[r].sum, all[g].weight - own[r].weight};
      const bool alone = !(others.weight > 0);
      for_each_valid(batch, values, r, [&](size_t i) {
        out.set(i, alone  ? (own_ ? values[i] : 0.0)
                   : zero ? 0.0
                          : values[i] - others.sum / others.weight * units(batch, i));
      });
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  Share share_of(const RolloutBatch& batch, const Column& values, size_t rollout, double width,
                 bool& complete) const {
    double sum = 0;
    size_t count = 0;
    for_each_trained_place(batch, level_, rollout, [&](size_t i) {
      complete = complete && values.valid(i);
      if (!values.valid(i)) return;
      sum += values[i];
      ++count;
    });
    if (padded_) return {sum, width};
    if (count == 0) return {};
    if (per_token_) return {sum, static_cast<double>(trained_tokens(batch, rollout))};
    return {sum / static_cast<double>(count), 1};
  }

  double padded_width(const RolloutBatch& batch) const {
    size_t width = 0;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      width = std::max(width, batch.last_token(r) - batch.first_token(r));
    }
    return static_cast<double>(width);
  }

  double units(const RolloutBatch& batch, size_t i) const {
    if (!per_token_ || level_ == Level::token) return 1;
    const size_t tokens = trained_tokens_of_step(batch, i);
    return static_cast<double>(spare_ends_ && tokens > 0 ? tokens - 1 : tokens);
  }

  Level level_;
  std::string from_, into_;
  bool per_token_, spare_ends_, padded_, own_;
};

}  // namespace

void register_peer_baseline(OperatorRegistry& registry) {
  registry.add(
      {.name = "credit.peer_baseline",
       .summary = "step or token rewards minus what the group's other rollouts earn per token or per step",
       .paper = "2504.15275",
       .params = {text_param("channel", nullptr, "channel to read"),
                  text_param("level", "step", "level of the channels", {"step", "token"}),
                  text_param("per", "token", "what the others' earnings are counted per", {"token", "value"}),
                  flag_param("spare_ends", false, "do not count the last token of a step"),
                  text_param("variant", "paper", "released: every rollout counts the padded width",
                             {"paper", "released"}),
                  text_param("singleton", "zero", "no others to compare with: 0, or the value itself",
                             {"zero", "own"}),
                  text_param("into", nullptr, "channel to write")},
       .reads = {"{level}.{channel}"},
       .writes = {"{level}.{into}"},
       .scope = "group"},
      [](const Params& params) { return std::make_unique<PeerBaseline>(params); });
}

}  // namespace gradus
