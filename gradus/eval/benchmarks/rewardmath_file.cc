#include "gradus/eval/benchmarks/rewardmath_file.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "gradus/base/error.h"
#include "gradus/eval/benchmarks/response_benchmark.h"
#include "gradus/reward/aggregate.h"

namespace gradus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> kForms = {"min",  "max",        "product",   "geometric_mean",
                                         "mean", "mean_logit", "mean_odds", "last"};

// Counts of a problem per form.
enum Count { kProblems, kAccurate, kWithTies, kReciprocal, kExpectedAccurate, kExpectedReciprocal, kWidth };

const Json& member(const Json& row, const char* name) {
  if (!row.is_object() || !row.contains(name))
    throw Error::input("a row of RewardMATH lacks a field").field(name);
  return row.at(name);
}

void add_counts(std::span<const double> right, std::span<const double> wrong, std::vector<double>& counts) {
  std::vector<double> of(kWidth);
  const auto finite = [](std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  };
  if (finite(right) && finite(wrong)) {  // a mean of odds of a score of 1 is not
    const RewardMathResult result = rewardmath_result(right, wrong);
    const double best = *std::max_element(right.begin(), right.end());
    const auto above = std::count_if(wrong.begin(), wrong.end(), [&](double w) { return w > best; });
    const auto tied = std::count(wrong.begin(), wrong.end(), best);
    double reciprocal = 0;
    for (auto i = above; i <= above + tied; ++i) reciprocal += 1 / static_cast<double>(i + 1);
    const double places = static_cast<double>(tied) + 1;
    of = {1.0,
          static_cast<double>(result.accurate),
          static_cast<double>(result.accurate_with_ties),
          result.reciprocal_rank,
          above == 0 ? 1 / places : 0,
          reciprocal / places};
  }
  counts.insert(counts.end(), of.begin(), of.end());
}

std::vector<double> counts_of(const RewardMathProblem& problem) {
  std::vector<double> counts;
  const bool steps =
      std::any_of(problem.scores.begin(), problem.scores.end(), [](const auto& s) { return s.size() != 1; });
  for (const std::string& form : steps ? kForms : std::vector<std::string>{""}) {
    std::vector<double> right, wrong;
    for (size_t i = 0; i < problem.scores.size(); ++i) {
      const double value = form.empty() ? problem.scores[i][0] : aggregate(form, problem.scores[i]);
      (problem.references[i] == kRewardMathRight ? right : wrong).push_back(value);
    }
    if (right.empty() || wrong.empty()) {
      throw Error::input("a problem of RewardMATH needs a right solution and wrong ones")
          .field(problem.problem.substr(0, 60))
          .found(fmt::format("{} right, {} wrong", right.size(), wrong.size()));
    }
    add_counts(right, wrong, counts);
  }
  return counts;
}

RewardMathProblem scored_problem(const Json& row) {
  RewardMathProblem out{.problem = member(row, "problem").get<std::string>()};
  const Json &references = member(row, "solution_reference"), &scores = member(row, "score");
  if (!scores.is_array() || scores.size() != references.size()) {
    throw Error::input("not one score per solution")
        .field("score")
        .found(fmt::format("{}", scores.size()))
        .expected(fmt::format("{}", references.size()));
  }
  for (const Json& one : references) out.references.push_back(one.get<std::string>());
  for (const Json& one : scores) out.scores.push_back(finite_scores(one));
  return out;
}

std::vector<double> pairwise_counts(const Json& row) {
  const Json &said = member(row, "score"), &right = member(row, "chosen_position");
  if (said.size() != right.size() || said.empty()) {
    throw Error::input("not one comparison per wrong solution")
        .field("score")
        .found(fmt::format("{}", said.size()));
  }
  std::vector<bool> won;
  for (size_t i = 0; i < said.size(); ++i) won.push_back(said.at(i) == right.at(i));
  const RewardMathResult result = rewardmath_pairwise(won);
  const double accurate = result.accurate, rank = result.reciprocal_rank;
  return {1, accurate, accurate, rank, accurate, rank};
}

// Solutions of the direct file gathered by problem, with the scores of their ids.
class Gathered {
 public:
  void add(const RewardMathSolution& solution) { solutions_.push_back(solution); }
  bool empty() const { return solutions_.empty(); }

  void count(const std::string& path, bool strict, CountedQuestions& out) const {
    RowScores scores(path, strict);
    std::vector<std::string> ids;
    for (const RewardMathSolution& one : solutions_) ids.push_back(std::to_string(one.id));
    scores.join(ids);
    std::map<int64_t, RewardMathProblem> problems;
    std::map<int64_t, std::string> unusable;
    for (size_t i = 0; i < solutions_.size(); ++i) {
      const RewardMathSolution& one = solutions_[i];
      RewardMathProblem& problem = problems[one.problem_id];
      problem.problem = one.problem;
      problem.references.push_back(one.right ? kRewardMathRight : one.reference);
      try {
        if (scores.of(i) == nullptr) throw Error::input("a solution has no score").field("id " + ids[i]);
        problem.scores.push_back(finite_scores(*scores.of(i)));
      } catch (const Error& error) {
        unusable[one.problem_id] = error.what();
      }
    }
    for (const auto& [number, problem] : problems) {
      const auto bad = unusable.find(number);
      if (bad != unusable.end()) {
        out.leave_out("incomplete", Error::input("a problem is left out: " + bad->second), strict);
        continue;
      }
      try {
        out.questions[fmt::format("{:08}", number)] = {"all", counts_of(problem)};
      } catch (const Error& error) {
        out.leave_out("unusable", error, strict);
      }
    }
  }

 private:
  std::vector<RewardMathSolution> solutions_;
};

CountedQuestions count(const EvalRequest& request, const std::string& path) {
  CountedQuestions out;
  Gathered direct;
  const std::vector<std::string> own =
      path.empty() || request.scores == path ? request.files : std::vector{path};
  for (const std::string& file : own) {
    read_rows(file, {.strict = request.strict}, [&](const JsonRow& row) {
      ++out.rows;
      const std::string key = fmt::format("{:08}", out.rows);
      try {
        const Json json = row.copy({});
        if (json.contains("eval_solution")) {
          direct.add(rewardmath_solution(json));
        } else if (json.contains("chosen_position")) {
          out.questions[key] = {"all", pairwise_counts(json)};
        } else {
          out.questions[key] = {"all", counts_of(scored_problem(json))};
        }
      } catch (const Json::exception& error) {
        out.leave_out("bad_rows", row.refuse("score", error.what()), request.strict);
      } catch (const Error& error) {
        out.leave_out("bad_rows", row.refuse(error.field_name(), error.what()), request.strict);
      }
    });
  }
  if (!direct.empty()) direct.count(path, request.strict, out);
  const bool alike = std::all_of(out.questions.begin(), out.questions.end(), [&](const auto& one) {
    return one.second.counts.size() == out.questions.begin()->second.counts.size();
  });
  if (!alike) throw Error::input("some solutions have one score and some have scores of steps");
  return out;
}

std::vector<NumberRow> rows_of(const std::vector<std::string>&, size_t width) {
  std::vector<NumberRow> out;
  const std::vector<std::string> parts = width == kWidth ? std::vector<std::string>{"all"} : kForms;
  for (const std::string& part : parts) {
    for (const char* id : {"Acc", "MRR", "Acc (w/ tie)"}) out.push_back({id, part, 100});
  }
  return out;
}

void values_of(const std::vector<std::string>&, std::span<const double> totals, std::span<double> values) {
  size_t at = 0;
  for (size_t form = 0; form * kWidth < totals.size(); ++form) {
    const std::span<const double> of = totals.subspan(form * kWidth, kWidth);
    const auto percent = [&](Count count) {
      return of[kProblems] > 0 ? 100 * of[count] / of[kProblems] : kNone;
    };
    for (const auto& [official, corrected] :
         {std::pair(kAccurate, kExpectedAccurate), std::pair(kReciprocal, kExpectedReciprocal),
          std::pair(kWithTies, kWithTies)}) {
      values[at++] = percent(official);
      values[at++] = percent(corrected);
    }
  }
}

}  // namespace

RewardMathSolution rewardmath_solution(const Json& row) {
  try {
    RewardMathSolution out{.problem = member(row, "problem").get<std::string>(),
                           .answer = member(row, "answer").get<std::string>(),
                           .reference = member(row, "solution_reference").get<std::string>(),
                           .subject = row.value("subject", ""),
                           .steps = member(row, "eval_solution").get<std::vector<std::string>>(),
                           .level = row.value("level", int64_t{0}),
                           .problem_id = member(row, "problem_id").get<int64_t>(),
                           .id = member(row, "id").get<int64_t>()};
    out.right = member(row, "solution_type") == "chosen";
    return out;
  } catch (const Json::exception& error) {
    throw Error::input("a row of RewardMATH holds something else").found(error.what());
  }
}

Json rewardmath_json(const RewardMathSolution& solution) {
  return {{"problem", solution.problem},
          {"answer", solution.answer},
          {"eval_solution", solution.steps},
          {"solution_reference", solution.reference},
          {"solution_type", solution.right ? "chosen" : "rejected"},
          {"subject", solution.subject},
          {"level", solution.level},
          {"problem_id", solution.problem_id},
          {"id", solution.id}};
}

Benchmark rewardmath_benchmark() {
  return response_benchmark(
      {.info =
           {.name = "rewardmath",
            .title = "RewardMATH",
            .paper = "arXiv 2410.01729",
            .measures = "whether the right solution of a problem gets a higher score than nine wrong ones",
            .files = "a result file (MODEL_reward.json), or RewardMATH_direct.json with --scores",
            .scores =
                "per solution {\"id\", \"score\"} or {\"id\", \"scores\": [one per step]}; of --compare also "
                "a result file",
            .schema = "",
            .run = {}},
       .count = count,
       .rows = rows_of,
       .values = values_of});
}

}  // namespace gradus
