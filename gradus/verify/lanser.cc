// Golden function of lanser (Lanser-CLI): the process reward of one step in its forms, and the exit codes.
#include "gradus/lsp/process_reward.h"
#include "gradus/lsp/status.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

constexpr Status kStatuses[] = {Status::ok,
                                Status::bad_selector_syntax,
                                Status::not_found,
                                Status::ambiguous,
                                Status::version_skew,
                                Status::ls_timeout,
                                Status::ls_crash,
                                Status::apply_conflict,
                                Status::fs_permissions,
                                Status::unsupported_cap,
                                Status::request_cancelled,
                                Status::content_modified,
                                Status::indexing_unsupported,
                                Status::replay_mismatch};

std::optional<double> number_at(const Json& in, const char* name) {
  if (!in.contains(name) || in.at(name).is_null()) return std::nullopt;
  return golden_number(in.at(name));
}

std::optional<bool> flag_at(const Json& in, const char* name) {
  if (!in.contains(name) || in.at(name).is_null()) return std::nullopt;
  return in.at(name).is_boolean() ? in.at(name).get<bool>() : golden_number(in.at(name)) > 0.5;
}

Json exit_codes() {
  Json out;
  for (const Status status : kStatuses) out[std::string(status_name(status))] = static_cast<int>(status);
  return out;
}

Verified reward(const Json& in, const Verifying&) {
  if (in.empty()) return {exit_codes()};
  RewardPlan plan;
  if (in.contains("weights")) {
    const Json& weights = in.at("weights");
    plan.diagnostics = golden_number(weights.at("alpha"));
    plan.safety = golden_number(weights.at("beta"));
    plan.ambiguity = golden_number(weights.at("gamma"));
  }
  StepFacts start{.diagnostics = number_at(in, "d_prev"),
                  .safe = flag_at(in, "S_prev"),
                  .confidence = number_at(in, "confidence_prev")};
  StepFacts step{
      .diagnostics = number_at(in, "d"), .safe = flag_at(in, "S"), .confidence = number_at(in, "confidence")};
  if (in.contains("d_prev_minus_d")) {
    start.diagnostics = number_at(in, "d_prev_minus_d");
    step.diagnostics = 0;
  }
  plan.start = start;
  const auto with = [&](RewardForm form) {
    plan.form = form;
    const std::optional<double> r = process_rewards({&step, 1}, plan)[0].reward;
    return r ? Json(*r) : Json();
  };
  const Json potential = with(RewardForm::potential), printed = with(RewardForm::with_signs);
  const Json published = with(RewardForm::published);
  return {{{"r", published},
           {"r_by_equation_5_1", published},
           {"r_printed_in_paper", printed},
           {"r_potential_difference", potential},
           {"components", process_reward_json(process_rewards({&step, 1}, plan)[0], plan).at("components")}}};
}

}  // namespace

void verify_lanser(Adapters& adapters) {
  adapters.add("lanser", "process reward pr-v1 (values printed in the paper) and exit-code table", reward);
}

}  // namespace gradus
