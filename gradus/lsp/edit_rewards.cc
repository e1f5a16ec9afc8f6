#include "gradus/lsp/edit_rewards.h"

#include <fmt/format.h>

#include "gradus/base/canonical.h"

namespace gradus {

namespace {

// A line of a trace holds the edits: half of what it may hold, since texts are longer when they are escaped.
constexpr size_t kMostRecorded = size_t{32} << 20;

std::string server_of(const CommitRange& edits) {
  if (!edits.server.empty()) return edits.server;
  std::vector<std::string> paths;
  for (const EditStep& step : edits.trajectory.steps) {
    for (const auto& [path, text] : step.files) paths.push_back(path);
  }
  for (const auto& [path, text] : edits.trajectory.start) paths.push_back(path);
  return server_of_files(paths);
}

Json or_null(const auto& value) {
  return value ? Json(*value) : Json();
}

std::optional<double> counted(const StepFacts& facts) {
  if (!facts.diagnostics) return std::nullopt;
  return *facts.diagnostics + facts.suppressions;
}

Json step_json(const EditStep& edit, const std::string& title, const StepFacts& facts) {
  Json files = Json::array();
  for (const auto& [path, text] : edit.files) files.push_back(path);
  return {{"title", title},
          {"target", edit.target.empty() ? Json() : Json(edit.target)},
          {"files", std::move(files)},
          {"suppressions", facts.suppressions},
          {"fatal", facts.fatal},
          {"safe", or_null(facts.safe)},
          {"confidence", or_null(facts.confidence)}};
}

Json paid(const CommitRange& edits, const JudgedTrajectory& judged, RewardForm form) {
  RewardPlan plan{.form = form};
  plan.start = judged.start;
  const std::vector<StepReward> rewards = process_rewards(judged.steps, plan);
  std::optional<double> before = counted(judged.start), total;
  Json steps = Json::array();
  for (size_t t = 0; t < rewards.size(); ++t) {
    Json step = step_json(edits.trajectory.steps[t], edits.subjects[t], judged.steps[t]);
    const StepReward& reward = rewards[t];
    std::optional<double> after;
    if (reward.reward) {
      if (!before) before = *counted(judged.steps[t]);
      after = *before - reward.diagnostics_fallen;  // as it was paid: more than counted where some are hidden
      total = total.value_or(0) + *reward.reward;
    }
    step["diagnosticsBefore"] = or_null(before);
    step["diagnosticsAfter"] = or_null(after);
    step["processReward"] = process_reward_json(reward, plan);
    step["failure"] = judged.failures[t].empty() ? Json() : Json(judged.failures[t]);
    if (after) before = after;
    steps.push_back(std::move(step));
  }
  return {{"server", judged.server},
          {"form", reward_form_name(form)},
          {"start",
           {{"diagnostics", or_null(judged.start.diagnostics)}, {"suppressions", judged.start.suppressions}}},
          {"steps", std::move(steps)},
          {"watched", judged.watched},
          {"readable", judged.readable},
          {"total", or_null(total)}};
}

Json header_of(const CommitRange& edits, const EditRewardPlan& plan) {
  Json written = trajectory_json(edits.trajectory);
  if (written.dump().size() > kMostRecorded) {
    throw Error::input("these edits are too large to be written down")
        .field("--trace-file")
        .expected("at most 32 MiB of text in all states");
  }
  std::string digest = content_id(written);
  return {{"workspace", std::move(digest)},
          {"edits", std::move(written)},
          {"titles", edits.subjects},
          {"options",
           {{"server", plan.server},
            {"literal", plan.literal},
            {"touched_only", plan.touched_only},
            {"form", reward_form_name(plan.form)}}}};
}

}  // namespace

Json reward_edits(const CommitRange& edits, const EditRewardPlan& plan, const std::string& trace_file) {
  EditRewardPlan used = plan;
  if (used.server.empty()) used.server = server_of(edits);
  const ServerProfile profile = server_profile(used.server);
  executable_of(profile);  // a server that is not there is no fact about the edits
  JudgeOptions options{.timeout = used.timeout, .literal = used.literal, .touched_only = used.touched_only};
  std::shared_ptr<TraceWriter> trace;
  if (!trace_file.empty()) {
    const Json header = header_of(edits, used);
    options.connect = [&profile, &trace, trace_file, header](const std::string& root) {
      trace = std::make_shared<TraceWriter>(trace_file, root, header);
      trace->meta({{"event", "request"}, {"request", {{"cmd", "reward"}}}});
      return recorded(process_of(profile, root, {}), trace);
    };
  }
  Json out = paid(edits, judge_trajectory(edits.trajectory, profile, options), used.form);
  if (trace) {
    trace->meta({{"event", "answer"}, {"status", "ok"}, {"exit", 0}});
    trace->commit();
  }
  return out;
}

bool is_edit_trace(const Trace& trace) {
  return trace.header().contains("edits");
}

Json replay_edit_rewards(const std::shared_ptr<const Trace>& trace, std::optional<RewardForm> form) {
  try {
    const Json& header = trace->header();
    const Json& options = header.at("options");
    const CommitRange edits{trajectory_from_json(header.at("edits")),
                            header.at("titles").get<std::vector<std::string>>()};
    if (edits.subjects.size() != edits.trajectory.steps.size() ||
        header.at("workspace") != content_id(header.at("edits"))) {
      throw LspError(
          Status::replay_mismatch,
          Error::input("the edits of this trace were changed").at(trace->file, 1).hint("record a new trace"));
    }
    JudgeOptions judge{.literal = options.at("literal").get<bool>(),
                       .touched_only = options.value("touched_only", false)};
    judge.connect = [&](const std::string& root) { return replayed(trace, root); };
    const ServerProfile profile = server_profile(options.at("server").get<std::string>());
    const RewardForm recorded_form = reward_form_from_name(options.at("form").get<std::string>());
    return paid(edits, judge_trajectory(edits.trajectory, profile, judge), form.value_or(recorded_form));
  } catch (const Json::exception& error) {
    throw Error::input("this is no trace of 'gradus lsp reward'").at(trace->file).found(error.what());
  }
}

}  // namespace gradus
