// Stepwise rows, the training rows of a process reward model: a prompt, its steps, a label each.
//
//   {"prompt": "...", "completions": ["step 1", "step 2"], "labels": [true, false]}      (TRL stepwise)
//
// and the rows of one PRM800K record (openai/prm800k; TRL examples/datasets/prm800k.py): step by step, every
// alternative that was not chosen ends a row (the history, then the alternative); the chosen one, or the one
// a person wrote (label true), extends the history; the history at the end is the last row. label = (rating
// is 1); with `neutral_is_right`, rating is at least 0. A step without completions ends the walk.
//
//   for (const StepRow& row : prm800k_rows(record.at("label").at("steps"), problem, {})) ...
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct StepRow {
  std::string prompt;
  std::vector<std::string> completions;
  std::vector<double> labels;  // 1 right, 0 wrong; anything between where a label is soft
};

struct Prm800kOptions {
  bool neutral_is_right = false;
};

// Throws Error::input naming the field that is not as published.
std::vector<StepRow> prm800k_rows(const Json& steps, const std::string& prompt,
                                  const Prm800kOptions& options);

}  // namespace gradus
