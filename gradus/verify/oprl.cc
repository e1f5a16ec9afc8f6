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

// The released baseline: statistics of the first step of every trajectory.
void centre(Rows& rows, const std::string& channel, const std::string& centre, const std::string& scale) {
  rows.dense.run("shape.aggregate", {{"channel", channel}, {"form", "first"}, {"into", "first_" + channel}});
  rows.dense.run("shape.normalise", {{"channel", channel},
                                     {"by", "first_" + channel},
                                     {"centre", centre},
                                     {"scale", scale},
                                     {"singleton", "own"},
                                     {"variant", "released"}});
}

void add(Rows& rows, const Json& in, const std::string& level, const std::string& into) {
  Json from{"reward", "score"}, weights{1.0, in.at("step_advantage_w")};
  if (in.value("use_process_only", false)) {
    from = {"score"};
    weights = {1.0};
  } else if (weights.at(1) == 0.0) {
    from = {"reward"};
    weights = {1.0};
  }
  rows.dense.run("credit.sum", {{"from", from}, {"level", level}, {"weights", weights}, {"into", into}});
}

void place(Rows& rows, const std::string& channel) {
  rows.dense.run("shape.place", {{"channel", channel}, {"at", "every"}, {"into", channel}});
}

Verified rloo(const Json& in, const Verifying&) {
  Rows rows(in);
  for (const char* channel : {"reward", "score"}) centre(rows, channel, "leave_one_out", "none");
  add(rows, in, "step", "advantage");
  place(rows, "advantage");
  return {{{"advantages", rows.advantages()}}};
}

Verified grpo(const Json& in, const Verifying&) {
  Rows rows(in);
  const std::string scale = in.value("mode", "mean_norm") == "mean_norm" ? "none" : "std";
  for (const char* channel : {"reward", "score"}) centre(rows, channel, "mean", scale);
  add(rows, in, "step", "advantage");
  place(rows, "advantage");
  return {{{"advantages", rows.advantages()}}};
}

Verified reinforce_plus(const Json& in, const Verifying&) {
  Rows rows(in);
  for (const char* channel : {"reward", "score"}) {
    centre(rows, channel, "mean", "none");
    place(rows, channel);
    rows.dense.run("credit.whiten", {{"channel", channel}, {"variant", "released"}});
  }
  add(rows, in, "token", "advantage");
  return {{{"advantages", rows.advantages()}}};
}

Verified combined(const Json& in, const Verifying&) {
  Rows rows(in);
  add(rows, in, "step", "advantage");
  centre(rows, "advantage", "leave_one_out", "none");
  place(rows, "advantage");
  return {{{"advantages", rows.advantages()}}};
}

Verified norm(const Json& in, const Verifying&) {
  Json mask = in.at("scores");
  for (Json& row : mask) std::fill(row.begin(), row.end(), Json(1));
  DenseBatch dense(mask, nullptr);
  dense.put("token.score", in.at("scores"));
  dense.run("shape.rescale", {{"channel", "score"},
                              {"level", "token"},
                              {"form", "largest_return"},
                              {"epsilon", 1e-6},
                              {"into", "normed"}});
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
