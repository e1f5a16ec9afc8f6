// Golden function of consensus (arXiv 2501.07301): step scores at the tags of a two-class process reward
// model.
#include "gradus/base/error.h"
#include "gradus/reward/class_margin.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Verified step_rewards(const Json& in, const Verifying&) {
  const bool single = in.contains("dtype") && in.at("dtype") == "float32";
  const Json &rows = in.at("logits"), &masks = in.at("step_mask");
  Json out = Json::array();
  try {
    for (size_t b = 0; b < rows.size(); ++b) {
      std::vector<TwoLogits> logits;
      std::vector<uint8_t> tags;
      for (const Json& pair : rows.at(b)) {
        logits.push_back({golden_number(pair.at(0)), golden_number(pair.at(1))});
      }
      for (const Json& tag : masks.at(b)) tags.push_back(golden_number(tag) != 0);
      out.push_back(released_tag_scores(logits, tags, single ? Precision::single : Precision::full));
    }
  } catch (const Error&) {
    return {{{"official_error", "RuntimeError"}}};
  }
  return {{{"step_scores", out}}};
}

}  // namespace

void verify_consensus(Adapters& adapters) {
  adapters.add("consensus",
               "Qwen3ForProcessRewardModel.make_step_rewards (same two-class step-tag rule as the "
               "Qwen2.5-Math-PRM model card)",
               step_rewards);
}

}  // namespace gradus
