// gradus compare RESULTS: ranks the arms of a study by one metric, unless one of them was trained on it.
#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/cli/command.h"
#include "gradus/cli/output.h"
#include "gradus/study/saved.h"

namespace gradus {

namespace {

struct Options {
  std::string results, metric;
  bool json = false;
};

const Json& metric_named(const Json& results, const std::string& id) {
  std::vector<std::string> ids;
  for (const Json& metric : results.at("metrics")) {
    if (metric.at("id") == id) return metric;
    ids.push_back(metric.at("id"));
  }
  throw Error::input("the study has no metric '" + id + "'").field("--metric").hint(suggest(id, ids));
}

// The arms that were paid by the metric's own evaluator, and those that were not.
std::pair<std::vector<std::string>, std::vector<std::string>> split_by_role(const Json& results,
                                                                            const std::string& id) {
  std::vector<std::string> paid, unpaid;
  for (const auto& [arm, roles] : results.at("roles").items()) {
    (roles.at(id) == "optimised" ? paid : unpaid).push_back(arm);
  }
  return {paid, unpaid};
}

std::string number(const Json& value, const char* format) {
  return value.is_null() ? "-" : fmt::format(fmt::runtime(format), value.get<double>());
}

int run(const Options& options) {
  const Json results = load_results(options.results);
  const std::string id =
      options.metric.empty() ? results.at("study").at("primary").get<std::string>() : options.metric;
  const Json& metric = metric_named(results, id);
  const auto [paid, unpaid] = split_by_role(results, id);
  if (!paid.empty() && !unpaid.empty()) {
    remark(
        fmt::format("refused: '{}' is what {} {} trained on, and {} {} not, so ranking them by it says "
                    "who was paid, not who "
                    "is better; rank by a held-out metric (gradus compare {} --metric {})",
                    id, fmt::join(paid, ", "), paid.size() == 1 ? "was" : "were", fmt::join(unpaid, ", "),
                    unpaid.size() == 1 ? "was" : "were", options.results,
                    results.at("study").at("primary").get<std::string>()));
    return 1;
  }
  std::vector<Json> rows;
  for (const Json& row : results.at("rows")) {
    if (row.at("metric") == id) rows.push_back(row);
  }
  const bool up = metric.at("higher_is_better");
  std::stable_sort(rows.begin(), rows.end(), [&](const Json& a, const Json& b) {
    if (a.at("mean").is_null() || b.at("mean").is_null())
      return !a.at("mean").is_null() && b.at("mean").is_null();
    return up ? a.at("mean") > b.at("mean") : a.at("mean") < b.at("mean");
  });
  if (options.json) {
    fmt::print("{}\n", Json(rows).dump(2));
    return 0;
  }
  fmt::print("{} ({}; {} is better), against {}\n", metric.at("label").get<std::string>(), id,
             up ? "higher" : "lower", results.at("study").at("baseline").get<std::string>());
  for (const Json& row : rows) {
    fmt::print("  {:<24} {:>8}  {:>8} [{}, {}]  {}\n", row.at("arm").get<std::string>(),
               number(row.at("mean"), "{:.3f}"), number(row.at("difference"), "{:+.3f}"),
               number(row.at("low"), "{:+.3f}"), number(row.at("high"), "{:+.3f}"),
               row.at("verdict").get<std::string>());
  }
  return 0;
}

}  // namespace

void add_compare(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("compare", "Rank the arms of a study by a metric none of them was paid for");
  verb->footer("Example:\n  gradus compare runs/clean_code --metric necessity");
  verb->add_option("results", options->results,
                   "results.json, or the folder that holds it; '-' for standard input")
      ->required();
  verb->add_option("-m,--metric", options->metric, "Metric to rank by [the study's primary metric]");
  verb->add_flag("--json", options->json, "Machine-readable output");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
