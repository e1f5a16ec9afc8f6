// Golden functions of the soft overlong punishment: DAPO's reward manager, and its expression alone.
#include "gradus/base/error.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// One rollout of `length` tokens with its penalty in rollout.overlong.
RolloutBatch punished(size_t length, double longest, double buffer, double factor) {
  if (!(buffer > 0)) throw Error::input("the overlong buffer has no length").field("buffer_len");
  RolloutBatch batch = ragged_batch({{length}}, {0});
  const Json level{{"level", "rollout"}, {"channel", "overlong"}};
  const auto run = [&](const std::string& op, Json params) {
    params.update(level);
    run_operator(batch, op, params);
  };
  run_operator(batch, "shape.length", {{"into", "overlong"}});
  run("shape.affine", {{"shift", buffer - longest}});
  run("shape.clip", {{"low", 0.0}});
  run("shape.affine", {{"scale", -factor / buffer}});
  return batch;
}

Verified reward_manager(const Json& in, const Verifying&) {
  RolloutBatch batch = punished(golden_count(in.at("response_len")), golden_number(in.at("max_len")),
                                golden_number(in.at("buffer_len")), golden_number(in.at("penalty_factor")));
  put_column(batch, "rollout.outcome", {golden_number(in.at("base_reward"))});
  run_operator(
      batch, "credit.sum",
      {{"level", "rollout"}, {"from", {"outcome", "overlong"}}, {"weights", {1.0, 1.0}}, {"into", "reward"}});
  run_operator(batch, "shape.place", {{"channel", "reward"}, {"from", "rollout"}, {"into", "reward"}});
  const Column& placed = batch.column("token.reward");
  int64_t position = -1;
  for (size_t t = 0; t < placed.size(); ++t) {
    if (placed.valid(t)) position = static_cast<int64_t>(t);
  }
  return {{{"reward", batch.column("rollout.reward")[0]}, {"position", position}}};
}

Verified expression(const Json& in, const Verifying&) {
  const RolloutBatch batch =
      punished(golden_count(in.at("valid_length")), golden_number(in.at("max_resp_len")),
               golden_number(in.at("buffer_len")), golden_number(in.at("penalty_factor")));
  return {{{"overlong_reward", batch.column("rollout.overlong")[0]}}};
}

}  // namespace

void verify_grad_shaping(Adapters& adapters) {
  adapters.add("grad_shaping", "DAPO reward manager overlong penalty", reward_manager);
  adapters.add("grpo_family", "overlong shaping (expression transcribed)", expression);
}

}  // namespace gradus
