// Golden functions of webgen_agent (arXiv 2509.22644).
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"
#include "gradus/verify/text_kinds.h"

namespace gradus {

namespace {

// Where step k of row r ends, -1 for the end of the row.
using Ends = std::vector<std::vector<int64_t>>;

Ends ends_of(const Json& in) {
  Ends ends;
  for (const Json& row : in.at("steps")) {
    ends.emplace_back();
    for (const Json& step : row) ends.back().push_back(step.at("position").get<int64_t>());
  }
  return ends;
}

// Steps with their rewards, and behind them a step of the tokens that are left, without one.
DenseBatch batch_of(const Json& in, const Ends& ends) {
  std::vector<std::vector<size_t>> lengths;
  for (size_t r = 0; r < ends.size(); ++r) {
    const size_t width = in.at("mask").at(r).size();
    size_t begin = 0;
    lengths.emplace_back();
    for (const int64_t position : ends.at(r)) {
      const size_t end = position < 0 ? width : std::min(width, static_cast<size_t>(position));
      lengths.back().push_back(end > begin ? end - begin : 0);
      begin = std::max(begin, end);
    }
    lengths.back().push_back(width - begin);
  }
  DenseBatch dense(ragged_batch(lengths, group_ids(in.at("group"), ends.size())));
  Column& reward = dense.batch.add_column("step.reward");
  for (size_t r = 0; r < ends.size(); ++r) {
    for (size_t k = 0; k < ends.at(r).size(); ++k) {
      reward.set(dense.batch.step_begin(r) + k, in.at("steps").at(r).at(k).at("reward").get<double>());
    }
  }
  return dense;
}

// What the released code leaves on the tokens behind the last step: the mask.
void leave_mask(DenseBatch& dense) {
  dense.run("shape.fill", {{"channel", "advantage"}, {"level", "token"}, {"value", 1.0}});
}

Json step_level(const Json& in) {
  DenseBatch dense = batch_of(in, ends_of(in));
  dense.run_chain("webgen_agent/step_grpo");
  leave_mask(dense);
  return dense.get("token.advantage");
}

Json cumulative(const Json& in) {
  DenseBatch dense = batch_of(in, ends_of(in));
  dense.run_chain("webgen_agent/cumulative");
  return dense.get("token.advantage");
}

// The released loop ends every step of the batch where the very last one ends, and multiplies into the mask:
// behind an open end all sums of a rollout are multiplied.
Json cumulative_as_released(const Json& in) {
  Ends ends = ends_of(in);
  int64_t last = -1;
  for (const auto& row : ends) {
    if (!row.empty()) last = row.back();
  }
  for (auto& row : ends) std::fill(row.begin(), row.end(), last);
  DenseBatch dense = batch_of(in, ends);
  dense.run("shape.normalise", {{"channel", "reward"}, {"singleton", "own"}});
  dense.run("shape.suffix", {{"channel", "reward"}, {"into", "sum"}});
  if (last < 0) {
    for (size_t r = 0; r < ends.size(); ++r) {
      dense.batch.column("step.sum").clear(dense.batch.step_end(r) - 1);  // stands for no step
    }
    dense.run("shape.aggregate", {{"channel", "sum"}, {"form", "product"}, {"into", "product"}});
    dense.run("shape.place",
              {{"channel", "product"}, {"from", "rollout"}, {"at", "every"}, {"into", "advantage"}});
  } else {
    dense.run("shape.place", {{"channel", "sum"}, {"at", "every"}, {"into", "advantage"}});
  }
  leave_mask(dense);
  return dense.get("token.advantage");
}

Json best_step(const Json& in) {
  DenseBatch dense = batch_of(in, ends_of(in));
  dense.run_chain("webgen_agent/best_step");
  return dense.get("token.advantage");
}

Verified advantage(const Json& in) {
  const std::string function = in.at("function");
  const Json where{{"advantages", in.at("mask")}, {"advantages_as_released", in.at("mask")}};
  if (function == "compute_grpo_max_advantage") return {{{"advantages", best_step(in)}}, where};
  if (function == "compute_step_level_grpo_advantage") return {{{"advantages", step_level(in)}}, where};
  return {{{"advantages", cumulative(in)}, {"advantages_as_released", cumulative_as_released(in)}}, where};
}

Verified of_kind(const Json& in, const Verifying&) {
  if (in.at("kind") == "advantage") return advantage(in);
  if (in.at("kind") == "step_reward") return verify_webgen_step_reward(in);
  if (in.at("kind") == "select_best") return verify_webgen_select_best(in);
  throw Error::input("no operator for this kind of golden case").found(in.at("kind").dump());
}

}  // namespace

void verify_webgen_agent(Adapters& adapters) {
  adapters.add("webgen_agent", "compute_step_level_grpo_advantage etc.", of_kind);
}

}  // namespace gradus
