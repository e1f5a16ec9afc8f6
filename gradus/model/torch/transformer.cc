#include "gradus/model/torch/transformer.h"

#include <algorithm>
#include <cmath>

#include "gradus/base/error.h"
#include "gradus/base/random.h"
#include "gradus/model/torch/attention.h"

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

torch::Tensor index_tensor(const std::vector<int64_t>& values, const torch::Device& device) {
  return torch::tensor(values, torch::kLong).to(device);
}

}  // namespace

torch::Device device_named(const std::string& name) {
  const bool cuda = torch::cuda::is_available();
  if (name == "cpu") return torch::Device(torch::kCPU);
  if (name == "cuda" && cuda) return torch::Device(torch::kCUDA, 0);
  throw Error::input("the policy's device is not available")
      .field("device")
      .found("\"" + name + "\"")
      .expected(cuda ? "\"cpu\" or \"cuda\"" : "\"cpu\": this libtorch has no CUDA device")
      .hint(name == "cuda" ? "build with a CUDA libtorch (-DCMAKE_PREFIX_PATH=...) or set device = \"cpu\""
                           : "");
}

std::vector<Transformer::Slot> Transformer::slots() {
  const int64_t w = shape_.width, inner = kMlpFactor * w;
  // Variance-preserving: each map has unit gain; the two that write to the residual share it over all blocks.
  const double unit = 1.0 / std::sqrt(static_cast<double>(w));
  const double residual = unit / std::sqrt(2.0 * shape_.layers);
  const double residual_inner = residual / std::sqrt(static_cast<double>(kMlpFactor));
  std::vector<Slot> out;
  const auto norm = [&](Norm& n) {
    out.push_back({&n.gain, {w}, 1, 0, false});
    out.push_back({&n.bias, {w}, 0, 0, false});
  };
  const auto linear = [&](Linear& l, int64_t rows, int64_t columns, double deviation) {
    out.push_back({&l.weight, {rows, columns}, 0, deviation, true});
    out.push_back({&l.bias, {rows}, 0, 0, false});
  };
  out.push_back({&embedding_, {shape_.vocabulary, w}, 0, unit, false});
  out.push_back({&position_, {shape_.context, w}, 0, unit, false});
  for (Block& block : blocks_) {
    norm(block.attention_norm);
    linear(block.qkv, 3 * w, w, unit);
    linear(block.projection, w, w, residual);
    norm(block.mlp_norm);
    linear(block.up, inner, w, unit);
    linear(block.down, w, inner, residual_inner);
  }
  norm(final_norm_);
  out.push_back({&head_, {shape_.vocabulary - kFirstSayable, w}, 0, 0.2 * unit, true});
  return out;
}

Transformer::Transformer(const TransformerShape& shape, const std::string& device, uint64_t seed)
    : shape_(shape) {
  check(shape);
  const torch::Device target = device_named(device);
  blocks_.resize(static_cast<size_t>(shape.layers));
  const std::vector<Slot> all = slots();
  int64_t total = 0;
  for (const Slot& slot : all) total += c10::multiply_integers(slot.sizes);
  torch::Tensor initial = torch::empty({total}, torch::kFloat), decay = torch::zeros({total}, torch::kFloat);
  const Stream stream = Stream(seed).child("weights");
  int64_t at = 0;
  for (size_t s = 0; s < all.size(); ++s) {
    Stream draw = stream.child(s);
    const int64_t count = c10::multiply_integers(all[s].sizes);
    float* value = initial.data_ptr<float>() + at;
    for (int64_t i = 0; i < count; ++i) {
      value[i] =
          static_cast<float>(all[s].deviation > 0 ? all[s].deviation * draw.normal() : all[s].constant);
    }
    if (all[s].decay) decay.narrow(0, at, count).fill_(1);
    at += count;
  }
  flat_ = initial.to(target);
  decayed_ = decay.to(target);
  flat_gradient_ = torch::zeros_like(flat_);
  at = 0;
  for (const Slot& slot : all) {
    const int64_t count = c10::multiply_integers(slot.sizes);
    *slot.tensor = flat_.narrow(0, at, count).view(slot.sizes).detach().requires_grad_(true);
    slot.tensor->mutable_grad() = flat_gradient_.narrow(0, at, count).view(slot.sizes);
    at += count;
  }
}

torch::Tensor Transformer::normalise(const torch::Tensor& x, const Norm& norm) const {
  return torch::layer_norm(x, {shape_.width}, norm.gain, norm.bias, 1e-5);
}

torch::Tensor Transformer::run(const std::vector<int64_t>& tokens, const std::vector<int64_t>& positions,
                               const Attend& attend, const torch::Tensor& wanted) const {
  // torch::embedding picks rows: its gradient is one pass, that of index_select one call per row.
  torch::Tensor x = torch::embedding(embedding_, index_tensor(tokens, device())) +
                    torch::embedding(position_, index_tensor(positions, device()));
  for (size_t layer = 0; layer < blocks_.size(); ++layer) {
    const Block& block = blocks_[layer];
    const torch::Tensor qkv =
        torch::linear(normalise(x, block.attention_norm), block.qkv.weight, block.qkv.bias);
    torch::Tensor mixed = attend(static_cast<int>(layer), qkv);
    if (layer + 1 == blocks_.size() && wanted.defined()) {  // only wanted rows matter from here on
      mixed = torch::embedding(mixed, wanted);
      x = torch::embedding(x, wanted);
    }
    x = x + torch::linear(mixed, block.projection.weight, block.projection.bias);
    const torch::Tensor inner =
        torch::gelu(torch::linear(normalise(x, block.mlp_norm), block.up.weight, block.up.bias));
    x = x + torch::linear(inner, block.down.weight, block.down.bias);
  }
  return torch::linear(normalise(x, final_norm_), head_);
}

torch::Tensor Transformer::logits(const PackedRows& rows) const {
  const Attend attend = [&](int, const torch::Tensor& qkv) {
    return packed_attention(qkv, rows.segments, shape_.heads);
  };
  return run(rows.tokens, rows.positions, attend, index_tensor(rows.target_rows, device()));
}

int64_t Transformer::whole_rows(int64_t rows) const {
  // Kernels of OpenBLAS 0.3.21 take 4, 6, 8 or 16 rows at a time and the rest by other code, which adds in
  // another order.
  constexpr int64_t kTile = 48;
  // Measured on the same: its small-matrix kernels stop below 120,000 multiply-adds.
  const int64_t smallest =
      static_cast<int64_t>(shape_.width) * std::min(shape_.width, shape_.vocabulary - kFirstSayable);
  const int64_t least = (150'000 + smallest - 1) / smallest;
  return (std::max(rows, least) + kTile - 1) / kTile * kTile;
}

}  // namespace gradus
