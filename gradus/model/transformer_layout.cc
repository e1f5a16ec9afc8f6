#include "gradus/model/transformer_layout.h"

#include <cmath>
#include <string>

#include "gradus/base/error.h"
#include "gradus/base/random.h"

namespace gradus {

namespace {

constexpr int kMlpFactor = 4;

void check_size(const char* field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return;
  throw Error::input("the policy cannot be built")
      .field(field)
      .found(std::to_string(value))
      .expected(std::to_string(low) + ".." + std::to_string(high));
}

void check(const TransformerShape& shape) {
  check_size("vocabulary", shape.vocabulary, 4, 1'000'000);
  check_size("context", shape.context, 2, 65'536);
  check_size("layers", shape.layers, 1, 96);
  check_size("heads", shape.heads, 1, 128);
  check_size("width", shape.width, 8, 8'192);
  if (shape.width % shape.heads != 0) {
    throw Error::input("the policy cannot be built")
        .field("width")
        .found(std::to_string(shape.width))
        .expected("a multiple of heads = " + std::to_string(shape.heads));
  }
}

}  // namespace

TransformerLayout::TransformerLayout(const TransformerShape& given) : shape(given) {
  check(shape);
  const int64_t w = shape.width;
  inner = kMlpFactor * w;
  columns = shape.vocabulary - kFirstSayable;
  // Variance-preserving: each map has unit gain; the two that write to the residual share it over all blocks.
  const double unit = 1.0 / std::sqrt(static_cast<double>(w));
  const double residual = unit / std::sqrt(2.0 * shape.layers);
  const double residual_inner = residual / std::sqrt(static_cast<double>(kMlpFactor));
  embedding = place(shape.vocabulary, w, 0, unit, false);
  position = place(shape.context, w, 0, unit, false);
  blocks.resize(static_cast<size_t>(shape.layers));
  for (Block& block : blocks) {
    block.attention_norm = place_norm();
    block.qkv = place_linear(3 * w, w, unit);
    block.projection = place_linear(w, w, residual);
    block.mlp_norm = place_norm();
    block.up = place_linear(inner, w, unit);
    block.down = place_linear(w, inner, residual_inner);
  }
  final_norm = place_norm();
  head = place(columns, w, 0, 0.2 * unit, true);
}

TransformerLayout::Slot TransformerLayout::place(int64_t rows, int64_t width, double constant,
                                                 double deviation, bool decay) {
  slots_.push_back({size_, rows, width, constant, deviation, decay});
  size_ += slots_.back().size();
  return slots_.back();
}

TransformerLayout::Norm TransformerLayout::place_norm() {
  Norm out;
  out.gain = place(1, shape.width, 1, 0, false);
  out.bias = place(1, shape.width, 0, 0, false);
  return out;
}

TransformerLayout::Linear TransformerLayout::place_linear(int64_t rows, int64_t inputs, double deviation) {
  Linear out;
  out.weight = place(rows, inputs, 0, deviation, true);
  out.bias = place(1, rows, 0, 0, false);
  return out;
}

std::vector<float> TransformerLayout::initial(uint64_t seed) const {
  const Stream stream = Stream(seed).child("weights");
  std::vector<float> out;
  out.reserve(static_cast<size_t>(size_));
  for (size_t s = 0; s < slots_.size(); ++s) {
    Stream draw = stream.child(s);
    const Slot& slot = slots_[s];
    for (int64_t i = 0; i < slot.size(); ++i) {
      out.push_back(static_cast<float>(slot.deviation > 0 ? slot.deviation * draw.normal() : slot.constant));
    }
  }
  return out;
}

}  // namespace gradus
