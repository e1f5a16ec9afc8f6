// From a judged RolloutBatch to entries of the table: the value of a metric for a rollout is the value of its
// rollout column, or the mean of its step column over the steps where that is valid (missing where there is
// none).
//
//   environment.truth_columns(batch, tasks);
//   record_metrics(batch, tasks, {.run = {.arm = "outcome", .update = 20, .seed = 3},
//                          .pass_column = "rollout.hidden_pass",
//                          .style_column = environment.info().style_column}, table);
#pragma once

#include "gradus/eval/table.h"

namespace gradus {

struct RecordedRun {
  RunPoint run;
  std::string pass_column;   // a rollout column; above 0.5 is a pass
  std::string style_column;  // a step column, 1 where a step is sloppy; "": no neutrality check
};

// The metric's value for every rollout of the batch.
std::vector<std::optional<float>> metric_values(const RolloutBatch& batch, const MetricSpec& metric);

// Adds every rollout of the batch, tasks[group] being its task; samples of a task are numbered in the order
// of the batch. A task goes by its twin key, so that seeds that met it in two writings are seen to share it.
void record_metrics(const RolloutBatch& batch, std::span<const Task> tasks, const RecordedRun& recorded,
                    EvalTable& table);

}  // namespace gradus
