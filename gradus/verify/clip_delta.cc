// Golden function of clip_delta: Clip, Delta and both, on one rollout whose steps are single tokens.
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

void copy_channel(RolloutBatch& batch, const std::string& from, const std::string& into) {
  run_operator(batch, "credit.sum",
               {{"level", "step"}, {"from", {from}}, {"weights", {1.0}}, {"into", into}});
}

// alpha * (sum of the channel from step k on) + outcome.
Json return_to_go(RolloutBatch& batch, const std::string& channel, const Json& alpha) {
  run_operator(batch, "shape.suffix", {{"channel", channel}, {"into", "later"}});
  run_operator(batch, "shape.affine", {{"channel", "later"}, {"scale", alpha}});
  run_operator(
      batch, "credit.sum",
      {{"level", "step"}, {"from", {"later", "outcome"}}, {"weights", {1.0, 1.0}}, {"into", "return"}});
  return list_of(batch.column("step.return"));
}

Verified clip_delta(const Json& in, const Verifying&) {
  const std::vector<double> prm = numbers_of(in.at("prm"));
  RolloutBatch batch = ragged_batch({std::vector<size_t>(prm.size(), 1)}, {0});
  put_column(batch, "step.clip", prm);
  put_column(batch, "step.delta", prm);
  put_column(batch, "rollout.outcome", numbers_of(in.at("correct")));
  run_operator(batch, "shape.spread", {{"channel", "outcome"}, {"into", "outcome"}});
  run_operator(batch, "shape.affine", {{"channel", "clip"}, {"shift", -in.at("eta").get<double>()}});
  run_operator(batch, "shape.clip", {{"channel", "clip"}, {"high", 0.0}});
  copy_channel(batch, "clip", "clip_delta");
  for (const char* channel : {"delta", "clip_delta"}) {
    run_operator(batch, "shape.difference", {{"channel", channel}, {"against", "next"}, {"last", "zero"}});
  }
  return {{{"clip", list_of(batch.column("step.clip"))},
           {"delta", list_of(batch.column("step.delta"))},
           {"clip_delta", list_of(batch.column("step.clip_delta"))},
           {"return_to_go_delta", return_to_go(batch, "delta", in.at("alpha"))},
           {"return_to_go_clip_delta", return_to_go(batch, "clip_delta", in.at("alpha"))}}};
}

}  // namespace

void verify_clip_delta(Adapters& adapters) {
  adapters.add("clip_delta",
               "PR-Clip, PR-Delta, PR-Clip-Delta (1-based K in the paper; arrays here are 0-based)",
               clip_delta);
}

}  // namespace gradus
