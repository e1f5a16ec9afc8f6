// Golden functions of spa_rl (arXiv 2505.20732) that make rewards.
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// Scores belong to the runs of the mask, counted from the end of the row; what is left over on either side
// goes without.
void put_scores(DenseBatch& dense, const Json& scores) {
  if (scores.size() != dense.batch.rollouts())
    throw Error::input("one row of step_scores per row of the mask");
  Column& column = dense.batch.add_column("step.score");
  for (size_t r = 0; r < scores.size(); ++r) {
    size_t left = scores.at(r).size();
    for (size_t s = dense.batch.step_end(r); s-- > dense.batch.step_begin(r) && left > 0;) {
      if (dense.batch.kind(s) != StepKind::observe) column.set(s, scores.at(r).at(--left).get<double>());
    }
  }
}

// The released weight of a step: how many steps with a score follow it.
Verified compute_rewards(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("action_mask"), nullptr);
  put_scores(dense, in.at("step_scores"));
  dense.put("token.logprob", in.at("log_prob"));
  dense.put("token.ref_logprob", in.at("ref_log_prob"));
  Json channels{"score"}, weights{1.0};
  if (in.at("kl_coef") != 0.0) {
    channels.push_back("kl");
    weights.push_back(-in.at("kl_coef").get<double>());
  }
  dense.run_chain("spa_rl/rewards", {{"channels", channels}, {"weights", weights}});
  return {{{"rewards", dense.get("token.reward")}, {"kl", dense.get("token.kl")}},
          {{"rewards", in.at("action_mask")}, {"kl", in.at("action_mask")}}};
}

// The contributions that were learned play no part: every step gets the final reward above the mean of the
// task's other trajectories, and a bonus where the environment carried the action out.
Verified organise(const Json& in, const Verifying&) {
  RolloutBatch batch;
  Json tasks = Json::array();
  for (const Json& one : in.at("trajectories")) tasks.push_back(one.at("task_id"));
  const std::vector<int64_t> groups = group_ids(tasks, tasks.size());
  Json outcomes = Json::array();
  for (size_t r = 0; r < tasks.size(); ++r) {
    const Json& one = in.at("trajectories").at(r);
    batch.add_rollout({.id = std::to_string(r), .group = groups[r], .task = "", .prompt = ""});
    const Json& before = one.at("observation_before_step");
    for (size_t k = 0; k < one.at("step_contributions").size(); ++k) {
      batch.add_step(StepKind::act, "");
      if (k + 1 < before.size()) batch.add_step(StepKind::observe, before.at(k + 1).get<std::string>());
    }
    outcomes.push_back(one.at("final_reward"));
  }
  batch.set_precision(Precision::full);
  DenseBatch dense(std::move(batch));
  dense.put("rollout.outcome", outcomes);
  dense.run_chain("spa_rl/released_rewards");
  Json rewards = Json::array();
  for (size_t r = 0; r < dense.batch.rollouts(); ++r) {
    Json row = Json::array();
    for (size_t s = dense.batch.step_begin(r); s < dense.batch.step_end(r); ++s) {
      if (dense.batch.kind(s) == StepKind::act) row.push_back(dense.batch.column("step.reward")[s]);
    }
    rewards.push_back(row);
  }
  return {{{"step_rewards", rewards}}};
}

}  // namespace

void verify_spa_rl(Adapters& adapters) {
  adapters.add("spa_rl", "StepPPOTrainer.compute_rewards", compute_rewards);
  adapters.add("spa_rl", "rl_data_org (whole script, WebShop)", organise);
}

}  // namespace gradus
