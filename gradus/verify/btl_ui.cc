// Golden functions of btl_ui (arXiv 2509.15566).
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Verified rewards(const Json& in, const Verifying&) {
  RolloutBatch batch;
  batch.set_precision(Precision::full);
  batch.add_rollout({.id = "response", .group = 0, .task = "", .prompt = "", .prompt_tokens = {}});
  batch.add_step(StepKind::act, in.at("response").get<std::string>());
  const Json target = {{"solution", in.at("solution")},
                       {"bbox", in.at("bbox")},
                       {"image_w_h", in.at("image_w_h")},
                       {"max_pixels", in.at("max_pixels")}};
  batch.set_note("rollout.target", 0, target.dump());
  constexpr int kNoLimit = 4096;  // the released code has none
  run_chain(batch, "btl_ui/released_format", {{"max_boxes", kNoLimit}});
  run_chain(batch, "btl_ui/reward", {{"max_boxes", kNoLimit}});
  return {{{"format", batch.column("rollout.format")[0]},
           {"format_as_released", batch.column("rollout.released_format")[0]},
           {"blink", batch.column("rollout.blink")[0]},
           {"link", batch.column("rollout.link")[0]},
           {"total_weighted", batch.column("rollout.total")[0]}}};
}

}  // namespace

void verify_btl_ui(Adapters& adapters) {
  adapters.add("btl_ui", "GUIAgentFormatReward / GUIAgentBlinkReward / GUIAgentAccuracyReward", rewards);
}

}  // namespace gradus
