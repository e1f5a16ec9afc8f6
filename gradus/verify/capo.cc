// Golden function of capo: votes over critiques, and token rewards from an outcome and wrong steps.
#include <algorithm>
#include <cmath>

#include "gradus/base/error.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Json voted_steps(RolloutBatch& batch, const std::vector<std::string>& critics, const std::string& rule) {
  Json steps = Json::array();
  if (critics.empty()) return steps;
  run_chain(batch, "capo/vote", {{"critics", critics}, {"rule", rule}});
  const Column& wrong = batch.column("step.wrong");
  for (size_t s = 0; s < wrong.size(); ++s) {
    if (wrong[s] > 0) steps.push_back(s);
  }
  return steps;
}

Verified votes(const Json& in) {
  size_t steps = 0;
  for (const Json& critique : in.at("critiques")) {
    for (const Json& step : critique) steps = std::max(steps, golden_count(step) + 1);
  }
  RolloutBatch batch = ragged_batch({std::vector<size_t>(steps, 1)}, {0});
  std::vector<std::string> critics;
  for (const Json& critique : in.at("critiques")) {
    critics.push_back("critic_" + std::to_string(critics.size()));
    std::vector<double> wrong(steps, 0.0);
    for (const Json& step : critique) wrong[golden_count(step)] = 1;
    put_column(batch, "step." + critics.back(), wrong);
  }
  Json out;
  for (const char* rule : {"intersection", "majority", "union"})
    out[rule] = voted_steps(batch, critics, rule);
  return {out};
}

// Steps cover the tokens in order; tokens between them make steps that nobody judged.
struct JudgedSteps {
  std::vector<size_t> lengths;
  std::vector<double> wrong;  // NaN: not judged
};

JudgedSteps judged_steps(size_t length, const Json& spans, const Json& wrong_steps) {
  JudgedSteps out;
  size_t at = 0;
  const auto add = [&](size_t end, double wrong) {
    if (end < at) throw Error::input("golden steps overlap or run backwards").field("steps");
    out.lengths.push_back(end - at);
    out.wrong.push_back(wrong);
    at = end;
  };
  for (size_t k = 0; k < spans.size(); ++k) {
    if (golden_count(spans.at(k).at(0)) != at) add(golden_count(spans.at(k).at(0)), std::nan(""));
    const bool wrong = std::find(wrong_steps.begin(), wrong_steps.end(), Json(k)) != wrong_steps.end();
    add(golden_count(spans.at(k).at(1)), wrong ? 1.0 : 0.0);
  }
  if (at != length) add(length, std::nan(""));
  return out;
}

Verified token_reward(const Json& in) {
  std::vector<std::vector<size_t>> lengths;
  std::vector<double> wrong;
  std::vector<int64_t> groups;
  for (size_t r = 0; r < in.at("lengths").size(); ++r) {
    const JudgedSteps steps =
        judged_steps(golden_count(in.at("lengths").at(r)), in.at("steps").at(r), in.at("wrong_steps").at(r));
    lengths.push_back(steps.lengths);
    wrong.insert(wrong.end(), steps.wrong.begin(), steps.wrong.end());
    groups.push_back(0);
  }
  RolloutBatch batch = ragged_batch(lengths, groups);
  put_column(batch, "step.wrong", wrong);
  put_column(batch, "rollout.outcome", numbers_of(in.at("outcome")));
  run_chain(batch, "capo/token_reward",
            {{"whole", in.at("w_whole")}, {"process", -in.at("w_process").get<double>()}});
  const Column& reward = batch.column("token.reward");
  Json rows = Json::array();
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    Json row = Json::array();
    for (size_t t = batch.first_token(r); t < batch.last_token(r); ++t) row.push_back(reward[t]);
    rows.push_back(std::move(row));
  }
  return {{{"token_reward", rows}}};
}

}  // namespace

void verify_capo(Adapters& adapters) {
  adapters.add("capo", "voting and R_t = r_v*W_whole - 1[t in T_err]*W_process",
               [](const Json& in, const Verifying&) {
                 return in.at("kind") == "vote" ? votes(in) : token_reward(in);
               });
}

}  // namespace gradus
