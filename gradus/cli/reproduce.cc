// gradus reproduce KEY: runs the miniature claim of a published system and says, with numbers, whether it
// holds.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <thread>
#include <unistd.h>

#include "gradus/base/atomic_file.h"
#include "gradus/base/canonical.h"
#include "gradus/base/error.h"
#include "gradus/base/version.h"
#include "gradus/cli/claims_print.h"
#include "gradus/cli/command.h"
#include "gradus/cli/number_checks.h"
#include "gradus/cli/output.h"
#include "gradus/cli/progress_bar.h"
#include "gradus/cli/reproduce_list.h"
#include "gradus/method/method.h"
#include "gradus/report/report.h"
#include "gradus/study/claims.h"
#include "gradus/study/library.h"
#include "gradus/study/simulated.h"
#include "gradus/study/study.h"

namespace gradus {

namespace {

struct Options {
  std::string key, out;
  std::vector<std::string> set;
  int workers = 0;
  std::optional<uint64_t> seed;
  bool list = false, all = false, sweep = false, json = false, quiet = false;
};

int workers_of(const Options& options) {
  return options.workers > 0 ? options.workers
                             : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string folder_of(const std::string& key, const Options& options) {
  return options.out.empty() ? "runs/reproduce/" + key : options.out;
}

void save_claims(const Json& claims, const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error::outside("cannot make the folder").at(folder).found(failed.message());
  AtomicFile file(folder + "/claims.json");
  file.write(claims.dump(1) + "\n");
  file.commit();
}

// For --list, which tells what was run here. Simulations take seconds, so without --out they are kept only
// where a folder for runs is, and shown whether they can be kept or not.
void keep_simulated(const Json& claims, const std::string& key, const Options& options) {
  if (options.out.empty() && !options.set.empty()) return;  // not the claim's own world
  if (!options.out.empty()) return save_claims(claims, folder_of(key, options));
  const bool writable = access(".", W_OK) == 0;
  if (writable && access("runs", F_OK) != 0) return;
  try {
    if (!writable) throw Error::outside("this folder cannot be written to");
    save_claims(claims, folder_of(key, options));
  } catch (const Error& error) {
    remark(std::string("shown, but not kept: ") + error.what());
  }
}

constexpr uint64_t kSeed = 1;

// What a result is a result of: --list tells a stale one by it.
void sign(Json& claims, const ClaimedRecipe& recipe) {
  claims["version"] = kVersion;
  claims["recipe"] = content_id(recipe.config.document());
}

Json reproduce_simulated(const ClaimedRecipe& recipe, const Options& options) {
  std::vector<WorldSetting> settings;
  for (const std::string& text : options.set) settings.push_back(parse_setting(text));
  const SimulatedWorlds worlds(recipe, settings, options.seed.value_or(kSeed), workers_of(options));
  const Json results = worlds.results();
  const auto results_of = [&](const std::vector<WorldSetting>& further) { return worlds.results(further); };
  Json claims = claims_json(recipe, check_claims(recipe, results, results_of));
  if (options.sweep) {
    const Json ranges = sweep_claims(recipe, worlds);
    for (Json& claim : claims["claims"])
      claim["worlds"] = ranges.value(claim["id"].get<std::string>(), Json::array());
  }
  claims.update(results);
  sign(claims, recipe);
  keep_simulated(claims, recipe.key, options);
  if (options.json) return claims;
  print_claims(claims);
  print_numbers(results);
  fmt::print("\n");
  return claims;
}

Json reproduce_study(const ClaimedRecipe& recipe, const Options& options) {
  if (!options.set.empty() || options.sweep) {
    throw Error::input("the claims of '" + recipe.key +
                       "' are checked on a study, which has no worlds to change")
        .field(options.sweep ? "--sweep" : "--set")
        .hint("gradus study " + recipe.study + " takes another study file");
  }
  StudySpec spec = StudySpec::parse(library_config(recipe.study));
  if (options.seed) spec.reseed(*options.seed);
  const std::string folder = folder_of(recipe.key, options);
  Json results;
  {
    ProgressBar bar(options.quiet || options.json);
    results =
        run_study(spec, {.folder = folder, .workers = workers_of(options)}, bar.events(), stop_on_signals());
  }
  write_report(results, folder + "/report.html");
  Json claims = claims_json(recipe, check_claims(recipe, results));
  claims["seeds"] = spec.seeds;
  sign(claims, recipe);
  save_claims(claims, folder);
  if (!options.json) print_claims(claims), fmt::print("\nreport: {}/report.html\n", folder);
  return claims;
}

int run(const Options& options) {
  if (options.list) return list_methods(options.json), 0;
  if (options.all && !options.set.empty())
    throw Error::input("--set changes the worlds of one method").hint("name it instead of --all");
  std::vector<std::string> known, keys;
  for (const MethodRow& row : method_table()) {
    known.push_back(row.key);
    if (options.all && claimed_recipe(row.key)) keys.push_back(row.key);
  }
  if (!options.key.empty()) keys.push_back(options.key);
  if (keys.empty())
    throw Error::input("name a method, or give --all or --list").hint("gradus reproduce --list");
  bool holds = true;
  Json found = Json::array();
  for (const std::string& key : keys) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Error::input("no method '" + key + "'").hint(suggest(key, known) + " (gradus reproduce --list)");
    }
    const std::optional<ClaimedRecipe> recipe = claimed_recipe(key);
    if (!recipe) {
      Error error = Error::input("no claim of '" + key + "' is built yet");
      throw error.hint(method_of_key(key) ? "gradus methods " + key + " says what of it is"
                                          : "gradus reproduce --list says what is");
    }
    found.push_back(recipe->study.empty() ? reproduce_simulated(*recipe, options)
                                          : reproduce_study(*recipe, options));
    holds = holds && found.back().at("holds") == true;
  }
  if (options.json) fmt::print("{}\n", (options.all ? found : found.at(0)).dump(2));
  return holds ? 0 : 1;
}

}  // namespace

void add_reproduce(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("reproduce", "Check the claim of a published system in miniature");
  verb->footer(
      "Claims are checked on a study of minutes or on simulations of seconds.\n"
      "A control is a world in which a claim must fail. --list says per method:\n"
      "number, key, state, parts of the specified claim that are built, functions of\n"
      "the authors' own code that the operators agree with (gradus verify), system,\n"
      "and the last result from this folder: stale if of another version or recipe.\n"
      "Exit code 0: every claim holds; 1: one does not.\nExamples:\n"
      "  gradus reproduce pure\n"
      "  gradus reproduce vilbench --set world.noise=1 --set world.steps=8");
  verb->add_option("key", options->key, "Key of the method, see --list");
  verb->add_flag("--list", options->list, "List all methods and their state");
  verb->add_flag("--all", options->all, "Every method that is built");
  verb->add_option("--set", options->set,
                   "WORLD.PARAMETER=VALUE of its simulations; world: of all that have it")
      ->allow_extra_args(false);
  verb->add_flag("--sweep", options->sweep, "Also over which worlds each claim holds");
  verb->add_option("--seed", options->seed, "Draw fresh seeds from this number")->check(seed_number());
  verb->add_option("-o,--out", options->out,
                   "Folder for the run store and the report [runs/reproduce/KEY; simulations need none]");
  verb->add_option("-j,--workers", options->workers, "Runs at a time [number of cores]")
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--json", options->json, "Machine-readable output");
  verb->add_flag("--quiet", options->quiet, "No progress");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
