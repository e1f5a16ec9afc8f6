// Golden functions of pure, of both branches of its code.
#include <algorithm>
#include <set>

#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

bool is_on(const Json& value) {
  return golden_number(value) != 0;
}

// Two logits per step and a mask of steps as step.for and step.against; one token per step.
RolloutBatch logits_batch(const Json& logits, const Json& mask) {
  std::vector<std::vector<size_t>> lengths;
  std::vector<int64_t> groups;
  for (const Json& row : mask) {
    lengths.emplace_back(row.size(), 1);
    groups.push_back(static_cast<int64_t>(groups.size()));
  }
  RolloutBatch batch = ragged_batch(lengths, groups);
  Column& favoured = batch.add_column("step.for");
  for (size_t r = 0; r < mask.size(); ++r) {
    for (size_t k = 0; k < mask.at(r).size(); ++k) {
      if (is_on(mask.at(r).at(k)))
        favoured.set(batch.step_begin(r) + k, golden_number(logits.at(r).at(k).at(1)));
    }
  }
  Column& against = batch.add_column("step.against");
  for (size_t r = 0; r < mask.size(); ++r) {
    for (size_t k = 0; k < mask.at(r).size(); ++k) {
      if (is_on(mask.at(r).at(k)))
        against.set(batch.step_begin(r) + k, golden_number(logits.at(r).at(k).at(0)));
    }
  }
  run_operator(batch, "shape.class_margin", {{"for", "for"}, {"against", "against"}, {"into", "prm"}});
  return batch;
}

// Rows by step, 0 where missing; a row without any valid step holds `none` instead.
Json step_rows(const RolloutBatch& batch, const std::string& name, const Json& none) {
  const Column& column = batch.column(name);
  Json out = Json::array();
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    Json row = Json::array();
    bool any = false;
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      any = any || column.valid(s);
      row.push_back(column[s]);
    }
    if (!any) std::fill(row.begin(), row.end(), none);
    out.push_back(std::move(row));
  }
  return out;
}

Verified logits_to_reward(const Json& in, const Verifying&) {
  RolloutBatch batch = logits_batch(in.at("logits"), in.at("step_mask"));
  const bool uniform = in.value("disable_weighted_reward", false);
  Json params{{"weights", uniform ? "uniform" : "soft_minimum"}};
  if (!uniform) params["temperature"] = in.at("temperature");
  run_chain(batch, "pure/outcome", params);
  Json outcome = Json::array();
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const Column& column = batch.column("rollout.outcome");
    outcome.push_back(column.valid(r) ? Json(column[r]) : Json());
  }
  // A softmax over no steps is 0/0 in the reference.
  return {{{"step_rewards", step_rows(batch, "step.prm", nullptr)}, {"outcome", outcome}}};
}

Verified token_rewards(const Json& in, const Verifying&) {
  RolloutBatch batch = logits_batch(in.at("logits_response_part"), in.at("step_end_mask"));
  const Json temperature = in.at("temperature");
  if (!temperature.is_null()) {
    run_chain(batch, "pure/min_form", {{"temperature", temperature}});
  }
  return {{{"token_rewards", step_rows(batch, "step.prm", temperature.is_null() ? Json(0.0) : Json())}}};
}

std::vector<bool> alone_in_group(const Json& groups) {
  std::vector<bool> out;
  for (const Json& group : groups) out.push_back(std::count(groups.begin(), groups.end(), group) == 1);
  return out;
}

// The reference divides by n - 1 = 0 for a group of one, and its whitening spreads that over the batch.
void spoil(Json& rows, const std::vector<bool>& which) {
  for (size_t r = 0; r < rows.size(); ++r) {
    if (which.at(r)) std::fill(rows[r].begin(), rows[r].end(), Json());
  }
}

// Token returns over padded rows: the reference's padding holds zeros that take part in the minimum.
Json padded_returns(const Json& in) {
  Json ones = in.at("mask");
  for (Json& row : ones) std::fill(row.begin(), row.end(), Json(1));
  DenseBatch dense(ones, in.at("group"));
  dense.put("token.reward", in.at("token_rewards"));
  dense.run("shape.suffix",
            {{"channel", "reward"}, {"level", "token"}, {"form", in.at("aggregate")}, {"into", "return"}});
  return dense.get("token.return");
}

Verified rloo(const Json& in, const Verifying&) {
  DenseBatch dense(in.at("mask"), in.at("group"));
  dense.put("token.return", padded_returns(in));
  dense.run_chain("pure/peer_baseline");
  const std::vector<bool> alone = alone_in_group(in.at("group"));
  Json returns = dense.get("token.advantage");
  spoil(returns, alone);
  const bool norm = in.at("adv_norm").get<bool>();
  if (norm) dense.run_chain("pure/whiten");
  Json advantages = dense.get("token.advantage");
  const bool any = std::find(alone.begin(), alone.end(), true) != alone.end();
  spoil(advantages, norm && any ? std::vector<bool>(alone.size(), true) : alone);
  return {{{"advantages", advantages}, {"returns", returns}}};
}

struct ChunkRow {
  const Json* chunk;
  size_t row;
};

// Steps between the marked ends of every response; behind the last end, a step without a reward.
std::vector<size_t> step_lengths(const Json& ends, const Json& mask) {
  std::vector<size_t> lengths;
  size_t open = 0;
  for (size_t t = 0; t < mask.size() && is_on(mask.at(t)); ++t) {
    ++open;
    if (!is_on(ends.at(t))) continue;
    lengths.push_back(open);
    open = 0;
  }
  if (open > 0) lengths.push_back(open);
  return lengths;
}

// Per chunk, rows of its padded width.
Json chunk_rows(const RolloutBatch& batch, const Json& chunks, const std::string& name) {
  const Column& column = batch.column(name);
  Json out = Json::array();
  size_t r = 0;
  for (const Json& chunk : chunks) {
    Json rows = Json::array();
    for (const Json& mask : chunk.at("action_mask")) {
      std::vector<double> row(mask.size(), 0.0);
      for (size_t t = batch.first_token(r); t < batch.last_token(r); ++t)
        row[t - batch.first_token(r)] = column[t];
      rows.push_back(row);
      ++r;
    }
    out.push_back(std::move(rows));
  }
  return out;
}

RolloutBatch chunk_batch(const Json& in) {
  std::vector<std::vector<size_t>> lengths;
  std::vector<int64_t> groups;
  std::vector<double> rewards, solved;
  const auto samples = in.at("samples_per_prompt").get<int64_t>();
  for (const Json& chunk : in.at("chunks")) {
    for (size_t row = 0; row < chunk.at("action_mask").size(); ++row) {
      const Json &ends = chunk.at("process_reward_mask").at(row), &mask = chunk.at("action_mask").at(row);
      groups.push_back(static_cast<int64_t>(groups.size()) / samples);
      lengths.push_back(step_lengths(ends, mask));
      solved.push_back(golden_number(chunk.at("solved").at(row)));
      size_t end = 0;
      for (const size_t length : lengths.back()) {
        end += length;
        const bool scored = is_on(ends.at(end - 1));
        rewards.push_back(scored ? golden_number(chunk.at("process_reward").at(row).at(end - 1))
                                 : std::numeric_limits<double>::quiet_NaN());
      }
    }
  }
  RolloutBatch batch = ragged_batch(lengths, groups);
  Column& prm = batch.add_column("step.prm");
  for (size_t s = 0; s < rewards.size(); ++s) prm.set(s, rewards[s]);
  Column& outcome = batch.add_column("rollout.outcome");
  for (size_t r = 0; r < solved.size(); ++r) outcome.set(r, solved[r] - 1);
  return batch;
}

// Main branch: process rewards minus the others' rate, the outcome minus the others' mean at the last step,
// return to go, nothing on separators.
Verified experiences(const Json& in, const Verifying&) {
  RolloutBatch batch = chunk_batch(in);
  const std::string mode = in.at("mode").get<std::string>();
  Json channels = Json::array(), weights = Json::array();
  if (mode.find("PRM") != std::string::npos) {
    run_chain(batch, "pure/process", {{"per", in.at("baseline") == "token" ? "token" : "value"}});
    channels.push_back("process");
    weights.push_back(1.0);
  }
  if (mode.find("VR") != std::string::npos) {
    run_chain(batch, "pure/verified");
    channels.push_back("verified");
    weights.push_back(in.at("vr_coef"));
  }
  run_chain(batch, "pure/return", {{"channels", channels}, {"weights", weights}});
  return {{{"rewards_minus_baseline", chunk_rows(batch, in.at("chunks"), "token.reward")},
           {"returns_masked_no_kl", chunk_rows(batch, in.at("chunks"), "token.return")}}};
}

}  // namespace

void verify_pure(Adapters& adapters) {
  adapters.add("pure", "turn_process_reward_logits_to_reward", logits_to_reward);
  adapters.add("pure", "ProcessRewardModelWorker._forward_micro_batch (reward part)", token_rewards);
  adapters.add("pure", "compute_rloo_outcome_advantage", rloo);
  adapters.add("pure", "NaiveExperienceMaker.process_experiences + return cumsum", experiences);
}

}  // namespace gradus
