// gradus reproduce KEY: runs the miniature claim of a published system and says, with numbers, whether it
// holds.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <optional>
#include <thread>
#include <unistd.h>

#include "gradus/base/atomic_file.h"
#include "gradus/base/error.h"
#include "gradus/cli/command.h"
#include "gradus/cli/number_checks.h"
#include "gradus/cli/output.h"
#include "gradus/cli/progress_bar.h"
#include "gradus/report/report.h"
#include "gradus/study/claims.h"
#include "gradus/study/library.h"
#include "gradus/study/simulated.h"
#include "gradus/study/study.h"

namespace gradus {

namespace {

struct Options {
  std::string key, out;
  int workers = 0;
  std::optional<uint64_t> seed;
  bool list = false, all = false, json = false, quiet = false;
};

std::string recipe_file(const std::string& key) {
  return "recipes/" + key + ".toml";
}

// What is known of a method: built or not, and what its claim gave when it was last run from this folder.
std::string state_of(const std::string& key) {
  if (!in_library(recipe_file(key))) return "not built";
  std::ifstream in("runs/reproduce/" + key + "/claims.json");
  const Json last = Json::parse(in, nullptr, false);
  if (last.is_discarded() || !last.contains("holds")) return "built, not run here";
  return last.at("holds") == true ? "holds" : "does not hold";
}

int list_methods(bool json) {
  Json document = Json::array();
  for (const MethodRow& row : method_table()) {
    const std::string state = state_of(row.key);
    document.push_back({{"number", row.number},
                        {"key", row.key},
                        {"system", row.system},
                        {"rooms", row.rooms},
                        {"state", state}});
    if (!json) fmt::print("{:>2}  {:<22} {:<20} {}\n", row.number, row.key, state, row.system);
  }
  if (json) fmt::print("{}\n", document.dump(2));
  return 0;
}

void print_claims(const Json& claims) {
  fmt::print("{} ({})\n", claims.at("system").get<std::string>(), claims.at("paper").get<std::string>());
  for (const Json& claim : claims.at("claims")) {
    fmt::print("\n({}) {}: {}\n", claim.at("id").get<std::string>(),
               claim.at("holds") == true ? "HOLDS" : "DOES NOT HOLD", claim.at("text").get<std::string>());
    for (const Json& check : claim.at("checks")) {
      const Json& found = check.at("found");
      const std::string shown = found.is_number_float() ? fmt::format("{:+.4f}", found.get<double>())
                                : found.is_string()     ? found.get<std::string>()
                                                        : found.dump();
      fmt::print("    {} {}: {}, wanted {}\n", check.at("holds") == true ? "ok " : "NO ",
                 check.at("what").get<std::string>(), shown, check.at("wanted").get<std::string>());
    }
  }
}

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

std::string shown(const Json& number) {
  const double value = number.at("value"), low = number.at("low"), high = number.at("high");
  if (number.at("seeds") == 1 || low == high) return fmt::format("{:.6g}", value);
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", value, low, high);
}

// One line per number: its arms side by side, the baseline first.
void print_simulation(const Json& simulation, const Json& numbers) {
  std::vector<std::string> arms;
  for (const Json& arm : simulation.at("arms")) arms.push_back(arm.at("id"));
  const std::string baseline = simulation.at("baseline");
  std::stable_partition(arms.begin(), arms.end(), [&](const std::string& arm) { return arm == baseline; });
  fmt::print("\n{}, {}\n", simulation.at("name").get<std::string>(),
             counted(simulation.at("seeds").get<size_t>(), "seed"));
  for (const Json& arm : simulation.at("arms")) {
    const std::string id = arm.at("id");
    fmt::print("  {}{}: {}\n", id, id == baseline ? " (baseline)" : "", arm.at("recipe").get<std::string>());
  }
  std::map<std::string, std::string> lines;
  for (const std::string& arm : arms) {
    for (const auto& [name, number] : numbers.items()) {
      if (!name.starts_with(arm + ".") || name.ends_with(".difference") || name.ends_with(".ratio")) continue;
      lines[name.substr(arm.size() + 1)] += fmt::format("  {} {}", arm, shown(number));
    }
  }
  for (const auto& [name, line] : lines) fmt::print("    {:<18}{}\n", name, line);
}

// Numbers of no single arm.
void print_joint_numbers(const Json& results) {
  std::vector<std::string> arms;
  for (const Json& simulation : results.at("simulations")) {
    for (const Json& arm : simulation.at("arms")) arms.push_back(arm.at("id").get<std::string>() + ".");
  }
  for (const auto& [name, number] : results.at("numbers").items()) {
    const auto of = [&name = name](const std::string& arm) { return name.starts_with(arm); };
    if (std::none_of(arms.begin(), arms.end(), of)) fmt::print("    {:<20}{}\n", name, shown(number));
  }
}

constexpr uint64_t kSeed = 1;

bool reproduce_simulated(const ClaimedRecipe& recipe, const Options& options) {
  const Json results =
      run_simulations(read_simulations(recipe), options.seed.value_or(kSeed), workers_of(options));
  Json claims = claims_json(recipe, check_claims(recipe, results));
  claims.update(results);
  keep_simulated(claims, recipe.key, options);
  if (options.json) {
    fmt::print("{}\n", claims.dump(2));
  } else {
    print_claims(claims);
    for (const Json& simulation : results.at("simulations"))
      print_simulation(simulation, results.at("numbers"));
    print_joint_numbers(results);
    fmt::print("\n");
  }
  return claims.at("holds") == true;
}

bool reproduce(const std::string& key, const Options& options) {
  const ClaimedRecipe recipe = read_claimed_recipe(library_config(recipe_file(key)));
  if (recipe.study.empty()) return reproduce_simulated(recipe, options);
  StudySpec spec = StudySpec::parse(library_config(recipe.study));
  if (options.seed) spec.reseed(*options.seed);
  const std::string folder = folder_of(key, options);
  Json results;
  {
    ProgressBar bar(options.quiet || options.json);
    results =
        run_study(spec, {.folder = folder, .workers = workers_of(options)}, bar.events(), stop_on_signals());
  }
  write_report(results, folder + "/report.html");
  Json claims = claims_json(recipe, check_claims(recipe, results));
  claims["seeds"] = spec.seeds;
  save_claims(claims, folder);
  if (options.json)
    fmt::print("{}\n", claims.dump(2));
  else
    print_claims(claims), fmt::print("\nreport: {}/report.html\n", folder);
  return claims.at("holds") == true;
}

int run(const Options& options) {
  if (options.list) return list_methods(options.json);
  std::vector<std::string> known, keys;
  for (const MethodRow& row : method_table()) {
    known.push_back(row.key);
    if (options.all && in_library(recipe_file(row.key))) keys.push_back(row.key);
  }
  if (!options.key.empty()) keys.push_back(options.key);
  if (keys.empty())
    throw Error::input("name a method, or give --all or --list").hint("gradus reproduce --list");
  bool holds = true;
  for (const std::string& key : keys) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Error::input("no method '" + key + "'").hint(suggest(key, known) + " (gradus reproduce --list)");
    }
    if (!in_library(recipe_file(key))) {
      throw Error::input("'" + key + "' is not built yet").hint("gradus reproduce --list says what is");
    }
    holds = reproduce(key, options) && holds;
  }
  return holds ? 0 : 1;
}

}  // namespace

void add_reproduce(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("reproduce", "Check the claim of a published system in miniature");
  verb->footer(
      "Claims are checked on a study of minutes or on simulations of seconds.\n"
      "Exit code 0: every claim holds; 1: one does not.\nExample:\n  gradus reproduce pure");
  verb->add_option("key", options->key, "Key of the method, see --list");
  verb->add_flag("--list", options->list, "List all methods and their state");
  verb->add_flag("--all", options->all, "Every method that is built");
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
