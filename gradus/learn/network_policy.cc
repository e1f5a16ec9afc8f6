#include "gradus/learn/network_policy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/base/json.h"
#include "gradus/base/random.h"
#include "gradus/learn/policy_file.h"
#include "gradus/model/cpu/row_kernel.h"
#include "gradus/model/generation.h"

namespace gradus {

namespace {

// Rows that go through the network at once: enough to fill its tiles, few enough to stay in the cache.
constexpr int64_t kChunkRows = 1024;

// Sequences in the order in which they are packed: equal prompts side by side, so that their rows are shared.
template <class Prompt>
std::vector<size_t> by_prompt(std::vector<size_t> order, const Prompt& prompt) {
  std::ranges::stable_sort(
      order, [&](size_t a, size_t b) { return std::ranges::lexicographical_compare(prompt(a), prompt(b)); });
  return order;
}

// Log-probabilities of everything that could be said at each target, and what was said.
struct Scored {
  std::vector<float> all;     // [targets, columns]
  std::vector<float> chosen;  // of the target token
};

// Per target: weight * slope of the loss in the token's log-probability.
struct Slopes {
  std::vector<float> slope;
  std::vector<float> entropy_weight;  // of the entropy bonus; empty: none
  std::vector<float> entropy;
};

class NetworkPolicy : public Policy {
 public:
  NetworkPolicy(const PolicyConfig& config, std::unique_ptr<Network> network)
      : config_(config),
        network_(std::move(network)),
        columns_(static_cast<size_t>(config.vocabulary - kFirstSayable)) {}

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
  Scored score(const PackedRows& rows, Network::For use);
  void backward(const PackedRows& rows, const Scored& scored, const Slopes& slopes);
  void forget_moments();

  PolicyConfig config_;
  std::unique_ptr<Network> network_;
  size_t columns_;
};

ModelInfo NetworkPolicy::info() const {
  const std::vector<float> weights = network_->state().weights;
  const std::string_view bytes(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float));
  return {
      .name = "gradus-transformer-" + std::to_string(config_.layers) + "x" + std::to_string(config_.width),
      .fingerprint = sha256_hex(bytes).substr(0, 16),
      .parameters = weights.size()};
}

void NetworkPolicy::check_tokens(std::span<const int32_t> tokens, const char* where, int32_t least) const {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] >= least && tokens[i] < config_.vocabulary) continue;
    throw Error::input(std::string("a token of a ") + where + " is outside the policy's vocabulary")
        .field("token " + std::to_string(i))
        .found(std::to_string(tokens[i]))
        .expected(std::to_string(least) + ".." + std::to_string(config_.vocabulary - 1));
  }
}

void NetworkPolicy::check_length(size_t prompt, size_t response) const {
  const size_t context = static_cast<size_t>(config_.context);
  if (prompt >= 1 && prompt <= context && response <= context - prompt) return;
  throw Error::input("a prompt and its response do not fit the policy's context")
      .found(std::to_string(prompt) + " prompt and " + std::to_string(response) + " response tokens")
      .expected("at least one prompt token, and at most " + std::to_string(context) + " tokens together")
      .hint("raise context in the policy's configuration or lower max_tokens");
}

std::vector<Sample> NetworkPolicy::sample(std::span<const SampleRequest> requests,
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
  return generate(*network_, requests, options, observer);
}

Scored NetworkPolicy::score(const PackedRows& rows, Network::For use) {
  const std::span<const float> logits = network_->logits(rows, use);
  Scored out;
  out.all.resize(logits.size());
  log_softmax(logits.data(), rows.targets(), static_cast<int64_t>(columns_), out.all.data());
  for (size_t t = 0; t < rows.target_tokens.size(); ++t) {
    out.chosen.push_back(out.all[t * columns_ + static_cast<size_t>(rows.target_tokens[t] - kFirstSayable)]);
  }
  return out;
}

std::vector<std::vector<float>> NetworkPolicy::logprobs(std::span<const SampleRequest> prompts,
                                                        std::span<const std::vector<int32_t>> responses) {
  require(prompts.size() == responses.size(), "one response per prompt");
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
    const std::vector<float> chosen = score(rows, Network::For::scoring).chosen;
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
void NetworkPolicy::backward(const PackedRows& rows, const Scored& scored, const Slopes& slopes) {
  std::vector<float> gradient(scored.all.size());
  exponentials(scored.all.data(), static_cast<int64_t>(gradient.size()), gradient.data());
  for (size_t t = 0; t < slopes.slope.size(); ++t) {
    float* const line = gradient.data() + t * columns_;
    const float* const logprob = scored.all.data() + t * columns_;
    const float weight = slopes.entropy_weight.empty() ? 0.0f : slopes.entropy_weight[t];
    for (size_t c = 0; c < columns_; ++c) {
      const float bonus = weight == 0 ? 0.0f : weight * (logprob[c] + slopes.entropy[t]);
      line[c] *= bonus - slopes.slope[t];
    }
    line[rows.target_tokens[t] - kFirstSayable] += slopes.slope[t];
  }
  network_->backward(gradient);
}

// Sum over the batch's response tokens of -log p, divided by their number; the gradient is added.
double NetworkPolicy::fit_batch(std::span<const Example> examples, std::span<const size_t> order) {
  int64_t tokens = 0;
  for (const size_t i : order) tokens += static_cast<int64_t>(examples[i].response.size());
  double loss = 0;
  for (size_t next = 0; next < order.size();) {
    PackedRows rows;
    for (; next < order.size() && rows.rows() < kChunkRows; ++next) {
      rows.add(examples[order[next]].prompt, examples[order[next]].response, {});
    }
    if (rows.targets() == 0) continue;
    const Scored scored = score(rows, Network::For::training);
    for (const float logprob : scored.chosen) loss -= logprob;
    const float slope = -1.0f / static_cast<float>(tokens);
    backward(rows, scored, {std::vector<float>(scored.chosen.size(), slope), {}, {}});
  }
  return tokens ? loss / static_cast<double>(tokens) : 0;
}

double NetworkPolicy::fit(std::span<const Example> examples, const FitOptions& options,
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
  if (options.done == 0) forget_moments();  // those of earlier updates say nothing about this
  require(network_->state().steps == options.done, "a fit goes on with the policy that it saved");
  std::vector<size_t> order(examples.size());
  std::iota(order.begin(), order.end(), size_t{0});
  double epoch_loss = 0;
  for (int step = 0; step < steps; ++step) {
    const size_t in_epoch = static_cast<size_t>(step) % per_epoch;
    if (in_epoch == 0) {
      Stream(options.key).child(static_cast<uint64_t>(step)).shuffle(std::span(order));
      epoch_loss = 0;
    }
    if (step < options.done) continue;  // its examples were drawn as they were then
    const auto part =
        std::span(order).subspan(in_epoch * batch, std::min(batch, order.size() - in_epoch * batch));
    const double loss = fit_batch(examples, part);
    const double done = static_cast<double>(step - warm_up) / std::max(1, steps - warm_up);
    const double scale = step < warm_up ? (step + 1.0) / warm_up : 0.55 + 0.45 * std::cos(M_PI * done);
    if (!std::isfinite(loss))
      throw Error::outside("the supervised loss is not finite").found(std::to_string(loss));
    network_->step({options.learning_rate * scale, options.clip_norm, options.weight_decay});
    epoch_loss += loss;
    if (progress) progress(step + 1, steps, loss);
  }
  forget_moments();  // those of the fit say nothing about later updates
  return epoch_loss / static_cast<double>(per_epoch);
}

struct NetworkPolicy::Trained {
  std::span<const int32_t> prompt;
  std::vector<int32_t> response;
  std::vector<uint8_t> wanted;   // per response token
  std::vector<TokenTerm> terms;  // per wanted token
};

std::vector<NetworkPolicy::Trained> NetworkPolicy::read_rollouts(const RolloutBatch& batch,
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

// -sum p log p of every row.
std::vector<float> entropies_of(const std::vector<float>& logprobs, size_t columns) {
  std::vector<float> p(logprobs.size()), out;
  exponentials(logprobs.data(), static_cast<int64_t>(p.size()), p.data());
  for (size_t at = 0; at < p.size(); at += columns) {
    float sum = 0;
    for (size_t c = at; c < at + columns; ++c) sum -= p[c] * logprobs[c];
    out.push_back(sum);
  }
  return out;
}

void NetworkPolicy::policy_gradient(const PackedRows& rows, std::vector<TokenTerm> terms,
                                    const std::vector<size_t>& ends, const std::vector<double>& weights,
                                    const Objective& objective, UpdateStats& sums) {
  const Scored scored = score(rows, Network::For::training);
  const std::vector<float> entropies = entropies_of(scored.all, columns_);
  for (size_t i = 0; i < terms.size(); ++i) terms[i].logprob = scored.chosen[i];
  const std::vector<TokenLoss> losses = policy_losses(terms, ends, objective.loss);
  Slopes slopes;
  for (size_t i = 0; i < terms.size(); ++i) {
    const TokenLoss& loss = losses[i];
    slopes.slope.push_back(static_cast<float>(weights[i] * loss.slope));
    if (objective.entropy_weight != 0) {
      slopes.entropy_weight.push_back(static_cast<float>(weights[i] * objective.entropy_weight));
    }
    sums.loss += weights[i] * (loss.value - objective.entropy_weight * entropies[i]);
    sums.entropy += entropies[i];
    sums.clip_share += loss.clip != ClipEvent::none;
    sums.kl_old += loss.kl_old;
    sums.kl_reference += loss.kl_reference;
  }
  slopes.entropy = entropies;
  backward(rows, scored, slopes);
}

// One optimiser step on the rollouts of `order`.
void NetworkPolicy::minibatch(std::span<const Trained> rollouts, const std::vector<size_t>& order,
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
  sums.grad_norm += network_->step({objective.learning_rate, objective.clip_norm, 0});
}

UpdateStats NetworkPolicy::update(const RolloutBatch& batch, const Objective& objective) {
  check_objective(objective);
  const std::vector<Trained> rollouts = read_rollouts(batch, objective);
  size_t tokens = 0;
  for (const Trained& rollout : rollouts) tokens += rollout.terms.size();
  UpdateStats sums;
  if (tokens == 0) return sums;
  const NetworkState before = network_->state();
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
    network_->restore(before);
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

void NetworkPolicy::forget_moments() {
  NetworkState state = network_->state();
  state.steps = 0;
  std::ranges::fill(state.mean, 0.0f);
  std::ranges::fill(state.square, 0.0f);
  network_->restore(state);
}

std::string NetworkPolicy::save() const {
  return write_policy(config_, network_->state());
}

void NetworkPolicy::load(std::string_view bytes) {
  network_->restore(read_policy(bytes, config_, network_->state().weights.size()));
}

}  // namespace

std::unique_ptr<Policy> make_network_policy(const PolicyConfig& config, std::unique_ptr<Network> network) {
  return std::make_unique<NetworkPolicy>(config, std::move(network));
}

}  // namespace gradus
