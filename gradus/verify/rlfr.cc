// The golden function of rlfr (arXiv 2510.10201).
#include <algorithm>

#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Json all_ones(Json mask) {
  for (Json& row : mask) std::fill(row.begin(), row.end(), Json(1));
  return mask;
}

// Masked scores count as 0 when the released code looks for the smallest ones: they are trained tokens here.
Json relative_scores(const Json& in) {
  Json scores = in.at("raw_score");
  for (size_t r = 0; r < scores.size(); ++r) {
    for (size_t t = 0; t < scores[r].size(); ++t) {
      if (golden_number(in.at("mask").at(r).at(t)) == 0) scores[r][t] = 0.0;
    }
  }
  DenseBatch dense(all_ones(in.at("mask")), nullptr);
  dense.put("token.score", scores);
  const bool bilateral = in.at("bilateral").get<bool>();
  dense.run_chain(
      "rlfr/score",
      {{"scale", bilateral ? 2.0 : 1.0}, {"shift", bilateral ? -1.0 : 0.0}, {"gamma", in.at("gamma")}});
  Json out = Json::array();
  const Column& column = dense.batch.column("token.score");
  for (size_t r = 0; r < dense.batch.rollouts(); ++r) {
    Json row = Json::array();
    for (size_t t = dense.batch.first_token(r); t < dense.batch.last_token(r); ++t) {
      row.push_back(column.valid(t) ? Json(column[t]) : Json());
    }
    out.push_back(row);
  }
  return out;
}

// A score without a scale is missing here and not a number there.
Json normalized(const Json& scores, const Json& mask) {
  Json out = scores;
  for (size_t r = 0; r < out.size(); ++r) {
    for (size_t t = 0; t < out[r].size(); ++t) {
      if (golden_number(mask[r][t]) == 0) {
        out[r][t] = 0.0;
      } else if (out[r][t].is_null()) {
        out[r][t] = {{"nonfinite", "nan"}};
      }
    }
  }
  return out;
}

Verified shape(const Json& in, const Verifying&) {
  const Json scores = relative_scores(in);
  DenseBatch dense(in.at("mask"), nullptr);
  dense.put("token.score", scores);
  dense.batch.column("token.score").clear_observed(dense.batch);
  dense.put("rollout.outcome", in.at("outcome_adv"));
  const bool bilateral = in.at("bilateral").get<bool>();
  if (in.at("threshold").get<double>() >= 0) {
    dense.run_chain("rlfr/above", {{"threshold", in.at("threshold")}, {"two_sided", bilateral}});
  }
  if (in.at("topk").get<int>() > 0)
    dense.run_chain("rlfr/top", {{"k", in.at("topk")}, {"sides", bilateral ? "both" : "high"}});
  Json channels{"outcome"}, weights{1.0};
  if (in.at("flow_coef") != 0.0) {
    channels.push_back("score");
    weights.push_back(-in.at("flow_coef").get<double>());
  }
  dense.run_chain("rlfr/reward", {{"channels", channels}, {"weights", weights}});
  return {{{"normalized", normalized(scores, in.at("mask"))},
           {"post", dense.get("token.score")},
           {"token_reward", dense.get("token.reward")}}};
}

}  // namespace

void verify_rlfr(Adapters& adapters) {
  adapters.add("rlfr", "normalize_flow_score -> postprocess_flow_score -> compute_reward", shape);
}

}  // namespace gradus
