// gradus eval BENCHMARK FILES...: the published numbers of a step scorer on the published files, with
// intervals, a paired comparison and what kind of step is misjudged.
#include <fmt/format.h>

#include "gradus/base/atomic_file.h"
#include "gradus/base/error.h"
#include "gradus/cli/command.h"
#include "gradus/cli/eval_select.h"
#include "gradus/cli/number_checks.h"
#include "gradus/cli/output.h"
#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/report/report.h"
#include "gradus/rollout/schema/schema.h"
#include "gradus/study/catalogue.h"
#include "gradus/study/recipe.h"

namespace gradus {

namespace {

struct Options {
  EvalRequest request;
  std::string benchmark, recipe, channel = "prm", out, html;
  bool json = false;
};

int list(bool json) {
  Json all = Json::array();
  for (const Benchmark& b : benchmarks()) {
    all.push_back({{"name", b.name},
                   {"title", b.title},
                   {"paper", b.paper},
                   {"measures", b.measures},
                   {"files", b.files},
                   {"scores", b.scores}});
    if (json) continue;
    fmt::print("{:<14}{} ({}): {}\n{:14}files:  {}\n{:14}scores: {}\n", b.name, b.title, b.paper, b.measures,
               "", b.files, "", b.scores);
  }
  if (json) fmt::print("{}\n", all.dump(2));
  return 0;
}

// Step scores by the operators of a recipe, which see texts and nothing that the file says of them.
void score_with_recipe(const Options& options, const Benchmark& benchmark, EvalRequest& request) {
  if (benchmark.schema.empty()) {
    throw Error::input("a recipe scores steps, and this benchmark compares responses")
        .field("--recipe")
        .found(benchmark.name)
        .expected(benchmark.scores);
  }
  std::vector<Solution> solutions;
  for (const std::string& file : request.files) {
    read_solutions(file, schema_named(benchmark.schema), {},
                   [&](Solution&& s) { solutions.push_back(std::move(s)); });
  }
  RolloutBatch batch;
  for (const Solution& s : solutions) {
    batch.add_rollout({.id = s.id, .group = 0, .task = s.id, .prompt = s.question});
    for (const std::string& step : s.steps) batch.add_step(StepKind::reason, step);
  }
  build_operators(load_recipe(options.recipe), EnvironmentInfo{}).apply(batch, {});
  const Column& column = batch.column("step." + options.channel);
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    std::vector<double>& scores = request.given[solutions[r].id];
    if (!scores.empty()) continue;
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      scores.push_back(column.valid(s) ? column[s] : std::numeric_limits<double>::quiet_NaN());
    }
  }
  request.scorer = options.recipe;
}

std::string with_interval(const Json& value, const Json& interval) {
  if (value.is_null()) return fmt::format("{:>9} {:18}", "-", "");
  const std::string shown = fmt::format("{:>9.4f}", value.get<double>());
  if (interval.at("low").is_null()) return fmt::format("{} {:18}", shown, "");
  return fmt::format("{} [{:>7.4f},{:>7.4f}]", shown, interval.at("low").get<double>(),
                     interval.at("high").get<double>());
}

void print_rows(const Json& rows, const char* name, const char* heading) {
  fmt::print("\n{:<44}{:>9} {:<18}  {:>9} 95 % interval\n", heading, "compat", "95 % interval", "strict");
  for (const Json& row : rows) {
    fmt::print("{:<20}{:<24}{}  {}\n", row.at("part").get<std::string>(), row.at("id").get<std::string>(),
               with_interval(row.at("compat").at(name), row.at("compat")),
               with_interval(row.at("strict").at(name), row.at("strict")));
  }
}

void print_counts(const Json& result) {
  const Json& counts = result.at("counts");
  const auto line = [](const std::string& name, const Json& of) {
    std::string text;
    for (const auto& [key, value] : of.items()) {
      const bool always = key == "solutions" || key == "judged";
      if (value.is_number() && (always || value != 0)) text += fmt::format("  {} {}", key, value.dump());
    }
    fmt::print("{}:{}\n", name, text);
    for (const Json& example : of.at("examples")) fmt::print("  {}\n", example.get<std::string>());
  };
  line("items", counts.at("items"));
  std::vector<std::string> scorers = {result.at("scorer").get<std::string>()};
  if (!result.at("compared_with").is_null()) scorers.push_back(result.at("compared_with").get<std::string>());
  for (size_t i = 0; i < scorers.size(); ++i) {
    const Json& one = counts.at("scores").at(i);
    line("scores of " + scorers[i], one);
    if (one.contains("protocol")) fmt::print("protocol: {}\n", one.at("protocol").get<std::string>());
  }
}

std::string number(const Json& value) {
  return value.is_null() ? "-" : fmt::format("{:.4f}", value.get<double>());
}

void print_profile(const Json& result) {
  fmt::print("\n");
  for (const char* part : {"ranking", "calibration"}) {
    for (const auto& [key, interval] : result.at(part).at("intervals").items()) {
      fmt::print("{:<44}{}\n", key, with_interval(result.at(part).at(key), interval));
    }
  }
  for (const auto& [key, value] : result.at("shares").items()) {
    fmt::print("{:<44}{:>9}\n", key, number(value));
  }
  std::string within;
  for (const Json& share : result.at("localisation").at("within")) within += " " + number(share);
  fmt::print("first error found within 0, 1, ... steps:{}\n", within);
  for (const char* by : {"kind", "position", "length"}) {
    fmt::print("\n{:<28}{:>8}{:>8}{:>11}{:>11}\n", std::string("by ") + by, "right", "wrong", "acc right",
               "acc wrong");
    for (const Json& row : result.at("breakdowns").at(by)) {
      const std::string name = row.at("name").get<std::string>();
      fmt::print("{:<28}{:>8}{:>8}{:>11}{:>11}\n", name.empty() ? "(none)" : name,
                 row.at("right_steps").get<double>(), row.at("wrong_steps").get<double>(),
                 number(row.at("accuracy_right")), number(row.at("accuracy_wrong")));
    }
  }
}

void print_threshold(const Json& threshold) {
  const std::string from =
      threshold.at("from").is_null()
          ? ""
          : ", chosen on " + threshold.at("from").get<std::string>() + ", which is not reported";
  fmt::print("threshold {}: {}{}\n", threshold.at("value").dump(), threshold.at("rule").get<std::string>(),
             from);
}

void print_result(const Json& result) {
  fmt::print("{} ({}), scored by {}\n", result.at("title").get<std::string>(),
             result.at("paper").get<std::string>(), result.at("scorer").get<std::string>());
  print_counts(result);
  const Json& threshold = result.at("threshold");
  if (!threshold.is_null()) print_threshold(threshold);
  print_rows(result.at("numbers"), "value", "number");
  if (!result.at("comparison").is_null()) {
    print_rows(result.at("comparison"), "difference",
               ("minus " + result.at("compared_with").get<std::string>()).c_str());
  }
  if (result.contains("ranking")) print_profile(result);
}

int run(const Options& options) {
  if (options.benchmark == "list") return list(options.json);
  if (options.benchmark.empty()) {
    throw Error::input("name a benchmark").expected("one of 'gradus eval list', 'list' or 'select'");
  }
  const bool printed = summary_stream({options.out, options.html}) == stdout;
  const Benchmark& benchmark = benchmark_named(options.benchmark);
  EvalRequest request = options.request;
  if (request.files.empty())
    throw Error::input("name the files of " + benchmark.title).expected(benchmark.files);
  if (!options.recipe.empty()) score_with_recipe(options, benchmark, request);
  const Json result = benchmark.run(request);
  if (!options.out.empty()) {
    AtomicFile file(options.out);
    file.write(result.dump(1) + "\n");
    file.commit();
  }
  if (!options.html.empty()) write_report(result, options.html);
  if (!printed) return 0;  // the document itself is what standard output gets
  if (options.json) {
    fmt::print("{}\n", result.dump(2));
  } else {
    print_result(result);
  }
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  EvalRequest& request = options->request;
  CLI::App* verb = app.add_subcommand("eval", "Score a reward model on published benchmarks");
  verb->footer(
      "Numbers come as the official script gives them (compat) and corrected (strict), with 95 % intervals.\n"
      "Example:\n"
      "  gradus eval list");
  verb->add_option("benchmark", options->benchmark, "Name of the benchmark, or 'list'");
  verb->add_option("files", request.files, "Its files, as they are published; '-' for standard input");
  verb->add_option("-s,--scores", request.scores,
                   "What the scorer said, JSON Lines of {id, scores} [what the files hold]");
  verb->add_option("--compare", request.compare, "Scores of another scorer, compared item by item");
  verb->add_option("-r,--recipe", options->recipe, "Score with the operators of a recipe instead")
      ->excludes("--scores");
  verb->add_option("--channel", options->channel, "Step channel that the recipe writes the scores to [prm]");
  CLI::Option* fixed =
      verb->add_option("--threshold", request.threshold, "Of step scores [0.5]")->check(finite_number());
  verb->add_option("--threshold-from", request.threshold_from,
                   "Choose it on this file (name without ending), which is then not reported")
      ->excludes(fixed);
  verb->add_option("--bootstrap", request.bootstrap, "Resamples of the intervals, 0: none [10000]")
      ->check(count_of_draws());
  verb->add_option("--seed", request.seed, "Of the resamples [1]")->check(seed_number());
  verb->add_flag("--strict", request.strict, "Refuse what is otherwise left out and counted");
  verb->add_option("-o,--out", options->out,
                   "Where to write the result (docs/eval-json.md), '-' for standard output");
  verb->add_option("--html", options->html, "Where to write the page (docs/eval-page.md)");
  verb->add_flag("--json", options->json, "The result as JSON on standard output");
  add_eval_select(*verb, chosen);
  verb->callback([&chosen, options, verb] {
    if (verb->get_subcommands().empty()) chosen = [options] { return run(*options); };
  });
}

}  // namespace gradus
