#include "gradus/reward/shift.h"

#include "gradus/reward/places.h"

namespace gradus {

namespace {

class Shift : public Operator {
 public:
  explicit Shift(const Params& params)
      : from_(params.text("level") + "." + params.text("channel")),
        into_(params.text("level") + "." + params.text("into")),
        by_(params.integer("by")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& column = batch.column(from_);
    Column out(column.level(), column.size(), column.info(), batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::vector<size_t> places = trained_places(batch, column.level(), r);
      const int64_t count = static_cast<int64_t>(places.size());
      for (int64_t k = std::max<int64_t>(0, -by_); k < std::min(count, count - by_); ++k) {
        const size_t source = places[static_cast<size_t>(k + by_)];
        if (column.valid(source)) out.set(places[static_cast<size_t>(k)], column[source]);
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string from_, into_;
  int64_t by_;
};

}  // namespace

void register_shift(OperatorRegistry& registry) {
  registry.add({.name = "shape.shift",
                .summary = "the value of a later or earlier step of the same rollout",
                .paper = "2509.09265",
                .params = {text_param("channel", nullptr, "channel to read"),
                           text_param("level", "step", "level of the channels", {"step", "token"}),
                           integer_param("by", 1, "how many places later; negative: earlier", -1e6, 1e6),
                           text_param("into", nullptr, "channel to write, of the same level")},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<Shift>(params); });
}

}  // namespace gradus
