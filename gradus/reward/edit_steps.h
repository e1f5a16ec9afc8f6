// reward.edit_steps: what an edit earns, from what a language server found after every step of a trajectory.
//
//   pr-v1             r_t = alpha (D_{t-1} - D_t) + beta S_t - gamma (1 - conf_t)
//   pr-v1-signed      the same with S in {-1, +1}
//   pr-v1-potential   r_t = discount Phi_t - Phi_{t-1},   Phi_t = -alpha D_t + beta S_t - gamma (1 - conf_t)
//
// D_t is step.diagnostics, S_t step.safe (above 0.5: safe; missing: the step edits nothing), conf_t
// step.confidence; `gradus score --lsp` writes them. A step without diagnostics or confidence (the server
// failed) has no reward. `suppressions` and `fatal` name the step channels that guard against silenced and
// hidden diagnostics, `start` the rollout channel of the diagnostics before the first step. Observed steps
// are passed over. The rules at the ends, and which forms can be exploited: gradus/lsp/process_reward.h.
//
// Source: Lanser-CLI, docs/Lanser-CLI.pdf, equation 5.1 (pr-v1); the other two forms mend it.
//
//   [[operator]]
//   name = "reward.edit_steps"
//   form = "pr-v1-potential"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_edit_steps(OperatorRegistry& registry);

}  // namespace gradus
