#include "gradus/model/cpu/cpu_transformer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "gradus/base/error.h"
#include "gradus/model/cpu/attention_kernel.h"
#include "gradus/model/cpu/kernels.h"
#include "gradus/model/cpu/matrix_kernel.h"
#include "gradus/model/cpu/row_kernel.h"

namespace gradus {

namespace {

using Slot = TransformerLayout::Slot;

// A matrix of weights [outputs, inputs], packed for x W^T and for dy W.
struct PackedLinear {
  PackedMatrix forward, backward;
};

struct PackedBlock {
  PackedLinear qkv, projection, up, down;
};

struct KeptNorm {
  FloatBuffer unit, inverse, out;
};

// What a block computed: the backward pass reads it.
struct KeptBlock {
  KeptNorm attention_norm, mlp_norm;
  FloatBuffer qkv, probabilities, mixed, hidden, slope;
};

class CpuTransformer : public Network {
 public:
  CpuTransformer(const TransformerShape& shape, uint64_t seed)
      : layout_(shape),
        weights_(layout_.initial(seed)),
        packed_(layout_.blocks.size()),
        kept_(packed_.size()),
        memory_(packed_.size()) {
    gradient_.resize(weights_.size());
    mean_.resize(weights_.size());
    square_.resize(weights_.size());
  }

  const TransformerShape& shape() const override { return layout_.shape; }
  NetworkState state() const override { return {steps_, weights_, mean_, square_}; }
  void restore(const NetworkState& state) override;
  std::span<const float> logits(const PackedRows& rows, For use) override;
  void backward(std::span<const float> gradient) override;
  double step(const AdamStep& options) override;
  void remember(const PackedRows& rows, int64_t memory) override;
  std::span<const float> next(const NextTokens& tokens) override;

 private:
  const float* weight(const Slot& slot) const { return weights_.data() + slot.at; }
  float* gradient(const Slot& slot) { return gradient_.data() + slot.at; }
  int64_t width() const { return layout_.shape.width; }
  AttentionShape attention() const {
    return {layout_.shape.heads, layout_.shape.width / layout_.shape.heads};
  }

  void pack(bool backward);
  void pack(const Slot& slot, PackedLinear& packed, bool backward) const;
  float* embed(const std::vector<int64_t>& tokens, const std::vector<int64_t>& positions);
  void normalise_rows(const float* x, int64_t rows, const TransformerLayout::Norm& norm,
                      KeptNorm& kept) const;
  void linear(const float* x, int64_t rows, const Slot& bias, const PackedLinear& packed, float* out) const;
  float* project_qkv(size_t layer, const float* x, int64_t rows, KeptBlock& kept);
  void finish_block(size_t layer, float* x, int64_t rows, KeptBlock& kept, bool training);
  std::span<const float> head(const float* x, int64_t rows);
  void linear_backward(const float* out_gradient, const float* in, int64_t rows,
                       const TransformerLayout::Linear& slots);
  void finish_block_backward(size_t layer, float* x_gradient, int64_t rows);
  void attention_part_backward(size_t layer, float* x_gradient, const float* mixed_gradient);
  void norm_backward(const float* out_gradient, int64_t rows, const TransformerLayout::Norm& norm,
                     const KeptNorm& kept, float* x_gradient);
  void forget_packed() { packed_forward_ = packed_backward_ = false; }

  TransformerLayout layout_;
  std::vector<float> weights_, gradient_, mean_, square_;
  int64_t steps_ = 0;
  bool packed_forward_ = false, packed_backward_ = false;
  std::vector<PackedBlock> packed_;
  PackedLinear packed_head_;
  std::vector<KeptBlock> kept_;
  KeptNorm kept_final_;
  FloatBuffer x_, x_targets_, all_mixed_, logits_;
  std::vector<FloatBuffer> memory_;  // per layer: rows of keys and values
  PackedRows trained_;               // the rows that backward() is about
  FloatBuffer x_gradient_, target_gradient_, part_gradient_, hidden_gradient_, mixed_gradient_, all_gradient_;
  OuterSpace space_;
};

void CpuTransformer::restore(const NetworkState& state) {
  require(state.weights.size() == weights_.size() && state.mean.size() == weights_.size() &&
              state.square.size() == weights_.size(),
          "a state of this network");
  weights_ = state.weights;
  mean_ = state.mean;
  square_ = state.square;
  steps_ = state.steps;
  std::ranges::fill(gradient_, 0.0f);
  forget_packed();
}

void CpuTransformer::pack(const Slot& slot, PackedLinear& packed, bool backward) const {
  if (backward) {
    packed.backward.pack(weight(slot), slot.rows, slot.columns, slot.columns, 1);
  } else {
    packed.forward.pack(weight(slot), slot.columns, slot.rows, 1, slot.columns);
  }
}

// Once for all products until the weights change.
void CpuTransformer::pack(bool backward) {
  bool& done = backward ? packed_backward_ : packed_forward_;
  if (done) return;
  for (size_t layer = 0; layer < packed_.size(); ++layer) {
    const TransformerLayout::Block& block = layout_.blocks[layer];
    pack(block.qkv.weight, packed_[layer].qkv, backward);
    pack(block.projection.weight, packed_[layer].projection, backward);
    pack(block.up.weight, packed_[layer].up, backward);
    pack(block.down.weight, packed_[layer].down, backward);
  }
  pack(layout_.head, packed_head_, backward);
  done = true;
}

float* CpuTransformer::embed(const std::vector<int64_t>& tokens, const std::vector<int64_t>& positions) {
  const int64_t w = width();
  float* const x = x_.of(static_cast<int64_t>(tokens.size()) * w);
  for (size_t i = 0; i < tokens.size(); ++i) {
    float* const row = x + static_cast<int64_t>(i) * w;
    std::copy_n(weight(layout_.embedding) + tokens[i] * w, w, row);
    add_to(row, weight(layout_.position) + positions[i] * w, w);
  }
  return x;
}

void CpuTransformer::normalise_rows(const float* x, int64_t rows, const TransformerLayout::Norm& norm,
                                    KeptNorm& kept) const {
  normalise(x, rows, width(), {weight(norm.gain), weight(norm.bias)},
            {kept.unit.of(rows * width()), kept.inverse.of(rows)}, kept.out.of(rows * width()));
}

void CpuTransformer::linear(const float* x, int64_t rows, const Slot& bias, const PackedLinear& packed,
                            float* out) const {
  multiply({x, packed.forward.depth()}, rows, packed.forward, {weight(bias), 0},
           {out, packed.forward.columns()});
}

float* CpuTransformer::project_qkv(size_t layer, const float* x, int64_t rows, KeptBlock& kept) {
  const TransformerLayout::Block& block = layout_.blocks[layer];
  normalise_rows(x, rows, block.attention_norm, kept.attention_norm);
  float* const qkv = kept.qkv.of(rows * 3 * width());
  linear(kept.attention_norm.out.get(), rows, block.qkv.bias, packed_[layer].qkv, qkv);
  return qkv;
}

// x += projection of what attention mixed; then x += MLP(norm(x)).
void CpuTransformer::finish_block(size_t layer, float* x, int64_t rows, KeptBlock& kept, bool training) {
  const TransformerLayout::Block& block = layout_.blocks[layer];
  const PackedBlock& packed = packed_[layer];
  const int64_t w = width(), inner = layout_.inner;
  add_row(x, rows, w, weight(block.projection.bias));
  multiply({kept.mixed.get(), w}, rows, packed.projection.forward, {x, w}, {x, w});
  normalise_rows(x, rows, block.mlp_norm, kept.mlp_norm);
  float* const hidden = kept.hidden.of(rows * inner);
  linear(kept.mlp_norm.out.get(), rows, block.up.bias, packed.up, hidden);
  gelu(hidden, rows * inner, training ? kept.slope.of(rows * inner) : nullptr);
  add_row(x, rows, w, weight(block.down.bias));
  multiply({hidden, inner}, rows, packed.down.forward, {x, w}, {x, w});
}

std::span<const float> CpuTransformer::head(const float* x, int64_t rows) {
  normalise_rows(x, rows, layout_.final_norm, kept_final_);
  float* const out = logits_.of(rows * layout_.columns);
  multiply({kept_final_.out.get(), width()}, rows, packed_head_.forward, {nullptr, 0},
           {out, layout_.columns});
  return {out, static_cast<size_t>(rows * layout_.columns)};
}

// The rows of `x` that are wanted.
void keep_rows(const float* x, int64_t width, const std::vector<int64_t>& wanted, FloatBuffer& kept) {
  float* const out = kept.of(static_cast<int64_t>(wanted.size()) * width);
  for (size_t i = 0; i < wanted.size(); ++i) {
    std::copy_n(x + wanted[i] * width, width, out + static_cast<int64_t>(i) * width);
  }
}

std::span<const float> CpuTransformer::logits(const PackedRows& rows, For use) {
  const bool training = use == For::training;
  pack(false);
  const int64_t w = width(), count = rows.rows(), targets = rows.targets();
  float* x = embed(rows.tokens, rows.positions);
  for (size_t layer = 0; layer < packed_.size(); ++layer) {
    KeptBlock& kept = kept_[training ? layer : 0];
    const float* const qkv = project_qkv(layer, x, count, kept);
    const bool last = layer + 1 == packed_.size();
    float* const mixed = (last ? all_mixed_ : kept.mixed).of(count * w);
    attention_forward(attention(), rows.segments, {qkv, qkv + w, qkv + 2 * w, 3 * w, 3 * w}, mixed,
                      kept.probabilities.of(attention_probabilities(attention(), rows.segments)));
    if (last) {  // only what is predicted matters from here on
      keep_rows(mixed, w, rows.target_rows, kept.mixed);
      keep_rows(x, w, rows.target_rows, x_targets_);
      x = x_targets_.get();
    }
    finish_block(layer, x, last ? targets : count, kept, training);
  }
  if (training) trained_ = rows;
  return head(x, targets);
}

void CpuTransformer::remember(const PackedRows& rows, int64_t memory) {
  pack(false);
  const int64_t w = width(), count = rows.rows();
  float* const x = embed(rows.tokens, rows.positions);
  KeptBlock& kept = kept_[0];
  for (size_t layer = 0; layer < packed_.size(); ++layer) {
    const float* const qkv = project_qkv(layer, x, count, kept);
    float* const remembered = memory_[layer].of(memory * 2 * w);
    for (int64_t r = 0; r < count; ++r) std::copy_n(qkv + r * 3 * w + w, 2 * w, remembered + r * 2 * w);
    if (layer + 1 == packed_.size()) break;
    attention_forward(attention(), rows.segments, {qkv, qkv + w, qkv + 2 * w, 3 * w, 3 * w},
                      kept.mixed.of(count * w),
                      kept.probabilities.of(attention_probabilities(attention(), rows.segments)));
    finish_block(layer, x, count, kept, false);
  }
}

std::span<const float> CpuTransformer::next(const NextTokens& tokens) {
  pack(false);
  const int64_t w = width(), count = static_cast<int64_t>(tokens.tokens.size());
  float* const x = embed(tokens.tokens, tokens.positions);
  KeptBlock& kept = kept_[0];
  for (size_t layer = 0; layer < packed_.size(); ++layer) {
    const float* const qkv = project_qkv(layer, x, count, kept);
    float* const memory = memory_[layer].get();
    for (int64_t r = 0; r < count; ++r) {
      std::copy_n(qkv + r * 3 * w + w, 2 * w, memory + tokens.places[static_cast<size_t>(r)] * 2 * w);
    }
    attention_last(attention(), tokens.segments, {qkv, memory, memory + w, 3 * w, 2 * w},
                   kept.mixed.of(count * w));
    finish_block(layer, x, count, kept, false);
  }
  return head(x, count);
}

void CpuTransformer::linear_backward(const float* out_gradient, const float* in, int64_t rows,
                                     const TransformerLayout::Linear& slots) {
  add_outer_products(out_gradient, slots.weight.rows, in, slots.weight.columns, rows, gradient(slots.weight),
                     space_);
  add_columns(out_gradient, rows, slots.weight.rows, gradient(slots.bias));
}

void CpuTransformer::norm_backward(const float* out_gradient, int64_t rows,
                                   const TransformerLayout::Norm& norm, const KeptNorm& kept,
                                   float* x_gradient) {
  normalise_backward(out_gradient, rows, width(), {weight(norm.gain), weight(norm.bias)},
                     {kept.unit.get(), kept.inverse.get()},
                     {x_gradient, gradient(norm.gain), gradient(norm.bias)});
}

// From the gradient of a block's output to that of its x after attention, in place; and, into
// mixed_gradient_, to that of what attention mixed.
void CpuTransformer::finish_block_backward(size_t layer, float* x_gradient, int64_t rows) {
  const TransformerLayout::Block& block = layout_.blocks[layer];
  const PackedBlock& packed = packed_[layer];
  const KeptBlock& kept = kept_[layer];
  const int64_t w = width(), inner = layout_.inner;
  linear_backward(x_gradient, kept.hidden.get(), rows, block.down);
  float* const hidden = hidden_gradient_.of(rows * inner);
  multiply({x_gradient, w}, rows, packed.down.backward, {nullptr, 0}, {hidden, inner});
  multiply_by(hidden, kept.slope.get(), rows * inner);
  linear_backward(hidden, kept.mlp_norm.out.get(), rows, block.up);
  float* const part = part_gradient_.of(rows * w);
  multiply({hidden, inner}, rows, packed.up.backward, {nullptr, 0}, {part, w});
  norm_backward(part, rows, block.mlp_norm, kept.mlp_norm, x_gradient);
  linear_backward(x_gradient, kept.mixed.get(), rows, block.projection);
  multiply({x_gradient, w}, rows, packed.projection.backward, {nullptr, 0},
           {mixed_gradient_.of(rows * w), w});
}

// Adds to the gradient of a block's input what comes by way of attention.
void CpuTransformer::attention_part_backward(size_t layer, float* x_gradient, const float* mixed_gradient) {
  const TransformerLayout::Block& block = layout_.blocks[layer];
  const KeptBlock& kept = kept_[layer];
  const int64_t w = width(), rows = trained_.rows();
  const float* const qkv = kept.qkv.get();
  float* const qkv_gradient = hidden_gradient_.of(rows * 3 * w);
  std::fill_n(qkv_gradient, rows * 3 * w, 0.0f);
  attention_backward(attention(), trained_.segments, {qkv, qkv + w, qkv + 2 * w, 3 * w, 3 * w},
                     kept.probabilities.get(), mixed_gradient,
                     {qkv_gradient, qkv_gradient + w, qkv_gradient + 2 * w});
  linear_backward(qkv_gradient, kept.attention_norm.out.get(), rows, block.qkv);
  float* const part = part_gradient_.of(rows * w);
  multiply({qkv_gradient, 3 * w}, rows, packed_[layer].qkv.backward, {nullptr, 0}, {part, w});
  norm_backward(part, rows, block.attention_norm, kept.attention_norm, x_gradient);
}

// Gradients of chosen rows, added up at the rows that they came from; the others are zero.
const float* spread_rows(const float* chosen, int64_t width, const std::vector<int64_t>& places, int64_t rows,
                         FloatBuffer& out) {
  float* const all = out.of(rows * width);
  std::fill_n(all, rows * width, 0.0f);
  for (size_t i = 0; i < places.size(); ++i) {
    add_to(all + places[i] * width, chosen + static_cast<int64_t>(i) * width, width);
  }
  return all;
}

void CpuTransformer::backward(std::span<const float> logit_gradient) {
  pack(true);
  const int64_t w = width(), targets = trained_.targets(), rows = trained_.rows();
  require(static_cast<int64_t>(logit_gradient.size()) == targets * layout_.columns, "one slope per logit");
  add_outer_products(logit_gradient.data(), layout_.columns, kept_final_.out.get(), w, targets,
                     gradient(layout_.head), space_);
  float* const part = part_gradient_.of(targets * w);
  multiply({logit_gradient.data(), layout_.columns}, targets, packed_head_.backward, {nullptr, 0}, {part, w});
  float* x = target_gradient_.of(targets * w);
  std::fill_n(x, targets * w, 0.0f);
  norm_backward(part, targets, layout_.final_norm, kept_final_, x);
  for (size_t layer = packed_.size(); layer-- > 0;) {
    const bool last = layer + 1 == packed_.size();
    finish_block_backward(layer, x, last ? targets : rows);
    const float* mixed = mixed_gradient_.get();
    if (last) {
      spread_rows(x, w, trained_.target_rows, rows, x_gradient_);
      mixed = spread_rows(mixed, w, trained_.target_rows, rows, all_gradient_);
      x = x_gradient_.get();
    }
    attention_part_backward(layer, x, mixed);
  }
  for (int64_t r = 0; r < rows; ++r) {
    const size_t row = static_cast<size_t>(r);
    add_to(gradient(layout_.embedding) + trained_.tokens[row] * w, x + r * w, w);
    add_to(gradient(layout_.position) + trained_.positions[row] * w, x + r * w, w);
  }
}

double CpuTransformer::step(const AdamStep& options) {
  const double norm = std::sqrt(sum_of_squares(gradient_.data(), static_cast<int64_t>(gradient_.size())));
  check_gradient_norm(norm);
  ++steps_;
  AdamScales scales;
  scales.gradient = norm > options.clip_norm ? static_cast<float>(options.clip_norm / norm) : 1.0f;
  scales.rate = static_cast<float>(options.learning_rate);
  scales.mean = static_cast<float>(1 / (1 - std::pow(kAdamBeta1, static_cast<double>(steps_))));
  scales.square = static_cast<float>(1 / (1 - std::pow(kAdamBeta2, static_cast<double>(steps_))));
  for (const Slot& slot : layout_.slots()) {
    scales.decay = slot.decay ? static_cast<float>(options.learning_rate * options.weight_decay) : 0.0f;
    const size_t at = static_cast<size_t>(slot.at);
    adam(&weights_[at], &gradient_[at], &mean_[at], &square_[at], slot.size(), scales);
  }
  forget_packed();
  return norm;
}

}  // namespace

std::unique_ptr<Network> make_cpu_transformer(const TransformerShape& shape, uint64_t seed) {
  require_kernels();
  return std::make_unique<CpuTransformer>(shape, seed);
}

}  // namespace gradus
