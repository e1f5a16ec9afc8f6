// Golden functions of grpo_family that are losses, with their gradients.
#include <numeric>

#include "gradus/base/error.h"
#include "gradus/learn/policy_loss.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

constexpr double kCountEpsilon = 1e-8;  // verl adds it to counts of tokens

double number_or(const Json& in, const char* key, double fallback) {
  return in.contains(key) && !in.at(key).is_null() ? golden_number(in.at(key)) : fallback;
}

double sum_of(const Column& column) {
  double sum = 0;
  for (size_t i = 0; i < column.size(); ++i) sum += column.valid(i) ? column[i] : 0;
  return sum;
}

// verl's loss_agg_mode and its rescaling for data parallelism as parameters of ours.
Json aggregation_params_of(const std::string& mode, const Json& scale, size_t width) {
  static const std::map<std::string, std::string> names{{"token-mean", "token_mean"},
                                                        {"seq-mean-token-mean", "sequence_mean"},
                                                        {"seq-mean-token-sum", "sequence_sum"},
                                                        {"seq-mean-token-sum-norm", "sum_norm"}};
  const auto it = names.find(mode);
  if (it == names.end()) throw Error::input("unknown loss_agg_mode").found(mode);
  Json params{{"aggregation", it->second}, {"length_epsilon", kCountEpsilon}};
  if (it->second == "sum_norm") {  // the constant is not rescaled
    params["norm"] = number_or(scale, "loss_scale_factor", static_cast<double>(width));
    return params;
  }
  params["ranks"] = number_or(scale, "dp_size", 1);
  params["all_tokens"] = number_or(scale, "batch_num_tokens", 0);
  params["all_rollouts"] = number_or(scale, "global_batch_size", 0);
  return params;
}

size_t width_of(const Json& mask) {
  return mask.empty() ? 0 : mask[0].size();
}

Json scale_of(const Json& in) {
  return in.contains("global_batch_info") ? in.at("global_batch_info") : Json::object();
}

struct Ran {
  DenseBatch dense;
  Json loss, slope;
};

Ran run_policy_loss(const Json& in, const char* old_name, Json params) {
  Ran out{DenseBatch(in.at("mask"), nullptr), {}, {}};
  out.dense.put("token.logprob", in.at("log_prob"));
  out.dense.put("token.old_logprob", in.at(old_name));
  out.dense.put("token.advantage", in.at("advantages"));
  const char* const weights[] = {"is_weights", "rollout_is_weights"};
  for (const char* const name : weights) {
    if (!in.contains(name) || in.at(name).is_null()) continue;
    out.dense.put("token.importance", in.at(name));
    params["importance"] = "importance";
  }
  out.dense.run("loss.policy", params);
  out.loss = sum_of(out.dense.batch.column("token.loss"));
  out.slope = out.dense.get("token.loss_slope");
  return out;
}

Json parallel(const Json& in) {
  return aggregation_params_of("seq-mean-token-mean", scale_of(in), width_of(in.at("mask")));
}

Json chosen(const Json& in) {
  return aggregation_params_of(in.at("loss_agg_mode").get<std::string>(), scale_of(in),
                               width_of(in.at("mask")));
}

Json with(Json params, const Json& more) {
  params.update(more);
  return params;
}

Json clip_params(const Json& in, const char* surrogate, double bound) {
  return {{"surrogate", surrogate},
          {"clip_low", in.at("clip_low")},
          {"clip_high", in.at("clip_high")},
          {"log_ratio_bound", bound}};
}

Verified outputs(const Ran& ran, const Json& metrics) {
  return {{{"loss", ran.loss}, {"metrics", metrics}, {"grad_log_prob", ran.slope}}};
}

Verified clipped(const Json& in, const Json& params, double bound) {
  const Ran ran = run_policy_loss(in, "old_log_prob", params);
  const PolicyMetrics metrics = policy_metrics(ran.dense.batch, kCountEpsilon, bound);
  const bool lower = params.at("surrogate") != "clipped_weight";
  return outputs(ran, {{"actor/pg_clipfrac", metrics.clip_upper},
                       {"actor/ppo_kl", metrics.kl_old},
                       {"actor/pg_clipfrac_lower", lower ? metrics.clip_lower : 0.0}});
}

Verified vanilla(const Json& in, const Verifying&) {
  Json params = with(chosen(in), clip_params(in, "clip", 20));
  params["dual_clip"] = number_or(in, "clip_c", 3);
  return clipped(in, params, 20);
}

Verified gspo(const Json& in, const Verifying&) {
  return clipped(in, with(parallel(in), clip_params(in, "sequence_clip", 10)), 0);
}

Verified sapo(const Json& in, const Verifying&) {
  const Json gates{{"surrogate", "soft_gate"},
                   {"gate_positive", in.at("tau_pos")},
                   {"gate_negative", in.at("tau_neg")},
                   {"log_ratio_bound", 20}};
  return clipped(in, with(parallel(in), gates), 20);
}

Verified cispo(const Json& in, const Verifying&) {
  return clipped(in, with(chosen(in), clip_params(in, "clipped_weight", 20)), 20);
}

Verified geo_mean(const Json& in, const Verifying&) {
  Json params = clip_params(in, "geometric_mean", 0);
  params["length_epsilon"] = kCountEpsilon;
  return clipped(in, params, 0);
}

Verified gpg(const Json& in, const Verifying&) {
  const Ran ran = run_policy_loss(in, "old_log_prob", with(chosen(in), {{"surrogate", "likelihood"}}));
  return outputs(ran, Json::object());
}

Verified kl_cov(const Json& in, const Verifying&) {
  const Json covariance{{"surrogate", "covariance_kl"},
                        {"covariance_share", in.at("kl_cov_ratio")},
                        {"covariance_weight", in.at("ppo_kl_coef")}};
  const Ran ran = run_policy_loss(in, "old_log_prob", with(chosen(in), covariance));
  return outputs(ran, {{"actor/ppo_kl", policy_metrics(ran.dense.batch, kCountEpsilon).kl_old_abs}});
}

Verified reinforce(const Json& in, const Verifying&) {
  const Ran ran = run_policy_loss(in, "rollout_log_prob", with(chosen(in), {{"surrogate", "likelihood"}}));
  return outputs(ran, {{"actor/ppo_kl", policy_metrics(ran.dense.batch, kCountEpsilon).kl_old}});
}

Verified kl_penalty(const Json& in, const Verifying&) {
  static const std::map<std::string, std::string> aliases{{"kl", "k1"}, {"mse", "k2"}, {"low_var_kl", "k3"}};
  const std::string kind = in.at("kind").get<std::string>();  // "k1+" and the like are refused, as there
  const auto it = aliases.find(kind);
  Json mask = in.at("log_prob");
  for (Json& row : mask) {
    for (Json& value : row) value = 1;
  }
  DenseBatch dense(mask, nullptr);
  dense.put("token.logprob", in.at("log_prob"));
  dense.put("token.ref_logprob", in.at("ref_log_prob"));
  dense.run("loss.kl", {{"estimator", it == aliases.end() ? kind : it->second}, {"bounded", true}});
  return {{{"kl", dense.get("token.kl")}, {"grad_of_sum", dense.get("token.kl_slope")}}};
}

Verified agg_loss(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), nullptr);
  dense.put("token.loss", in.at("loss_mat"));
  dense.run("loss.aggregate",
            aggregation_params_of(in.at("mode").get<std::string>(), in, width_of(in.at("mask"))));
  return {{{"loss", sum_of(dense.batch.column("token.loss"))}}};
}

Verified value_loss_case(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), nullptr);
  dense.put("token.value", in.at("vpreds"));
  dense.put("token.old_value", in.at("values"));
  dense.put("token.return", in.at("returns"));
  dense.run("loss.value", with(chosen(in), {{"clip", in.at("cliprange_value")}}));
  const Column& clip = dense.batch.column("token.value_clip");
  const double trained = static_cast<double>(clip.size() - clip.missing());
  return {{{"vf_loss", sum_of(dense.batch.column("token.value_loss"))},
           {"vf_clipfrac", sum_of(clip) / (trained + kCountEpsilon)}}};
}

}  // namespace

void verify_grpo_losses(Adapters& adapters) {
  adapters.add("grpo_family", "compute_policy_loss_vanilla", vanilla);
  adapters.add("grpo_family", "compute_policy_loss_gspo", gspo);
  adapters.add("grpo_family", "compute_policy_loss_sapo", sapo);
  adapters.add("grpo_family", "compute_policy_loss_gpg", gpg);
  adapters.add("grpo_family", "compute_policy_loss_cispo", cispo);
  adapters.add("grpo_family", "compute_policy_loss_geo_mean", geo_mean);
  adapters.add("grpo_family", "compute_policy_loss_kl_cov", kl_cov);
  adapters.add("grpo_family", "compute_policy_loss_reinforce", reinforce);
  adapters.add("grpo_family", "kl_penalty", kl_penalty);
  adapters.add("grpo_family", "agg_loss", agg_loss);
  adapters.add("grpo_family", "compute_value_loss", value_loss_case);
}

}  // namespace gradus
