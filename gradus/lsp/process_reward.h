// The process reward of an edit trajectory, from facts that a language server has checked at every step.
//
//   D_t     diagnostics of the step, with the suppressions it has (see below)
//   S_t     1: every check of the prospective edit passed, 0: one did not; missing where nothing is edited
//   conf_t  how sure the address of the target was, 0 to 1 (gradus/lsp/relocate.h)
//
//   pr-v1             r_t = a (D_{t-1} - D_t) + b S_t - g (1 - conf_t)                       as published
//   pr-v1-signed      the same with S in {-1, +1}
//   pr-v1-potential   r_t = gamma Phi_t - Phi_{t-1},   Phi_t = -a D_t + b S_t - g (1 - conf_t)
//
// Weights a = 0.5, b = 0.4, g = 0.1: the published example. The paper's statement that r_t >= 0 whenever D
// does not rise and S and conf do not fall is false for pr-v1 (a step that changes nothing at conf 0.5 and S
// = 0 is paid -0.05), and holds for pr-v1-potential with gamma = 1. pr-v1 pays b for every safe edit that is
// looked at again; the potential form telescopes, so nothing can be earned by going in circles. The paper's
// third example, -0.438, is pr-v1-signed; its own equation gives -0.038.
//
// Ours, where the paper is silent:
//   before the first step   D_{-1} = D_0 (or the start that is given), S_{-1} = 0, conf_{-1} = conf_0
//   missing                 without D_t or conf_t a step has no reward, and it is not 0; the next step is
//                           compared with the last known one, so that differences still telescope
//   S_t missing             its term is left out (pr-v1) or keeps its last value (potential); with
//                           ReadOnly::unsafe it counts as S_t = 0
//   suppressions            D_t counts suppression comments (NOLINT, `type: ignore`) as diagnostics
//   fatal                   a step that makes an error which hides others: D_t = max(D_t, D_{t-1} + 1); what
//                           it may have hidden so stays counted while the error stays, and is no longer once
//                           it is gone. One that stood before the first step is nobody's
//   last = zero             Phi of the last step counts as 0, as the theorem on shaping wants of an end
//
// Source: Lanser-CLI, docs/Lanser-CLI.pdf, equation 5.1 and appendix E.
//
//   const std::vector<StepFacts> steps{{.diagnostics = 5, .safe = true, .confidence = 1.0},
//                                      {.diagnostics = 2, .safe = true, .confidence = 0.94}};
//   for (const StepReward& step : process_rewards(steps, {})) {
//     if (step.reward) total += *step.reward;                       // 0.4, then 1.894
//   }
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

enum class RewardForm { published, with_signs, potential };  // pr-v1, pr-v1-signed, pr-v1-potential

std::string_view reward_form_name(RewardForm form);
RewardForm reward_form_from_name(std::string_view name);  // throws Error::input with the allowed names
std::vector<std::string> reward_form_names();

struct StepFacts {
  std::optional<double> diagnostics;
  std::optional<bool> safe;
  std::optional<double> confidence;
  double suppressions = 0;
  bool fatal = false;        // this step made an error that hides others
  bool fatal_stays = false;  // one that an earlier step made is still there
};

struct RewardPlan {
  enum class ReadOnly { left_out, unsafe };
  enum class Last { own, zero };

  RewardForm form = RewardForm::published;
  double diagnostics = 0.5, safety = 0.4, ambiguity = 0.1;  // a, b, g
  double gamma = 1;                                         // pr-v1-potential alone reads it
  ReadOnly read_only = ReadOnly::left_out;
  Last last = Last::own;
  std::optional<StepFacts> start;  // the state before the first step
};

struct StepReward {
  std::optional<double> reward;
  double diagnostics_fallen = 0;  // D_{t-1} - D_t, guarded; 0 without a reward
  std::optional<bool> safe;
  double confidence = 0;  // 0 without a reward
};

std::vector<StepReward> process_rewards(std::span<const StepFacts> steps, const RewardPlan& plan);

// The member "processReward" of an analysis bundle: version, r, components, weights, explanation.
Json process_reward_json(const StepReward& step, const RewardPlan& plan);

}  // namespace gradus
