#include "gradus/simulation/outcome_groups.h"

#include <cmath>
#include <fmt/format.h>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

class OutcomeGroups : public Simulation {
 public:
  explicit OutcomeGroups(const Params& params)
      : group_(static_cast<size_t>(params.integer("group"))), epsilon_(params.number("epsilon")) {
    for (const double k : params.numbers("successes")) {
      successes_.push_back(static_cast<size_t>(k));
      if (std::floor(k) != k || successes_.back() == 0 || successes_.back() >= group_) {
        throw Error::input("a group needs successes and failures")
            .field("successes")
            .found(fmt::format("{} of {}", k, group_));
      }
    }
  }

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Numbers out;
    const std::vector<Episode> episodes = sample(random.child("groups"));
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {"outcome"}, .step = {}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Column& advantage = batch.column("token.advantage");
      for (size_t g = 0; g < successes_.size(); ++g) {
        const double n = static_cast<double>(group_), k = static_cast<double>(successes_[g]);
        double factor = 0;
        for (size_t r = g * group_; r < (g + 1) * group_; ++r) {
          factor += std::abs(advantage[batch.first_token(r)]) / std::abs(episodes[r].values[0] - k / n) / n;
        }
        const double closed = 1 / (std::sqrt(k * (n - k) / (n * (n - 1))) + epsilon_);
        out[fmt::format("{}.factor_{}", arm.id, successes_[g])] = factor;
        out[fmt::format("{}.gap_{}", arm.id, successes_[g])] = std::abs(factor - closed);
      }
    }
    return out;
  }

 private:
  // Which rollouts of a group succeed is random.
  std::vector<Episode> sample(Stream random) const {
    std::vector<Episode> episodes;
    for (size_t g = 0; g < successes_.size(); ++g) {
      std::vector<double> outcomes(group_, 0.0);
      std::fill_n(outcomes.begin(), successes_[g], 1.0);
      random.shuffle(std::span<double>(outcomes));
      for (const double outcome : outcomes) {
        episodes.push_back({.group = static_cast<int64_t>(g), .turns = {Turn{}}, .values = {outcome}});
      }
    }
    return episodes;
  }

  size_t group_;
  double epsilon_;
  std::vector<size_t> successes_;
};

}  // namespace

void register_outcome_groups(SimulationRegistry& registry) {
  registry.add({.name = "outcome_groups",
                .summary = "groups of given success: by what factor an estimator stretches the reward",
                .paper = "2402.03300, 2503.20783",
                .params = {integer_param("group", 8, "rollouts of a group", 2, 4096),
                           numbers_param("successes", Json{1, 4}, "successes of each group", 1, 4095),
                           number_param("epsilon", 1e-6, "epsilon of the closed form", 0, 1)},
                .reads = {"token.advantage"},
                .writes = {"rollout.outcome"}},
               [](const Params& params) { return std::make_unique<OutcomeGroups>(params); });
}

}  // namespace gradus
