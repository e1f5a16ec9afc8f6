#include "gradus/learn/torch/torch_policy.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <torch/torch.h>

#include "gradus/base/json.h"
#include "gradus/base/random.h"
#include "gradus/learn/policy_file.h"
#include "gradus/learn/torch/adam.h"
#include "gradus/learn/torch/torch_support.h"
#include "gradus/model/torch/generation.h"
#include "gradus/model/torch/transformer.h"

namespace gradus {

namespace {

// Rows that go through the model at once: enough to keep the BLAS busy, few enough to stay in the cache.
constexpr int64_t kChunkRows = 1024;

std::vector<float> floats_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().cpu().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

// Sequences in the order in which they are packed: equal prompts side by side, so that their rows are shared.
template <class Prompt>
std::vector<size_t> by_prompt(std::vector<size_t> order, const Prompt& prompt) {
  std::ranges::stable_sort(
      order, [&](size_t a, size_t b) { return std::ranges::lexicographical_compare(prompt(a), prompt(b)); });
  return order;
}

// Per target: weight * slope of the loss in the token's log-probability.
struct Slopes {
  std::vector<float> slope;
  std::vector<float> entropy;  // weight of the entropy bonus; empty: none
};

class TorchPolicy : public Policy {
 public:
  TorchPolicy(const PolicyConfig& config, uint64_t seed)
      : config_(config),
        model_({config.vocabulary, config.context, config.layers, config.heads, config.width}, config.device,
               seed),
        adam_(model_.weights()) {}

  ModelInfo info() const override;
  std::vector<Sample> sample(std::span<const SampleRequest> requests, const SamplingOptions& options,
                             const Observer& observer) override;
  std::vector<std::vector<float>> logprobs(std::span<const SampleRequest> prompts,
                                           std::span<const std::vector<int32_t>> responses) override;
  double fit(std::span<const Example> examples, const FitOptions& options,
             const FitProgress& progress) override;
  UpdateStats update(const RolloutBatch& batch, const Objective& objective) override;
  std::string save() const override;
  void load(std::string_view bytes) override;

 private:
  struct Trained;  // what update() reads of a rollout

  void check_tokens(std::span<const int32_t> tokens, const char* where, int32_t least) const;
  void check_length(size_t prompt, size_t response) const;
  std::vector<Trained> read_rollouts(const RolloutBatch& batch, const Objective& objective) const;
  double fit_batch(std::span<const Example> examples, std::span<const size_t> order);
  void minibatch(std::span<const Trained> rollouts, const std::vector<size_t>& order,
                 const Objective& objective, UpdateStats& sums);
  void policy_gradient(const PackedRows& rows, std::vector<TokenTerm> terms, const std::vector<size_t>& ends,
                       const std::vector<double>& weights, const Objective& objective, UpdateStats& sums);
  void backward(const torch::Tensor& logits, const torch::Tensor& log_softmax, const torch::Tensor& targets,
                const Slopes& slopes, const torch::Tensor& entropy);
  torch::Tensor targets_of(const PackedRows& rows) const;
  PolicyBytes state() const;
  void restore(PolicyBytes state);

  PolicyConfig config_;
  Transformer model_;
  Adam adam_;
};

ModelInfo TorchPolicy::info() const {
  const std::vector<float> weights = floats_of(model_.weights());
  const std::string_view bytes(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float));
  return {
      .name = "gradus-transformer-" + std::to_string(config_.layers) + "x" + std::to_string(config_.width),
      .fingerprint = sha256_hex(bytes).substr(0, 16),
      .parameters = weights.size()};
}

void TorchPolicy::check_tokens(std::span<const int32_t> tokens, const char* where, int32_t least) const {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] >= least && tokens[i] < config_.vocabulary) continue;
    throw Error::input(std::string("a token of a ") + where + " is outside the policy's vocabulary")
        .field("token " + std::to_string(i))
        .found(std::to_string(tokens[i]))
        .expected(std::to_string(least) + ".." + std::to_string(config_.vocabulary - 1));
  }
}

void TorchPolicy::check_length(size_t prompt, size_t response) const {
  const size_t context = static_cast<size_t>(config_.context);
  if (prompt >= 1 && prompt <= context && response <= context - prompt) return;
  throw Error::input("a prompt and its response do not fit the policy's context")
      .found(std::to_string(prompt) + " prompt and " + std::to_string(response) + " response tokens")
      .expected("at least one prompt token, and at most " + std::to_string(context) + " tokens together")
      .hint("raise context in the policy's configuration or lower max_tokens");
}

std::vector<Sample> TorchPolicy::sample(std::span<const SampleRequest> requests,
                                        const SamplingOptions& options, const Observer& observer) {
  if (!(options.temperature >= 0) || options.max_tokens < 0) {
    throw Error::input("sampling options are out of range")
        .found("temperature " + std::to_string(options.temperature) + ", max_tokens " +
               std::to_string(options.max_tokens))
        .expected("both at least 0");
  }
  for (const SampleRequest& request : requests) {
    check_length(request.prompt.size(), static_cast<size_t>(options.max_tokens));
    check_tokens(request.prompt, "prompt", 0);
  }
  return generate(model_, requests, options, observer);
}

torch::Tensor TorchPolicy::targets_of(const PackedRows& rows) const {
  return (torch::tensor(rows.target_tokens, torch::kLong) - kFirstSayable).to(model_.device());
}

std::vector<std::vector<float>> TorchPolicy::logprobs(std::span<const SampleRequest> prompts,
                                                      std::span<const std::vector<int32_t>> responses) {
  require(prompts.size() == responses.size(), "one response per prompt");
  torch::InferenceMode inference;
  std::vector<size_t> order(prompts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  order = by_prompt(std::move(order), [&](size_t i) { return prompts[i].prompt; });
  std::vector<std::vector<float>> out(prompts.size());
  for (size_t next = 0; next < order.size();) {
    PackedRows rows;
    const size_t first = next;
    for (; next < order.size() && rows.rows() < kChunkRows; ++next) {
      const auto& response = responses[order[next]];
      check_length(prompts[order[next]].prompt.size(), response.size());
      check_tokens(prompts[order[next]].prompt, "prompt", 0);
      check_tokens(response, "response", kFirstSayable);
      rows.add(prompts[order[next]].prompt, response, {});
    }
    if (rows.targets() == 0) continue;
    const torch::Tensor all = torch::log_softmax(model_.logits(rows), 1);
    const std::vector<float> chosen = floats_of(all.gather(1, targets_of(rows).unsqueeze(1)));
    size_t at = 0;
    for (size_t i = first; i < next; ++i) {
      const size_t size = responses[order[i]].size();
      out[order[i]].assign(chosen.begin() + static_cast<ptrdiff_t>(at),
                           chosen.begin() + static_cast<ptrdiff_t>(at + size));
      at += size;
    }
  }
  return out;
}

// The gradient of sum_t slope_t * logprob_t - sum_t entropy_t * H_t in the logits, in closed form:
// slope (onehot - p) + entropy p (log p + H).
void TorchPolicy::backward(const torch::Tensor& logits, const torch::Tensor& log_softmax,
                           const torch::Tensor& targets, const Slopes& slopes, const torch::Tensor& entropy) {
  torch::Tensor gradient;
  {
    torch::NoGradGuard no_gradient;
    const torch::Tensor slope = torch::tensor(slopes.slope).to(model_.device()).unsqueeze(1);
    const torch::Tensor p = log_softmax.exp();
    gradient = p * slope.neg();
    gradient.scatter_add_(1, targets.unsqueeze(1), slope);
    if (!slopes.entropy.empty()) {
      const torch::Tensor weight = torch::tensor(slopes.entropy).to(model_.device()).unsqueeze(1);
      gradient += weight * p * (log_softmax + entropy.unsqueeze(1));
    }
  }
  logits.backward(gradient);
}

// Sum over the batch's response tokens of -log p, divided by their number; the gradient is added.
double TorchPolicy::fit_batch(std::span<const Example> examples, std::span<const size_t> order) {
  int64_t tokens = 0;
  for (const size_t i : order) tokens += static_cast<int64_t>(examples[i].response.size());
  double loss = 0;
  for (size_t next = 0; next < order.size();) {
    PackedRows rows;
    for (; next < order.size() && rows.rows() < kChunkRows; ++next) {
      rows.add(examples[order[next]].prompt, examples[order[next]].response, {});
    }
    if (rows.targets() == 0) continue;
    const torch::Tensor logits = model_.logits(rows), targets = targets_of(rows);
    const torch::Tensor all = torch::log_softmax(logits.detach(), 1);
    loss -= all.gather(1, targets.unsqueeze(1)).sum().item<double>();
    const float slope = -1.0f / static_cast<float>(tokens);
    backward(logits, all, targets, {std::vector<float>(static_cast<size_t>(rows.targets()), slope), {}}, {});
  }
  return tokens ? loss / static_cast<double>(tokens) : 0;
}

double TorchPolicy::fit(std::span<const Example> examples, const FitOptions& options,
                        const FitProgress& progress) {
  if (examples.empty()) throw Error::input("there is nothing to fit: no examples were given");
  if (options.epochs < 1 || options.batch < 1) {
    throw Error::input("fit needs at least one epoch and one example a batch");
  }
  for (const Example& example : examples) {
    check_length(example.prompt.size(), example.response.size());
    check_tokens(example.prompt, "prompt", 0);
    check_tokens(example.response, "response", kFirstSayable);
  }
  const size_t batch = static_cast<size_t>(options.batch), per_epoch = (examples.size() + batch - 1) / batch;
  const int steps = static_cast<int>(per_epoch) * options.epochs;
  const int warm_up = std::max(1, steps / 50);
  model_.gradient().zero_();  // a fit that was stopped may have left one
  Adam adam(model_.weights());
  adam_ = Adam(model_.weights());  // the moments of earlier updates say nothing about the new weights
  std::vector<size_t> order(examples.size());
  std::iota(order.begin(), order.end(), size_t{0});
  double epoch_loss = 0;
  for (int step = 0; step < steps; ++step) {
    const size_t in_epoch = static_cast<size_t>(step) % per_epoch;
    if (in_epoch == 0) {
      Stream(options.key).child(static_cast<uint64_t>(step)).shuffle(std::span(order));
      epoch_loss = 0;
    }
    const auto part =
        std::span(order).subspan(in_epoch * batch, std::min(batch, order.size() - in_epoch * batch));
    const double loss = fit_batch(examples, part);
    const double done = static_cast<double>(step - warm_up) / std::max(1, steps - warm_up);
    const double scale = step < warm_up ? (step + 1.0) / warm_up : 0.55 + 0.45 * std::cos(M_PI * done);
    if (!std::isfinite(loss))
      throw Error::outside("the supervised loss is not finite").found(std::to_string(loss));
    adam.step(model_.weights(), model_.gradient(),
              {options.learning_rate * scale, options.clip_norm, options.weight_decay}, model_.decayed());
    epoch_loss += loss;
    if (progress) progress(step + 1, steps, loss);
  }
  return epoch_loss / static_cast<double>(per_epoch);
}

struct TorchPolicy::Trained {
  std::span<const int32_t> prompt;
  std::vector<int32_t> response;
  std::vector<uint8_t> wanted;   // per response token
  std::vector<TokenTerm> terms;  // per wanted token
};

std::vector<TorchPolicy::Trained> TorchPolicy::read_rollouts(const RolloutBatch& batch,
                                                             const Objective& objective) const {
  const Column& advantage = batch.column("token.advantage");
  const Column& logprob = batch.column("token.logprob");
  const Column* const reference = objective.loss.kl_weight > 0 ? &batch.column("token.ref_logprob") : nullptr;
  std::vector<Trained> out;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    Trained rollout{.prompt = batch.header(r).prompt_tokens, .response = {}, .wanted = {}, .terms = {}};
    for (size_t step = batch.step_begin(r); step < batch.step_end(r); ++step) {
      for (size_t t = batch.token_begin(step); t < batch.token_end(step); ++t) {
        const bool wanted = batch.kind(step) != StepKind::observe && advantage.valid(t);
        rollout.response.push_back(batch.token(t));
        rollout.wanted.push_back(wanted);
        if (!wanted) continue;
        if (!logprob.valid(t) || (reference && !reference->valid(t))) {
          throw Error::input("a token with an advantage has no log-probability")
              .field(logprob.valid(t) ? "token.ref_logprob" : "token.logprob")
              .found("missing at token " + std::to_string(t) + " of rollout '" + batch.header(r).id + "'")
              .expected("a value for every token that is trained on");
        }
        check_tokens({&rollout.response.back(), 1}, "trained response", kFirstSayable);
        rollout.terms.push_back({.old_logprob = logprob[t],
                                 .advantage = advantage[t],
                                 .reference_logprob = reference ? (*reference)[t] : 0});
      }
    }
    if (!rollout.terms.empty()) {
      check_length(rollout.prompt.size(), rollout.response.size());
      check_tokens(rollout.prompt, "prompt", 0);
      check_tokens(rollout.response, "response", 0);
    }
    out.push_back(std::move(rollout));
  }
  return out;
}

void TorchPolicy::policy_gradient(const PackedRows& rows, std::vector<TokenTerm> terms,
                                  const std::vector<size_t>& ends, const std::vector<double>& weights,
                                  const Objective& objective, UpdateStats& sums) {
  const torch::Tensor logits = model_.logits(rows), targets = targets_of(rows);
  const torch::Tensor all = torch::log_softmax(logits.detach(), 1);
  const torch::Tensor entropy = (all.exp() * all).sum(1).neg();
  const std::vector<float> chosen = floats_of(all.gather(1, targets.unsqueeze(1)));
  const std::vector<float> entropies = floats_of(entropy);
  for (size_t i = 0; i < terms.size(); ++i) terms[i].logprob = chosen[i];
  const std::vector<TokenLoss> losses = policy_losses(terms, ends, objective.loss);
  Slopes slopes;
  for (size_t i = 0; i < terms.size(); ++i) {
    const TokenLoss& loss = losses[i];
    slopes.slope.push_back(static_cast<float>(weights[i] * loss.slope));
    if (objective.entropy_weight != 0) {
      slopes.entropy.push_back(static_cast<float>(weights[i] * objective.entropy_weight));
    }
    sums.loss += weights[i] * (loss.value - objective.entropy_weight * entropies[i]);
    sums.entropy += entropies[i];
    sums.clip_share += loss.clip != ClipEvent::none;
    sums.kl_old += loss.kl_old;
    sums.kl_reference += loss.kl_reference;
  }
  backward(logits, all, targets, slopes, entropy);
}

// One optimiser step on the rollouts of `order`.
void TorchPolicy::minibatch(std::span<const Trained> rollouts, const std::vector<size_t>& order,
                            const Objective& objective, UpdateStats& sums) {
  std::vector<int64_t> trained;
  for (const size_t r : order) trained.push_back(static_cast<int64_t>(rollouts[r].terms.size()));
  const std::vector<double> weight = token_weights(trained, objective.aggregation);
  const double loss_before = sums.loss;
  for (size_t next = 0; next < order.size();) {
    PackedRows rows;
    std::vector<TokenTerm> terms;
    std::vector<size_t> ends;
    std::vector<double> weights;
    for (; next < order.size() && rows.rows() < kChunkRows; ++next) {
      const Trained& rollout = rollouts[order[next]];
      rows.add(rollout.prompt, rollout.response, rollout.wanted);
      terms.insert(terms.end(), rollout.terms.begin(), rollout.terms.end());
      ends.push_back(terms.size());
      weights.insert(weights.end(), rollout.terms.size(), weight[next]);
    }
    if (!terms.empty()) policy_gradient(rows, std::move(terms), ends, weights, objective, sums);
  }
  if (!std::isfinite(sums.loss)) {
    throw Error::outside("the policy loss is not finite, so the weights were left as they were")
        .found(std::to_string(sums.loss - loss_before))
        .hint("lower the learning rate, or look for extreme advantages or log-probabilities");
  }
  sums.grad_norm += adam_.step(model_.weights(), model_.gradient(),
                               {objective.learning_rate, objective.clip_norm, 0}, model_.decayed());
}

UpdateStats TorchPolicy::update(const RolloutBatch& batch, const Objective& objective) {
  check_objective(objective);
  const std::vector<Trained> rollouts = read_rollouts(batch, objective);
  size_t tokens = 0;
  for (const Trained& rollout : rollouts) tokens += rollout.terms.size();
  UpdateStats sums;
  if (tokens == 0) return sums;
  const PolicyBytes before = state();
  int steps = 0;
  try {
    for (int epoch = 0; epoch < objective.epochs; ++epoch) {
      std::vector<size_t> order(rollouts.size());
      std::iota(order.begin(), order.end(), size_t{0});
      const size_t parts = std::min(static_cast<size_t>(objective.minibatches), rollouts.size());
      if (parts > 1) Stream(objective.key).child(static_cast<uint64_t>(epoch)).shuffle(std::span(order));
      for (size_t part = 0; part < parts; ++part) {
        const auto begin = order.begin() + static_cast<ptrdiff_t>(rollouts.size() * part / parts);
        const auto end = order.begin() + static_cast<ptrdiff_t>(rollouts.size() * (part + 1) / parts);
        const bool any = std::any_of(begin, end, [&](size_t r) { return !rollouts[r].terms.empty(); });
        if (!any) continue;
        minibatch(rollouts, by_prompt({begin, end}, [&](size_t r) { return rollouts[r].prompt; }), objective,
                  sums);
        ++steps;
      }
    }
  } catch (...) {
    restore(before);
    throw;
  }
  const double passes = static_cast<double>(tokens) * objective.epochs;
  return {.loss = sums.loss / steps,
          .entropy = sums.entropy / passes,
          .clip_share = sums.clip_share / passes,
          .kl_old = sums.kl_old / passes,
          .kl_reference = sums.kl_reference / passes,
          .grad_norm = sums.grad_norm / steps};
}

PolicyBytes TorchPolicy::state() const {
  return {adam_.steps, floats_of(model_.weights()), floats_of(adam_.mean), floats_of(adam_.square)};
}

void TorchPolicy::restore(PolicyBytes state) {
  torch::NoGradGuard no_gradient;
  const auto put = [](torch::Tensor& to, std::vector<float>& from) {
    to.copy_(torch::from_blob(from.data(), {static_cast<int64_t>(from.size())}, torch::kFloat));
  };
  put(model_.weights(), state.weights);
  put(adam_.mean, state.mean);
  put(adam_.square, state.square);
  adam_.steps = state.steps;
  model_.gradient().zero_();
}

std::string TorchPolicy::save() const {
  return write_policy(config_, state());
}

void TorchPolicy::load(std::string_view bytes) {
  restore(read_policy(bytes, config_, static_cast<size_t>(model_.weights().numel())));
}

}  // namespace

std::unique_ptr<Policy> make_torch_policy(const PolicyConfig& config, uint64_t seed) {
  use_one_thread();
  return std::make_unique<TorchPolicy>(config, seed);
}

}  // namespace gradus
