#include "gradus/simulation/judged_turns.h"

#include <algorithm>

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

enum Action : size_t { kSearch, kTalk, kAnswer, kActions };

constexpr double kSearchScore = 0.6, kTalkScore = 0.9, kNoise = 0.05;

// Of the judged turns of a batch, in order.
struct Judged {
  std::vector<double> reward, outcome, to_come, later_rewards;
};

class JudgedTurns : public Simulation {
 public:
  explicit JudgedTurns(const Params& params)
      : chances_(params.numbers("chances")),
        limit_(static_cast<size_t>(params.integer("limit"))),
        evaluations_(static_cast<size_t>(params.integer("evaluations"))),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = 1,
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {
    if (chances_.empty()) throw Error::input("an answer needs a chance").field("chances");
  }

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Channels channels{.rollout = {"outcome"}, .step = {"judge", "searches"}};
    const Play play = [&](const TabularPolicy& policy, int64_t, Stream stream) {
      return episode(policy, stream);
    };
    Numbers out;
    Judged first;
    for (const Arm& arm : arms) {
      TabularPolicy policy(chances_.size(), kActions);
      RolloutBatch batch = sample_batch(policy, play, channels, plan_, plan_.updates, random);
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Judged judged = judged_turns(batch);
      if (first.reward.empty()) first = judged;
      describe(judged, first, arm.id + ".", out);
      train(policy, play, channels, arm.pipeline, plan_, random);
      evaluate(policy, random.child("evaluation"), arm.id + ".", out);
    }
    return out;
  }

 private:
  Episode episode(const TabularPolicy& policy, Stream& random) const {
    Episode out;
    size_t searches = 0;
    bool right = false;
    while (out.turns.size() < limit_) {
      const size_t state = std::min(searches, chances_.size() - 1);
      Turn turn;
      turn.state = static_cast<int>(state);
      turn.action = policy.sample(state, random);
      const double score = (turn.action == kSearch ? kSearchScore : kTalkScore) + kNoise * random.normal();
      turn.values = {std::clamp(score, 0.0, 1.0), static_cast<double>(state)};
      if (turn.action == kSearch) ++searches;
      if (turn.action == kAnswer) {
        right = random.chance(chances_[state]);
        turn.kind = StepKind::answer;
      }
      out.turns.push_back(turn);
      if (turn.action == kAnswer) break;
    }
    out.turns.back().values[0] = kMissing;
    out.values = {right ? 1.0 : 0.0};
    return out;
  }

  static Judged judged_turns(const RolloutBatch& batch) {
    Judged out;
    const Column& reward = batch.column("step.reward");
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      double to_come = 0, later = 0;
      for (size_t s = batch.step_end(r); s-- > batch.step_begin(r);) {
        if (reward.valid(s)) later += reward[s];
        if (s + 1 == batch.step_end(r)) continue;
        out.reward.push_back(reward[s]);
        out.outcome.push_back(batch.column("rollout.outcome")[r]);
        out.to_come.push_back(++to_come);
        out.later_rewards.push_back(later);
      }
    }
    return out;
  }

  static void describe(const Judged& arm, const Judged& first, const std::string& name, Numbers& out) {
    double kept = 0, low = 0, high = 0;
    for (size_t i = 0; i < arm.reward.size(); ++i) {
      kept += arm.outcome[i] > 0 ? arm.reward[i] >= 0 : arm.reward[i] <= 0;
      const double shift = (arm.later_rewards[i] - first.later_rewards[i]) / arm.to_come[i];
      low = i == 0 ? shift : std::min(low, shift);
      high = i == 0 ? shift : std::max(high, shift);
    }
    out[name + "sign_kept"] = kept / static_cast<double>(arm.reward.size());
    out[name + "shift_low"] = low;
    out[name + "shift_high"] = high;
  }

  void evaluate(const TabularPolicy& policy, const Stream& random, const std::string& name,
                Numbers& out) const {
    double right = 0, turns = 0;
    for (size_t i = 0; i < evaluations_; ++i) {
      Stream stream = random.child(i);
      const Episode one = episode(policy, stream);
      right += one.values[0];
      turns += static_cast<double>(one.turns.size());
    }
    out[name + "accuracy"] = right / static_cast<double>(evaluations_);
    out[name + "turns"] = turns / static_cast<double>(evaluations_);
  }

  std::vector<double> chances_;
  size_t limit_, evaluations_;
  TrainingPlan plan_;
};

}  // namespace

void register_judged_turns(SimulationRegistry& registry) {
  registry.add({.name = "judged_turns",
                .summary = "an agent whose judge likes verbose turns",
                .paper = "2509.25598",
                .params = {numbers_param("chances", Json{0.2, 0.5, 0.8},
                                         "probability of a right answer after 0, 1, ... searches", 0, 1),
                           integer_param("limit", 10, "turns of an episode at most", 2, 1000),
                           integer_param("updates", 400, "updates of the policy", 1, 100000),
                           integer_param("group", 16, "episodes per update", 2, 4096),
                           number_param("rate", 0.3, "learning rate", 0, 100),
                           integer_param("evaluations", 1000, "episodes of the final policy", 1, 1000000)},
                .reads = {"step.reward", "token.advantage"},
                .writes = {"rollout.outcome", "step.judge", "step.searches"}},
               [](const Params& params) { return std::make_unique<JudgedTurns>(params); });
}

}  // namespace gradus
