// An environment makes tasks, shows demonstrations, cuts sampled tokens into steps, pays the reward columns
// that a training run may see, and knows the truth that only evaluation may see.
//
//   auto env = environments.make("code", {{"regime", "neutral"}});
//   std::vector<Task> tasks = env->tasks(Split::train, 20, stream.child("tasks"));
//   RolloutBatch batch = env->rollouts(tasks, samples);   // steps, texts, token.logprob
//   env->reward_columns(batch, tasks);   // rollout.outcome and whatever else training may see
//   env->truth_columns(batch, tasks);    // evaluation only: rollout.hidden_pass, step.necessary, ...
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/base/random.h"
#include "gradus/base/registry.h"
#include "gradus/model/language_model.h"
#include "gradus/rollout/batch.h"

namespace gradus {

enum class Split { train, validation, test };  // disjoint task sets

struct Task {
  std::string id;    // equal ids mean equal tasks
  std::string twin;  // equal for tasks that differ in the order of operands, in names or in layout alone
  std::string prompt;
  std::vector<int32_t> prompt_tokens;
  Json detail;  // whatever the environment needs to judge an answer
};

struct Demonstration {
  Task task;
  std::vector<int32_t> response;  // ends with the end token
};

// One evaluation metric, described by data. Its value for a rollout is the value of a rollout column, or the
// mean of a step column over the steps of the rollout where it is valid (missing where there is none).
struct MetricSpec {
  std::string id;
  std::string label;  // for people
  // outcome, process-correctness, process-efficiency, process-style, safety, calibration, cost
  std::string axis;
  bool higher_is_better = true;
  double low = 0, high = 1;
  std::optional<double> chance;  // what a policy that guesses gets; none: the worse end of the range
  std::string unit;              // per rollout, step, token
  std::string column;            // "rollout.hidden_pass", "step.necessary"
  std::string evaluator;
  std::vector<std::string> components;  // shared parts make a metric proximal, e.g. "libclang"
  // Evaluators whose judgements alone decide the metric: whoever is paid by one of them is paid for the
  // metric.
  std::vector<std::string> function_of;
  std::string only_where;  // "the program is right": other rollouts have no value; "": all have one
  bool exact = false;      // ground truth, not a proxy
  bool sampled = false;    // costly: computed on a sample of the rollouts, others are missing
};

struct EnvironmentInfo {
  std::string name;
  std::vector<std::string> vocabulary;  // text of every token id; id 0 = padding, 1 = begin, 2 = end
  int max_prompt = 0;                   // tokens
  int max_response = 0;
  std::vector<std::string> reward_columns;  // what reward_columns() writes
  std::vector<std::string> truth_columns;   // what truth_columns() writes
  // Evaluator id and components behind a reward column, keyed by column name.
  std::map<std::string, std::pair<std::string, std::vector<std::string>>> evaluators;
  std::vector<MetricSpec> metrics;
  // "step.X" of truth: 1 where a step is sloppy; for the neutrality check. "": there is none.
  std::string style_column;
};

class Environment {
 public:
  virtual ~Environment() = default;
  virtual const EnvironmentInfo& info() const = 0;
  virtual std::vector<Task> tasks(Split split, size_t count, Stream stream) const = 0;
  // Of the train split only.
  virtual std::vector<Demonstration> demonstrations(size_t count, Stream stream) const = 0;
  // samples.size() is a multiple of tasks.size(): sample i answers task i / (samples / tasks); that index is
  // the group.
  virtual RolloutBatch rollouts(std::span<const Task> tasks, std::span<const Sample> samples) const = 0;
  // tasks[batch.header(r).group] is the task of rollout r.
  virtual void reward_columns(RolloutBatch& batch, std::span<const Task> tasks) const = 0;
  virtual void truth_columns(RolloutBatch& batch, std::span<const Task> tasks) const = 0;
  // Tokens that the environment puts after the last response token (a tool's answer); usually none.
  virtual std::vector<int32_t> observe(const Task& task, std::span<const int32_t> response) const;
  // The task that a prompt states, so that rollouts from a file can be judged. Throws Error::input where the
  // text is not a prompt of this environment.
  virtual Task task_of(const std::string& prompt) const;
  // How model-written code is kept away from the host; "no code is run" where there is none.
  virtual std::string isolation() const;
};

// `count` tasks of which no two are twins: one task in two writings is one piece of evidence, not two. Throws
// Error::input where the environment has fewer.
std::vector<Task> distinct_tasks(const Environment& environment, Split split, size_t count,
                                 const Stream& stream);

using EnvironmentRegistry = Registry<Environment>;

}  // namespace gradus
