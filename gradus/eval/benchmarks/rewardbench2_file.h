// Files of RewardBench 2, and the benchmark for `gradus eval`.
//
//   rows     {"id", "prompt", "chosen": [..], "rejected": [..], "num_correct", "total_completions",
//            "subset"}, one per prompt (JSON Lines, or one list); other fields are written back unread
//   results  one object of parallel lists {"subset", "id", "scores", "num_correct", ...}; or rows with scores
//   judges   {"id", "ratings": [8, null, 3]} or {"id", "chosen_position": "C", "votes": ["C"]}, as scores
//            (rewardbench2_judge.h); the counts of a scorer say which protocol it was
//
// The right completions stand first in the scores (chosen, then rejected). A score may be a list of one
// number. Numbers: "score" per domain and overall; of Ties also its parts; of the others the accuracy without
// ties and the share of prompts whose first place is shared. Random scores give 0.25 on best of 4.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/eval/benchmarks/benchmark.h"

namespace gradus {

struct RewardBench2Row {
  std::string id, prompt, subset;
  std::vector<std::string> chosen, rejected;
  size_t num_correct = 1;
  Json scores;                   // null where the row has none
  Json fields = Json::object();  // others
};

// One row of a file, or all those of an object of parallel lists; throws Error::input naming the field.
std::vector<RewardBench2Row> rewardbench2_rows(const Json& object);
Json rewardbench2_json(const RewardBench2Row& row);  // the published row

Benchmark rewardbench2_benchmark();

}  // namespace gradus
