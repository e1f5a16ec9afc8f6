// The parts of a study that cost time: base policies, and one run = one arm with one seed. Each is found in
// the store or computed, checkpoint by checkpoint; a run that was killed goes on from its newest checkpoint
// to the same bytes.
//
// Streams per seed, shared by all arms (paired seeds): tasks, sampling, evaluation. Nothing else is random.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "gradus/study/spec.h"
#include "gradus/study/store.h"

namespace gradus {

// What a study tells whoever watches it. Called from many threads.
struct StudyEvents {
  std::function<void(const std::string& phase, size_t units)> phase;  // a new phase of so many units of work
  std::function<void(const std::string& unit, double share)> progress;  // share of one unit of work, 0..1
  std::function<void(const std::string& text)> note;                    // a sentence for people
};

struct RunContext {
  const StudySpec& spec;
  const Environment& environment;
  Store& store;
  const StudyEvents& events;
  const std::atomic<bool>& stop;  // asked between updates: throws Error::cancelled, the store is resumable

  void check_stop() const;
};

// Supervised base policy number `base`: its saved bytes.
std::string base_policy(const RunContext& context, size_t base);

// The base policy judged with the streams of a seed (update 0 of every arm of that seed).
Json start_evaluation(const RunContext& context, size_t seed);

// Trains and judges one arm with one seed; afterwards its evaluations are in the store.
void train_run(const RunContext& context, const ArmSpec& arm, size_t seed);

// The evaluation tasks of a seed, the same for every arm; no two are twins. Seeds draw their own, so that the
// results speak of new tasks too.
std::vector<Task> evaluation_tasks(const StudySpec& spec, const Environment& environment, size_t seed);

// Samples `samples` responses per task and returns them as rollouts of the environment. `stream` keys every
// row.
RolloutBatch roll_out(Policy& policy, const Environment& environment, std::span<const Task> tasks,
                      int samples, double temperature, const Stream& stream);

}  // namespace gradus
