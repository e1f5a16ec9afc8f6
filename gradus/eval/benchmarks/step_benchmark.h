// The way of every step benchmark: read predictions, stream the files past them, call the steps, count, then
// official numbers with two-level bootstrap intervals, a paired comparison, and the profile.
//
//   Json result = run_step_benchmark({.info = info, .scoring = processbench_scoring, .rule = {}}, request);
//
// A threshold is given, or chosen on a stated split (largest primary number there, strict column; of equals
// the lowest), and that split is then left out of everything that is reported. Candidates: every distinct
// step score of the split, one above and one below; beyond kThresholds of them, that many of their quantiles.
// An interval needs two questions; a comparison is over the items that both scorers have judged.
#pragma once

#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/eval/benchmarks/scoring.h"

namespace gradus {

inline constexpr size_t kThresholds = 4096;

struct StepBenchmark {
  Benchmark info;  // without run
  std::function<std::unique_ptr<StepScoring>()> scoring;
  JudgingRule rule;
  std::function<std::vector<Solution>(Solution)> items;  // that one row stands for; none: itself
  bool displayed_steps = false;  // sub-steps are joined to the displayed step, by their lowest score
};

Json run_step_benchmark(const StepBenchmark& benchmark, const EvalRequest& request);

// The Benchmark whose run() is this.
Benchmark step_benchmark(StepBenchmark benchmark);

}  // namespace gradus
