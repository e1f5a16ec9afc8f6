// Golden functions of prof (arXiv 2509.03403): consistency of process and outcome, and the two filters.
#include <map>

#include "gradus/learn/curation.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

constexpr double kPadding = -99;

struct Scored {
  DenseBatch dense;
  Json steps = Json::array();
};

Scored scored(const Json& in) {
  std::vector<std::vector<size_t>> lengths;
  std::vector<double> scores;
  std::vector<int64_t> groups;
  Json steps = Json::array();
  for (const std::vector<double>& row : matrix_of(in.at("step_scores_pad_-99"))) {
    groups.push_back(static_cast<int64_t>(lengths.size()));
    lengths.emplace_back();
    for (const double score : row) {
      if (score == kPadding) continue;
      scores.push_back(score);
      lengths.back().push_back(0);
    }
    steps.push_back(lengths.back().size());
  }
  Scored out{DenseBatch(ragged_batch(lengths, groups)), steps};
  put_column(out.dense.batch, "step.prm", scores);
  put_column(out.dense.batch, "rollout.outcome", numbers_of(in.at("outcome")));
  return out;
}

// A response without steps counts as 0 in the released code.
Verified consistency(const Json& in, const Verifying&) {
  Scored rows = scored(in);
  rows.dense.run_chain("prof/consistency");
  return {{{"consistency", rows.dense.get("rollout.consistency")}, {"n_steps", rows.steps}}};
}

Verified blend(const Json& in, const Verifying&) {
  Scored rows = scored(in);
  rows.dense.run_chain("prof/blend");
  return {{{"consistency", rows.dense.get("rollout.consistency")},
           {"n_steps", rows.steps},
           {"mean_prm", rows.dense.get("rollout.mean_prm")}}};
}

struct Filtered {
  RolloutBatch batch;
  std::vector<size_t> kept;
};

Filtered filtered(const Json& in, bool incorrect_at_random) {
  std::vector<std::vector<size_t>> lengths;
  for (const Json& steps : in.at("n_steps")) lengths.emplace_back(golden_count(steps), size_t{0});
  RolloutBatch batch = ragged_batch(lengths, group_ids(in.at("group"), lengths.size()));
  put_column(batch, "rollout.consistency", numbers_of(in.at("consistency")));
  put_column(batch, "rollout.outcome", numbers_of(in.at("outcome")));
  const Balance rule{.remove = golden_count(in.at("n_remove")),
                     .penalty = golden_number(in.at("len_step_coef")),
                     .incorrect_at_random = incorrect_at_random};
  std::vector<size_t> kept = balanced(batch, rule, Stream(0));
  return {std::move(batch), std::move(kept)};
}

Verified both(const Json& in, const Verifying&) {
  return {{{"kept_indices_in_order", filtered(in, false).kept}}};
}

// Which of the incorrect are dropped is random, so only their number is compared.
Verified correct(const Json& in, const Verifying&) {
  const auto [batch, kept] = filtered(in, true);
  const Column& outcome = batch.column("rollout.outcome");
  Json positive = Json::array();
  std::vector<int64_t> order;
  std::map<int64_t, int> negative;
  for (const int64_t group : batch.groups()) {
    if (negative.emplace(group, 0).second) order.push_back(group);
  }
  for (const size_t r : kept) {
    if (outcome[r] == 1) {
      positive.push_back(r);
    } else {
      ++negative[batch.group(r)];
    }
  }
  Json counts = Json::array();
  for (const int64_t group : order) counts.push_back(negative[group]);
  return {{{"kept_positive_indices", positive}, {"kept_negative_count_per_group", counts}}};
}

}  // namespace

void verify_prof(Adapters& adapters) {
  adapters.add("prof", "compute_verify_step_level_score", consistency);
  adapters.add("prof", "compute_verify_step_level_score (blend)", blend);
  adapters.add("prof", "filter_trajectories (both)", both);
  adapters.add("prof", "filter_trajectories (correct)", correct);
}

}  // namespace gradus
