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

struct Weights {
  double process = 1, outcome = 1;
};

// Needs token.process and rollout.outcome. `whitening`: the first fork of verl has no 1e-8 in its means.
Verified advantages(DenseBatch& dense, const Json& mask, double gamma_process, double gamma_outcome,
                    Weights weights, const std::string& whitening) {
  dense.run("shape.aggregate",
            {{"channel", "process"}, {"level", "token"}, {"form", "mean"}, {"into", "process_mean"}});
  dense.run("shape.normalise", {{"channel", "process"},
                                {"level", "token"},
                                {"by", "process_mean"},
                                {"centre", "leave_one_out"},
                                {"scale", "none"},
                                {"variant", "released"}});
  dense.run("shape.suffix",
            {{"channel", "process"}, {"level", "token"}, {"gamma", gamma_process}, {"into", "process"}});
  dense.run("shape.normalise",
            {{"channel", "outcome"}, {"level", "rollout"}, {"centre", "leave_one_out"}, {"scale", "none"}});
  dense.run("shape.place", {{"channel", "outcome"}, {"from", "rollout"}, {"into", "outcome"}});
  dense.run("shape.suffix",
            {{"channel", "outcome"}, {"level", "token"}, {"gamma", gamma_outcome}, {"into", "outcome"}});
  Json from = Json::array(), factors = Json::array();
  for (const auto& [channel, weight] :
       {std::pair("process", weights.process), std::pair("outcome", weights.outcome)}) {
    if (weight == 0) continue;
    from.push_back(channel);
    factors.push_back(weight);
  }
  for (const char* into : {"return", "advantage"}) {
    dense.run("credit.sum", {{"from", from}, {"weights", factors}, {"into", into}});
  }
  dense.run("credit.whiten", {{"variant", whitening}});
  return {{{"advantages", dense.get("token.advantage")}, {"returns", dense.get("token.return")}},
          {{"advantages", mask}, {"returns", mask}}};
}

Verified rloo_returns(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), groups_of(in.at("mask").size(), in.at("n_samples")));
  put_trained(dense, "token.process", in.at("implicit_token_rewards"));
  dense.put("rollout.outcome", at_last_token(in.at("outcome_token_rewards"), in.at("mask")));
  return advantages(dense, in.at("mask"), in.at("gamma_process"), in.at("gamma_outcome"), {}, "paper");
}

Verified rloo_advantage_return(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), groups_of(in.at("mask").size(), in.at("n_samples")));
  put_trained(dense, "token.process", in.at("implicit_token_rewards"));
  dense.put("rollout.outcome", in.at("acc"));
  return advantages(dense, in.at("mask"), 1.0, 1.0, {in.at("coef_process"), in.at("coef_outcome")},
                    "released");
}

Verified dpo_accuracy(const Json& in, const Verifying&) {
  const size_t n = golden_count(in.at("n_samples")), rows = in.at("mask").size();
  DenseBatch dense(in.at("mask"), groups_of(rows, in.at("n_samples")));
  put_trained(dense, "token.q", in.at("q"));
  dense.put("rollout.outcome", in.at("acc"));
  dense.run("shape.aggregate", {{"channel", "q"}, {"level", "token"}, {"into", "q"}});
  dense.run("reward.agreement", {{"score", "q"}, {"form", "pairs"}, {"into", "pairs"}});
  dense.run("reward.agreement", {{"score", "q"}, {"form", "sign"}, {"into", "sign"}});
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
  dense.run("reward.log_ratio", {{"into", "score"}});
  if (in.at("granularity") == "whole") {
    dense.run("shape.aggregate", {{"channel", "score"}, {"level", "token"}, {"into", "score"}});
    dense.run("shape.place", {{"channel", "score"}, {"from", "rollout"}, {"into", "score"}});
  }
  dense.run("shape.rescale", {{"channel", "score"},
                              {"level", "token"},
                              {"form", "largest_return"},
                              {"epsilon", 1e-6},
                              {"into", "normed"}});
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
