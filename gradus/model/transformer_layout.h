// Where each weight of a decoder-only transformer stands in one flat vector, and what it starts from:
// pre-norm, learned positions, GELU, untied head (Vaswani et al. 2017; Radford et al. 2019).
//
//   TransformerLayout layout({.vocabulary = 60, .context = 96, .layers = 3, .heads = 4, .width = 96});
//   std::vector<float> weights = layout.initial(seed);
//   const float* up = weights.data() + layout.blocks[0].up.weight.at;   // [4 * width, width]
//
// Saving, clipping and the optimiser see one vector.
#pragma once

#include <cstdint>
#include <vector>

namespace gradus {

constexpr int32_t kFirstSayable = 2;  // ids below are padding and begin
constexpr int32_t kEndToken = 2;

struct TransformerShape {
  int vocabulary = 0;
  int context = 0;
  int layers = 0;
  int heads = 0;
  int width = 0;

  bool operator==(const TransformerShape&) const = default;
};

class TransformerLayout {
 public:
  // Throws Error::input naming the size that is not allowed.
  explicit TransformerLayout(const TransformerShape& shape);

  struct Slot {
    int64_t at = 0, rows = 1, columns = 0;  // a vector has one row
    double constant = 0;                    // initial value, where deviation is 0
    double deviation = 0;                   // of the initial normal distribution
    bool decay = false;                     // weight decay: the matrices of the blocks and the head
    int64_t size() const { return rows * columns; }
  };
  struct Norm {
    Slot gain, bias;
  };
  struct Linear {
    Slot weight, bias;  // weight: [outputs, inputs]
  };
  struct Block {
    Norm attention_norm;
    Linear qkv, projection;
    Norm mlp_norm;
    Linear up, down;
  };

  std::vector<float> initial(uint64_t seed) const;
  const std::vector<Slot>& slots() const { return slots_; }  // in the order of the vector
  int64_t size() const { return size_; }

  TransformerShape shape;
  int64_t inner = 0;    // width of the hidden layer of an MLP
  int64_t columns = 0;  // outputs of the head
  Slot embedding, position;
  std::vector<Block> blocks;
  Norm final_norm;
  Slot head;

 private:
  Slot place(int64_t rows, int64_t columns, double constant, double deviation, bool decay);
  Norm place_norm();
  Linear place_linear(int64_t rows, int64_t columns, double deviation);

  std::vector<Slot> slots_;
  int64_t size_ = 0;
};

}  // namespace gradus
