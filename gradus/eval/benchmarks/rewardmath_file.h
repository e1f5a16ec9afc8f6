// Files of RewardMATH, and the benchmark for `gradus eval`.
//
//   direct    {"problem", "answer", "eval_solution": [steps], "solution_reference", "solution_type",
//             "subject", "level", "problem_id", "id"}: one row per solution, scored by id with {"id",
//             "score"} or {"id", "scores": [one per step]}
//   results   {"problem", "solution_reference": [10 names], "score": [10 numbers]} or [10 lists of step
//   scores] pairwise  {"problem", "solution_reference": [9 names], "score": ["A", "B", ..],
//   "chosen_position": [..]}
//
// All are JSON lists. Numbers in percent, per form of aggregation where there are step scores. compat: Acc
// strictly above all, MRR with wrong ones first among equals, "Acc (w/ tie)" as the official script; strict:
// both as their expectation where ties are broken at random (for "Acc (w/ tie)" as compat).
#pragma once

#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/eval/benchmarks/rewardmath.h"

namespace gradus {

struct RewardMathSolution {  // a row of the direct file
  std::string problem, answer, reference, subject;
  std::vector<std::string> steps;
  bool right = false;
  int64_t level = 0, problem_id = 0, id = 0;
};

RewardMathSolution rewardmath_solution(const Json& row);  // throws Error::input naming the field
Json rewardmath_json(const RewardMathSolution& solution);

Benchmark rewardmath_benchmark();

}  // namespace gradus
