// A first wrong step that a file states by its printed number: "Step 3" of steps that say "Step N:" in their
// own text, with blank entries between them (MR-GSM8K, Mr-Ben). Where no step prints a number, the number is
// the 1-based place.
//
//   take_stated_step(solution, false, "3");    // numbers, stated errors and text, first error, labels, sound
//   stated_step_text(solution);                // "3", "N/A" for a sound solution
//   written_step(mr_ben_schema(), solution);   // the same for a row of the schema, of whatever schema it was
#pragma once

#include <string_view>

#include "gradus/rollout/schema/schema.h"

namespace gradus {

void take_stated_step(Solution& solution, bool sound, std::string_view stated);
std::string stated_step_text(const Solution& solution);

// By the number that the wrong step prints, where steps print numbers. Refuses a solution whose wrong step
// cannot be named like that: it has no number, or one that an earlier step has too.
std::string written_step(const Schema& schema, const Solution& solution);

}  // namespace gradus
