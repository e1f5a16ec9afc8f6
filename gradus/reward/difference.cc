#include "gradus/reward/difference.h"

#include <optional>

#include "gradus/reward/places.h"

namespace gradus {

namespace {

using Value = std::optional<double>;

class Difference : public Operator {
 public:
  explicit Difference(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        start_(params.text("start")),
        truncated_(params.text("truncated")),
        backward_(params.text("against") == "previous"),
        outside_(params.text("outside") == "zero" ? Value(0.0) : std::nullopt),
        last_is_zero_(params.text("last") == "zero"),
        gamma_(params.number("gamma")) {
    if (!start_.empty() && !backward_) {
      throw Error::input("a value before the first step is compared with nothing")
          .field("start")
          .hint("leave it out, or use against = \"previous\"");
    }
    if (!truncated_.empty() && !last_is_zero_) {
      throw Error::input("the last value counts as its own already")
          .field("truncated")
          .hint("leave it out, or use last = \"zero\"");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    const Column* const start = start_.empty() ? nullptr : &batch.column("rollout." + start_);
    const Column* const truncated = truncated_.empty() ? nullptr : &batch.column("rollout." + truncated_);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::vector<size_t> places = trained_places(batch, column.level(), r);
      std::vector<Value> values = values_at(column, places);
      const Value first = start && start->valid(r) ? Value((*start)[r]) : start ? std::nullopt : outside_;
      if (!known(values) && !(start && first)) continue;
      const bool cut = truncated && truncated->valid(r) && (*truncated)[r] != 0;
      if (last_is_zero_ && !cut && !values.empty()) values.back() = 0.0;
      write(column, places, values, first);
    }
  }

 private:
  static std::vector<Value> values_at(const Column& column, const std::vector<size_t>& places) {
    std::vector<Value> values;
    for (const size_t i : places) values.push_back(column.valid(i) ? Value(column[i]) : std::nullopt);
    return values;
  }

  static bool known(const std::vector<Value>& values) {
    for (const Value& value : values) {
      if (value) return true;
    }
    return false;
  }

  void write(Column& column, const std::vector<size_t>& places, const std::vector<Value>& values,
             const Value& first) const {
    Value neighbour = backward_ ? first : outside_;
    for (size_t n = 0; n < places.size(); ++n) {
      const size_t k = backward_ ? n : places.size() - 1 - n;
      if (!values[k]) continue;
      const double own = *values[k];
      if (neighbour) {
        column.set(places[k], backward_ ? gamma_ * own - *neighbour : own - gamma_ * *neighbour);
      } else {
        column.clear(places[k]);
      }
      neighbour = own;
    }
  }

  std::string column_, start_, truncated_;
  bool backward_;
  Value outside_;
  bool last_is_zero_;
  double gamma_;
};

}  // namespace

void register_difference(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.difference",
       .summary = "change of a value between neighbouring steps: progress, Delta, potential-based shaping",
       .paper = "2410.08146, 2410.15115, Ng, Harada, Russell 1999",
       .params = {text_param("channel", nullptr, "channel to change"),
                  text_param("level", "step", "level of the channel", {"step", "token"}),
                  text_param("against", "previous", "which neighbour is taken off", {"previous", "next"}),
                  number_param("gamma", 1.0, "discount of the later of the two", 0, 1),
                  text_param("start", "", "rollout channel: the value before the first step; empty: none"),
                  text_param("outside", "zero", "what a neighbour beyond the ends counts as",
                             {"zero", "missing"}),
                  text_param("last", "own", "what the last value counts as", {"own", "zero"}),
                  text_param("truncated", "",
                             "rollout channel: not 0 where the rollout was cut off, so that its last value "
                             "counts; empty: none")},
       .reads = {"{level}.{channel}", "rollout.{start}", "rollout.{truncated}"},
       .writes = {"{level}.{channel}"}},
      [](const Params& params) { return std::make_unique<Difference>(params); });
}

}  // namespace gradus
