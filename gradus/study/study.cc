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

}  // namespace

Json run_study(const StudySpec& spec, const StudyOptions& options, const StudyEvents& events,
               const std::atomic<bool>& stop) {
  const std::unique_ptr<Store> store = Store::open(options.folder + "/store.sqlite");
  if (!store->recovered().empty()) events.note(store->recovered());
  claim_kernels(*store, options.folder + "/store.sqlite", kernels_of(spec.policy.device), events);
  const std::unique_ptr<Environment> environment = spec.make_environment();
  const RunContext context{spec, *environment, *store, events, stop};

  events.phase("base policies", static_cast<size_t>(spec.base_policies));
  parallel_for(static_cast<size_t>(spec.base_policies), options.workers, [&](size_t base) {
    base_policy(context, base);
    events.progress(fmt::format("base policy {}", base + 1), 1.0);
  });
  events.phase("base policies judged", spec.seeds.size());
  parallel_for(spec.seeds.size(), options.workers, [&](size_t seed) {
    context.check_stop();
    start_evaluation(context, seed);
    see_base_rollouts(context, seed);
    events.progress(fmt::format("{} / seed {}", kBaseArm, seed + 1), 1.0);
  });
  const std::vector<ArmView> views = seen_by_rewards(context);
  const AnalysisPlan plan = measured_plan(spec, environment->info(), views);
  check_ranked(plan, study_metrics(environment->info()));

  // Seed by seed, so that a study stopped early holds whole pairs.
  const size_t arms = spec.arms.size(), runs = spec.seeds.size() * arms;
  events.phase("runs", runs);
  parallel_for(runs, options.workers, [&](size_t i) {
    const size_t seed = i / arms, arm = i % arms;
    context.check_stop();
    train_run(context, spec.arms[arm], seed);
    events.progress(fmt::format("{} / seed {}", spec.arms[arm].id, seed + 1), 1.0);
  });
  Json results = assemble_results(context, plan);
  results["seen_by_reward"] = seen_json(spec, environment->info(), views);
  write_study_rollouts(context, options.folder + "/rollouts");
  AtomicFile file(options.folder + "/results.json");
  file.write(results.dump(1) + "\n");
  file.commit();
  return results;
}

}  // namespace gradus
