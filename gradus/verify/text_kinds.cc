#include "gradus/verify/text_kinds.h"

#include <charconv>

#include "gradus/base/text.h"
#include "gradus/reward/graded_node.h"
#include "gradus/reward/moments.h"
#include "gradus/reward/turn_gains.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"

namespace gradus {

namespace {

RolloutBatch batch_of_text(const Json& text) {
  RolloutBatch batch;
  batch.set_precision(Precision::full);
  batch.add_rollout({.id = "response", .group = 0, .task = "", .prompt = "", .prompt_tokens = {}});
  batch.add_step(StepKind::answer, text.get<std::string>());
  return batch;
}

// The released code has 0 where nothing is known.
double or_zero(const RolloutBatch& batch, const std::string& column) {
  return batch.column(column).valid(0) ? batch.column(column)[0] : 0;
}

void gate_by_format(RolloutBatch& batch, const std::string& channel) {
  run_operator(batch, "shape.gate",
               {{"channel", channel}, {"level", "rollout"}, {"by", "format"}, {"by_level", "rollout"}});
}

RolloutBatch verified_batch(const Json& in, const std::string& form) {
  RolloutBatch batch = batch_of_text(in.at("solution"));
  batch.set_note("rollout.verification", 0, in.at("verifier_output").get<std::string>());
  run_operator(batch, "reward.answer_format", Json::object());
  run_operator(batch, "reward.verification", {{"form", form}, {"share", "share"}});
  return batch;
}

Json step_augmented(const Json& in, const std::string& form) {
  RolloutBatch batch = verified_batch(in, form);
  run_operator(
      batch, "credit.sum",
      {{"from", {"share", "verdict"}}, {"weights", {0.4, 0.6}}, {"level", "rollout"}, {"into", "final"}});
  for (const char* channel : {"final", "share", "verdict"}) gate_by_format(batch, channel);
  return {{"final_reward", or_zero(batch, "rollout.final")},
          {"step_avg_score", or_zero(batch, "rollout.share")},
          {"outcome_score", or_zero(batch, "rollout.verdict")}};
}

double answer_overlap_of(const Json& in) {
  const std::string measure = in.at("val_type");
  RolloutBatch batch = batch_of_text(in.at("solution"));
  batch.set_note("rollout.answer", 0, in.at("ground_truth").get<std::string>());
  run_operator(
      batch, "reward.answer_overlap",
      {{"measure", measure == "em" ? "exact" : "f1"}, {"malformed", measure == "noformatf1" ? 0 : -2}});
  return or_zero(batch, "rollout.outcome");
}

int64_t step_number(std::string_view name) {
  const size_t begin = name.rfind("step");
  int64_t number = -1;
  if (begin != name.npos) std::from_chars(name.data() + begin + 4, name.data() + name.size(), number);
  return number;
}

}  // namespace

Verified verify_spark_format(const Json& in) {
  RolloutBatch batch = batch_of_text(in.at("solution"));
  run_operator(batch, "reward.answer_format", Json::object());
  return {{{"valid", or_zero(batch, "rollout.format")}}};
}

Verified verify_spark_reward(const Json& in) {
  RolloutBatch batch = verified_batch(in, "lines");
  run_operator(batch, "shape.first_valid",
               {{"from", {"share", "verdict"}}, {"level", "rollout"}, {"into", "average"}});
  gate_by_format(batch, "verdict");
  return {{{"process_aware", or_zero(batch, "rollout.verdict")},
           {"step_average_raw", or_zero(batch, "rollout.average")},
           {"step_augmented_prm", step_augmented(in, "lines")},
           {"step_augmented_prm_cot", step_augmented(in, "sentences")}}};
}

Verified verify_igpo_outcome(const Json& in) {
  return {{{"value", answer_overlap_of(in)}}};
}

// Turns and what is between them are steps; each turn holds the observation that follows, and its gain stands
// on the last token of that.
Verified verify_igpo_place_rewards(const Json& in) {
  const auto turns = in.at("tokens_per_chunk").get<std::vector<size_t>>();
  size_t between = golden_count(in.at("n_tokens"));
  for (const size_t tokens : turns) between -= tokens;
  std::vector<std::vector<size_t>> lengths(1);
  for (size_t turn = 0; turn < turns.size(); ++turn) {
    if (turn > 0) lengths[0].push_back(between / (turns.size() - 1));
    lengths[0].push_back(turns[turn]);
  }
  RolloutBatch batch = ragged_batch(lengths, {0});
  Column& gain = batch.add_column("step.gain");
  const auto gains = gains_of_turns(in.at("info_gain").get<std::vector<double>>(), turns.size());
  for (size_t turn = 0; turn < gains.size(); ++turn) gain.set(2 * turn, gains[turn]);
  batch.add_column("rollout.outcome").set(0, answer_overlap_of(in));
  run_operator(batch, "shape.place", {{"channel", "gain"}, {"at", "last"}, {"into", "gain"}});
  run_operator(batch, "shape.place",
               {{"channel", "outcome"}, {"from", "rollout"}, {"at", "last"}, {"into", "outcome"}});
  run_operator(batch, "credit.sum",
               {{"from", {"gain", "outcome"}}, {"weights", {1.0, 1.0}}, {"into", "score"}});
  run_operator(batch, "shape.fill", {{"channel", "score"}, {"level", "token"}, {"value", 0.0}});
  return {{{"scores", list_of(batch.column("token.score"))}}};
}

// Grades of well-formed steps, added; -1 for the others: (grades, gated) + (well_formed - 1).
Verified verify_webgen_step_reward(const Json& in) {
  const Json& rows = in.at("scores");
  std::vector<std::vector<size_t>> lengths;
  std::vector<int64_t> groups;
  std::vector<double> appearance, function, well_formed;
  for (const Json& row : rows) {
    lengths.emplace_back(row.size(), 1);
    groups.push_back(static_cast<int64_t>(groups.size()));
    for (const Json& step : row) {
      appearance.push_back(step.at("screenshot_score").get<double>());
      function.push_back(step.at("webvoyager_score").get<double>());
      well_formed.push_back(step.value("is_good_format", true) ? 1 : 0);
    }
  }
  if (well_formed.empty()) throw Error::input("no step has a score").field("scores");
  RolloutBatch batch = ragged_batch(lengths, groups);
  put_column(batch, "step.appearance", appearance);
  put_column(batch, "step.function", function);
  put_column(batch, "step.well_formed", well_formed);
  const std::string manager = in.at("manager");
  Json from = {"appearance", "function"}, weights = {1.0, 1.0};
  if (manager == "WebGenRewardManagerScreenshot")
    from = Json::array({"appearance"}), weights = Json::array({1.0});
  if (manager == "WebGenRewardManagerGUIAgent")
    from = Json::array({"function"}), weights = Json::array({1.0});
  run_operator(batch, "credit.sum",
               {{"from", from}, {"weights", weights}, {"level", "step"}, {"into", "grade"}});
  run_operator(batch, "shape.gate", {{"channel", "grade"}, {"by", "well_formed"}});
  run_operator(batch, "shape.affine", {{"channel", "well_formed"}, {"shift", -1.0}});
  run_operator(
      batch, "credit.sum",
      {{"from", {"grade", "well_formed"}}, {"weights", {1.0, 1.0}}, {"level", "step"}, {"into", "reward"}});
  const Column& reward = batch.column("step.reward");
  Json rewards = Json::array();
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    Json row = Json::array();
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) row.push_back(reward[s]);
    rewards.push_back(row);
  }
  return {{{"rewards", rewards}, {"mean", moments_of(reward.values<double>()).mean}}};
}

Verified verify_webgen_select_best(const Json& in) {
  std::vector<GradedNode> nodes;
  std::vector<std::string> names;
  for (const auto& [name, node] : in.at("nodes").items()) {
    names.push_back(name);
    nodes.push_back({step_number(name), node.at("screenshot_grade").get<double>(),
                     node.at("webvoyager_grade").get<double>(), node.at("pre").get<int64_t>(),
                     node.at("has_error").get<bool>()});
  }
  const BestNode best = best_node(nodes);
  return {{{"chosen", names[best.index]}, {"has_valid", best.valid}, {"error_count_at_chosen", best.errors}}};
}

}  // namespace gradus
