// A transformer as a policy uses it: logits and gradients of packed rows, steps of Adam, tokens one by one
// against remembered keys and values. gradus/model/cpu holds the one for the CPU, gradus/model/torch that for
// a CUDA device.
//
//   std::unique_ptr<Network> network = make_cpu_transformer(shape, seed);
//   std::span<const float> logits = network->logits(rows, Network::For::training);    // [targets, columns]
//   network->backward(slopes);                                    // of the loss in those logits: adds
//   double norm = network->step({.learning_rate = 1e-3});         // and clears the gradient
//
// Padding (id 0) and begin (id 1) have no output: they can be read, never said. Output column c is token id
// c + 2.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/model/packed_rows.h"
#include "gradus/model/transformer_layout.h"

namespace gradus {

// All that training goes on from.
struct NetworkState {
  int64_t steps = 0;                         // of Adam
  std::vector<float> weights, mean, square;  // mean, square: Adam's running moments
};

// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).
constexpr double kAdamBeta1 = 0.9, kAdamBeta2 = 0.999, kAdamEpsilon = 1e-8;  // as in the paper
struct AdamStep {
  double learning_rate = 1e-4;
  double clip_norm = 1.0;     // the gradient is scaled down to this norm where it is longer
  double weight_decay = 0.0;  // of the matrices
};

// One token of every row that is being sampled, to be read.
struct NextTokens {
  std::vector<int64_t> tokens, positions;
  std::vector<int64_t> places;             // the row of memory where its keys and values go
  std::vector<AttentionSegment> segments;  // what it sees in the memory, itself included
};

class Network {
 public:
  enum class For { scoring, training };

  virtual ~Network() = default;
  virtual const TransformerShape& shape() const = 0;
  virtual NetworkState state() const = 0;
  virtual void restore(const NetworkState& state) = 0;  // and clears the gradient

  // Of every target of `rows`; they stand until the next call.
  virtual std::span<const float> logits(const PackedRows& rows, For use) = 0;
  // `gradient`: of what is minimised, in the logits just computed for training.
  virtual void backward(std::span<const float> gradient) = 0;
  // Changes the weights and clears the gradient; returns the gradient's norm before clipping. Throws
  // Error::outside where it is not finite, with nothing changed.
  virtual double step(const AdamStep& options) = 0;

  // Keeps keys and values of `rows` as the first of `memory` rows.
  virtual void remember(const PackedRows& rows, int64_t memory) = 0;
  // Reads one token a row; the logits of what follows it stand until the next call.
  virtual std::span<const float> next(const NextTokens& tokens) = 0;
};

// Throws Error::outside where a gradient's norm is not finite.
void check_gradient_norm(double norm);

}  // namespace gradus
