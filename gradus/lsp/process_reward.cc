#include "gradus/lsp/process_reward.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

struct NamedForm {
  RewardForm form;
  std::string_view name;
};

constexpr std::array<NamedForm, 3> kForms{{{RewardForm::published, "pr-v1"},
                                           {RewardForm::with_signs, "pr-v1-signed"},
                                           {RewardForm::potential, "pr-v1-potential"}}};

// What the next step is compared with.
struct Known {
  double diagnostics = 0, confidence = 0;
  bool safe = false;
};

class Rewards {
 public:
  explicit Rewards(const RewardPlan& plan) : plan_(plan) {}

  StepReward next(const StepFacts& facts, bool terminal) {
    StepReward out;
    out.safe = plan_.read_only == RewardPlan::ReadOnly::unsafe ? facts.safe.value_or(false) : facts.safe;
    if (!facts.diagnostics || !facts.confidence) return out;
    const double counted = *facts.diagnostics + facts.suppressions;
    const bool first = !started_;
    started_ = true;
    if (first) last_ = before(counted, *facts.confidence);
    const bool comparable = !first || (plan_.start && plan_.start->diagnostics);
    if (!facts.fatal_stays) hidden_ = 0;
    double diagnostics = counted + hidden_;
    if (facts.fatal && comparable) diagnostics = std::max(diagnostics, last_.diagnostics + 1);
    hidden_ = diagnostics - counted;
    const Known now{diagnostics, *facts.confidence, out.safe.value_or(last_.safe)};
    out.diagnostics_fallen = last_.diagnostics - diagnostics;
    out.confidence = now.confidence;
    out.reward = plan_.form == RewardForm::potential ? shaped(now, terminal) : own(now, out.safe);
    last_ = now;
    return out;
  }

 private:
  // The state before the first step: what is not given is as after it, but for the edit.
  Known before(double diagnostics, double confidence) const {
    const StepFacts start = plan_.start.value_or(StepFacts{});
    return {start.diagnostics ? *start.diagnostics + start.suppressions : diagnostics,
            start.confidence.value_or(confidence), start.safe.value_or(false)};
  }

  double own(const Known& now, std::optional<bool> safe) const {
    const double unsafe = plan_.form == RewardForm::with_signs ? -1 : 0;
    const double safety = safe ? (*safe ? 1 : unsafe) : 0;
    return plan_.diagnostics * (last_.diagnostics - now.diagnostics) + plan_.safety * safety -
           plan_.ambiguity * (1 - now.confidence);
  }

  double shaped(const Known& now, bool terminal) const {
    if (terminal && plan_.last == RewardPlan::Last::zero) return -potential(last_);
    if (plan_.gamma != 1) return plan_.gamma * potential(now) - potential(last_);
    // Term by term, so that what does not change is exactly 0 and the statement of monotonicity holds in
    // floating point too.
    return plan_.diagnostics * (last_.diagnostics - now.diagnostics) +
           plan_.safety * (static_cast<double>(now.safe) - static_cast<double>(last_.safe)) +
           plan_.ambiguity * (now.confidence - last_.confidence);
  }

  double potential(const Known& state) const {
    return -plan_.diagnostics * state.diagnostics + plan_.safety * static_cast<double>(state.safe) -
           plan_.ambiguity * (1 - state.confidence);
  }

  const RewardPlan& plan_;
  Known last_{};
  double hidden_ = 0;  // what an error that stays may hide
  bool started_ = false;
};

}  // namespace

std::string_view reward_form_name(RewardForm form) {
  return kForms[static_cast<size_t>(form)].name;
}

std::vector<std::string> reward_form_names() {
  std::vector<std::string> names;
  for (const NamedForm& one : kForms) names.emplace_back(one.name);
  return names;
}

RewardForm reward_form_from_name(std::string_view name) {
  for (const NamedForm& one : kForms) {
    if (one.name == name) return one.form;
  }
  throw Error::input("unknown form of the process reward")
      .found(std::string(name))
      .expected(fmt::format("{}", fmt::join(reward_form_names(), ", ")));
}

std::vector<StepReward> process_rewards(std::span<const StepFacts> steps, const RewardPlan& plan) {
  Rewards rewards(plan);
  std::vector<StepReward> out;
  for (size_t t = 0; t < steps.size(); ++t) out.push_back(rewards.next(steps[t], t + 1 == steps.size()));
  return out;
}

Json process_reward_json(const StepReward& step, const RewardPlan& plan) {
  Json out{{"version", reward_form_name(plan.form)},
           {"r", nullptr},
           {"components", nullptr},
           {"weights", {{"alpha", plan.diagnostics}, {"beta", plan.safety}, {"gamma", plan.ambiguity}}},
           {"explanation", "no reward: the diagnostics or the target of this step are not known"}};
  if (!step.reward) return out;
  out["r"] = *step.reward;
  out["components"] = {{"diag_delta", step.diagnostics_fallen},
                       {"safety", step.safe ? Json(static_cast<int>(*step.safe)) : Json()},
                       {"ambiguity_penalty", 1 - step.confidence},
                       {"alpha_conf", step.confidence}};
  const std::string change = step.diagnostics_fallen == 0
                                 ? "the diagnostics stay as many"
                                 : fmt::format("{:g} diagnostics {}", std::abs(step.diagnostics_fallen),
                                               step.diagnostics_fallen > 0 ? "fewer" : "more");
  const char* const edit = !step.safe   ? "nothing is edited"
                           : *step.safe ? "the edit is safe"
                                        : "the edit is not safe";
  out["explanation"] = fmt::format("{}; {}; the target is {:g} sure", change, edit, step.confidence);
  return out;
}

}  // namespace gradus
