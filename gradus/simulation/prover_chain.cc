#include "gradus/simulation/prover_chain.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/simulation/correlation.h"
#include "gradus/simulation/episode.h"
#include "gradus/simulation/tabular_policy.h"

namespace gradus {

namespace {

enum Action : size_t { kOn, kStay, kBack, kActions };

double cosine_of(const std::vector<double>& a, const std::vector<double>& b) {
  const auto dot = [](const std::vector<double>& x, const std::vector<double>& y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

class ProverChain : public Simulation {
 public:
  explicit ProverChain(const Params& params)
      : length_(static_cast<size_t>(params.integer("length"))),
        horizon_(static_cast<size_t>(params.integer("horizon"))),
        spread_(params.number("spread")),
        bias_(params.number("bias")),
        rate_(params.number("rate")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    TabularPolicy policy(horizon_ * length_, kActions);
    Stream logits = random.child("logits");
    for (size_t s = 0; s < policy.states(); ++s) {
      for (double& x : policy.logits(s)) x = spread_ * logits.normal();
      policy.logits(s)[kOn] -= bias_;
    }
    Enumeration all;
    const std::vector<double> values = values_of(policy);
    Episode empty{.group = 0, .turns = {}, .values = {0, values[0]}};
    extend(policy, values, 0, 0, 1.0, empty, all);
    Numbers out;
    std::vector<double> improved, predicted;
    for (const Arm& arm : arms) {
      measure_arm(arm, policy, values, all, random, out);
      improved.push_back(out.at(arm.id + ".improvement"));
      predicted.push_back(out.at(arm.id + ".predicted"));
    }
    out["rank_correlation"] = rank_correlation(improved, predicted);
    const auto best = std::max_element(improved.begin(), improved.end());
    out["peak_inside"] = best != improved.begin() && best + 1 != improved.end();
    return out;
  }

 private:
  struct Enumeration {
    std::vector<Episode> episodes;
    std::vector<double> probability;
  };

  size_t state(size_t time, size_t at) const { return time * length_ + at; }

  size_t moved(size_t at, size_t action) const {
    return action == kOn ? at + 1 : action == kStay || at == 0 ? at : at - 1;
  }

  // V after `time` steps at subgoal `at`.
  double value(const std::vector<double>& values, size_t time, size_t at) const {
    return at == length_ ? 1.0 : time == horizon_ ? 0.0 : values[state(time, at)];
  }

  std::vector<double> values_of(const TabularPolicy& policy) const {
    std::vector<double> values(horizon_ * length_, 0.0);
    for (size_t time = horizon_; time-- > 0;) {
      for (size_t at = 0; at < length_; ++at) {
        const std::vector<double> p = policy.probabilities(state(time, at));
        for (size_t a = 0; a < kActions; ++a) {
          values[state(time, at)] += p[a] * value(values, time + 1, moved(at, a));
        }
      }
    }
    return values;
  }

  void extend(const TabularPolicy& policy, const std::vector<double>& values, size_t time, size_t at,
              double probability, Episode& so_far, Enumeration& out) const {
    if (at == length_ || time == horizon_) {
      so_far.values[0] = at == length_ ? 1.0 : 0.0;
      out.episodes.push_back(so_far);
      out.probability.push_back(probability);
      return;
    }
    const std::vector<double> p = policy.probabilities(state(time, at));
    for (size_t a = 0; a < kActions; ++a) {
      Turn turn;
      turn.state = static_cast<int>(state(time, at));
      turn.action = a;
      turn.values = {value(values, time + 1, moved(at, a))};
      so_far.turns.push_back(turn);
      extend(policy, values, time + 1, moved(at, a), probability * p[a], so_far, out);
      so_far.turns.pop_back();
    }
  }

  void measure_arm(const Arm& arm, const TabularPolicy& policy, const std::vector<double>& values,
                   const Enumeration& all, const Stream& random, Numbers& out) const {
    RolloutBatch batch = batch_of(all.episodes, {.rollout = {"outcome", "start_value"}, .step = {"value"}});
    arm.pipeline.apply(batch, {.random = random.child("operators")});
    // Expectations given state and action, and how often both occur.
    const size_t cells = policy.states() * kActions;
    std::vector<double> visits(cells, 0.0), advantage(cells, 0.0), progress(cells, 0.0);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        const Turn& turn = all.episodes[r].turns[s - batch.step_begin(r)];
        const size_t cell = static_cast<size_t>(turn.state) * kActions + turn.action;
        visits[cell] += all.probability[r];
        advantage[cell] += all.probability[r] * batch.column("token.advantage")[batch.token_begin(s)];
        progress[cell] += all.probability[r] * batch.column("step.value")[s];
      }
    }
    for (size_t c = 0; c < cells; ++c) {
      if (visits[c] > 0) advantage[c] /= visits[c], progress[c] /= visits[c];
    }
    const std::vector<double> own = own_advantages(policy, values);
    out[arm.id + ".cosine"] = cosine_of(gradient(policy, visits, advantage), gradient(policy, visits, own));
    out[arm.id + ".predicted"] = predicted(policy, visits, progress, own);
    TabularPolicy better = policy;
    for (size_t s = 0; s < policy.states(); ++s) {
      for (size_t a = 0; a < kActions; ++a) better.logits(s)[a] += rate_ * advantage[s * kActions + a];
    }
    out[arm.id + ".improvement"] = values_of(better)[0] - values[0];
  }

  // A(s, a) of the policy itself.
  std::vector<double> own_advantages(const TabularPolicy& policy, const std::vector<double>& values) const {
    std::vector<double> out;
    for (size_t s = 0; s < policy.states(); ++s) {
      for (size_t a = 0; a < kActions; ++a) {
        out.push_back(value(values, s / length_ + 1, moved(s % length_, a)) - values[s]);
      }
    }
    return out;
  }

  static std::vector<double> gradient(const TabularPolicy& policy, const std::vector<double>& visits,
                                      const std::vector<double>& advantage) {
    std::vector<double> out(visits.size(), 0.0);
    for (size_t s = 0; s < policy.states(); ++s) {
      for (size_t a = 0; a < kActions; ++a) {
        const std::vector<double> score = policy.score(s, a);
        const size_t cell = s * kActions + a;
        for (size_t b = 0; b < kActions; ++b)
          out[s * kActions + b] += visits[cell] * advantage[cell] * score[b];
      }
    }
    return out;
  }

  static double predicted(const TabularPolicy& policy, const std::vector<double>& visits,
                          const std::vector<double>& progress, const std::vector<double>& own) {
    double out = 0;
    for (size_t s = 0; s < policy.states(); ++s) {
      const std::vector<double> p = policy.probabilities(s);
      double here = 0, mean = 0, squares = 0, aligned = 0;
      for (size_t a = 0; a < kActions; ++a) {
        const size_t cell = s * kActions + a;
        here += visits[cell];
        mean += p[a] * progress[cell];
        squares += p[a] * progress[cell] * progress[cell];
        aligned += p[a] * progress[cell] * own[cell];
      }
      out += here * (squares - mean * mean + aligned);
    }
    return out;
  }

  size_t length_, horizon_;
  double spread_, bias_, rate_;
};

}  // namespace

void register_prover_chain(SimulationRegistry& registry) {
  registry.add({.name = "prover_chain",
                .summary = "a chain of subgoals, enumerated: progress under provers of different strength",
                .paper = "2410.08146",
                .params = {integer_param("length", 3, "subgoals", 1, 10),
                           integer_param("horizon", 6, "steps of an episode at most", 1, 9),
                           number_param("spread", 0.5, "deviation of the policy's logits", 0, 10),
                           number_param("bias", 0.5, "taken off the logit of going on", -10, 10),
                           number_param("rate", 1.0, "size of the natural gradient step", 0, 100)},
                .reads = {"step.value", "token.advantage"},
                .writes = {"rollout.outcome", "step.value", "rollout.start_value"}},
               [](const Params& params) { return std::make_unique<ProverChain>(params); });
}

}  // namespace gradus
