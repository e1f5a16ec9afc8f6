// Golden functions of gigpo. Rows are agent steps of trajectories, in any order: a rollout is the trajectory,
// its steps are the rows.
#include <map>

#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

struct Trajectories {
  std::vector<std::vector<size_t>> rows;  // of every trajectory, in order
  std::vector<int64_t> groups;
  std::vector<size_t> order;  // rows in the order of the batch's steps
};

// Numbers equal JSON values alike.
class Numbering {
 public:
  int64_t operator()(const Json& value) {
    return seen_.emplace(value.dump(), static_cast<int64_t>(seen_.size())).first->second;
  }

 private:
  std::map<std::string, int64_t> seen_;
};

Trajectories trajectories_of(const Json& groups, const Json& trajectories) {
  Trajectories out;
  Numbering group_numbers, numbers;
  for (size_t row = 0; row < trajectories.size(); ++row) {
    const Json group = groups.is_null() ? Json() : groups.at(row);
    const auto number = static_cast<size_t>(numbers(Json{group, trajectories.at(row)}));
    if (number == out.rows.size()) {
      out.rows.emplace_back();
      out.groups.push_back(group_numbers(group));
    }
    out.rows[number].push_back(row);
  }
  for (const std::vector<size_t>& rows : out.rows)
    out.order.insert(out.order.end(), rows.begin(), rows.end());
  return out;
}

// One step per row, with as many tokens as its mask has ones.
RolloutBatch batch_of(const Trajectories& all, const Matrix& mask) {
  std::vector<std::vector<size_t>> lengths;
  for (const std::vector<size_t>& rows : all.rows) {
    std::vector<size_t>& steps = lengths.emplace_back();
    for (const size_t row : rows) {
      size_t ones = 0;
      for (const double on : mask.empty() ? std::vector<double>{1} : mask.at(row)) ones += on != 0;
      steps.push_back(ones);
    }
  }
  return ragged_batch(lengths, all.groups);
}

void put_rows(RolloutBatch& batch, const Trajectories& all, const std::string& name,
              const std::vector<double>& values) {
  Column& column = batch.add_column(name);
  for (size_t s = 0; s < all.order.size(); ++s) column.set(s, values.at(all.order[s]));
}

Json rows_of_tokens(const RolloutBatch& batch, const Trajectories& all, const Matrix& mask,
                    const std::string& name) {
  const Column& column = batch.column(name);
  Json out = Json::array();
  for (const std::vector<double>& row : mask) out.push_back(Json(std::vector<double>(row.size(), 0.0)));
  for (size_t s = 0; s < all.order.size(); ++s) {
    const size_t row = all.order[s];
    size_t t = batch.token_begin(s);
    for (size_t i = 0; i < mask.at(row).size(); ++i) {
      if (mask.at(row).at(i) != 0) out[row][i] = column[t++];
    }
  }
  return out;
}

// A = A_E + w * A_S: the outcome of the trajectory within its group, and the return of the step among the
// steps of the group that saw the same observation.
Verified advantage(const Json& in, const Verifying&) {
  const Trajectories all = trajectories_of(in.at("group"), in.at("trajectory"));
  const Matrix mask = matrix_of(in.at("mask")), rewards = matrix_of(in.at("token_rewards"));
  RolloutBatch batch = batch_of(all, mask);
  Column& outcome = batch.add_column("rollout.outcome");
  for (size_t r = 0; r < all.rows.size(); ++r) {
    double sum = 0;
    for (const double reward : rewards.at(all.rows[r].front())) sum += reward;
    outcome.set(r, sum);
  }
  std::vector<double> anchors;
  Numbering numbers;
  for (const Json& anchor : in.at("anchor_state")) anchors.push_back(static_cast<double>(numbers(anchor)));
  put_rows(batch, all, "step.anchor", anchors);
  put_rows(batch, all, "step.return", numbers_of(in.at("step_returns")));

  const bool scaled = in.at("mode") == "mean_std_norm";
  Json episode{{"singleton", "own"}};
  if (scaled) episode["epsilon"] = in.at("epsilon");
  run_operator(batch, scaled ? "credit.grpo" : "credit.dr_grpo", episode);
  run_operator(batch, "shape.normalise",
               {{"channel", "return"},
                {"pool", "key"},
                {"key", "anchor"},
                {"scale", scaled ? "std" : "none"},
                {"epsilon", in.at("epsilon")}});
  run_operator(batch, "shape.place", {{"channel", "return"}, {"at", "every"}, {"into", "step_advantage"}});
  Json from{"outcome_advantage"}, weights{1.0};
  if (const double weight = golden_number(in.at("step_advantage_w")); weight != 0) {
    from.push_back("step_advantage");
    weights.push_back(weight);
  }
  run_operator(batch, "credit.sum", {{"from", from}, {"weights", weights}});
  return {{{"advantages", rows_of_tokens(batch, all, mask, "token.advantage")}}};
}

Verified returns(const Json& in, const Verifying&) {
  const Trajectories all = trajectories_of(nullptr, in.at("trajectory"));
  RolloutBatch batch = batch_of(all, {});
  put_rows(batch, all, "step.reward", numbers_of(in.at("step_rewards")));
  run_operator(batch, "shape.suffix", {{"channel", "reward"}, {"gamma", in.at("gamma")}, {"into", "return"}});
  std::vector<double> out(all.order.size());
  for (size_t s = 0; s < out.size(); ++s) out[all.order[s]] = batch.column("step.return")[s];
  return {{{"returns_float32", out}}};
}

}  // namespace

void verify_gigpo(Adapters& adapters) {
  adapters.add("gigpo", "compute_gigpo_outcome_advantage", advantage);
  adapters.add("gigpo", "compute_step_discounted_returns", returns);
}

}  // namespace gradus
