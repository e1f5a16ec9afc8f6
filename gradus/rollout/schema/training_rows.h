// What the row formats for training step scorers share: a text in which "Step 1:" follows the question, and
// labels that stop at the last judged step.
//
//   auto [question, step] = split_question("What is 1+1? Step 1: It is 2.");   // nothing: no place to cut
//   size_t n = judged_steps(schema, solution);     // steps to write; those behind are not judged
//   is_good(StepLabel::neutral);                   // false: as in TRL, only a rating of 1 counts
#pragma once

#include <optional>
#include <utility>

#include "gradus/rollout/schema/schema.h"

namespace gradus {

// At "Step 1:", else "step 1:", else behind the first "?" (the rule of the published Math-Shepherd
// conversion), else at the first blank line. Both parts without white space around them.
std::optional<std::pair<std::string, std::string>> split_question(std::string_view text);

// The steps up to the last labelled one; refuses a solution with an unlabelled step before it, or without
// any.
size_t judged_steps(const Schema& schema, const Solution& solution);

bool is_good(StepLabel label);

// "Step N: text", unless the text begins like that itself.
std::string numbered(std::string_view step, size_t index);

// First error, and soundness where a step is wrong, from the labels.
void conclude(Solution& solution);

}  // namespace gradus
