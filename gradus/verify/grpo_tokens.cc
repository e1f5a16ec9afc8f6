// Golden functions of grpo_family that work on token columns.
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Verified gae(const Json& in, const Verifying&) {
  DenseBatch dense(in["mask"], nullptr);
  dense.put("token.reward", in["token_rewards"]);
  dense.put("token.value", in["values"]);
  dense.run("credit.gae", {{"gamma", in["gamma"]}, {"lambda", in["lam"]}});
  // The reference carries the last value on through gaps and padding; we leave them missing.
  return {{{"advantages", dense.get("token.advantage")}, {"returns", dense.get("token.return")}},
          {{"advantages", in["mask"]}, {"returns", in["mask"]}}};
}

Verified whiten(const Json& in, const Verifying&) {
  DenseBatch dense(in["mask"], nullptr);
  dense.put("token.x", in["values"]);
  dense.batch.column("token.x").clear_observed(dense.batch);
  dense.run("credit.whiten", {{"channel", "x"}, {"shift", in["shift_mean"]}});
  return {{{"out", dense.get("token.x")}}, {{"out", in["mask"]}}};
}

}  // namespace

void verify_grpo_tokens(Adapters& adapters) {
  adapters.add("grpo_family", "compute_gae_advantage_return", gae);
  adapters.add("grpo_family", "masked_whiten", whiten);
}

}  // namespace gradus
