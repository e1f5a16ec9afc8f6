#include "gradus/eval/metrics.h"

namespace gradus {

namespace {

std::optional<float> mean_over_steps(const RolloutBatch& batch, const Column& column, size_t rollout) {
  double sum = 0, count = 0;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
    if (!column.valid(s)) continue;
    sum += column[s];
    ++count;
  }
  if (count == 0) return std::nullopt;
  return static_cast<float>(sum / count);
}

// A rollout with no judged step is neither sloppy nor clean.
std::optional<bool> any_flagged_step(const RolloutBatch& batch, const Column& column, size_t rollout) {
  std::optional<bool> flagged;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
    if (column.valid(s)) flagged = flagged.value_or(false) || column[s] > 0.5f;
  }
  return flagged;
}

const Column& column_at(const RolloutBatch& batch, const std::string& name, Level level,
                        const std::string& field) {
  const Column& column = batch.column(name);
  if (column.level() != level) {
    throw Error::input("column '" + name + "' is at the wrong level")
        .field(field)
        .found(std::string(level_name(column.level())))
        .expected(std::string(level_name(level)));
  }
  return column;
}

}  // namespace

std::vector<std::optional<float>> metric_values(const RolloutBatch& batch, const MetricSpec& metric) {
  const Column& column = batch.column(metric.column);
  if (column.level() == Level::token) {
    throw Error::input("metric '" + metric.id + "' reads a token column")
        .field("metrics." + metric.id + ".column")
        .found(metric.column)
        .expected("a rollout or step column");
  }
  std::vector<std::optional<float>> values(batch.rollouts());
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (column.level() == Level::step) {
      values[r] = mean_over_steps(batch, column, r);
    } else if (column.valid(r)) {
      values[r] = column[r];
    }
  }
  return values;
}

void record_metrics(const RolloutBatch& batch, std::span<const Task> tasks, const RecordedRun& recorded,
                    EvalTable& table) {
  std::vector<std::vector<std::optional<float>>> columns;
  for (const MetricSpec& metric : table.metrics()) columns.push_back(metric_values(batch, metric));
  const Column& pass = column_at(batch, recorded.pass_column, Level::rollout, "pass_column");
  const Column* style = recorded.style_column.empty()
                            ? nullptr
                            : &column_at(batch, recorded.style_column, Level::step, "style_column");
  std::map<std::string, int64_t> samples;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const std::string& task = tasks[static_cast<size_t>(batch.group(r))].twin;
    EvalEntry entry;
    if (pass.valid(r)) entry.passed = pass[r] > 0.5f;
    if (style != nullptr) entry.sloppy = any_flagged_step(batch, *style, r);
    for (const auto& column : columns) entry.values.push_back(column[r]);
    table.add({.arm = recorded.run.arm,
               .update = recorded.run.update,
               .seed = recorded.run.seed,
               .task = task,
               .sample = samples[task]++},
              std::move(entry));
  }
}

}  // namespace gradus
