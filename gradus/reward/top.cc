#include "gradus/reward/top.h"

#include <algorithm>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class Top : public Operator {
 public:
  explicit Top(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        k_(static_cast<size_t>(params.integer("k"))),
        both_(params.text("sides") == "both") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    std::vector<size_t> places;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      places.clear();
      size_t nonzero = 0;
      for_each_valid(batch, column, r, [&](size_t i) {
        places.push_back(i);
        nonzero += column[i] != 0;
      });
      if (nonzero >= k_) keep(places, column);
    }
  }

 private:
  void keep(std::vector<size_t>& places, Column& column) const {
    const size_t largest = both_ ? k_ / 2 : k_, smallest = both_ ? k_ / 2 : 0;
    std::stable_sort(places.begin(), places.end(), [&](size_t a, size_t b) { return column[a] > column[b]; });
    places.erase(places.begin(), places.begin() + static_cast<ptrdiff_t>(largest));
    std::sort(places.begin(), places.end());
    std::stable_sort(places.begin(), places.end(), [&](size_t a, size_t b) { return column[a] < column[b]; });
    for (size_t n = smallest; n < places.size(); ++n) column.set(places[n], 0.0);
  }

  std::string column_;
  size_t k_;
  bool both_;
};

}  // namespace

void register_top(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.top",
       .summary = "the k most extreme values of every rollout; the others become 0",
       .paper = "2510.10201",
       .params = {text_param("channel", nullptr, "channel to change"),
                  text_param("level", "token", "level of the channel", {"step", "token"}),
                  integer_param("k", 15, "how many are kept", 1, 1e9),
                  text_param("sides", "high", "the largest, or as many of either end", {"high", "both"})},
       .reads = {"{level}.{channel}"},
       .writes = {"{level}.{channel}"}},
      [](const Params& params) { return std::make_unique<Top>(params); });
}

}  // namespace gradus
