// Generative judges on RewardBench 2 (arXiv 2506.01937; allenai/reward-bench, scripts/run_generative_v2.py):
// what the text of a judge is worth, where a reward model would have given scores.
//
//   ranking   the answers stand at places A, B, C, D, the right one swapped into a random one; the judge
//             names the best. 1 where it names the right one's place, 0 where another, 0.25 where nothing
//             can be read. Several votes: the place (or "unreadable") with most of them
//   ratings   every answer is rated alone, from 1 to 10; winners = the answers with the top rating among
//             those that could be read; (right one among them) / |winners|, and 0.25 where none could
//   Ties      always by ratings, which are its scores; a rating that could not be read is -1 there
//
// compat is that. Of places with equally many votes the official code takes any (the order of a Python set);
// here the one that was named first [ours]. A number that is no rating from 1 to 10 counts as unreadable
// [inferred: the prompt asks for 1 to 10]. strict: a failed call is no judgement. Votes that cannot be read
// do not count, and equally many votes give the right place its share; a prompt with no readable vote, or
// with a rating that cannot be read, is left out and counted. So no unreadable answer ever earns credit.
//
//   JudgedPrompt p = judge_ranking({0, std::nullopt, 2}, 2);   // votes for A and C, one unreadable
//   p.compat; *p.strict; p.unreadable;                         // 0, 0.5, 1 where C is right
#pragma once

#include <optional>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct JudgedPrompt {
  double compat = 0;
  std::optional<double> strict;  // none: not judged
  bool shared = false;           // compat: the first place is shared
  std::optional<bool> shared_strict;
  size_t unreadable = 0;  // votes or ratings
};

// votes: the place that each names, none where it cannot be read. At least one vote.
JudgedPrompt judge_ranking(const std::vector<std::optional<size_t>>& votes, size_t right_place);

// ratings: of every answer, the right one first; none where it cannot be read. At least one.
JudgedPrompt judge_ratings(const std::vector<std::optional<double>>& ratings);

// A row of a judge's outputs: {"id", "chosen_position": "C", "votes": ["C", null]} or {"id", "ratings": [8,
// null, 3, 2]}, of a prompt with so many answers. Votes are letters; anything else cannot be read.
struct JudgeOutput {
  bool ranking = false;
  size_t right_place = 0;
  std::vector<std::optional<size_t>> votes;
  std::vector<std::optional<double>> ratings;
};

// answers: 0 where the prompt does not say how many it has. Throws Error::input naming the field.
JudgeOutput judge_output(const Json& row, size_t answers);

}  // namespace gradus
