#include "gradus/simulation/shaped_process.h"

#include <algorithm>
#include <cmath>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

constexpr size_t kActions = 2;
constexpr double kTie = 1e-9;  // actions whose values differ by less are equally good

struct Branch {
  size_t next = 0;
  double probability = 0, reward = 0;
};

struct Process {
  std::vector<std::vector<Branch>> branches;  // by state * kActions + action
  std::vector<bool> terminal;                 // by state
  std::vector<double> potential;
  std::vector<double> policy;  // by state * kActions + action

  size_t states() const { return terminal.size(); }
  const std::vector<Branch>& at(size_t state, size_t action) const {
    return branches[state * kActions + action];
  }
};

Process random_process(size_t states, Stream random) {
  Process out;
  out.terminal.assign(states, false);
  for (size_t i = 0; i < states * kActions; ++i) {
    const size_t first = random.below(states), second = (first + 1 + random.below(states - 1)) % states;
    const double p = random.uniform();
    out.branches.push_back({{first, p, random.normal()}, {second, 1 - p, random.normal()}});
  }
  for (size_t s = 0; s < states; ++s) out.potential.push_back(random.normal());
  for (size_t s = 0; s < states; ++s) {
    const double p = random.uniform();
    out.policy.insert(out.policy.end(), {p, 1 - p});
  }
  return out;
}

Process cycle_process() {
  enum : size_t { kStart, kNear, kGoal };
  Process out;
  out.branches = {
      {{kNear, 1, 0}}, {{kStart, 1, 0}}, {{kGoal, 1, 1}}, {{kStart, 1, 0}}, {}, {}};  // forward, back
  out.terminal = {false, false, true};
  out.potential = {0, 1, 2};
  out.policy.assign(out.branches.size(), 0.5);
  return out;
}

// Rewards of single transitions, by step, state, action and branch.
using Rewards = std::vector<std::vector<std::vector<double>>>;

struct Enumeration {
  std::vector<Episode> episodes;
  std::vector<std::vector<size_t>> branch;  // taken at each turn of each episode
};

void extend(const Process& process, size_t state, size_t left, Episode& so_far, std::vector<size_t>& taken,
            Enumeration& out) {
  if (left == 0 || process.terminal[state]) {
    if (so_far.turns.empty()) return;
    out.episodes.push_back(so_far);
    out.branch.push_back(taken);
    return;
  }
  for (size_t action = 0; action < kActions; ++action) {
    const std::vector<Branch>& branches = process.at(state, action);
    for (size_t b = 0; b < branches.size(); ++b) {
      so_far.turns.push_back({.state = static_cast<int>(state),
                              .action = action,
                              .values = {branches[b].reward, process.potential[branches[b].next]},
                              .kind = StepKind::act,
                              .tokens = 1,
                              .text = ""});
      taken.push_back(b);
      extend(process, branches[b].next, left - 1, so_far, taken, out);
      taken.pop_back();
      so_far.turns.pop_back();
    }
  }
}

Enumeration all_trajectories(const Process& process, size_t horizon) {
  Enumeration out;
  for (size_t start = 0; start < process.states(); ++start) {
    Episode empty{.group = 0, .turns = {}, .values = {process.potential[start]}};
    std::vector<size_t> taken;
    extend(process, start, horizon, empty, taken, out);
  }
  return out;
}

Rewards true_rewards(const Process& process, size_t horizon) {
  std::vector<std::vector<double>> step;
  for (const auto& branches : process.branches) {
    step.emplace_back();
    for (const Branch& branch : branches) step.back().push_back(branch.reward);
  }
  return Rewards(horizon, step);
}

// NaN where no trajectory comes to a state at some step: nothing is known of it there.
Rewards rewards_of(const Process& process, size_t horizon, double gamma, const Enumeration& all,
                   const RolloutBatch& batch) {
  Rewards out = true_rewards(process, horizon);
  for (auto& step : out) {
    for (auto& branches : step) branches.assign(branches.size(), kMissing);
  }
  const Column& returns = batch.column("step.return");
  for (size_t r = 0; r < all.episodes.size(); ++r) {
    const std::vector<Turn>& turns = all.episodes[r].turns;
    for (size_t k = 0; k < turns.size(); ++k) {
      const size_t s = batch.step_begin(r) + k;
      const double later = k + 1 < turns.size() ? gamma * returns[s + 1] : 0.0;
      out[k][static_cast<size_t>(turns[k].state) * kActions + turns[k].action][all.branch[r][k]] =
          returns[s] - later;
    }
  }
  return out;
}

// Action values by step and state * kActions + action; `optimal`: of the best policy, else of the process's
// own.
std::vector<std::vector<double>> action_values(const Process& process, const Rewards& rewards, double gamma,
                                               bool optimal) {
  std::vector<std::vector<double>> out(rewards.size(), std::vector<double>(process.branches.size(), 0.0));
  std::vector<double> later(process.states(), 0.0);
  for (size_t step = rewards.size(); step-- > 0;) {
    std::vector<double> value(process.states(), 0.0);
    for (size_t s = 0; s < process.states(); ++s) {
      if (process.terminal[s]) continue;
      for (size_t i = s * kActions; i < (s + 1) * kActions; ++i) {
        for (size_t b = 0; b < process.branches[i].size(); ++b) {
          const Branch& branch = process.branches[i][b];
          out[step][i] += branch.probability * (rewards[step][i][b] + gamma * later[branch.next]);
        }
        value[s] += process.policy[i] * out[step][i];
      }
      if (optimal) value[s] = std::max(out[step][s * kActions], out[step][s * kActions + 1]);
    }
    later = value;
  }
  return out;
}

// Of advantages under the process's own policy.
double largest_gap(const Process& process, const std::vector<std::vector<double>>& shaped,
                   const std::vector<std::vector<double>>& real) {
  double gap = 0;
  for (size_t step = 0; step < real.size(); ++step) {
    for (size_t s = 0; s < process.states(); ++s) {
      if (std::isnan(shaped[step][s * kActions])) continue;
      double mean_shaped = 0, mean_real = 0;
      for (size_t i = s * kActions; i < (s + 1) * kActions; ++i) {
        mean_shaped += process.policy[i] * shaped[step][i];
        mean_real += process.policy[i] * real[step][i];
      }
      for (size_t i = s * kActions; i < (s + 1) * kActions; ++i) {
        gap = std::max(gap, std::abs((shaped[step][i] - mean_shaped) - (real[step][i] - mean_real)));
      }
    }
  }
  return gap;
}

bool policy_changed(const Process& process, const std::vector<std::vector<double>>& shaped,
                    const std::vector<std::vector<double>>& real) {
  for (size_t step = 0; step < real.size(); ++step) {
    for (size_t s = 0; s < process.states(); ++s) {
      const size_t i = s * kActions;
      if (std::isnan(shaped[step][i])) continue;
      const double best_shaped = std::max(shaped[step][i], shaped[step][i + 1]);
      const double best_real = std::max(real[step][i], real[step][i + 1]);
      for (size_t a = i; a < i + kActions; ++a) {
        if (shaped[step][a] >= best_shaped - kTie && real[step][a] < best_real - kTie) return true;
      }
    }
  }
  return false;
}

class ShapedProcess : public Simulation {
 public:
  explicit ShapedProcess(const Params& params)
      : cycle_(params.text("world") == "cycle"),
        states_(static_cast<size_t>(params.integer("states"))),
        horizon_(static_cast<size_t>(params.integer("horizon"))),
        gamma_(params.number("gamma")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Process process = cycle_ ? cycle_process() : random_process(states_, random.child("process"));
    const Enumeration all = all_trajectories(process, horizon_);
    const Rewards real = true_rewards(process, horizon_);
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch =
          batch_of(all.episodes, {.rollout = {"start_potential"}, .step = {"reward", "potential"}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Rewards shaped = rewards_of(process, horizon_, gamma_, all, batch);
      const auto values = [&](const Rewards& rewards, bool optimal) {
        return action_values(process, rewards, gamma_, optimal);
      };
      out[arm.id + ".advantage_gap"] = largest_gap(process, values(shaped, false), values(real, false));
      out[arm.id + ".return_gap"] = return_gap(all, batch);
      out[arm.id + ".policy_changed"] = policy_changed(process, values(shaped, true), values(real, true));
      if (cycle_) out[arm.id + ".cycle_gain"] = shaped[0][0][0] + gamma_ * shaped[1][3][0];
    }
    return out;
  }

 private:
  double return_gap(const Enumeration& all, const RolloutBatch& batch) const {
    double gap = 0;
    for (size_t r = 0; r < all.episodes.size(); ++r) {
      double expected = -all.episodes[r].values[0], discount = 1;
      for (const Turn& turn : all.episodes[r].turns) {
        expected += discount * turn.values[0];
        discount *= gamma_;
      }
      gap = std::max(gap, std::abs(batch.column("step.return")[batch.step_begin(r)] - expected));
    }
    return gap;
  }

  bool cycle_;
  size_t states_, horizon_;
  double gamma_;
};

}  // namespace

void register_shaped_process(SimulationRegistry& registry) {
  registry.add(
      {.name = "shaped_process",
       .summary = "a decision process, enumerated: what shaped rewards do to advantages and policies",
       .paper = "Ng, Harada, Russell 1999",
       .params = {text_param("world", "random", "which process", {"random", "cycle"}),
                  integer_param("states", 4, "states of the random process", 2, 6),
                  integer_param("horizon", 4, "steps of an episode at most", 2, 8),
                  number_param("gamma", 0.9, "discount; the arms must use the same", 0, 1)},
       .reads = {"step.return"},
       .writes = {"step.reward", "step.potential", "rollout.start_potential"}},
      [](const Params& params) { return std::make_unique<ShapedProcess>(params); });
}

}  // namespace gradus
