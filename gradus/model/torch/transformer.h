// A decoder-only transformer: pre-norm, learned positions, GELU, untied head (Vaswani et al. 2017; Radford et
// al. 2019).
//
//   Transformer model({.vocabulary = 60, .context = 96, .layers = 3, .heads = 4, .width = 96}, "cpu", seed);
//   torch::Tensor logits = model.logits(rows);      // [targets, vocabulary - 2]
//   logits.backward(gradient);                      // adds to model.gradient()
//
// All weights are views of one flat tensor, all gradients of another: saving, clipping and the optimiser see
// one vector. Padding (id 0) and begin (id 1) have no output: they can be read, never said. Output column c
// is token id c + 2.
#pragma once

#include <functional>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "gradus/model/torch/packed_rows.h"

namespace gradus {

struct TransformerShape {
  int vocabulary = 0;
  int context = 0;
  int layers = 0;
  int heads = 0;
  int width = 0;

  bool operator==(const TransformerShape&) const = default;
};

constexpr int32_t kFirstSayable = 2;  // ids below are padding and begin
constexpr int32_t kEndToken = 2;

class Transformer {
 public:
  // Checks the shape and the device; throws Error::input naming what is allowed.
  Transformer(const TransformerShape& shape, const std::string& device, uint64_t seed);

  const TransformerShape& shape() const { return shape_; }
  torch::Device device() const { return flat_.device(); }
  torch::Tensor& weights() { return flat_; }
  const torch::Tensor& weights() const { return flat_; }
  torch::Tensor& gradient() { return flat_gradient_; }
  // 1 where weight decay applies: the matrices of the blocks and the head.
  const torch::Tensor& decayed() const { return decayed_; }

  // Logits of every target of `rows`.
  torch::Tensor logits(const PackedRows& rows) const;

  // The blocks with a caller's attention: attend(layer, qkv) gives [rows, width].
  using Attend = std::function<torch::Tensor(int layer, const torch::Tensor& qkv)>;
  // Logits of the rows in `wanted` (undefined: of all rows).
  torch::Tensor run(const std::vector<int64_t>& tokens, const std::vector<int64_t>& positions,
                    const Attend& attend, const torch::Tensor& wanted) const;

  // The BLAS has other kernels, with other rounding, for few rows and for those that do not fill a tile. With
  // rows of padding up to this number a row's numbers do not depend on how many others there are.
  int64_t whole_rows(int64_t rows) const;

 private:
  struct Norm {
    torch::Tensor gain, bias;
  };
  struct Linear {
    torch::Tensor weight, bias;
  };
  struct Block {
    Norm attention_norm, mlp_norm;
    Linear qkv, projection, up, down;
  };
  struct Slot {
    torch::Tensor* tensor;
    std::vector<int64_t> sizes;
    double constant;   // initial value, where deviation is 0
    double deviation;  // of the initial normal distribution
    bool decay;
  };

  std::vector<Slot> slots();
  torch::Tensor normalise(const torch::Tensor& x, const Norm& norm) const;

  TransformerShape shape_;
  torch::Tensor flat_, flat_gradient_, decayed_;
  torch::Tensor embedding_, position_;
  std::vector<Block> blocks_;
  Norm final_norm_;
  torch::Tensor head_;
};

// The device behind a name, "cpu" or "cuda"; throws Error::input naming what this libtorch has.
torch::Device device_named(const std::string& name);

}  // namespace gradus
