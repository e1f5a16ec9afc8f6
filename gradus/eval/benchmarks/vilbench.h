// ViLBench (arXiv 2503.20271): does choosing one of N solutions by scores of their steps do better than by
// one score of the whole? Official code was not found; the protocol is as its summaries say (24 solutions per
// question, scores 1..5 per step or per solution, mean over steps by default).
//
// A row is one candidate (the published schema was not verified; names of ours where the summaries give
// none):
//   {"id": question, "question", "image"?: a path, never opened, "steps": [..],
//    "step_scores": [one per step], "score": of the whole, "correct": true | false}
// `steps` may be left out; scores may come from --scores, one row per candidate, joined by place.
//
//   accuracy    of the chosen candidate: by "response" (score), and by "steps FORM" for mean, min, last and
//               product. compat: the first of equals (our convention); strict: the expectation under a
//               random tie-break
//   tied        share of questions whose first place is shared (scores of 1..5 tie often)
//   preference  mean over questions of (mean step score - score), over right candidates: what the 600
//               questions of the benchmark were kept by; vilbench_preference() gives it per question
//   random, any accuracy of a random candidate, and share of questions with a right one
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradus/eval/benchmarks/benchmark.h"

namespace gradus {

struct VilbenchCandidate {
  std::vector<double> steps;    // empty: not scored
  std::optional<double> score;  // of the whole
  bool right = false;
};

// None where no right candidate has both scores.
std::optional<double> vilbench_preference(const std::vector<VilbenchCandidate>& candidates);

Benchmark vilbench_benchmark();

}  // namespace gradus
