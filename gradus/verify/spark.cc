// Golden functions of spark (arXiv 2512.03244).
#include <algorithm>

#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"
#include "gradus/verify/text_kinds.h"

namespace gradus {

namespace {

constexpr size_t kFirstJudged = 3;  // the released selective mode passes over the first tokens

// A step up to each end position, and one behind them. With `passed_over` > 0 the first step begins there and
// the tokens before it are a step of their own.
DenseBatch batch_of(const Json& in, size_t passed_over) {
  std::vector<std::vector<size_t>> lengths;
  const Json& ends = in.at("step_end_positions");
  for (size_t r = 0; r < ends.size(); ++r) {
    const size_t length = golden_count(in.at("length").at(r));
    size_t begin = 0;
    lengths.emplace_back();
    const auto until = [&](size_t end) {
      end = std::clamp(end, begin, length);
      lengths.back().push_back(end - begin);
      begin = end;
    };
    if (!ends[r].empty()) until(std::min(passed_over, golden_count(ends[r][0]) + 1));
    for (const Json& end : ends[r]) until(golden_count(end) + 1);
    until(length);
  }
  DenseBatch dense(ragged_batch(lengths, group_ids(in.at("group"), ends.size())));
  Column& verdict = dense.batch.add_column("step.verdict");
  Column& reward = dense.batch.add_column("step.reward");
  for (size_t r = 0; r < ends.size(); ++r) {
    const size_t count = ends[r].size();
    for (size_t k = 0; k < count; ++k) {
      const double value = in.at("step_verdict").at(r).at(k).get<double>();
      verdict.set(dense.batch.step_begin(r) + 1 + k, value);
      reward.set(dense.batch.step_begin(r) + 1 + k, value / static_cast<double>(count));
    }
  }
  dense.put("rollout.outcome", in.at("final_reward"));
  dense.run("shape.normalise", {{"channel", "outcome"}, {"level", "rollout"}, {"singleton", "own"}});
  return dense;
}

void place_outcome(DenseBatch& dense, const std::string& into) {
  dense.run("shape.place", {{"channel", "outcome"}, {"from", "rollout"}, {"at", "every"}, {"into", into}});
}

Verified padded(const DenseBatch& dense, const Json& in) {
  Json rows = dense.get("token.advantage");
  for (Json& row : rows) {
    while (row.size() < golden_count(in.at("T"))) row.push_back(0.0);
  }
  return {{{"advantages", rows}}};
}

Verified global(const Json& in) {
  DenseBatch dense = batch_of(in, 0);
  place_outcome(dense, "outcome");
  dense.run("shape.normalise", {{"channel", "reward"}, {"singleton", "own"}});
  dense.run("credit.step_return", {{"channel", "reward"}, {"into", "process"}});
  Json from = Json::array(), weights = Json::array();
  const double alpha = in.at("alpha").get<double>();
  for (const auto& [channel, weight] : {std::pair("outcome", 1 - alpha), std::pair("process", alpha)}) {
    if (weight == 0) continue;
    from.push_back(channel);
    weights.push_back(weight);
  }
  dense.run("credit.sum", {{"from", from}, {"weights", weights}});
  return padded(dense, in);
}

// Tokens without a verdict keep the advantage.
Verified selective(const Json& in, double factor) {
  DenseBatch dense = batch_of(in, kFirstJudged);
  place_outcome(dense, "judged");
  place_outcome(dense, "outcome");
  dense.run("shape.gate", {{"channel", "judged"},
                           {"level", "token"},
                           {"by", "verdict"},
                           {"by_level", "step"},
                           {"when", "same_sign"},
                           {"factor", factor}});
  dense.run("shape.first_valid",
            {{"from", {"judged", "outcome"}}, {"level", "token"}, {"into", "advantage"}});
  return padded(dense, in);
}

Verified of_kind(const Json& in, const Verifying&) {
  if (in.at("kind") == "advantage") {
    return in.at("mode") == "global" ? global(in) : selective(in, in.at("mode") == "half" ? 0.5 : 0.0);
  }
  if (in.at("kind") == "format") return verify_spark_format(in);
  if (in.at("kind") == "reward") return verify_spark_reward(in);
  throw Error::input("no operator for this kind of golden case").found(in.at("kind").dump());
}

}  // namespace

void verify_spark(Adapters& adapters) {
  adapters.add("spark", "format_validity / compute_reward_prm_* / compute_tango_grpo_advantage", of_kind);
}

}  // namespace gradus
