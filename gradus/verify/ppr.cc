// Golden functions of ppr: the score that a judge's text ends with, and ReNorm.
#include "gradus/base/error.h"
#include "gradus/reward/final_score.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Verified parse(const Json& in) {
  const std::optional<double> score = final_score(in.at("judge").get<std::string>());
  return {{{"accepted", score.has_value()}, {"value", score ? Json(*score) : Json()}}};
}

// Every turn ends where the mask is not 0; what follows the last turn is nobody's.
RolloutBatch turns_of(const Json& ends) {
  RolloutShape shape{{}, {0}, {0}, {}};
  for (size_t r = 0; r < ends.size(); ++r) {
    shape.groups.push_back(static_cast<int64_t>(r));
    int64_t open = 0;
    const auto close = [&](StepKind kind) {
      shape.kinds.push_back(kind);
      shape.token_offsets.push_back(shape.token_offsets.back() + open);
      open = 0;
    };
    for (const Json& end : ends[r]) {
      ++open;
      if (golden_number(end) != 0) close(StepKind::act);
    }
    if (open > 0) close(StepKind::observe);
    shape.step_offsets.push_back(static_cast<int64_t>(shape.kinds.size()));
  }
  RolloutBatch batch(std::move(shape));
  batch.set_precision(Precision::full);
  return batch;
}

// The last turn holds the outcome, the others the judge's scores.
void put_scores(RolloutBatch& batch, const std::vector<double>& rewards) {
  if (rewards.size() != batch.tokens())
    throw Error::input("golden rewards do not fit their mask").field("rewards");
  Column& outcome = batch.add_column("rollout.outcome");
  Column& judged = batch.add_column("step.judged");
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      if (batch.kind(s) == StepKind::observe) continue;
      const double reward = rewards[batch.token_end(s) - 1];
      const bool last = s + 1 == batch.step_end(r) || batch.kind(s + 1) == StepKind::observe;
      if (last) {
        outcome.set(r, reward);
      } else {
        judged.set(s, reward);
      }
    }
  }
}

Verified renorm(const Json& in) {
  RolloutBatch batch = turns_of(in.at("turn_end_mask"));
  put_scores(batch, numbers_of(in.at("rewards")));
  run_operator(batch, "shape.spread", {{"channel", "outcome"}, {"at", "before_last"}, {"into", "shift"}});
  run_operator(batch, "shape.affine", {{"channel", "shift"}, {"shift", -in.at("beta").get<double>()}});
  run_operator(batch, "shape.spread", {{"channel", "outcome"}, {"at", "last"}, {"into", "final"}});
  run_operator(batch, "credit.sum",
               {{"level", "step"},
                {"from", {"judged", "shift", "final"}},
                {"weights", {1.0, 1.0, 1.0}},
                {"into", "reward"}});
  run_operator(batch, "shape.place", {{"channel", "reward"}, {"into", "reward"}});
  const Column& reward = batch.column("token.reward");
  Json rows = in.at("rewards");
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for (size_t t = batch.first_token(r); t < batch.last_token(r); ++t) {
      if (reward.valid(t)) rows[r][t - batch.first_token(r)] = reward[t];
    }
  }
  return {{{"rewards", rows}}};
}

}  // namespace

void verify_ppr(Adapters& adapters) {
  adapters.add(
      "ppr", "extract_process_score / filter_process_score / _apply_process_reward_optimizations",
      [](const Json& in, const Verifying&) { return in.at("kind") == "parse" ? parse(in) : renorm(in); });
}

}  // namespace gradus
