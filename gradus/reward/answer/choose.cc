#include "gradus/reward/answer/choose.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

#include "gradus/base/error.h"

namespace gradus {

namespace {

// Larger is better; what is no number never beats what came before it.
template <class Value>
size_t first_largest(size_t count, const Value& value) {
  size_t at = 0;
  for (size_t i = 1; i < count; ++i) {
    if (value(i) > value(at)) at = i;
  }
  return at;
}

void require_samples(size_t samples, size_t scores, bool scored) {
  if (samples == 0) {
    throw Error::input("nothing to choose from").found("no samples").expected("at least one");
  }
  if (scored && scores != samples) {
    throw Error::input("a choice by score needs one score per sample")
        .found(fmt::format("{} scores", scores))
        .expected(fmt::format("{} scores", samples));
  }
}

double strength(const AnswerGroup& group, Choice choice) {
  return choice == Choice::majority ? static_cast<double>(group.count) : group.score;
}

}  // namespace

const std::vector<std::string>& choice_names() {
  static const std::vector<std::string> names = {"best", "majority", "weighted"};
  return names;
}

Choice choice_from_name(const std::string& name) {
  const auto at = std::find(choice_names().begin(), choice_names().end(), name);
  if (at != choice_names().end()) return static_cast<Choice>(at - choice_names().begin());
  throw Error::input("unknown rule of choice").found(name).hint(suggest(name, choice_names()));
}

std::vector<AnswerGroup> answer_groups(std::span<const std::string> keys, std::span<const double> scores) {
  std::vector<AnswerGroup> groups;
  std::unordered_map<std::string_view, size_t> place;
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto [found, fresh] = place.emplace(keys[i], groups.size());
    if (fresh) groups.push_back({.first = i});
    AnswerGroup& group = groups[found->second];
    ++group.count;
    if (i < scores.size()) group.score += scores[i];
  }
  return groups;
}

size_t best_sample(std::span<const double> scores) {
  require_samples(scores.size(), scores.size(), true);
  return first_largest(scores.size(), [&](size_t i) { return scores[i]; });
}

size_t chosen_answer(std::span<const std::string> keys, std::span<const double> scores, Choice choice) {
  require_samples(keys.size(), scores.size(), choice != Choice::majority);
  if (choice == Choice::best) return best_sample(scores);
  const std::vector<AnswerGroup> groups = answer_groups(keys, scores);
  return groups[first_largest(groups.size(), [&](size_t g) { return strength(groups[g], choice); })].first;
}

size_t tied_answers(std::span<const std::string> keys, std::span<const double> scores, Choice choice) {
  const size_t chosen = chosen_answer(keys, scores, choice);
  const std::vector<AnswerGroup> groups = answer_groups(keys, scores);
  if (choice != Choice::best) {
    const auto group =
        std::find_if(groups.begin(), groups.end(), [&](const AnswerGroup& g) { return g.first == chosen; });
    const double highest = strength(*group, choice);
    return static_cast<size_t>(std::count_if(groups.begin(), groups.end(), [&](const AnswerGroup& g) {
      return &g == &*group || strength(g, choice) == highest;
    }));
  }
  std::vector<std::string> alike;  // answers of the samples with the largest score
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i == chosen || scores[i] == scores[chosen]) alike.push_back(keys[i]);
  }
  return answer_groups(alike, {}).size();
}

}  // namespace gradus
