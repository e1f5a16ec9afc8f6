// What the row formats for training step scorers share: a text in which "Step 1:" follows the question, and
// labels that stop at the last judged step.
//
//   auto [question, step] = split_question("What is 1+1? Step 1: It is 2.");   // nothing: no place to cut
//   std::vector<JudgedStep> steps = judged_steps(schema, solution);   // those behind are not judged
//   steps = steps_behind_question(schema, solution);                  // as texts that split_question parts
//   is_good(StepLabel::neutral);                   // false: as in TRL, only a rating of 1 counts
#pragma once

#include <optional>
#include <utility>

#include "gradus/rollout/schema/schema.h"

namespace gradus {

// At "Step 1:", else "step 1:", else behind the first "?" (the rule of the published Math-Shepherd
// conversion), else at the first blank line. Both parts without white space around them. Where "Step 1:"
// stands there several times, one that "Step 2:" follows is of a list in the question; of the others that
// which alone follows a blank line counts, else the last.
std::optional<std::pair<std::string, std::string>> split_question(std::string_view text);

struct JudgedStep {
  std::string text;
  StepLabel label = StepLabel::unknown;
};

// The steps up to the last labelled one, without blank entries that nobody judged; refuses a solution with
// another unlabelled step before it, or without any.
std::vector<JudgedStep> judged_steps(const Schema& schema, const Solution& solution);

// These steps as texts of one conversation: "Step N: " in front of those that have no number of their own,
// and the question in front of the first, which is no blank entry. Refuses a question and a first step that
// split_question could not part again.
std::vector<JudgedStep> steps_behind_question(const Schema& schema, const Solution& solution);

bool is_good(StepLabel label);

// "Step N: text", unless the text begins like that itself, or is blank.
std::string numbered(std::string_view step, size_t index);

// First error, and soundness where a step is wrong, from the labels.
void conclude(Solution& solution);

}  // namespace gradus
