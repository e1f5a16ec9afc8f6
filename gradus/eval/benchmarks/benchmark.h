// The benchmarks that `gradus eval` knows, and what every one of them gives.
//
//   const Benchmark& benchmark = benchmark_named("processbench");
//   Json result = benchmark.run({.files = {"gsm8k.json"}, .scores = "scores.jsonl"});   // docs/eval-json.md
//
// A new benchmark is one file here with a function that returns a Benchmark, and one line in benchmark.cc.
// Numbers come in two columns: `compat` is what the official script gives, `strict` the corrected one; where
// they are the same by definition both are given. A number that does not exist is null.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct EvalRequest {
  std::vector<std::string> files;
  std::string scores, compare;  // score files; "": what the files themselves hold, or nothing
  bool strict = false;          // refuse what is otherwise left out and counted
  std::optional<double> threshold;
  std::string threshold_from;  // split on which the threshold is chosen; it is not reported on then
  int bootstrap = 10000;
  uint64_t seed = 1;
  size_t shown = 20;  // solutions with their texts in the result
  // Scores of an operator instead of a file, by item id; set by callers that can run one.
  std::map<std::string, std::vector<double>> given;
  std::string scorer;  // name of the scorer where scores are given
};

struct Benchmark {
  std::string name, title, paper;
  std::string measures;  // one sentence
  std::string files;     // which files it wants
  std::string scores;    // what a scorer must say
  std::string schema;    // of the files (gradus/rollout/schema), "" for one of its own
  std::function<Json(const EvalRequest&)> run;
};

const std::vector<Benchmark>& benchmarks();
const Benchmark& benchmark_named(const std::string& name);  // throws with the nearest names

inline constexpr const char* kEvalSchema = "gradus.eval/1";

}  // namespace gradus
