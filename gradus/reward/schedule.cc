#include "gradus/reward/schedule.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class Scheduled : public Operator {
 public:
  explicit Scheduled(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        schedule_(params.numbers("at"), params.numbers("scale"), params.text("form") == "stage") {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    Column& column = batch.column(column_);
    const double scale = schedule_(static_cast<double>(context.updates));
    for_each_trained_place(batch, column.level(), [&](size_t i) {
      if (column.valid(i)) column.set(i, scale * column[i]);
    });
  }

 private:
  std::string column_;
  Schedule schedule_;
};

}  // namespace

Schedule::Schedule(std::vector<double> at, std::vector<double> scale, bool stages)
    : at_(std::move(at)), scale_(std::move(scale)), stages_(stages) {
  if (at_.empty() || at_.size() != scale_.size()) {
    throw Error::input("a schedule needs one scale for every point")
        .field("scale")
        .found(fmt::format("{} scales for {} points", scale_.size(), at_.size()));
  }
  if (std::adjacent_find(at_.begin(), at_.end(), std::greater_equal<>()) != at_.end()) {
    throw Error::input("the points of a schedule must rise")
        .field("at")
        .found(fmt::format("{}", fmt::join(at_, ", ")));
  }
}

double Schedule::operator()(double updates) const {
  const size_t next = static_cast<size_t>(std::upper_bound(at_.begin(), at_.end(), updates) - at_.begin());
  if (next == 0) return scale_.front();
  if (stages_ || next == at_.size()) return scale_[next - 1];
  const double share = (updates - at_[next - 1]) / (at_[next] - at_[next - 1]);
  return scale_[next - 1] + share * (scale_[next] - scale_[next - 1]);
}

void register_schedule(OperatorRegistry& registry) {
  registry.add({.name = "shape.schedule",
                .summary = "weigh a channel by how many updates the policy has had",
                .paper = "2504.13958",
                .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                           numbers_param("at", nullptr, "updates of the policy, rising", 0, 1e12),
                           numbers_param("scale", nullptr, "the weight at each of these points", -1e6, 1e6),
                           text_param("form", "linear", "between the points", {"linear", "stage"})},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"}},
               [](const Params& params) { return std::make_unique<Scheduled>(params); });
}

}  // namespace gradus
