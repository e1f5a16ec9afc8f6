// Rewards from what a verifier wrote about a solution, and the format that keeps a policy from fooling it
// (SPARK, arXiv 2512.03244; the first author's salman-lui/reward-signal-analysis at a1d0dc4,
// reward_function.py, not announced as the release; that judged steps are those of kind reason and act is
// inferred).
//
// reward.verification reads the note "rollout.{verification}":
//   rollout.{verdict}   1 for Yes, 0 for No after the first "Is the answer correct ...?"; else after a "?" at
//                       the end
//   step.{steps}        1 correct, 0 incorrect: "Step 2: Correct" (form = "lines") or
//                       "**This step is correct.**" (form = "sentences"), the k-th of them for the k-th step
//                       of kind reason or act. count = "pad": steps beyond the last judged one are incorrect,
//                       and verdicts beyond the last step are left out (the author's code); "drop": no
//                       verdicts at all where the numbers differ (the paper's Stage I, inferred)
//   rollout.{share}     correct / all judged steps; missing where none is judged
// What is not said stays missing, never "incorrect".
//
// reward.answer_format: 1 where the response has exactly one \boxed{..}, exactly one <answer>..</answer> and
// nothing but white space after the first </answer>; else 0. Of doubled backslashes both count, so that
// \\boxed{x} is not valid.
//
// The rewards of the paper are short chains of these:
//   process-aware    shape.gate the verdict by the format
//   step-average     the share, or the verdict where it is missing (shape.first_valid)
//   step-augmented   credit.sum of 0.4 share and 0.6 verdict, gated by the format
//
//   [[operator]]
//   name = "reward.verification"
//   verification = "verification"
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

enum class VerdictForm { lines, sentences };

std::optional<bool> answer_verdict(std::string_view verification);
std::vector<bool> step_verdicts(std::string_view verification, VerdictForm form);

bool one_final_answer(std::string_view response);

void register_verification(OperatorRegistry& registry);
void register_answer_format(OperatorRegistry& registry);

}  // namespace gradus
