#include "gradus/reward/first_valid.h"

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class FirstValid : public Operator {
 public:
  explicit FirstValid(const Params& params)
      : from_(params.fill("{level}.{from}")), into_(params.text("level") + "." + params.text("into")) {
    if (from_.empty()) throw Error::input("shape.first_valid needs at least one channel").field("from");
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& preferred = batch.column(from_.front());
    Column out(preferred.level(), preferred.size(), preferred.info(), batch.precision());
    for (const std::string& name : from_) {
      const Column& next = batch.column(name);
      for_each_trained_place(batch, out.level(), [&](size_t i) {
        if (!out.valid(i) && next.valid(i)) out.set(i, next[i]);
      });
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::vector<std::string> from_;
  std::string into_;
};

}  // namespace

void register_first_valid(OperatorRegistry& registry) {
  registry.add({.name = "shape.first_valid",
                .summary = "the first of several channels that has a value",
                .paper = "2509.01684",
                .params = {texts_param("from", nullptr, "channels, the preferred one first"),
                           level_param("step"), text_param("into", nullptr, "channel to write")},
                .reads = {"{level}.{from}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<FirstValid>(params); });
}

}  // namespace gradus
