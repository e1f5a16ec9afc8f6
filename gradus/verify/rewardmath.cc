// Golden functions of rewardmath (arXiv 2410.01729): its evaluation, on small data and on real result files.
#include "gradus/eval/benchmarks/rewardmath.h"

#include "gradus/reward/aggregate.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"
#include "gradus/verify/real_data.h"

namespace gradus {

namespace {

std::string form_of(const std::string& released) {
  if (released == "prod") return "product";
  if (released == "mean_odd") return "mean_odds";
  return released == "normal" ? "" : released;
}

Verified final_reward(const Json& in) {
  const std::vector<double> scores = numbers_of(in.at("step_scores"));
  Json out = Json::object();
  for (const char* name :
       {"min", "max", "prod", "geometric_mean", "mean", "mean_logit", "mean_odd", "last"}) {
    out[name] = aggregate(form_of(name), scores);
  }
  return {out};
}

RewardMathResult pairwise_result(const Json& row) {
  const Json &said = row.at("score"), &right = row.at("chosen_position");
  std::vector<bool> won;
  for (size_t i = 0; i < said.size(); ++i) won.push_back(said.at(i) == right.at(i));
  return rewardmath_pairwise(won);
}

RewardMathResult scored_result(const Json& row, const std::string& form, const std::string& except) {
  RewardMathProblem problem{.problem = row.at("problem").get<std::string>()};
  for (const Json& one : row.at("solution_reference")) problem.references.push_back(one.get<std::string>());
  for (const Json& one : row.at("score")) {
    problem.scores.push_back(one.is_array() ? numbers_of(one) : std::vector<double>{golden_number(one)});
  }
  return rewardmath_result(problem, form, except);
}

std::vector<RewardMathResult> results_of(const Json& rows, const std::string& function,
                                         const std::string& except) {
  std::vector<RewardMathResult> out;
  for (const Json& row : rows) {
    out.push_back(function == "pairwise" ? pairwise_result(row)
                                         : scored_result(row, form_of(function), except));
  }
  return out;
}

Json percentages(const std::vector<RewardMathResult>& results) {
  const RewardMathSummary summary = rewardmath_summary(results);
  return {{"reward Acc", summary.accuracy},
          {"reward MRR", summary.mean_reciprocal_rank},
          {"reward Acc (w/ tie)", summary.accuracy_with_ties}};
}

Verified results(const Json& in) {
  const Json& except = in.at("except_model");
  Json out = Json::object();
  for (const Json& function : in.at("func_list")) {
    const std::vector<RewardMathResult> found =
        results_of(in.at("dataset"), function.get<std::string>(),
                   except.is_string() ? except.get<std::string>() : std::string());
    Json accurate = Json::array(), ranks = Json::array(), ties = Json::array();
    for (const RewardMathResult& one : found) {
      accurate.push_back(one.accurate);
      ranks.push_back(one.reciprocal_rank);
      ties.push_back(one.accurate_with_ties);
    }
    out[function.get<std::string>()] = {
        {"per_item", {{"reward Acc", accurate}, {"reward MRR", ranks}, {"reward Acc (w/ tie)", ties}}},
        {"mean_percent", percentages(found)}};
  }
  return {out};
}

Verified evaluation(const Json& in, const Verifying&) {
  const std::string function = in.at("function").get<std::string>();
  if (function == "_calculate_final_reward") return final_reward(in);
  if (function == "get_results") return results(in);
  const RewardMathResult one = rewardmath_result(numbers_of(in.at("chosen")), numbers_of(in.at("rejected")));
  return {{{"mrr", one.reciprocal_rank}, {"rank", one.rank_share}}};
}

Verified real_results(const Json& in, const Verifying& verifying) {
  const Json rows = real_json(verifying, in.at("file").get<std::string>());
  Json out = Json::object();
  for (const Json& function : in.at("func_list")) {
    const std::string name = function.get<std::string>();
    out[name] = percentages(results_of(rows, name, ""));
  }
  return {out};
}

}  // namespace

void verify_rewardmath(Adapters& adapters) {
  adapters.add("rewardmath", "RewardMATHEvaluation", evaluation);
  adapters.add("rewardmath_real", "RewardMATHEvaluation.get_results on the real score files", real_results);
}

}  // namespace gradus
