// Golden functions of prime (arXiv 2502.01456) that make rewards and advantages.
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// Responses stand group by group, n of each.
Json groups_of(size_t rows, const Json& n) {
  const size_t of_a_group = golden_count(n);
  if (of_a_group == 0) throw Error::input("a group of no responses").field("n_samples");
  Json groups = Json::array();
  for (size_t r = 0; r < rows; ++r) groups.push_back(r / of_a_group);
  return groups;
}

// The value at the last token of every response; null for an empty one.
Json at_last_token(const Json& values, const Json& mask) {
  Json out = Json::array();
  for (size_t r = 0; r < mask.size(); ++r) {
    Json last;
    for (size_t t = 0; t < mask.at(r).size(); ++t) {
      if (golden_number(mask.at(r).at(t)) != 0) last = values.at(r).at(t);
    }
    out.push_back(last);
  }
  return out;
}

void put_trained(DenseBatch& dense, const std::string& column, const Json& values) {
  dense.put(column, values);
  dense.batch.column(column).clear_observed(dense.batch);
}

Verified advantages(DenseBatch& dense, const Json& mask, const Json& parameters) {
  dense.run_chain("prime/advantage", parameters);
  return {{{"advantages", dense.get("token.advantage")}, {"returns", dense.get("token.return")}},
          {{"advantages", mask}, {"returns", mask}}};
}

Verified rloo_returns(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), groups_of(in.at("mask").size(), in.at("n_samples")));
  put_trained(dense, "token.process", in.at("implicit_token_rewards"));
  dense.put("rollout.outcome", at_last_token(in.at("outcome_token_rewards"), in.at("mask")));
  return advantages(dense, in.at("mask"),
                    {{"gamma_process", in.at("gamma_process")}, {"gamma_outcome", in.at("gamma_outcome")}});
}

// The first fork of verl has no 1e-8 in the means of its whitening; a weight of 0 leaves the source out.
Verified rloo_advantage_return(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), groups_of(in.at("mask").size(), in.at("n_samples")));
  put_trained(dense, "token.process", in.at("implicit_token_rewards"));
  dense.put("rollout.outcome", in.at("acc"));
  Json channels = Json::array(), weights = Json::array();
  for (const char* source : {"process", "outcome"}) {
    const Json& weight = in.at(std::string("coef_") + source);
    if (weight == 0.0) continue;
    channels.push_back(source);
    weights.push_back(weight);
  }
  return advantages(dense, in.at("mask"),
                    {{"channels", channels}, {"weights", weights}, {"whitening", "released"}});
}

Verified dpo_accuracy(const Json& in, const Verifying&) {
  const size_t n = golden_count(in.at("n_samples")), rows = in.at("mask").size();
  DenseBatch dense(in.at("mask"), groups_of(rows, in.at("n_samples")));
  put_trained(dense, "token.q", in.at("q"));
  dense.put("rollout.outcome", in.at("acc"));
  dense.run_chain("prime/accuracy");
  double pairs = 0, signs = 0, groups = 0;
  for (size_t r = 0; r < rows; ++r) {
    signs += dense.batch.column("rollout.sign")[r];
    if (r % n != 0) continue;
    pairs += dense.batch.column("rollout.pairs")[r];
    ++groups;
  }
  // The reference takes the mean of the signs in float32.
  const float sign_share = static_cast<float>(signs / static_cast<double>(rows));
  return {{{"pair_accuracy", pairs / groups}, {"sign_accuracy", static_cast<double>(sign_share)}}};
}

Verified implicit_reward(const Json& in, const Verifying&) {
  Json mask = Json::array();
  for (size_t r = 0; r < in.at("log_prob").size(); ++r) {
    Json row = Json::array();
    for (size_t t = 0; t < in.at("log_prob").at(r).size(); ++t)
      row.push_back(t < in.at("response_lens").at(r));
    mask.push_back(row);
  }
  DenseBatch dense(mask, nullptr);
  dense.put("token.logprob", in.at("log_prob"));
  dense.put("token.ref_logprob", in.at("ref_log_prob"));
  dense.run_chain(in.at("granularity") == "whole" ? "prime/response_reward" : "prime/token_reward");
  return {
      {{"token_scores", dense.get("token.score")}, {"token_scores_batch_norm", dense.get("token.normed")}}};
}

}  // namespace

void verify_prime(Adapters& adapters) {
  adapters.add("prime", "compute_rloo_returns", rloo_returns);
  adapters.add("prime", "compute_rloo_advantage_return", rloo_advantage_return);
  adapters.add("prime", "compute_dpo_accuracy", dpo_accuracy);
  adapters.add("prime", "compute_implicit_reward + batch_norm", implicit_reward);
}

}  // namespace gradus
