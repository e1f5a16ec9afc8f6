#include "gradus/reward/gate.h"

#include "gradus/reward/places.h"

namespace gradus {

namespace {

enum class Rule { positive, same_sign, product };

class Gate : public Operator {
 public:
  Gate(const Params& params, Rule rule, double factor)
      : column_(params.text("level") + "." + params.text("channel")),
        by_(params.text("by_level") + "." + params.text("by")),
        rule_(rule),
        factor_(factor) {
    if (level_from_name(params.text("by_level")) > level_from_name(params.text("level"))) {
      throw Error::input("the values that gate or weigh stand at a finer level than the channel")
          .field("by_level")
          .found(params.text("by_level"))
          .expected(params.text("level") + " or coarser");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column by = batch.column(by_);  // its own copy: it may be the channel itself
    Column& column = batch.column(column_);
    const std::vector<size_t> holder = holders(batch, column.level(), by.level());
    for_each_trained_place(batch, column.level(), [&](size_t i) {
      if (!column.valid(i)) return;
      if (by.valid(holder[i])) {
        column.set(i, column[i] * weight(column[i], by[holder[i]]));
      } else {
        column.clear(i);
      }
    });
  }

 private:
  double weight(double value, double by) const {
    if (rule_ == Rule::product) return by;
    return (rule_ == Rule::positive ? by > 0 : (value >= 0) == (by > 0)) ? 1.0 : factor_;
  }

  std::string column_, by_;
  Rule rule_;
  double factor_;
};

std::vector<ParamSpec> two_channels(std::string help) {
  return {text_param("channel", nullptr, "channel to change"), level_param("step"),
          text_param("by", nullptr, std::move(help)),
          text_param("by_level", "step", "level of the other channel, the same or a coarser one",
                     {"rollout", "step", "token"})};
}

}  // namespace

void register_gate(OperatorRegistry& registry) {
  std::vector<ParamSpec> gate = two_channels("channel of the gate");
  gate.push_back(text_param("when", "positive", "what opens the gate: a positive value, or the same sign",
                            {"positive", "same_sign"}));
  gate.push_back(number_param("factor", 0.0, "what is left of a value that does not pass", 0, 1));
  registry.add({.name = "shape.gate",
                .summary = "let a channel through where another one allows it",
                .paper = "2512.03244",
                .params = gate,
                .reads = {"{level}.{channel}", "{by_level}.{by}"},
                .writes = {"{level}.{channel}"}},
               [](const Params& params) {
                 const bool positive = params.text("when") == "positive";
                 return std::make_unique<Gate>(params, positive ? Rule::positive : Rule::same_sign,
                                               params.number("factor"));
               });
  registry.add({.name = "shape.multiply",
                .summary = "weigh a channel with another one",
                .paper = "2509.01684",
                .params = two_channels("channel of the weights"),
                .reads = {"{level}.{channel}", "{by_level}.{by}"},
                .writes = {"{level}.{channel}"}},
               [](const Params& params) { return std::make_unique<Gate>(params, Rule::product, 1.0); });
}

}  // namespace gradus
