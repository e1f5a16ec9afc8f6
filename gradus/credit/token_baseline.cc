#include "gradus/credit/token_baseline.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/reward/pool.h"
#include "gradus/reward/suffix.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

constexpr double kEpsilon = 1e-8;  // verl, core_algos.py: added to the sum of the weights

struct Sums {
  double returns = 0, weights = 0;
  double baseline() const { return returns / (weights + kEpsilon); }
};

struct Longest {
  size_t rollout = 0;  // the one that alone is the longest; no rollout's number where none is
  size_t second = 0;   // length of the second longest
};

class TokenBaseline : public Operator {
 public:
  explicit TokenBaseline(const Params& params)
      : reward_("token." + params.text("reward")),
        logprob_("token." + params.text("logprob")),
        collision_("token." + params.text("collision")),
        importance_(params.text("importance").empty() ? "" : "token." + params.text("importance")),
        into_("token." + params.text("into")),
        trained_index_(params.text("index") == "trained"),
        bare_tail_(params.text("tail") == "return") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column returns = suffixes_of(batch, batch.column(reward_), SuffixForm::sum, 1.0);
    Column advantage(Level::token, batch.tokens(), {.estimates = "advantage"}, batch.precision());
    std::vector<Sums> sums;
    for (const std::vector<size_t>& members : group_members(batch)) {
      sums.clear();
      for (const size_t r : members) {
        for_each_weight(batch, r, [&](size_t position, size_t t, double weight) {
          if (sums.size() <= position) sums.resize(position + 1);
          if (!returns.valid(t)) return;
          sums[position].returns += returns[t] * weight;
          sums[position].weights += weight;
        });
      }
      const Longest longest = two_longest(batch, members);
      for (const size_t r : members) {
        const bool bare = bare_tail_ && r == longest.rollout;
        for_each_weight(batch, r, [&](size_t position, size_t t, double) {
          if (!returns.valid(t)) return;
          const bool none = members.size() == 1 || (bare && position >= longest.second);
          advantage.set(t, returns[t] - (none ? 0.0 : sums[position].baseline()));
        });
      }
    }
    batch.put_column(into_, std::move(advantage));
  }

 private:
  // fn(position, token, W) over the trained tokens of a rollout.
  template <class Fn>
  void for_each_weight(const RolloutBatch& batch, size_t rollout, Fn&& fn) const {
    const Column &logprob = batch.column(logprob_), &collision = batch.column(collision_);
    const Column* const importance = importance_.empty() ? nullptr : &batch.column(importance_);
    double weight = 0;
    size_t position = 0;
    for_each_trained_span(batch, rollout, [&](size_t begin, size_t end) {
      for (size_t t = begin; t < end; ++t, ++position) {
        const bool whole = logprob.valid(t) && collision.valid(t) && (!importance || importance->valid(t));
        if (!whole) refuse(batch, rollout, t);
        const double factor = importance ? (*importance)[t] * (*importance)[t] : 1.0;
        weight += (1 - 2 * std::exp(logprob[t]) + collision[t]) * factor;
        if (!std::isfinite(weight)) refuse_weight(batch, rollout, t);
        fn(trained_index_ ? position : t - batch.first_token(rollout), t, weight);
      }
    });
  }

  static Longest two_longest(const RolloutBatch& batch, const std::vector<size_t>& members) {
    size_t longest = batch.rollouts(), most = 0, second = 0;
    for (const size_t r : members) {
      const size_t length = trained_tokens(batch, r);
      second = std::max(second, std::min(most, length));
      if (length > most) longest = r;
      most = std::max(most, length);
    }
    return {most > second ? longest : batch.rollouts(), second};
  }

  [[noreturn]] void refuse(const RolloutBatch& batch, size_t rollout, size_t t) const {
    throw Error::input("credit.token_baseline needs the probabilities of every trained token")
        .field(logprob_ + ", " + collision_ + (importance_.empty() ? "" : ", " + importance_))
        .found(fmt::format("a missing value at token {} of rollout {}", t - batch.first_token(rollout),
                           rollout));
  }

  [[noreturn]] void refuse_weight(const RolloutBatch& batch, size_t rollout, size_t t) const {
    throw Error::input("the weight of a token in credit.token_baseline is too large")
        .field(logprob_)
        .found(fmt::format("log-probability {:.6g} at token {} of rollout {}", batch.column(logprob_)[t],
                           t - batch.first_token(rollout), rollout))
        .expected("0 or less");
  }

  std::string reward_, logprob_, collision_, importance_, into_;
  bool trained_index_, bare_tail_;
};

}  // namespace

void register_token_baseline(OperatorRegistry& registry) {
  registry.add(
      {.name = "credit.token_baseline",
       .summary = "returns minus the baseline of least variance at the same token of the group",
       .paper = "verl, optimal token baseline",
       .params = {text_param("reward", "reward", "token channel of rewards"),
                  text_param("logprob", "logprob",
                             "token channel: log-probability under the sampling policy"),
                  text_param("collision", "collision", "token channel: sum of squared probabilities"),
                  text_param("importance", "", "token channel of importance weights; none"),
                  text_param("index", "trained", "which tokens are numbered", {"trained", "response"}),
                  text_param("tail", "return",
                             "where only the longest rollout is left: no baseline, or its own",
                             {"return", "baseline"}),
                  text_param("into", "advantage", "token channel to write")},
       .reads = {"token.{reward}", "token.{logprob}", "token.{collision}", "token.{importance}"},
       .writes = {"token.{into}"},
       .scope = "group"},
      [](const Params& params) { return std::make_unique<TokenBaseline>(params); });
}

}  // namespace gradus
