#include "gradus/simulation/retrieval_turns.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "gradus/simulation/correlation.h"
#include "gradus/simulation/training.h"

namespace gradus {

namespace {

constexpr size_t kTrust = 0;       // action of the answering states; every other one guesses
constexpr double kNothing = 1e-9;  // an advantage that is only rounding

class RetrievalTurns : public Simulation {
 public:
  explicit RetrievalTurns(const Params& params)
      : places_(static_cast<size_t>(params.integer("places"))),
        symbols_(static_cast<size_t>(params.integer("symbols"))),
        turns_(static_cast<size_t>(params.integer("turns"))),
        hint_(params.number("hint")),
        reliable_(params.number("reliable")),
        distract_(params.number("distract")),
        noise_(params.number("noise")),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = static_cast<int>(places_),
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Channels channels{.rollout = {"outcome", "start_belief"}, .step = {"belief", "useful"}};
    const Stream keys = random.child("keys");
    const Play play = [&](const TabularPolicy& policy, int64_t task, Stream stream) {
      return episode(policy, static_cast<size_t>(task), keys, stream);
    };
    std::vector<TabularPolicy> policies;
    for (const Arm& arm : arms) {
      policies.emplace_back(places_ * turns_ + 2, places_ + 1);
      train(policies.back(), play, channels, arm.pipeline, plan_, random);
    }
    Numbers out;
    for (size_t a = 0; a < arms.size(); ++a) {
      const std::string name = arms[a].id + ".";
      std::vector<double> belief, useful;
      double right = 0, episodes = 0, flat = 0, groups = 0;
      for (int k = 0; k < kBatches; ++k) {
        const RolloutBatch own = credited(policies[a], arms[a], play, channels, k, random);
        right += sum_of(own.column("rollout.outcome"));
        episodes += static_cast<double>(own.rollouts());
        gather(own, belief, useful);
        flat += flat_groups(credited(policies[0], arms[a], play, channels, k, random));
        groups += static_cast<double>(plan_.groups);
      }
      out[name + "belief_correlation"] = correlation(belief, useful);
      out[name + "accuracy"] = right / episodes;
      out[name + "flat_groups"] = flat / groups;
      const double first = out.at(arms[0].id + ".flat_groups");
      out[name + "flat_ratio"] = first > 0 ? flat / groups / first : 1;
    }
    return out;
  }

 private:
  static constexpr int kBatches = 20;  // of the finished policies

  RolloutBatch credited(const TabularPolicy& policy, const Arm& arm, const Play& play,
                        const Channels& channels, int batch_number, const Stream& random) const {
    const Stream stream = random.child("evaluation");
    RolloutBatch batch = sample_batch(policy, play, channels, plan_, batch_number, stream);
    arm.pipeline.apply(batch,
                       {.random = stream.child("operators").child(static_cast<uint64_t>(batch_number))});
    return batch;
  }

  // P(answer) after what was shown last, in the words of this turn.
  double belief(const TabularPolicy& policy, const std::optional<size_t>& shown, Stream& random) const {
    double p = 1 / static_cast<double>(symbols_);
    if (shown) {
      const double trust = policy.probabilities(answer_state(shown))[kTrust];
      p = trust * (*shown == kAnswer ? 1 : 0) + (1 - trust) * p;
    }
    p = std::clamp(p, 1e-6, 1 - 1e-6);
    return 1 / (1 + std::exp(-(std::log(p / (1 - p)) + noise_ * random.normal())));
  }

  size_t answer_state(const std::optional<size_t>& shown) const { return places_ * turns_ + (shown ? 1 : 0); }

  // What the policy sees of a place: the answer is symbol 0, unknown to it.
  std::optional<size_t> look(bool key, Stream& random) const {
    if (key && random.chance(reliable_)) return kAnswer;
    if (random.chance(distract_)) return 1 + random.below(symbols_ - 1);
    return std::nullopt;
  }

  Episode episode(const TabularPolicy& policy, size_t task, const Stream& keys, Stream& random) const {
    const size_t kind = task % places_;
    Stream own = keys.child(task);
    const size_t key = own.chance(hint_) ? kind : own.below(places_);
    Episode out;
    std::optional<size_t> shown;
    bool seen = false;
    const double start = belief(policy, shown, random);
    for (size_t t = 0; t < turns_; ++t) {
      Turn turn, observation;
      turn.state = static_cast<int>(kind * turns_ + t);
      turn.action = policy.sample(kind * turns_ + t, random);
      if (turn.action == places_) break;
      if (const std::optional<size_t> now = look(turn.action == key, random)) shown = now;
      turn.values = {belief(policy, shown, random), turn.action == key && !seen ? 1.0 : 0.0};
      seen = seen || turn.action == key;
      observation.kind = StepKind::observe;
      observation.values = {kMissing, kMissing};
      out.turns.push_back(turn);
      out.turns.push_back(observation);
    }
    Turn answer;
    answer.kind = StepKind::answer;
    answer.state = static_cast<int>(answer_state(shown));
    answer.action = policy.sample(answer_state(shown), random);
    answer.values = {kMissing, kMissing};
    const size_t said = shown && answer.action == kTrust ? *shown : random.below(symbols_);
    out.turns.push_back(answer);
    out.values = {said == kAnswer ? 1.0 : 0.0, start};
    return out;
  }

  static double sum_of(const Column& column) {
    double sum = 0;
    for (size_t i = 0; i < column.size(); ++i) sum += column[i];
    return sum;
  }

  static void gather(const RolloutBatch& batch, std::vector<double>& belief, std::vector<double>& useful) {
    const Column& left = batch.column("step.belief");
    const Column& truth = batch.column("step.useful");
    for (size_t s = 0; s < batch.steps(); ++s) {
      if (!left.valid(s) || !truth.valid(s)) continue;
      belief.push_back(left[s]);
      useful.push_back(truth[s]);
    }
  }

  double flat_groups(const RolloutBatch& batch) const {
    const Column& advantage = batch.column("token.advantage");
    std::vector<bool> taught(static_cast<size_t>(plan_.groups), false);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        for (size_t t = batch.token_begin(s); t < batch.token_end(s); ++t) {
          if (advantage.valid(t) && std::abs(advantage[t]) > kNothing) {
            taught[r / static_cast<size_t>(plan_.samples)] = true;
          }
        }
      }
    }
    return static_cast<double>(std::count(taught.begin(), taught.end(), false));
  }

  static constexpr size_t kAnswer = 0;  // the symbol that is right

  size_t places_, symbols_, turns_;
  double hint_, reliable_, distract_, noise_;
  TrainingPlan plan_;
};

}  // namespace

void register_retrieval_turns(SimulationRegistry& registry) {
  registry.add(
      {.name = "retrieval_turns",
       .summary = "lookups for an answer that stands in one place: what gains in belief tell of them",
       .paper = "2510.14967",
       .params = {integer_param("places", 6, "places, and kinds of questions, one group of each per update",
                                2, 100),
                  integer_param("symbols", 8, "possible answers", 2, 1000),
                  integer_param("turns", 4, "lookups of an episode at most", 1, 100),
                  number_param("hint", 0.8, "the key is where its kind of question has it", 0, 1),
                  number_param("reliable", 0.9, "the key's place shows the answer", 0, 1),
                  number_param("distract", 0.3, "another place shows a wrong symbol", 0, 1),
                  number_param("noise", 0.5, "deviation of a belief's logit", 0, 100),
                  integer_param("updates", 100, "updates of the policy", 0, 100000),
                  integer_param("group", 8, "episodes of a group", 2, 4096),
                  number_param("rate", 0.5, "learning rate", 0, 100)},
       .reads = {"step.belief", "token.advantage"},
       .writes = {"rollout.outcome", "rollout.start_belief", "step.belief"}},
      [](const Params& params) { return std::make_unique<RetrievalTurns>(params); });
}

}  // namespace gradus
