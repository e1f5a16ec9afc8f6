// reward.tool_call: how far the tool calls of a response are those that were wanted (ToolRL, arXiv
// 2504.13958; released code qiancheng0/ToolRL, verl/utils/reward_score/rlla.py).
//
// Calls are the lines of the first <tool_call> block, each a JSON object with "name" and "parameters". With
// M(a, b) = |a n b| / (|a| + |b| - |a n b|) on multisets, 1 for equal lists and 0 where just one is empty:
//
//   s     = M(wanted names, found names)
//           + sum over wanted calls, in order: the largest (first of equals, above 0) over the unused found
//             calls of the same name of  M(wanted keys, found keys) + number of wanted keys of equal value
//   s_max = 1 + sum over wanted calls (1 + number of its parameters)
//   reward = low + (high - low) * s / s_max;  high where the lists are equal, order included;
//            low where a block or a call cannot be read; 0 where the reference wants no call
//
//   lists = "identical"   M is 1 for lists equal in order, else 0         (released switch REFINEDREWARD)
//   calls = "whole"       a wanted call counts 1 if found whole, else 0   (INTERMEDIATEREWARD)
//   calls = "all"         low unless everything is equal                  (COARSEREWARD)
//   low = -1, high = 1                                                    (CORRECTMAX1)
//   schedule              see reward_range.h                              (MAX1STEP30MAX3, SCHEDULEREWARD)
//
// Values are compared as Python compares parsed JSON (python_json.h): 1 equals 1.0 and true, "1" does not.
// A call over several lines cannot be read. A block over 1 MiB or 1000 lines is taken as unreadable.
//
// Reads the note "rollout.{reference}", a response as it should be; a rollout without it stays missing.
//
//   [[operator]]
//   name = "reward.tool_call"
//   reference = "reference"
//   into = "tool_call"
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "gradus/reward/python_json.h"
#include "gradus/rollout/operator.h"

namespace gradus {

struct CallMatching {
  enum class Lists { overlap, identical } lists = Lists::overlap;
  enum class Calls { parts, whole, all } calls = Calls::parts;
};

// The values on the lines of the first <tool_call> block; std::nullopt: no block, or a line that is not JSON.
std::optional<std::vector<PyValue>> read_calls(std::string_view text);

// s / s_max, from 0 to 1; std::nullopt where `found` (or `wanted`) are no calls.
std::optional<double> call_match(const std::vector<PyValue>& wanted, const std::vector<PyValue>& found,
                                 const CallMatching& matching);

void register_tool_call(OperatorRegistry& registry);

}  // namespace gradus
