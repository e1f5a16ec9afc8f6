#include "gradus/reward/agreement.h"

#include <cmath>

#include "gradus/reward/pool.h"

namespace gradus {

namespace {

int sign(double value) {
  return (value > 0) - (value < 0);
}

class Agreement : public Operator {
 public:
  explicit Agreement(const Params& params)
      : score_("rollout." + params.text("score")),
        outcome_("rollout." + params.text("outcome")),
        into_("rollout." + params.text("into")),
        pairs_(params.text("form") == "pairs") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& score = batch.column(score_);
    const Column& outcome = batch.column(outcome_);
    Column out(Level::rollout, batch.rollouts(), {.estimates = "agreement"}, batch.precision());
    for (std::vector<size_t>& members : group_members(batch)) {
      std::erase_if(members, [&](size_t r) { return !score.valid(r) || !outcome.valid(r); });
      const double share = pairs_ ? ordered_pairs(members, score, outcome) : 0.0;
      for (const size_t r : members) {
        out.set(r, pairs_ ? share : sign(score[r]) == sign(2 * outcome[r] - 1));
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  static double ordered_pairs(const std::vector<size_t>& members, const Column& score,
                              const Column& outcome) {
    double agreed = 0, all = 0;
    for (size_t a = 0; a < members.size(); ++a) {
      for (size_t b = a + 1; b < members.size(); ++b) {
        const double apart = outcome[members[a]] - outcome[members[b]];
        const int order = sign(score[members[a]] - score[members[b]]) * sign(apart);
        agreed += std::abs(apart) * (order > 0 ? 1.0 : order == 0 ? 0.5 : 0.0);
        all += std::abs(apart);
      }
    }
    return all > 0 ? agreed / all : 0.5;
  }

  std::string score_, outcome_, into_;
  bool pairs_;
};

}  // namespace

void register_agreement(OperatorRegistry& registry) {
  registry.add({.name = "reward.agreement",
                .summary = "how well a score of rollouts orders their outcomes (a diagnostic)",
                .paper = "2502.01456",
                .params = {text_param("score", nullptr, "rollout channel of scores"),
                           text_param("outcome", "outcome", "rollout channel of outcomes, 0 to 1"),
                           text_param("form", "pairs", "order within the group, or sign", {"pairs", "sign"}),
                           text_param("into", nullptr, "rollout channel to write")},
                .reads = {"rollout.{score}", "rollout.{outcome}"},
                .writes = {"rollout.{into}"},
                .scope = "group"},
               [](const Params& params) { return std::make_unique<Agreement>(params); });
}

}  // namespace gradus
