#include "gradus/reward/affine.h"

namespace gradus {

namespace {

class Affine : public Operator {
 public:
  explicit Affine(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        scale_(params.number("scale")),
        shift_(params.number("shift")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    for (size_t s = 0; s < column.size(); ++s) {
      if (column.valid(s)) column.set(s, scale_ * column[s] + shift_);
    }
  }

 private:
  std::string column_;
  double scale_, shift_;
};

}  // namespace

void register_affine(OperatorRegistry& registry) {
  registry.add({.name = "shape.affine",
                .summary = "scale and shift a channel",
                .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                           number_param("scale", 1.0, "factor", -1e6, 1e6),
                           number_param("shift", 0.0, "added after scaling", -1e6, 1e6)},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"}},
               [](const Params& params) { return std::make_unique<Affine>(params); });
}

}  // namespace gradus
