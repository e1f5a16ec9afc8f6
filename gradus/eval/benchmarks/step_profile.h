// What kind of step is misjudged: the numbers that official scripts leave out, for any step benchmark.
//
//   Json profile = step_profile(items, 10000, stream);      // layout: docs/eval-json.md
//   profile["localisation"]["within"][1];    // share of first errors that were found within one step
//
// Units are steps that are right or wrong; neutral and unknown ones do not count. A solution's score is the
// minimum over its steps. The place of the first step called wrong against the true one: exact, within k,
// early, late, not found. "Correct answer, wrong step": solutions whose final answer is right although a step
// is wrong. "Minimum at the last step": the lowest score (first of equals) is that of the last step, a sign
// of a scorer that reads the answer and not the steps.
#pragma once

#include "gradus/base/json.h"
#include "gradus/base/random.h"
#include "gradus/eval/benchmarks/judged.h"

namespace gradus {

inline constexpr size_t kLocalisationReach = 5;
inline constexpr size_t kPositions = 5;  // fifths of a solution

// draws: resamples of the intervals of ranking and calibration, over questions; 0: no intervals.
Json step_profile(const JudgedItems& items, int draws, Stream stream);

}  // namespace gradus
