#include "gradus/study/study.h"

#include <fmt/format.h>

#include "gradus/base/atomic_file.h"
#include "gradus/base/error.h"
#include "gradus/base/parallel.h"
#include "gradus/eval/table.h"
#include "gradus/study/drift.h"
#include "gradus/study/results.h"
#include "gradus/study/seen_by_reward.h"

namespace gradus {

namespace {

// Numbers of different kernels differ in rounding, and after some updates in more: never put together.
void claim_kernels(Store& store, const std::string& path, const std::string& kernels,
                   const StudyEvents& events) {
  constexpr const char* kKey = "kernels";
  const auto found = store.artifact(kKey);
  if (found && *found != kernels) {
    throw Error::input("the run store holds runs that other kernels computed")
        .at(path)
        .found(*found)
        .expected(kernels)
        .hint("give this study a folder of its own with --out, or run it where the first runs were made");
  }
  if (found) return;
  if (!store.empty())
    events.note("the run store is of a version that did not say its kernels: its runs are computed again");
  store.put_artifact(kKey, "kernels", kernels);
}

// The base policy of a seed, judged, and paid as every arm would pay it.
void judge_base(const RunContext& context, size_t seed) {
  context.check_stop();
  start_evaluation(context, seed);
  see_base_rollouts(context, seed);
  context.events.progress(fmt::format("{} / seed {}", kBaseArm, seed + 1), 1.0);
}

// Run `i` of a seed: its arms, then the base policy.
void run_one(const RunContext& context, size_t seed, size_t i) {
  const StudySpec& spec = context.spec;
  if (i == spec.arms.size()) return judge_base(context, seed);
  context.check_stop();
  train_run(context, spec.arms[i], seed);
  context.events.progress(fmt::format("{} / seed {}", spec.arms[i].id, seed + 1), 1.0);
}

void make_base(const RunContext& context, size_t base) {
  base_policy(context, base);
  context.events.progress(fmt::format("base policy {}", base + 1), 1.0);
}

// Refuses a study whose primary metric the rewards already explain on the base rollouts that were seen.
void check_seen(const RunContext& context) {
  const EnvironmentInfo& info = context.environment.info();
  check_ranked(measured_plan(context.spec, info, seen_by_rewards(context)), study_metrics(info));
}

void run_all(const RunContext& context, int workers) {
  const StudySpec& spec = context.spec;
  context.events.phase("base policies", spec.bases());
  parallel_for(spec.bases(), workers, [&](size_t base) { make_base(context, base); });
  context.events.phase("base policies judged", spec.seeds.size());
  parallel_for(spec.seeds.size(), workers, [&](size_t seed) { judge_base(context, seed); });
  check_seen(context);
  // Seed by seed, so that a study stopped early holds whole pairs.
  const size_t arms = spec.arms.size(), runs = spec.seeds.size() * arms;
  context.events.phase("runs", runs);
  parallel_for(runs, workers, [&](size_t i) { run_one(context, i / arms, i % arms); });
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
  judge_base(context, 0);
  const StudySpec first = first_seeds(spec, 1);
  check_seen({first, context.environment, context.store, context.events, context.stop});
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
    const AnalysisPlan plan = measured_plan(so_far, context.environment.info(), seen_by_rewards(seen));
    looks.push_back(look_at(read_table(seen), plan, spec.training.updates, seed + 1));
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
  claim_kernels(*store, options.folder + "/store.sqlite", kernels_of(spec.policy.device), events);
  const RunContext context{spec, *environment, *store, events, stop};
  std::vector<Look> looks;
  if (spec.evaluation.sequence)
    looks = run_sequence(context, options.workers);
  else
    run_all(context, options.workers);
  const StudySpec done = looks.empty() ? spec : first_seeds(spec, looks.back().seeds);
  const RunContext whole{done, *environment, *store, events, stop};
  const std::vector<ArmView> views = seen_by_rewards(whole);
  const AnalysisPlan plan = measured_plan(done, environment->info(), views);
  Json results = assemble_results(whole, plan, looks);
  results["study"]["key"] = spec.key();  // of the study as asked for, also where a sequence stopped early
  results["seen_by_reward"] = seen_json(plan, environment->info(), views);
  write_study_rollouts(whole, options.folder + "/rollouts");
  AtomicFile file(options.folder + "/results.json");
  file.write(results.dump(1) + "\n");
  file.commit();
  return results;
}

}  // namespace gradus
