#include "gradus/eval/benchmarks/benchmark.h"

#include "gradus/base/error.h"
#include "gradus/eval/benchmarks/prmbench.h"
#include "gradus/eval/benchmarks/rewardbench2_file.h"
#include "gradus/eval/benchmarks/rewardmath_file.h"
#include "gradus/eval/benchmarks/step_benchmark.h"
#include "gradus/eval/benchmarks/vilbench.h"

namespace gradus {

namespace {

constexpr const char* kStepScores =
    "per step: {\"id\", \"scores\": [...]} or {\"id\", \"labels\": [true, ...]}";

Benchmark processbench() {
  return step_benchmark(
      {.info = {.name = "processbench",
                .title = "ProcessBench",
                .paper = "arXiv 2412.06559",
                .measures = "whether the first wrong step of a math solution is found",
                .files = "gsm8k.json, math.json, olympiadbench.json, omnimath.json: one per subset",
                .scores = std::string(kStepScores) +
                          ", {\"id\", \"first_error\": 2}, {\"id\", \"critique\": \"... \\\\boxed{2}\"}",
                .schema = "processbench",
                .run = {}},
       .scoring = processbench_scoring,
       .rule = {.valid_iff_above = false},
       .items = {}});
}

Benchmark prmbench() {
  return step_benchmark(
      {.info =
           {.name = "prmbench",
            .title = "PRMBench",
            .paper = "arXiv 2501.03124",
            .measures =
                "whether every step of a modified solution is called what it is, in nine classes of error",
            .files = "prm800k_test_p1_4o_CLASS.jsonl: one per class; that of redundency brings the "
                     "unmodified ones",
            .scores = std::string(kStepScores) + ", or a result file of the official script",
            .schema = "prmbench",
            .run = {}},
       .scoring =
           [] {
             return prmbench_scoring(
                 {{"simplicity", {"redundency", "circular"}},
                  {"soundness",
                   {"counterfactual", "step_contradiction", "domain_inconsistency", "confidence"}},
                  {"sensitivity", {"missing_condition", "deception", "multi_solutions"}}});
           },
       .rule = {},
       .items = prmbench_items});
}

// The types of the six patterns, as the names of the published files have them.
std::vector<Heading> socratic_patterns() {
  return {{"transformation", {"repeat_inconsistency", "repeat_counterfactual"}},
          {"decomposition",
           {"decomposition_unsoundness", "decomposition_redundancy", "decomposition_incompleteness"}},
          {"regather", {"regather_imprecision", "regather_redundancy", "regather_incompleteness"}},
          {"deduction",
           {"premise_unsoundness", "premise_incompleteness", "premise_redundancy", "conclusion_invalidity",
            "conclusion_inconsistency", "conclusion_counterfactual"}},
          {"verification", {"detection_error", "correction_error"}},
          {"integration",
           {"integration_inconsistency", "integration_incompleteness", "integration_redundancy",
            "integration_unsoundness"}}};
}

Benchmark socratic() {
  return step_benchmark(
      {.info = {.name = "socratic",
                .title = "Socratic-PRMBench",
                .paper = "arXiv 2505.23474",
                .measures = "as PRMBench, by the reasoning pattern that the error was put into",
                .files = "test_TYPE.jsonl: one per type of error",
                .scores = kStepScores,
                .schema = "prmbench",
                .run = {}},
       .scoring = [] { return prmbench_scoring(socratic_patterns()); },
       .rule = {},
       .items = {}});
}

Benchmark mr(const std::string& name, const std::string& title, const std::string& paper, MrRule rule,
             const std::string& files) {
  return step_benchmark(
      {.info = {.name = name,
                .title = title,
                .paper = paper,
                .measures =
                    "whether a solution is judged right, its first wrong step found, and the reason named",
                .files = files,
                .scores = "answers in the files themselves, or by id: Evaluation_Result and "
                          "Error_Reason_Correctness_Analysis; or step scores, which name no reason",
                .schema = name,
                .run = {}},
       .scoring = [rule] { return mr_scoring(rule); },
       .rule = {.valid_iff_above = false},
       .items = {}});
}

Benchmark reasoneval() {
  return step_benchmark(
      {.info = {.name = "reasoneval",
                .title = "MR-MATH of ReasonEval",
                .paper = "arXiv 2404.05692",
                .measures = "whether invalid and redundant steps are told from needed ones",
                .files = "mr-math_invalid_errors.json, mr-math_redundant_errors.json",
                .scores = "per sub-step: {\"id\", \"scores\": [[p0, p1, p2], ...]} or one number each",
                .schema = "reasoneval",
                .run = {}},
       .scoring = reasoneval_scoring,
       .rule = {},
       .items = {},
       .displayed_steps = true});
}

}  // namespace

const std::vector<Benchmark>& benchmarks() {
  static const std::vector<Benchmark> all = {
      processbench(),
      prmbench(),
      socratic(),
      mr("mr_gsm8k", "MR-GSM8K", "arXiv 2312.17080", MrRule::gsm8k, "MR-GSM8K.json, or a graded result file"),
      mr("mr_ben", "Mr-Ben", "arXiv 2406.13975", MrRule::ben, "SUBJECT.json: one per subject"),
      reasoneval(),
      rewardbench2_benchmark(),
      rewardmath_benchmark(),
      vilbench_benchmark()};
  return all;
}

const Benchmark& benchmark_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Benchmark& benchmark : benchmarks()) {
    if (benchmark.name == name) return benchmark;
    known.push_back(benchmark.name);
  }
  throw Error::input("unknown benchmark '" + name + "'").hint(suggest(name, known) + " (gradus eval list)");
}

}  // namespace gradus
