// Which of N samples of one question is answered with: the best one, the answer of most, or the answer with
// the largest sum of scores.
//
//   best      the sample with the largest score, the first of equals
//   majority  the answer that most samples have; of equally frequent ones that which came first
//   weighted  the answer with the largest SUM of scores (negative ones are summed as they are), same tie rule
//
// Samples answer alike where their keys are equal texts: canonical forms (published_form.h) or numbers of
// equivalence classes. Rules and ties as in huggingface/search-and-learn and openreasoner/openr; a score is
// one number per sample (aggregate.h).
//
//   const std::vector<std::string> keys = {"1/2", "7", "1/2"};
//   const std::vector<double> scores = {0.3, 0.5, 0.4};
//   best_sample(scores);                            // 1
//   chosen_answer(keys, scores, Choice::weighted);  // 0: the first sample that answers 1/2
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gradus {

enum class Choice : uint8_t { best, majority, weighted };

const std::vector<std::string>& choice_names();  // best, majority, weighted
Choice choice_from_name(const std::string& name);

// The samples of one answer.
struct AnswerGroup {
  size_t first = 0;  // its first sample
  size_t count = 0;
  double score = 0;  // sum over its samples, in their order
};

// In order of appearance. No scores: every sum is 0.
std::vector<AnswerGroup> answer_groups(std::span<const std::string> keys, std::span<const double> scores);

size_t best_sample(std::span<const double> scores);

// The place of the sample that stands for the chosen answer; throws Error::input where there is none, or not
// one score per sample (majority needs none).
size_t chosen_answer(std::span<const std::string> keys, std::span<const double> scores, Choice choice);

// How many answers share the first place: 1 where the choice is no tie.
size_t tied_answers(std::span<const std::string> keys, std::span<const double> scores, Choice choice);

}  // namespace gradus
