// tool_requests: requests that want certain tool calls, and a policy that knows them half (ToolRL, arXiv
// 2504.13958). Shows how much sooner partial credit for names, keys and values teaches them than credit for
// the whole alone.
//
// `tasks` random tasks; each wants one or two calls of three tools, each with one or two of three parameters,
// whose values are 1 to 3. The policy decides, for every task with logits of its own: how many calls (0, 1,
// 2, or a call that cannot be parsed); for each call the tool (one is unknown) and every parameter (left out,
// 1, 2, 3). The right choice starts `skill` above the others in logits. A response is the text that
// reward.tool_call reads, with the wanted one in the note "rollout.reference".
//
// Arms must write rollout.tool_call and token.advantage. Numbers of an arm: updates_to_80, updates until the
// probability of an exact match, mean over tasks, reaches 0.8 (`updates` where it does not); final_match,
// that probability at the end; flat_groups, share of groups of the untrained policy whose rewards are all the
// same.
//
//   [[simulation]]
//   name = "tool_requests"
//   seeds = 5
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_tool_requests(SimulationRegistry& registry);

}  // namespace gradus
