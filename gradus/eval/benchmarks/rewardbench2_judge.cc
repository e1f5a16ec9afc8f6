#include "gradus/eval/benchmarks/rewardbench2_judge.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/eval/benchmarks/response_benchmark.h"

namespace gradus {

namespace {

constexpr double kUnreadable = 0.25;  // what the official script gives an answer that it cannot read
constexpr double kLowest = 1, kHighest = 10;
constexpr size_t kAnswers = 4;

using Vote = std::optional<size_t>;

size_t count_of_vote(const std::vector<Vote>& votes, const Vote& vote) {
  return static_cast<size_t>(std::count(votes.begin(), votes.end(), vote));
}

// The place of a letter among so many answers.
Vote place_of(const Json& letter, size_t answers) {
  if (!letter.is_string()) return std::nullopt;
  const std::string text = letter.get<std::string>();
  if (text.size() != 1 || text[0] < 'A' || text[0] >= static_cast<char>('A' + answers)) return std::nullopt;
  return static_cast<size_t>(text[0] - 'A');
}

std::optional<double> rating_of(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double rating = value.get<double>();
  return rating >= kLowest && rating <= kHighest ? std::optional(rating) : std::nullopt;
}

const Json& list_of(const Json& row, const char* name) {
  const Json& list = row.at(name);
  if (!list.is_array() || list.empty()) {
    throw Error::input("a judge's output is no list, or empty").field(name).found(excerpt(list.dump()));
  }
  return list;
}

}  // namespace

JudgedPrompt judge_ranking(const std::vector<Vote>& votes, size_t right_place) {
  JudgedPrompt out;
  out.unreadable = count_of_vote(votes, std::nullopt);
  size_t most = 0, most_readable = 0;
  for (const Vote& vote : votes) {
    const size_t count = count_of_vote(votes, vote);
    most = std::max(most, count);
    if (vote) most_readable = std::max(most_readable, count);
  }
  const auto first = std::find_if(votes.begin(), votes.end(),
                                  [&](const Vote& vote) { return count_of_vote(votes, vote) == most; });
  out.compat = !*first ? kUnreadable : *first == right_place ? 1 : 0;
  if (most_readable == 0) return out;
  size_t tied = 0;
  for (size_t v = 0; v < votes.size(); ++v) {
    const auto here = votes.begin() + static_cast<std::ptrdiff_t>(v);
    const bool again = std::find(votes.begin(), here, votes[v]) != here;
    tied += votes[v] && !again && count_of_vote(votes, votes[v]) == most_readable;
  }
  const bool right = count_of_vote(votes, right_place) == most_readable;
  out.strict = right ? 1 / static_cast<double>(tied) : 0;
  out.shared_strict = tied > 1;
  return out;
}

JudgedPrompt judge_ratings(const std::vector<std::optional<double>>& ratings) {
  JudgedPrompt out;
  out.unreadable = static_cast<size_t>(std::count(ratings.begin(), ratings.end(), std::nullopt));
  const std::optional<double> top = *std::max_element(ratings.begin(), ratings.end());  // none is the least
  if (!top) {
    out.compat = kUnreadable;
    return out;
  }
  const auto winners = std::count(ratings.begin(), ratings.end(), top);
  out.compat = ratings[0] == top ? 1 / static_cast<double>(winners) : 0;
  out.shared = winners > 1;
  if (out.unreadable > 0) return out;
  out.strict = out.compat;
  out.shared_strict = out.shared;
  return out;
}

JudgeOutput judge_output(const Json& row, size_t answers) {
  JudgeOutput out;
  if (row.contains("ratings") == row.contains("votes")) {
    throw Error::input("a judge either rates or ranks").field("ratings").found("both, or neither");
  }
  if (row.contains("ratings")) {
    for (const Json& one : list_of(row, "ratings")) out.ratings.push_back(rating_of(one));
    if (answers == 0 || out.ratings.size() == answers) return out;
    throw Error::input("not one rating per answer")
        .field("ratings")
        .found(fmt::format("{}", out.ratings.size()))
        .expected(fmt::format("{}", answers));
  }
  out.ranking = true;
  const size_t places = answers == 0 ? kAnswers : answers;
  if (places > kAnswers) {
    throw Error::input("a prompt with more answers than places cannot be ranked")
        .field("votes")
        .found(fmt::format("{} answers", places))
        .expected("ratings");
  }
  const Vote right = row.contains("chosen_position") ? place_of(row.at("chosen_position"), places) : Vote();
  if (!right) {
    throw Error::input("where the right answer stood is not said")
        .field("chosen_position")
        .expected("a letter from A on");
  }
  out.right_place = *right;
  for (const Json& one : list_of(row, "votes")) out.votes.push_back(place_of(one, places));
  return out;
}

}  // namespace gradus
