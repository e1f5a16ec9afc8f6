// reward.answer_overlap: how much of a known answer the text between the first <answer> and </answer> has
// (the outcome of IGPO, arXiv 2510.14967; released code GuoqingWang1/IGPO,
// verl/utils/reward_score/info_gain.py).
//
//   measure = "f1"      F1 of the two SETS of words; the best over the alternatives of the reference
//   measure = "exact"   1 where all words are equal in order, else 0
//
// Both sides in lower case, ASCII punctuation taken for spaces. The response is malformed, and has the value
// `malformed` (-2 as released; 0 is its "noformatf1"), where a tag <code>, <tool_call>, <think> or <answer>
// is not paired in order or there is no answer. Alternatives are separated by "<|answer_split|>".
//
// Reads the note "rollout.{reference}" (a rollout without it stays missing) and what the policy wrote.
//
//   [[operator]]
//   name = "reward.answer_overlap"
//   reference = "answer"
//   into = "outcome"
#pragma once

#include <optional>
#include <string_view>

#include "gradus/rollout/operator.h"

namespace gradus {

enum class AnswerMeasure { f1, exact };

// F1 of the sets of words (str.split) as they are; 0 where one has no words.
double word_f1(std::string_view a, std::string_view b);

// std::nullopt: malformed.
std::optional<double> answer_overlap(std::string_view response, std::string_view reference,
                                     AnswerMeasure measure);

void register_answer_overlap(OperatorRegistry& registry);

}  // namespace gradus
