#include "gradus/eval/benchmarks/vilbench.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <limits>

#include "gradus/base/error.h"
#include "gradus/eval/benchmarks/response_benchmark.h"
#include "gradus/eval/selection.h"
#include "gradus/reward/aggregate.h"

namespace gradus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> kScorers = {"response", "mean", "min", "last",
                                           "product"};  // the first: the whole

// Per scorer; then of the question itself.
enum Count { kQuestions, kFirst, kExpected, kTied, kWidth };
enum Own { kAll, kRandom, kAny, kPreferred, kPreference, kOwnWidth };

using Candidates = std::vector<VilbenchCandidate>;

// `odd`: takes a score of a form that is not finite, such as a product of many large ones.
std::vector<double> counts_of(const Candidates& candidates, const std::function<void(const Error&)>& odd) {
  std::vector<double> counts;
  for (size_t s = 0; s < kScorers.size(); ++s) {
    std::vector<double> scores;
    std::vector<uint8_t> right;
    for (const VilbenchCandidate& one : candidates) {
      if (s == 0 ? !one.score : one.steps.empty()) continue;
      const double score = s == 0 ? *one.score : aggregate(kScorers[s], one.steps);
      if (!std::isfinite(score)) {
        odd(Error::input("a score is not finite").field(kScorers[s]).found(fmt::format("{}", score)));
        continue;
      }
      scores.push_back(score);
      right.push_back(one.right);
    }
    const Pick pick = pick_best(scores, right);
    const double counted = scores.empty() ? 0 : 1;
    for (const double one : {counted, pick.first, pick.expected, pick.tied ? 1.0 : 0.0})
      counts.push_back(one);
  }
  const auto rights =
      std::count_if(candidates.begin(), candidates.end(), [](const auto& c) { return c.right; });
  const std::optional<double> preference = vilbench_preference(candidates);
  const double random = static_cast<double>(rights) / static_cast<double>(candidates.size());
  for (const double one :
       {1.0, random, rights > 0 ? 1.0 : 0.0, preference ? 1.0 : 0.0, preference.value_or(0)}) {
    counts.push_back(one);
  }
  return counts;
}

VilbenchCandidate candidate(const Json& row, const Json* said) {
  VilbenchCandidate out;
  const Json steps = said != nullptr && said->is_array() ? *said : row.value("step_scores", Json(nullptr));
  const Json score = said != nullptr && said->is_number() ? *said : row.value("score", Json(nullptr));
  if (!row.contains("correct") || !row.at("correct").is_boolean()) {
    throw Error::input("a candidate does not say whether it is right")
        .field("correct")
        .expected("true or false");
  }
  out.right = row.at("correct").get<bool>();
  if (!steps.is_null() && !(steps.is_array() && steps.empty())) out.steps = finite_scores(steps);
  if (!score.is_null()) out.score = finite_score(score);
  const bool fits = !row.contains("steps") || out.steps.empty() || row.at("steps").size() == out.steps.size();
  if (!fits) {
    throw Error::input("not one score per step")
        .field("step_scores")
        .found(fmt::format("{}", out.steps.size()))
        .expected(fmt::format("{}", row.at("steps").size()));
  }
  return out;
}

CountedQuestions count(const EvalRequest& request, const std::string& path) {
  CountedQuestions out;
  std::vector<std::pair<Json, std::string>> rows;  // with what a refusal says of its place
  for (const std::string& file : request.files) {
    const RowReport report = read_rows(file, {.strict = request.strict}, [&](const JsonRow& row) {
      rows.emplace_back(row.copy({"image"}), row.written("id"));
    });
    out.note_rows(report);
  }
  RowScores scores(path, request.strict);
  out.note_scores(scores.report());
  std::vector<std::string> ids;
  for (const auto& [json, id] : rows) ids.push_back(id);
  scores.join(ids);
  std::map<std::string, Candidates> questions;
  for (size_t r = 0; r < rows.size(); ++r) {
    try {
      if (scores.given() && scores.of(r) == nullptr)
        throw Error::input("a candidate has no score").field(ids[r]);
      questions[ids[r]].push_back(candidate(rows[r].first, scores.of(r)));
    } catch (const Error& error) {
      out.leave_out("unusable", error, request.strict);
    }
  }
  for (const auto& [id, candidates] : questions) {
    if (candidates.empty()) continue;
    out.questions[id] = {"all", counts_of(candidates, [&](const Error& error) {
                           out.leave_out("not_finite", error, request.strict);
                         })};
  }
  return out;
}

std::string part_of(size_t scorer) {
  return scorer == 0 ? kScorers[0] : "steps " + kScorers[scorer];
}

std::vector<NumberRow> rows_of(const std::vector<std::string>&, size_t) {
  std::vector<NumberRow> out;
  for (size_t s = 0; s < kScorers.size(); ++s) {
    out.push_back({"accuracy", part_of(s)});
    out.push_back({"tied", part_of(s)});
  }
  for (const char* id : {"random", "any", "preference"}) out.push_back({id, "all"});
  return out;
}

void values_of(const std::vector<std::string>&, std::span<const double> totals, std::span<double> values) {
  size_t at = 0;
  const auto put = [&](double part, double other, double whole) {
    values[at++] = whole > 0 ? part / whole : kNone;
    values[at++] = whole > 0 ? other / whole : kNone;
  };
  for (size_t s = 0; s < kScorers.size(); ++s) {
    const std::span<const double> of = totals.subspan(s * kWidth, kWidth);
    put(of[kFirst], of[kExpected], of[kQuestions]);
    put(of[kTied], of[kTied], of[kQuestions]);
  }
  const std::span<const double> own = totals.subspan(kScorers.size() * kWidth, kOwnWidth);
  put(own[kRandom], own[kRandom], own[kAll]);
  put(own[kAny], own[kAny], own[kAll]);
  put(own[kPreference], own[kPreference], own[kPreferred]);
}

}  // namespace

std::optional<double> vilbench_preference(const std::vector<VilbenchCandidate>& candidates) {
  double sum = 0;
  size_t count = 0;
  for (const VilbenchCandidate& one : candidates) {
    if (!one.right || one.steps.empty() || !one.score) continue;
    sum += aggregate("mean", one.steps) - *one.score;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

Benchmark vilbench_benchmark() {
  return response_benchmark(
      {.info =
           {.name = "vilbench",
            .title = "ViLBench",
            .paper = "arXiv 2503.20271",
            .measures =
                "whether scores of steps choose a right solution of N more often than one score of the whole",
            .files = "candidates (JSON Lines): {\"id\", \"steps\", \"step_scores\", \"score\", \"correct\"}",
            .scores =
                "per candidate, in the order of the rows: {\"id\", \"scores\": [one per step]} or {\"id\", "
                "\"score\"}",
            .schema = "",
            .run = {}},
       .count = count,
       .rows = rows_of,
       .values = values_of});
}

}  // namespace gradus
