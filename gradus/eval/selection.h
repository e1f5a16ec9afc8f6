// What a rule of choice is worth: how often the sample that it chooses is right, for the first n samples of
// every question.
//
//   best       the largest aggregated score
//   majority   the answer of most samples
//   weighted   the answer with the largest sum of scores
//
// compat: ties go to the first sample or answer, as in huggingface/search-and-learn and openreasoner/openr;
// strict: the expectation where ties are broken at random. A sample that does not vote is dropped first
// (strict: one without an answer; the published codes let it vote for the empty answer, and win); one without
// a score, or whose scores the form makes no finite number of, takes no part in rules by score; where nothing
// is left the question counts as wrong.
//
//   Pick pick = pick_best({{0.5, 0.9, 0.9}}, {{0, 0, 1}});   // first 0, expected 0.5, tied
//   Pick vote = pick_sample(question, {Choice::weighted, "last"}, 16);
//
// The first n samples are taken for every n (order matters where siblings stand together, as after a tree
// search).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/reward/answer/choose.h"

namespace gradus {

struct Pick {
  double first = 0;     // 1 where the first of the tied ones is right
  double expected = 0;  // share of the tied ones that are right
  bool tied = false;
  size_t not_finite = 0;  // samples that have scores and no finite one under the form
};

// right: 1 or 0 per sample. Nothing to choose from is wrong.
Pick pick_best(std::span<const double> scores, std::span<const uint8_t> right);

struct ScoredSample {
  std::string key;  // of its answer; equal keys are equal answers
  uint8_t right = 0;
  std::vector<double> steps;  // scores of its steps; empty: none
  bool votes = true;          // takes part in a choice
};

struct SampledQuestion {
  std::string id;
  std::vector<ScoredSample> samples;
};

struct SelectionRule {
  Choice choice = Choice::best;
  std::string form;          // of aggregation (gradus/reward/aggregate.h); not used by majority
  std::string name() const;  // "weighted last", "majority"
};

Pick pick_sample(const SampledQuestion& question, const SelectionRule& rule, size_t n);

}  // namespace gradus
