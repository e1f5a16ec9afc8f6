#include "gradus/reward/edit_trajectories.h"

#include <fmt/format.h>

namespace gradus {

namespace {

constexpr const char* kNote = "workspace";

void add_columns(RolloutBatch& batch) {
  const ChannelInfo info{.estimates = "fact", .evaluator = "language_server"};
  for (const char* name : {"diagnostics", "safe", "confidence", "suppressions", "fatal"}) {
    batch.add_column(std::string("step.") + name, info);
  }
  batch.add_column("rollout.diagnostics_before", info);
}

EditTrajectory trajectory_of(const RolloutBatch& batch, size_t rollout) {
  const std::string& note = batch.note(kNote, rollout);
  const std::string& id = batch.header(rollout).id;
  const Json json = Json::parse(note, nullptr, false);
  if (json.is_discarded()) throw Error::input("the note workspace is no JSON").field(id);
  EditTrajectory out = trajectory_from_json(json);
  const size_t steps = batch.step_end(rollout) - batch.step_begin(rollout);
  if (out.steps.size() == steps) return out;
  throw Error::input("the note workspace has another number of steps than its rollout")
      .field(id)
      .found(fmt::format("{}", out.steps.size()))
      .expected(fmt::format("{}", steps));
}

void write(RolloutBatch& batch, size_t rollout, const JudgedTrajectory& judged) {
  const auto set = [&](const char* name, size_t place, std::optional<double> value) {
    if (value) batch.column(name).set(place, *value);
  };
  const StepFacts& start = judged.start;
  if (start.diagnostics) set("rollout.diagnostics_before", rollout, *start.diagnostics + start.suppressions);
  for (size_t k = 0; k < judged.steps.size(); ++k) {
    const size_t place = batch.step_begin(rollout) + k;
    const StepFacts& facts = judged.steps[k];
    if (!judged.failures[k].empty()) continue;
    set("step.diagnostics", place, facts.diagnostics);
    set("step.safe", place, facts.safe ? std::optional(*facts.safe ? 1.0 : 0.0) : std::nullopt);
    set("step.confidence", place, facts.confidence);
    set("step.suppressions", place, facts.suppressions);
    set("step.fatal", place, (facts.fatal ? 1.0 : 0.0) + (facts.fatal_stays ? 0.5 : 0.0));
  }
}

}  // namespace

std::vector<std::string> judge_edits(RolloutBatch& batch, const ServerProfile& profile,
                                     const JudgeOptions& options, bool strict) {
  if (!options.connect) executable_of(profile);  // a server that is not there is no fact about the edits
  add_columns(batch);
  std::vector<std::string> failures;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (batch.note(kNote, r).empty()) continue;
    try {
      const JudgedTrajectory judged = judge_trajectory(trajectory_of(batch, r), profile, options);
      write(batch, r, judged);
      for (size_t k = 0; k < judged.failures.size(); ++k) {
        if (judged.failures[k].empty()) continue;
        failures.push_back(fmt::format("{} step {}: {}", batch.header(r).id, k + 1, judged.failures[k]));
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
      failures.push_back(fmt::format("{}: {}", batch.header(r).id, error.what()));
    }
    if (strict && !failures.empty()) throw Error::input("a rollout has no facts").found(failures[0]);
  }
  return failures;
}

RolloutBatch batch_of_commits(const CommitRange& commits, const std::string& repository,
                              const std::string& range) {
  RolloutBatch batch;
  batch.add_rollout({.id = range, .group = 0, .task = repository, .prompt = ""});
  for (const std::string& subject : commits.subjects) batch.add_step(StepKind::act, subject);
  batch.set_note(kNote, 0, trajectory_json(commits.trajectory).dump());
  return batch;
}

}  // namespace gradus
