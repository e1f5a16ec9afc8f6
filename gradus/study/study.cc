#include "gradus/study/study.h"

#include <fmt/format.h>

#include "gradus/base/atomic_file.h"
#include "gradus/base/parallel.h"
#include "gradus/eval/table.h"
#include "gradus/study/results.h"

namespace gradus {

namespace {

// Run `i` of a seed: its arms, then the base policy.
void run_one(const RunContext& context, size_t seed, size_t i) {
  const StudySpec& spec = context.spec;
  context.check_stop();
  if (i == spec.arms.size())
    start_evaluation(context, seed);
  else
    train_run(context, spec.arms[i], seed);
  const std::string& arm = i == spec.arms.size() ? kBaseArm : spec.arms[i].id;
  context.events.progress(fmt::format("{} / seed {}", arm, seed + 1), 1.0);
}

void make_base(const RunContext& context, size_t base) {
  base_policy(context, base);
  context.events.progress(fmt::format("base policy {}", base + 1), 1.0);
}

void run_all(const RunContext& context, int workers) {
  const StudySpec& spec = context.spec;
  context.events.phase("base policies", spec.bases());
  parallel_for(spec.bases(), workers, [&](size_t base) { make_base(context, base); });
  // Seed by seed, so that a study stopped early holds whole pairs.
  const size_t units = spec.arms.size() + 1, runs = spec.seeds.size() * units;
  context.events.phase("runs", runs);
  parallel_for(runs, workers, [&](size_t i) { run_one(context, i / units, i % units); });
}

StudySpec first_seeds(const StudySpec& spec, size_t count) {
  StudySpec out = spec;
  out.seeds.resize(count);
  out.base_policies = 0;
  return out;
}

// Seed after seed until the question is answered or the seeds are used up. Looks at whole seeds only, so that
// where it stops does not depend on the number of workers.
std::vector<Look> run_sequence(const RunContext& context, int workers) {
  const StudySpec& spec = context.spec;
  const size_t units = spec.arms.size() + 1, seeds = spec.seeds.size();
  context.events.phase("runs, seed by seed", seeds * (units + 1));
  make_base(context, 0);
  std::vector<Look> looks;
  for (size_t seed = 0; seed < seeds; ++seed) {
    // The base policy of the next seed keeps a worker busy that has no run of this one.
    const size_t more = seed + 1 < seeds ? 1 : 0;
    parallel_for(units + more, workers, [&](size_t i) {
      if (i < units)
        run_one(context, seed, i);
      else
        make_base(context, seed + 1);
    });
    const StudySpec so_far = first_seeds(spec, seed + 1);
    const RunContext seen{so_far, context.environment, context.store, context.events, context.stop};
    looks.push_back(look_at(read_table(seen), analysis_plan(so_far, context.environment.info()),
                            spec.training.updates, seed + 1));
    if (!looks.back().settled.empty()) break;
  }
  return looks;
}

}  // namespace

Json run_study(const StudySpec& spec, const StudyOptions& options, const StudyEvents& events,
               const std::atomic<bool>& stop) {
  const std::unique_ptr<Environment> environment = spec.make_environment();
  evaluation_tasks(spec, *environment, 0);  // refused before anything is trained
  const std::unique_ptr<Store> store = Store::open(options.folder + "/store.sqlite");
  if (!store->recovered().empty()) events.note(store->recovered());
  const RunContext context{spec, *environment, *store, events, stop};
  std::vector<Look> looks;
  if (spec.evaluation.sequence)
    looks = run_sequence(context, options.workers);
  else
    run_all(context, options.workers);
  const StudySpec done = looks.empty() ? spec : first_seeds(spec, looks.back().seeds);
  const RunContext whole{done, *environment, *store, events, stop};
  Json results = assemble_results(whole, looks);
  write_study_rollouts(whole, options.folder + "/rollouts");
  AtomicFile file(options.folder + "/results.json");
  file.write(results.dump(1) + "\n");
  file.commit();
  return results;
}

}  // namespace gradus
