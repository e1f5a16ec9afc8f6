// A trainable policy: a language model with supervised and policy-gradient updates.
//
//   auto policy = make_policy({.vocabulary = 60, .context = 96, .layers = 3, .heads = 4, .width = 96}, seed);
//   policy->fit(examples, {.epochs = 4, .batch = 64, .learning_rate = 1e-3}, progress);
//   policy->update(batch, objective);          // reads token.advantage, token.logprob, [token.ref_logprob]
//   std::string bytes = policy->save();        // weights and optimiser: load() continues to the same bits
//
// On the CPU it is our own code, on one core, and gives the same bytes on every processor; on a CUDA device
// it is libtorch, loaded when the first such policy is made. A policy belongs to the thread that made it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/objective.h"
#include "gradus/model/language_model.h"
#include "gradus/rollout/batch.h"

namespace gradus {

struct PolicyConfig {
  int vocabulary = 0;
  int context = 128;  // prompt and response tokens together
  int layers = 3;
  int heads = 4;
  int width = 96;
  std::string device = "cpu";  // or "cuda"
};

struct Example {  // one supervised sequence: the loss is on the response
  std::vector<int32_t> prompt;
  std::vector<int32_t> response;
};

struct FitOptions {
  int epochs = 1;
  int batch = 64;
  double learning_rate = 1e-3;  // AdamW, linear warm-up over 2 % of the steps, cosine decay to 10 %
  double weight_decay = 0.01;
  double clip_norm = 1.0;
  uint64_t key = 0;  // order of the examples
  // Steps of this fit that the policy has taken already: its save() was called in `progress` and is now
  // loaded. It ends with the same bytes as one that was never stopped.
  int done = 0;
};

struct Objective {
  double learning_rate = 1e-4;  // Adam
  PolicyLoss loss;              // kl_weight > 0 needs token.ref_logprob
  Aggregation aggregation;
  int epochs = 1;       // passes over the batch
  int minibatches = 1;  // updates per pass
  double entropy_weight = 0;
  double clip_norm = 1.0;
  uint64_t key = 0;  // order of the minibatches
};

// Throws Error::input where a setting is out of its range.
void check_objective(const Objective& objective);

struct UpdateStats {
  double loss = 0, entropy = 0, clip_share = 0, kl_old = 0, kl_reference = 0, grad_norm = 0;
};

class Policy : public LanguageModel {
 public:
  // progress(step, steps, loss) is called after every optimiser step; it may save() and may throw to stop.
  using FitProgress = std::function<void(int step, int steps, double loss)>;
  virtual double fit(std::span<const Example> examples, const FitOptions& options,
                     const FitProgress& progress) = 0;
  virtual UpdateStats update(const RolloutBatch& batch, const Objective& objective) = 0;
  virtual std::string save() const = 0;
  virtual void load(std::string_view bytes) = 0;  // throws Error::input on anything that save() did not write
};

// Throws Error::outside on a processor without AVX2 and FMA, and where device = "cuda" has none.
std::unique_ptr<Policy> make_policy(const PolicyConfig& config, uint64_t seed);

// Which arithmetic trains on a device, by a short name: two runs with different ones are never merged.
std::string kernels_of(const std::string& device);

}  // namespace gradus
