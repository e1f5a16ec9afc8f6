#include "gradus/eval/benchmarks/rewardmath_file.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <map>
#include <set>

#include "gradus/base/error.h"
#include "gradus/eval/benchmarks/response_benchmark.h"
#include "gradus/reward/aggregate.h"
#include "gradus/rollout/schema/schema.h"

namespace gradus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> kForms = {"min",  "max",        "product",   "geometric_mean",
                                         "mean", "mean_logit", "mean_odds", "last"};

// Counts of a problem per form.
enum Count {
  kProblems,
  kAccurate,
  kWithTies,
  kReciprocal,
  kReadable,  // problems whose every verdict could be read
  kExpectedAccurate,
  kReadableWithTies,
  kExpectedReciprocal,
  kWidth
};

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
          1.0,
          above == 0 ? 1 / places : 0,
          static_cast<double>(result.accurate_with_ties),
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
          .field(excerpt(problem.problem))
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

// What a judge said of one problem: a verdict, and where the right solution stood, for every wrong one.
struct Verdicts {
  std::vector<Json> said, right;
};

bool is_position(const Json& verdict) {
  return verdict == "A" || verdict == "B";
}

std::vector<double> pairwise_counts(const Verdicts& verdicts) {
  std::vector<bool> won;
  for (size_t i = 0; i < verdicts.said.size(); ++i) won.push_back(verdicts.said[i] == verdicts.right[i]);
  const RewardMathResult result = rewardmath_pairwise(won);
  const double accurate = result.accurate, rank = result.reciprocal_rank;
  if (!std::all_of(verdicts.said.begin(), verdicts.said.end(), is_position)) {
    return {1, accurate, accurate, rank, 0, 0, 0, 0};
  }
  return {1, accurate, accurate, rank, 1, accurate, accurate, rank};
}

Verdicts verdicts_of(const Json& row) {
  const Json &said = member(row, "score"), &right = member(row, "chosen_position");
  if (!said.is_array() || !right.is_array() || said.size() != right.size() || said.empty()) {
    throw Error::input("not one comparison per wrong solution")
        .field("score")
        .found(fmt::format("{} verdicts, {} positions", said.size(), right.size()));
  }
  for (const Json& position : right) {
    if (!is_position(position)) {
      throw Error::input("unknown position").field("chosen_position").found(excerpt(position.dump()));
    }
  }
  return {said.get<std::vector<Json>>(), right.get<std::vector<Json>>()};
}

// Problems under their texts; a text that comes again gets a number.
class Problems {
 public:
  explicit Problems(CountedQuestions& out) : out_(out) {}
  void add(const std::string& text, std::vector<double> counts) {
    const size_t again = ++seen_[text];
    const std::string key = again == 1 ? text : fmt::format("{} #{}", text, again);
    out_.questions[key] = {"all", std::move(counts)};
  }
  void add(const std::string& text, const Verdicts& verdicts, bool strict) {
    for (const Json& said : verdicts.said) {
      if (is_position(said)) continue;
      const Error unreadable = Error::input("a verdict is neither A nor B").found(excerpt(said.dump()));
      out_.leave_out("unreadable_verdicts", unreadable, strict);
    }
    add(text, pairwise_counts(verdicts));
  }

 private:
  CountedQuestions& out_;
  std::map<std::string, size_t> seen_;
};

// Rows of the data files (direct or pairwise) gathered by problem, with what a score file says of their ids.
class Gathered {
 public:
  void add(const JsonRow& row) {
    const bool pair = row.has("eval_solution_A");
    Row one{row.integer("problem_id"), schema_named(pair ? kPairs : kDirect).read(row, false).at(0), ""};
    if (pair) one.position = row.text("chosen_position");
    one.solution.steps.clear();  // only its judgement counts
    one.solution.original_steps.clear();
    rows_.push_back(std::move(one));
  }
  bool empty() const { return rows_.empty(); }

  void count(const std::string& path, bool strict, Problems& problems, CountedQuestions& out) const {
    RowScores scores(path, strict);
    out.note_scores(scores.report());
    std::vector<std::string> ids;
    for (const Row& one : rows_) ids.push_back(one.solution.id);
    scores.join(ids);
    std::map<int64_t, Problem> gathered;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const Row& one = rows_[i];
      Problem& problem = gathered[one.problem_id];
      problem.scored.problem = one.solution.question;
      try {
        if (scores.of(i) == nullptr) throw Error::input("a solution has no score").field("id " + ids[i]);
        take(one, *scores.of(i), problem);
      } catch (const Error& error) {
        problem.unusable = error.what();
      }
    }
    for (const auto& [number, problem] : gathered) {
      if (!problem.unusable.empty()) {
        out.leave_out("incomplete", Error::input("a problem is left out: " + problem.unusable), strict);
        continue;
      }
      try {
        const std::string& text = problem.scored.problem;
        if (problem.verdicts.said.empty()) {
          problems.add(text, counts_of(problem.scored));
        } else {
          problems.add(text, problem.verdicts, strict);
        }
      } catch (const Error& error) {
        out.leave_out("unusable", error, strict);
      }
    }
  }

 private:
  static constexpr const char *kDirect = "rewardmath", *kPairs = "rewardmath_pairwise";
  struct Row {
    int64_t problem_id = 0;
    Solution solution;
    std::string position;  // of the right solution; "" in the direct file
  };
  struct Problem {
    RewardMathProblem scored;
    Verdicts verdicts;
    std::string unusable;  // why it is left out
  };

  static void take(const Row& row, const Json& said, Problem& problem) {
    if (!row.position.empty()) {
      if (said.is_number() || said.is_array()) {
        throw Error::input("a comparison is judged by A or B")
            .field("id " + row.solution.id)
            .found(excerpt(said.dump()));
      }
      problem.verdicts.said.push_back(said);
      problem.verdicts.right.emplace_back(row.position);
      return;
    }
    problem.scored.references.push_back(*row.solution.sound ? kRewardMathRight : row.solution.source);
    problem.scored.scores.push_back(finite_scores(said));
  }

  std::vector<Row> rows_;
};

// Whether a file that is named as scores is a result file, which says all by itself.
bool is_result_file(const std::string& path) {
  bool result = false;
  size_t looked = 0;
  read_rows(path, {}, [&](const JsonRow& row) {
    if (looked++ == 0) result = row.has("problem");
  });
  return result;
}

void refuse_mixture(const std::set<std::string>& kinds) {
  if (kinds.size() < 2) return;
  throw Error::input("the files are of several schemas, which are judged in different ways")
      .found(fmt::format("{}", fmt::join(kinds, ", ")))
      .expected("one of them");
}

CountedQuestions count(const EvalRequest& request, const std::string& path) {
  CountedQuestions out;
  Problems problems(out);
  Gathered data;
  std::set<std::string> kinds;
  const bool results = !path.empty() && is_result_file(path);
  for (const std::string& file : results ? std::vector{path} : request.files) {
    const RowReport report = read_rows(file, {.strict = request.strict}, [&](const JsonRow& row) {
      if (row.has("eval_solution") || row.has("eval_solution_A")) {
        data.add(row);
        kinds.insert(row.has("eval_solution") ? "direct" : "pairwise");
        return;
      }
      try {
        const Json json = row.copy({});
        const bool pairwise = json.contains("chosen_position");
        if (pairwise) {
          problems.add(std::string(row.text("problem")), verdicts_of(json), request.strict);
        } else {
          problems.add(std::string(row.text("problem")), counts_of(scored_problem(json)));
        }
        kinds.insert(pairwise ? "pairwise results" : "results");
      } catch (const Json::exception& error) {
        throw row.refuse("score", error.what());
      } catch (const Error& error) {
        if (!error.file().empty()) throw;
        throw row.refuse(error.field_name(), error.what());
      }
    });
    out.note_rows(report);
  }
  refuse_mixture(kinds);
  if (!data.empty()) data.count(path, request.strict, problems, out);
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
    const auto percent = [&](Count count, Count whole) {
      return of[whole] > 0 ? 100 * of[count] / of[whole] : kNone;
    };
    for (const auto& [official, corrected] :
         {std::pair(kAccurate, kExpectedAccurate), std::pair(kReciprocal, kExpectedReciprocal),
          std::pair(kWithTies, kReadableWithTies)}) {
      values[at++] = percent(official, kProblems);
      values[at++] = percent(corrected, kReadable);
    }
  }
}

}  // namespace

Benchmark rewardmath_benchmark() {
  return response_benchmark(
      {.info =
           {.name = "rewardmath",
            .title = "RewardMATH",
            .paper = "arXiv 2410.01729",
            .measures = "whether the right solution of a problem gets a higher score than nine wrong ones",
            .files =
                "a result file (MODEL_reward.json), or RewardMATH_direct.json or RewardMATH_pairwise.json "
                "with --scores",
            .scores =
                "per solution {\"id\", \"score\"} or {\"id\", \"scores\": [one per step]}, per pair {\"id\", "
                "\"score\": \"A\"}; or a result file",
            .schema = "",
            .run = {}},
       .count = count,
       .rows = rows_of,
       .values = values_of});
}

}  // namespace gradus
