// Golden functions of grpo_family that work on token columns.
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Verified gae(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), nullptr);
  dense.put("token.reward", in.at("token_rewards"));
  // A case that the reference refuses for its mask records neither values nor discounts: any will do.
  dense.put("token.value", in.value("values", in.at("token_rewards")));
  dense.run("credit.gae", {{"gamma", in.value("gamma", 1.0)}, {"lambda", in.value("lam", 1.0)}});
  // The reference carries the last value on through gaps and padding; we leave them missing.
  return {{{"advantages", dense.get("token.advantage")}, {"returns", dense.get("token.return")}},
          {{"advantages", in.at("mask")}, {"returns", in.at("mask")}}};
}

Verified whiten(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), nullptr);
  dense.put("token.x", in.at("values"));
  dense.batch.column("token.x").clear_observed(dense.batch);
  dense.run("credit.whiten", {{"channel", "x"}, {"shift", in.at("shift_mean")}, {"variant", "released"}});
  return {{{"out", dense.get("token.x")}}, {{"out", in.at("mask")}}};
}

// REINFORCE++: discounted returns, whitened. The reference lets nothing flow back over a masked token: what
// follows one hands nothing on.
Verified reinforce_plus_plus(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), nullptr);
  dense.put("token.reward", in.at("token_rewards"));
  Json before = in.at("mask");  // the mask of the token before
  for (Json& row : before) {
    if (row.empty()) continue;
    row.insert(row.begin(), 1.0);
    row.erase(row.size() - 1);
  }
  dense.put("token.carry", before);
  dense.run("shape.suffix", {{"channel", "reward"},
                             {"level", "token"},
                             {"gamma", in.at("gamma")},
                             {"carry", "carry"},
                             {"into", "return"}});
  const Json returns = dense.get("token.return");
  dense.run("credit.whiten", {{"channel", "return"}, {"variant", "released"}});
  return {{{"advantages", dense.get("token.return")}, {"returns", returns}}, {{"returns", in.at("mask")}}};
}

Verified token_baseline(const Json& in, const std::string& index, bool bare_tail) {
  DenseBatch dense(in.at("mask"), in.at("group"));
  dense.put("token.reward", in.at("token_rewards"));
  dense.put("token.logprob", in.at("old_log_probs"));
  dense.put("token.collision", in.at("sum_pi_squared"));
  Json params{{"index", index}, {"tail", in.value("handle_zero_tail", bare_tail) ? "return" : "baseline"}};
  if (in.contains("rollout_is_weights") && !in.at("rollout_is_weights").is_null()) {
    dense.put("token.importance", in.at("rollout_is_weights"));
    params["importance"] = "importance";
  }
  dense.run("credit.token_baseline", params);
  dense.run("shape.suffix", {{"channel", "reward"}, {"level", "token"}, {"into", "return"}});
  return {{{"advantages", dense.get("token.advantage")}, {"returns", dense.get("token.return")}},
          {{"returns", in.at("mask")}}};
}

}  // namespace

void verify_grpo_tokens(Adapters& adapters) {
  adapters.add("grpo_family", "compute_gae_advantage_return", gae);
  adapters.add("grpo_family", "masked_whiten", whiten);
  adapters.add("grpo_family", "compute_reinforce_plus_plus_outcome_advantage", reinforce_plus_plus);
  adapters.add("grpo_family", "compute_optimal_token_baseline_advantage",
               [](const Json& in, const Verifying&) { return token_baseline(in, "response", false); });
  adapters.add("grpo_family", "compute_multi_turn_optimal_token_baseline_advantage",
               [](const Json& in, const Verifying&) { return token_baseline(in, "trained", true); });
}

}  // namespace gradus
