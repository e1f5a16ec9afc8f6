#include "gradus/simulation/flawed_correct.h"

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

constexpr size_t kSteps = 10;
constexpr double kSound = 0.70, kFlawed = 0.55, kIncorrect = 0.45, kScatter = 0.1;

class FlawedCorrect : public Simulation {
 public:
  explicit FlawedCorrect(const Params& params)
      : prompts_(static_cast<size_t>(params.integer("prompts"))),
        group_(static_cast<size_t>(params.integer("group"))),
        correct_(params.number("correct")),
        flawed_(params.number("flawed")),
        deviation_(params.number("deviation")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<Episode> episodes;
    std::vector<bool> flawed;
    for (size_t r = 0; r < prompts_ * group_; ++r) {
      Stream stream = random.child("response").child(r);
      const bool correct = stream.chance(correct_);
      flawed.push_back(correct && stream.chance(flawed_));
      episodes.push_back(response(r / group_, correct, flawed.back(), stream));
    }
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {"outcome", "noise"}, .step = {"prm"}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Column& kept = batch.column("rollout.kept");
      double all = 0, right = 0, unsound = 0;
      for (size_t r = 0; r < episodes.size(); ++r) {
        if (!kept.valid(r)) continue;
        all += 1;
        right += episodes[r].values[0];
        unsound += flawed[r];
      }
      out[arm.id + ".flawed_share"] = right > 0 ? unsound / right : 0;
      out[arm.id + ".correct_share"] = all > 0 ? right / all : 0;
      out[arm.id + ".kept_share"] = all / static_cast<double>(episodes.size());
    }
    return out;
  }

 private:
  Episode response(size_t prompt, bool correct, bool flawed, Stream& random) const {
    const double mean = flawed ? kFlawed : correct ? kSound : kIncorrect;
    const double level = mean + deviation_ * random.normal();
    Episode out{.group = static_cast<int64_t>(prompt),
                .turns = {},
                .values = {correct ? 1.0 : 0.0, random.uniform()}};
    std::vector<double> scatter;
    double centre = 0;
    for (size_t k = 0; k < kSteps; ++k) {
      scatter.push_back(kScatter * random.normal());
      centre += scatter.back() / static_cast<double>(kSteps);
    }
    for (const double apart : scatter) {
      Turn turn;
      turn.kind = StepKind::reason;
      turn.values = {level + apart - centre};
      out.turns.push_back(turn);
    }
    return out;
  }

  size_t prompts_, group_;
  double correct_, flawed_, deviation_;
};

}  // namespace

void register_flawed_correct(SimulationRegistry& registry) {
  registry.add({.name = "flawed_correct",
                .summary = "right answers, some for wrong reasons: which of them a filter keeps",
                .paper = "2509.03403",
                .params = {integer_param("prompts", 500, "groups per seed", 1, 100000),
                           integer_param("group", 8, "responses of a group", 1, 4096),
                           number_param("correct", 0.5, "probability of a correct response", 0, 1),
                           number_param("flawed", 0.3, "share of unsound ones among the correct", 0, 1),
                           number_param("deviation", 0.15, "deviation of a response's mean score", 0, 10)},
                .reads = {"rollout.kept"},
                .writes = {"rollout.outcome", "rollout.noise", "step.prm"}},
               [](const Params& params) { return std::make_unique<FlawedCorrect>(params); });
}

}  // namespace gradus
