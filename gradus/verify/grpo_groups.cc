// Golden functions of grpo_family that turn outcomes of a group into advantages.
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// The row sums of the token rewards as rollout.outcome; the released functions sum outside the mask too.
DenseBatch with_outcomes(const Json& in) {
  DenseBatch dense(in.at("mask"), in.at("group"));
  Json sums = Json::array();
  for (const std::vector<double>& row : matrix_of(in.at("token_rewards"))) {
    double sum = 0;
    for (const double reward : row) sum += reward;
    sums.push_back(sum);
  }
  dense.put("rollout.outcome", sums);
  return dense;
}

Verified both(const DenseBatch& dense, const Json& where = Json::object()) {
  const Json out = dense.get("token.outcome_advantage");
  return {{{"advantages", out}, {"returns", out}}, where};
}

Verified grpo(const Json& in, const Verifying&) {
  DenseBatch dense = with_outcomes(in);
  if (in.at("norm_by_std").get<bool>()) {
    dense.run("credit.grpo", {{"singleton", "own"}, {"epsilon", in.at("epsilon")}});
  } else {
    dense.run("credit.dr_grpo", {{"singleton", "own"}});
  }
  return both(dense);
}

Verified grpo_vectorised(const Json& in, const Verifying&) {
  DenseBatch dense = with_outcomes(in);
  if (in.at("norm_by_std").get<bool>()) {
    dense.run("credit.grpo", {{"singleton", "own"}, {"epsilon", in.at("epsilon")}, {"variant", "released"}});
  } else {
    dense.run("credit.dr_grpo", {{"singleton", "own"}, {"variant", "released"}});
  }
  // The reference does not multiply by the mask again.
  return both(dense, {{"advantages", in.at("mask")}, {"returns", in.at("mask")}});
}

Verified pass_at_k(const Json& in, const Verifying&) {
  DenseBatch dense = with_outcomes(in);
  const bool scaled = in.value("norm_by_std", true);
  dense.run(
      "credit.pass_at_k",
      {{"singleton", "refuse"}, {"scale", scaled ? "std" : "none"}, {"epsilon", in.value("epsilon", 1e-6)}});
  return both(dense);
}

Verified plain(const Json& in, const std::string& op, const Json& params) {
  DenseBatch dense = with_outcomes(in);
  dense.run(op, params);
  return both(dense);
}

Verified reinforce_plus_plus_baseline(const Json& in, const Verifying&) {
  DenseBatch dense = with_outcomes(in);
  dense.run("credit.dr_grpo", {{"singleton", "own"}});
  dense.run("credit.whiten", {{"channel", "outcome_advantage"}, {"variant", "released"}});
  return both(dense);
}

// Dense rewards: the return of every token minus the reward of the greedy sample.
Verified remax(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), nullptr);
  dense.put("token.reward", in.at("token_rewards"));
  dense.put("rollout.greedy", in.at("reward_baselines"));
  dense.run("shape.suffix", {{"channel", "reward"}, {"level", "token"}, {"into", "return"}});
  dense.run("shape.place", {{"channel", "greedy"}, {"from", "rollout"}, {"at", "every"}, {"into", "greedy"}});
  dense.run("credit.sum", {{"from", {"return", "greedy"}}, {"weights", {1.0, -1.0}}});
  return {{{"advantages", dense.get("token.advantage")}, {"returns", dense.get("token.return")}}};
}

}  // namespace

void verify_grpo_groups(Adapters& adapters) {
  const std::string family = "grpo_family";
  adapters.add(family, "compute_grpo_outcome_advantage", grpo);
  adapters.add(family, "compute_grpo_vectorized_outcome_advantage", grpo_vectorised);
  adapters.add(family, "compute_grpo_passk_outcome_advantage", pass_at_k);
  adapters.add(family, "compute_rloo_outcome_advantage", [](const Json& in, const Verifying&) {
    return plain(in, "credit.rloo", {{"singleton", "own"}});
  });
  adapters.add(family, "compute_rloo_vectorized_outcome_advantage", [](const Json& in, const Verifying&) {
    return plain(in, "credit.rloo", {{"singleton", "zero"}});
  });
  adapters.add(family, "compute_opo_outcome_advantage", [](const Json& in, const Verifying&) {
    return plain(in, "credit.opo", {{"singleton", "own"}});
  });
  adapters.add(family, "compute_gpg_outcome_advantage", [](const Json& in, const Verifying&) {
    return plain(in, "credit.gpg", {{"singleton", "own"}, {"f_norm", in.at("f_norm")}});
  });
  adapters.add(family, "compute_reinforce_plus_plus_baseline_outcome_advantage",
               reinforce_plus_plus_baseline);
  adapters.add(family, "compute_remax_outcome_advantage", remax);
}

}  // namespace gradus
