// Files of RewardMATH, and the benchmark for `gradus eval`.
//
//   direct    one row per solution (gradus/rollout/schema/rewardmath.cc), scored by id with {"id", "score"}
//             or {"id", "scores": [one per step]}
//   pairwise  one row per wrong solution beside the right one, judged by id with {"id", "score": "A"}
//   results   {"problem", "solution_reference": [10 names], "score": [10 numbers]} or [10 lists of step
//             scores]; of a pairwise judge {"problem", "solution_reference": [9 names], "score": ["A", "B",
//             ..], "chosen_position": [..]}
//
// All are JSON lists. Numbers in percent, per form of aggregation where there are step scores. compat: Acc
// strictly above all, MRR with wrong ones first among equals, "Acc (w/ tie)" as the official script, where a
// verdict that is neither A nor B is a comparison lost. strict: Acc and MRR as their expectation where ties
// are broken at random ("Acc (w/ tie)" as compat), and a problem with an unreadable verdict is left out and
// counted. Problems of two scorers are matched by their text.
//
//   Json result = rewardmath_benchmark().run({.files = {"RewardMATH_direct.json"}, .scores = "s.jsonl"});
#pragma once

#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/eval/benchmarks/rewardmath.h"

namespace gradus {

Benchmark rewardmath_benchmark();

}  // namespace gradus
