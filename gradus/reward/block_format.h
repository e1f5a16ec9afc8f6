// reward.block_format: are the blocks of a response those of its reference, in order and alone? (ToolRL,
// arXiv 2504.13958; released code qiancheng0/ToolRL, verl/utils/reward_score/rlla.py)
//
//   the reference has      the whole response, white space around it taken off, must be
//   <response>             <think>..</think>\n<response>..</response>
//   <tool_call>            <think>..</think>\n<tool_call>\n..\n</tool_call>
//   both                   <think>..</think>\n<tool_call>\n..\n</tool_call>\n<response>..</response>
//   neither                <think>..</think>
//
// with exactly one opening and one closing tag of each block but <think>. reward = high, else low; schedules
// in reward_range.h.
//
// reward.think_length: words in the last <think> block, paid up to a target.
//
//   reward = min(1, round(words / target, 2));  0 without <think> or </think>;  halves round to even
//   target = target + (grows_to - target) * updates / over        (released SCHEDULELENGTH: 384 to 640 over
//                                                                  105, and on beyond that)
//
// Both read what the policy wrote, observations left out; block_format reads the note "rollout.{reference}",
// and a rollout without it stays missing.
//
//   [[operator]]
//   name = "reward.block_format"
//   reference = "reference"
//   into = "format"
#pragma once

#include <string_view>

#include "gradus/rollout/operator.h"

namespace gradus {

bool blocks_fit(std::string_view response, std::string_view reference);

// Without rounding up to one: words / target, to two digits.
double think_share(std::string_view response, double target);

void register_block_format(OperatorRegistry& registry);
void register_think_length(OperatorRegistry& registry);

}  // namespace gradus
