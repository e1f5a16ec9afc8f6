// Golden functions of oprl = iStar (arXiv 2509.19199) that make advantages. A row is one step of an agent.
#include <algorithm>
#include <numeric>

#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// Rows of one trajectory are the steps of one rollout, their unmasked tokens its tokens.
class Rows {
 public:
  explicit Rows(const Json& in) : mask_(matrix_of(in.at("mask"))), dense(RolloutBatch()) {
    std::vector<Json> seen;
    std::vector<std::vector<size_t>> lengths;
    Json groups = Json::array();
    for (size_t row = 0; row < mask_.size(); ++row) {
      const Json key{in.at("group").at(row), in.at("trajectory").at(row)};
      const size_t at = static_cast<size_t>(std::find(seen.begin(), seen.end(), key) - seen.begin());
      if (at == seen.size()) {
        seen.push_back(key);
        groups.push_back(in.at("group").at(row));
        rows_.emplace_back();
        lengths.emplace_back();
      }
      rows_[at].push_back(row);
      lengths[at].push_back(
          static_cast<size_t>(std::ranges::count_if(mask_[row], [](double on) { return on != 0; })));
    }
    dense = DenseBatch(ragged_batch(lengths, group_ids(groups, groups.size())));
    put_sums("step.reward", in.at("token_rewards"));
    put_sums("step.score", in.at("step_scores"));
  }

  Json advantages() const {
    Json out = Json::array();
    for (const std::vector<double>& row : mask_) out.push_back(std::vector<double>(row.size(), 0.0));
    const Column& advantage = dense.batch.column("token.advantage");
    size_t token = 0;
    for (const std::vector<size_t>& rows : rows_) {
      for (const size_t row : rows) {
        for (size_t t = 0; t < mask_.at(row).size(); ++t) {
          if (mask_.at(row).at(t) != 0) out[row][t] = advantage[token++];
        }
      }
    }
    return out;
  }

 private:
  void put_sums(const std::string& name, const Json& values) {
    const Matrix matrix = matrix_of(values);
    Column& column = dense.batch.add_column(name);
    size_t step = 0;
    for (const std::vector<size_t>& rows : rows_) {
      for (const size_t row : rows) {
        column.set(step++, std::accumulate(matrix.at(row).begin(), matrix.at(row).end(), 0.0));
      }
    }
  }

  Matrix mask_;
  std::vector<std::vector<size_t>> rows_;  // of every rollout

 public:
  DenseBatch dense;
};

// Both channels, less one whose weight is 0.
Json sources(const Json& in) {
  if (in.value("use_process_only", false)) return {{"channels", {"score"}}, {"weights", {1.0}}};
  if (in.at("step_advantage_w") == 0.0) return {{"channels", {"reward"}}, {"weights", {1.0}}};
  return {{"channels", {"reward", "score"}}, {"weights", {1.0, in.at("step_advantage_w")}}};
}

Verified by_chain(const Json& in, const std::string& chain, Json parameters) {
  Rows rows(in);
  rows.dense.run_chain("oprl/" + chain, parameters);
  return {{{"advantages", rows.advantages()}}};
}

Verified rloo(const Json& in, const Verifying&) {
  return by_chain(in, "rloo", sources(in));
}

Verified grpo(const Json& in, const Verifying&) {
  Json parameters = sources(in);
  parameters["scale"] = in.value("mode", "mean_norm") == "mean_norm" ? "none" : "std";
  return by_chain(in, "grpo", std::move(parameters));
}

Verified reinforce_plus(const Json& in, const Verifying&) {
  return by_chain(in, "reinforce_plus", sources(in));
}

Verified combined(const Json& in, const Verifying&) {
  return by_chain(in, "combined", sources(in));
}

Verified norm(const Json& in, const Verifying&) {
  Json mask = in.at("scores");
  for (Json& row : mask) std::fill(row.begin(), row.end(), Json(1));
  DenseBatch dense(mask, nullptr);
  dense.put("token.score", in.at("scores"));
  dense.run_chain("oprl/norm");
  return {{{"normed", dense.get("token.normed")}}};
}

}  // namespace

void verify_oprl(Adapters& adapters) {
  adapters.add("oprl", "compute_istar_rloo_advantage", rloo);
  adapters.add("oprl", "compute_istar_grpo_advantage", grpo);
  adapters.add("oprl", "compute_istar_reinforce_plus_baseline_advantage", reinforce_plus);
  adapters.add("oprl", "process_outcome_combined_advantage", combined);
  adapters.add("oprl", "istar_norm", norm);
}

}  // namespace gradus
