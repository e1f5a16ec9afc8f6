#include "gradus/simulation/repeated_step.h"

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

class RepeatedStep : public Simulation {
 public:
  explicit RepeatedStep(const Params& params)
      : steps_(static_cast<uint64_t>(params.integer("steps"))),
        good_(params.number("good")),
        poor_(params.number("poor")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Numbers out;
    for (const Arm& arm : arms) {
      out[arm.id + ".added_good"] = added(arm, good_, random);
      out[arm.id + ".added_poor"] = added(arm, poor_, random);
    }
    return out;
  }

 private:
  double added(const Arm& arm, double score, const Stream& random) const {
    Stream stream = random.child("scores");
    Episode once;
    for (uint64_t k = 2 + stream.below(steps_ - 1); k > 0; --k) {
      Turn turn;
      turn.values = {stream.uniform()};
      once.turns.push_back(turn);
    }
    const size_t place = stream.below(once.turns.size() - 1);
    once.turns[place].values[0] = score;
    Episode twice = once;
    twice.turns.insert(twice.turns.begin() + static_cast<std::ptrdiff_t>(place), once.turns[place]);
    RolloutBatch batch = batch_of({once, twice}, {.rollout = {}, .step = {"prm"}});
    arm.pipeline.apply(batch, {.random = random.child("operators")});
    const Column& returns = batch.column("step.return");
    return returns[batch.step_begin(1)] - returns[batch.step_begin(0)];
  }

  uint64_t steps_;
  double good_, poor_;
};

}  // namespace

void register_repeated_step(SimulationRegistry& registry) {
  registry.add({.name = "repeated_step",
                .summary = "a rollout with one step repeated: what the repetition pays",
                .paper = "2410.15115",
                .params = {integer_param("steps", 8, "a rollout has 2 to this many steps", 2, 1000),
                           number_param("good", 0.8, "score of a good step that is repeated", -10, 10),
                           number_param("poor", 0.3, "score of a poor step that is repeated", -10, 10)},
                .reads = {"step.return"},
                .writes = {"step.prm"}},
               [](const Params& params) { return std::make_unique<RepeatedStep>(params); });
}

}  // namespace gradus
