#include "gradus/model/torch/torch_transformer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "gradus/base/error.h"
#include "gradus/model/torch/attention.h"

namespace gradus {

namespace {

using Slot = TransformerLayout::Slot;

// All weights are views of one flat tensor, all gradients of another.
class TorchTransformer : public Network {
 public:
  TorchTransformer(const TransformerShape& shape, const torch::Device& device, uint64_t seed);

  const TransformerShape& shape() const override { return layout_.shape; }
  NetworkState state() const override;
  void restore(const NetworkState& state) override;
  std::span<const float> logits(const PackedRows& rows, For use) override;
  void backward(std::span<const float> gradient) override;
  double step(const AdamStep& options) override;
  void remember(const PackedRows& rows, int64_t memory) override;
  std::span<const float> next(const NextTokens& tokens) override;

 private:
  // The caller's attention: attend(layer, qkv) gives [rows, width].
  using Attend = std::function<torch::Tensor(size_t layer, const torch::Tensor& qkv)>;
  // Logits of the rows in `wanted` (undefined: of all rows).
  torch::Tensor run(const std::vector<int64_t>& tokens, const std::vector<int64_t>& positions,
                    const Attend& attend, const torch::Tensor& wanted) const;
  const torch::Tensor& at(const Slot& slot) const { return parts_.at(static_cast<size_t>(slot.at)); }
  torch::Tensor linear(const torch::Tensor& x, const TransformerLayout::Linear& slots) const {
    return torch::linear(x, at(slots.weight), at(slots.bias));
  }
  torch::Tensor normalise(const torch::Tensor& x, const TransformerLayout::Norm& norm) const {
    return torch::layer_norm(x, {layout_.shape.width}, at(norm.gain), at(norm.bias), 1e-5);
  }
  torch::Tensor on_device(const std::vector<int64_t>& values) const {
    return torch::tensor(values, torch::kLong).to(flat_.device());
  }
  std::span<const float> to_host(const torch::Tensor& logits);

  TransformerLayout layout_;
  torch::Tensor flat_, flat_gradient_, decayed_, mean_, square_;
  int64_t steps_ = 0;
  std::map<size_t, torch::Tensor> parts_;  // by their place in the flat vector
  torch::Tensor logits_;                   // with its graph, where it was computed for training
  std::vector<float> host_logits_;
  std::vector<torch::Tensor> memory_;  // per layer: [rows, keys and values]
};

std::vector<float> floats_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().cpu().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

torch::Tensor tensor_of(std::span<const float> values) {
  torch::Tensor out = torch::empty({static_cast<int64_t>(values.size())}, torch::kFloat);
  std::copy(values.begin(), values.end(), out.data_ptr<float>());
  return out;
}

TorchTransformer::TorchTransformer(const TransformerShape& shape, const torch::Device& device, uint64_t seed)
    : layout_(shape),
      flat_(tensor_of(layout_.initial(seed)).to(device)),
      flat_gradient_(torch::zeros_like(flat_)),
      decayed_(torch::zeros_like(flat_)),
      mean_(torch::zeros_like(flat_)),
      square_(torch::zeros_like(flat_)),
      memory_(layout_.blocks.size()) {
  for (const Slot& slot : layout_.slots()) {
    const std::vector<int64_t> sizes =
        slot.rows == 1 ? std::vector<int64_t>{slot.columns} : std::vector<int64_t>{slot.rows, slot.columns};
    torch::Tensor part = flat_.narrow(0, slot.at, slot.size()).view(sizes).detach().requires_grad_(true);
    part.mutable_grad() = flat_gradient_.narrow(0, slot.at, slot.size()).view(sizes);
    if (slot.decay) decayed_.narrow(0, slot.at, slot.size()).fill_(1);
    parts_.emplace(static_cast<size_t>(slot.at), std::move(part));
  }
}

NetworkState TorchTransformer::state() const {
  return {steps_, floats_of(flat_), floats_of(mean_), floats_of(square_)};
}

void TorchTransformer::restore(const NetworkState& state) {
  torch::NoGradGuard no_gradient;
  flat_.copy_(tensor_of(state.weights));
  mean_.copy_(tensor_of(state.mean));
  square_.copy_(tensor_of(state.square));
  steps_ = state.steps;
  flat_gradient_.zero_();
}

torch::Tensor TorchTransformer::run(const std::vector<int64_t>& tokens, const std::vector<int64_t>& positions,
                                    const Attend& attend, const torch::Tensor& wanted) const {
  // torch::embedding picks rows: its gradient is one pass, that of index_select one call per row.
  torch::Tensor x = torch::embedding(at(layout_.embedding), on_device(tokens)) +
                    torch::embedding(at(layout_.position), on_device(positions));
  for (size_t layer = 0; layer < layout_.blocks.size(); ++layer) {
    const TransformerLayout::Block& block = layout_.blocks[layer];
    torch::Tensor mixed = attend(layer, linear(normalise(x, block.attention_norm), block.qkv));
    if (layer + 1 == layout_.blocks.size() && wanted.defined()) {  // only wanted rows matter from here on
      mixed = torch::embedding(mixed, wanted);
      x = torch::embedding(x, wanted);
    }
    x = x + linear(mixed, block.projection);
    x = x + linear(torch::gelu(linear(normalise(x, block.mlp_norm), block.up)), block.down);
  }
  return torch::linear(normalise(x, layout_.final_norm), at(layout_.head));
}

std::span<const float> TorchTransformer::to_host(const torch::Tensor& logits) {
  host_logits_ = floats_of(logits);
  return host_logits_;
}

std::span<const float> TorchTransformer::logits(const PackedRows& rows, For use) {
  const torch::InferenceMode inference(use == For::scoring);
  const Attend attend = [&](size_t, const torch::Tensor& qkv) {
    const auto parts = qkv.chunk(3, 1);
    return padded_attention(parts[0], parts[1], parts[2], rows.segments, layout_.shape.heads);
  };
  logits_ = run(rows.tokens, rows.positions, attend, on_device(rows.target_rows));
  return to_host(logits_);
}

void TorchTransformer::backward(std::span<const float> gradient) {
  logits_.backward(tensor_of(gradient).view_as(logits_).to(flat_.device()));
}

double TorchTransformer::step(const AdamStep& options) {
  torch::NoGradGuard no_gradient;
  const double norm = std::sqrt(flat_gradient_.to(torch::kDouble).square().sum().item<double>());
  check_gradient_norm(norm);
  if (norm > options.clip_norm) flat_gradient_.mul_(options.clip_norm / norm);
  ++steps_;
  mean_.mul_(kAdamBeta1).add_(flat_gradient_, 1 - kAdamBeta1);
  square_.mul_(kAdamBeta2).addcmul_(flat_gradient_, flat_gradient_, 1 - kAdamBeta2);
  const double mean_scale = 1 - std::pow(kAdamBeta1, static_cast<double>(steps_));
  const double square_scale = 1 - std::pow(kAdamBeta2, static_cast<double>(steps_));
  if (options.weight_decay > 0)
    flat_.addcmul_(flat_, decayed_, -options.learning_rate * options.weight_decay);
  flat_.addcdiv_(mean_, (square_ / square_scale).sqrt_().add_(kAdamEpsilon),
                 -options.learning_rate / mean_scale);
  flat_gradient_.zero_();
  return norm;
}

void TorchTransformer::remember(const PackedRows& rows, int64_t memory) {
  const torch::InferenceMode inference;
  const int64_t width = layout_.shape.width;
  const Attend attend = [&](size_t layer, const torch::Tensor& qkv) {
    memory_[layer] = torch::empty({memory, 2 * width}, flat_.options());
    memory_[layer].narrow(0, 0, qkv.size(0)).copy_(qkv.narrow(1, width, 2 * width));
    if (rows.rows() == 0) return torch::empty({0, width}, flat_.options());
    const auto parts = qkv.chunk(3, 1);
    return padded_attention(parts[0], parts[1], parts[2], rows.segments, layout_.shape.heads);
  };
  run(rows.tokens, rows.positions, attend, {});
}

std::span<const float> TorchTransformer::next(const NextTokens& tokens) {
  const torch::InferenceMode inference;
  const int64_t width = layout_.shape.width;
  const torch::Tensor place = on_device(tokens.places);
  const Attend attend = [&](size_t layer, const torch::Tensor& qkv) {
    memory_[layer].index_copy_(0, place, qkv.narrow(1, width, 2 * width));
    const auto parts = memory_[layer].chunk(2, 1);
    return padded_attention(qkv.narrow(1, 0, width), parts[0], parts[1], tokens.segments,
                            layout_.shape.heads);
  };
  return to_host(run(tokens.tokens, tokens.positions, attend, {}));
}

}  // namespace

std::unique_ptr<Network> make_torch_transformer(const TransformerShape& shape, const torch::Device& device,
                                                uint64_t seed) {
  return std::make_unique<TorchTransformer>(shape, device, seed);
}

}  // namespace gradus
