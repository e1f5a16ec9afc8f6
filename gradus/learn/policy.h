// A trainable policy: a language model with supervised and policy-gradient updates.
//
//   auto policy = make_policy({.vocabulary = 60, .context = 96, .layers = 3, .heads = 4, .width = 96}, seed);
//   policy->fit(examples, {.epochs = 4, .batch = 64, .learning_rate = 1e-3}, progress);
//   policy->update(batch, objective);          // reads token.advantage, token.logprob, [token.ref_logprob]
//   std::string bytes = policy->save();        // weights and optimiser: load() continues to the same bits
//
// No libtorch header is seen here: it is loaded when the first policy is made
// (gradus/learn/training_library.h); where it is not there make_policy throws Error::outside and says so. A
// policy belongs to the thread that made it.
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
  // progress(step, steps, loss) is called after every optimiser step; it may throw to stop.
  using FitProgress = std::function<void(int step, int steps, double loss)>;
  virtual double fit(std::span<const Example> examples, const FitOptions& options,
                     const FitProgress& progress) = 0;
  virtual UpdateStats update(const RolloutBatch& batch, const Objective& objective) = 0;
  virtual std::string save() const = 0;
  virtual void load(std::string_view bytes) = 0;  // throws Error::input on anything that save() did not write
};

std::unique_ptr<Policy> make_policy(const PolicyConfig& config, uint64_t seed);

// True where this build has libtorch; `device` names what `device = "cuda"` would run on, or says why it
// would not.
struct TrainingSupport {
  bool torch = false;
  std::string version;
  std::string device;
  std::string blas;  // the library that multiplies matrices, e.g. "OpenBLAS 0.3.21 ..."
  // False: a reference BLAS, some 50 times slower (Debian: install libopenblas0-pthread).
  bool fast_blas = false;
};
TrainingSupport training_support();

}  // namespace gradus
