// Golden function of toolrl: three rewards of a response, added.
#include <algorithm>

#include "gradus/base/error.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// The environment switches of the released code as parameters of the operators.
class Switches {
 public:
  explicit Switches(const Json& variants) : on_(variants.get<std::vector<std::string>>()) {
    for (const std::string& name : on_) {
      if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
        throw Error::input("unknown switch").found(name);
      }
    }
  }

  bool on(const std::string& name) const { return std::find(on_.begin(), on_.end(), name) != on_.end(); }

  Json schedule(const std::string& smooth) const {
    Json names = Json::array();
    if (on("MAX1STEP30MAX3")) names.push_back("two_stage");
    if (on("SCHEDULEREWARD")) names.push_back(smooth);
    return names;
  }

 private:
  inline static const std::vector<std::string> kKnown = {
      "CORRECTMAX1",    "REFINEDREWARD",  "INTERMEDIATEREWARD", "COARSEREWARD",
      "MAX1STEP30MAX3", "SCHEDULEREWARD", "WITHLENGTH",         "SCHEDULELENGTH"};
  std::vector<std::string> on_;
};

Verified compute_score(const Json& in, const Verifying&) {
  const Switches switches(in.at("variants"));
  RolloutBatch batch;
  batch.set_precision(Precision::full);
  batch.add_rollout({.id = "response", .group = 0, .task = "", .prompt = "", .prompt_tokens = {}});
  batch.add_step(StepKind::answer, in.at("response").get<std::string>());
  batch.set_note("rollout.reference", 0, in.at("ground_truth").get<std::string>());
  const OperatorContext context{.updates = in.at("step").get<int64_t>()};
  const double most = switches.on("CORRECTMAX1") ? 1 : 3;
  Json parameters = {{"low", -most},
                     {"high", most},
                     {"lists", switches.on("REFINEDREWARD") ? "identical" : "overlap"},
                     {"calls", switches.on("COARSEREWARD")         ? "all"
                               : switches.on("INTERMEDIATEREWARD") ? "whole"
                                                                   : "parts"},
                     {"format_schedule", switches.schedule("smooth_released")},
                     {"schedule", switches.schedule("smooth")}};
  const bool with_length = switches.on("WITHLENGTH");
  if (with_length && switches.on("SCHEDULELENGTH")) {
    parameters["target"] = 384;
    parameters["grows_to"] = 640;
  }
  run_chain(batch, with_length ? "toolrl/reward_with_length" : "toolrl/reward", parameters, context);
  return {{{"score", batch.column("rollout.score")[0]},
           {"format", batch.column("rollout.format")[0]},
           {"correctness", batch.column("rollout.tool_call")[0]},
           {"length", with_length ? batch.column("rollout.think_length")[0] : 0.0}}};
}

}  // namespace

void verify_toolrl(Adapters& adapters) {
  adapters.add("toolrl", "compute_score (chat-template wrapper stripped)", compute_score);
}

}  // namespace gradus
