// gradus compare RESULTS [RESULTS]: ranks the arms of a study by a metric that none of them was paid for,
// with the outcome beside it; or two paired studies, arm by arm.
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/cli/command.h"
#include "gradus/cli/output.h"
#include "gradus/study/ranked_arms.h"
#include "gradus/study/saved.h"

namespace gradus {

namespace {

struct Options {
  std::string results, other, metric;
  bool json = false;
};

std::string text_of(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

std::string text_of(const ShownEffect& effect) {
  return fmt::format("{:>7} [{}, {}]", text_of(effect.difference, "{:+.3f}"), text_of(effect.low, "{:+.3f}"),
                     text_of(effect.high, "{:+.3f}"));
}

Json json_of(const ShownEffect& effect) {
  const auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
  Json out = {
      {"difference", number(effect.difference)}, {"low", number(effect.low)}, {"high", number(effect.high)}};
  if (!effect.verdict.empty()) out["verdict"] = effect.verdict;
  return out;
}

std::string label_of(const Json& results, const std::string& id) {
  for (const Json& metric : results.at("metrics")) {
    if (metric.at("id") != id) continue;
    return fmt::format("{} ({}; {} is better)", metric.at("label").get<std::string>(), id,
                       metric.at("higher_is_better") == true ? "higher" : "lower");
  }
  return id;
}

void print_ranked(const Json& results, const std::string& metric, const std::vector<RankedArm>& arms) {
  const Json& study = results.at("study");
  const std::string constraint = study.at("constraint");
  fmt::print("{}, against {}\nbeside it: {}, margin {}\n\n", label_of(results, metric),
             study.at("baseline").get<std::string>(), label_of(results, constraint),
             study.at("margin").dump());
  fmt::print("  {:>2}  {:<20} {:<16} {:>7}  {:<26}  {:<26}  {}\n", "", "arm", "role", "mean", metric,
             constraint, "verdicts");
  size_t rank = 0;
  for (const RankedArm& arm : arms) {
    const std::string place = arm.unranked.empty() ? std::to_string(++rank) : "-";
    fmt::print("  {:>2}  {:<20} {:<16} {:>7}  {:<26}  {:<26}  {}; {}\n", place, arm.id, arm.role,
               text_of(arm.mean, "{:.3f}"), text_of(arm.metric), text_of(arm.constraint), arm.metric.verdict,
               arm.constraint.verdict);
  }
  for (const RankedArm& arm : arms) {
    if (!arm.unranked.empty()) fmt::print("\n  {} is not ranked: {}\n", arm.id, arm.unranked);
  }
}

int rank(const Json& results, const std::string& metric, bool json) {
  const std::vector<RankedArm> arms = rank_arms(results, metric);
  std::string reasons;
  Json rows = Json::array();
  for (const RankedArm& arm : arms) {
    reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", arm.id, arm.unranked);
    rows.push_back({{"arm", arm.id},
                    {"role", arm.role},
                    {"baseline_role", arm.baseline_role},
                    {"mean", arm.mean ? Json(*arm.mean) : Json(nullptr)},
                    {"metric", json_of(arm.metric)},
                    {"constraint", json_of(arm.constraint)},
                    {"unranked", arm.unranked}});
  }
  if (arms.empty() || !arms[0].unranked.empty()) {  // the ranked ones come first
    throw Error::refused(fmt::format("no arm can be ranked by '{}'", metric))
        .found(reasons)
        .hint("--metric names another metric of the study");
  }
  if (json) {
    fmt::print("{}\n", rows.dump(2));
  } else {
    print_ranked(results, metric, arms);
  }
  return 0;
}

// What the intervals of two studies take for granted.
std::string assumed(const PairedStudies& studies) {
  const std::string units =
      fmt::format("intervals are over {} base {}", studies.bases, studies.bases == 1 ? "policy" : "policies");
  if (!studies.same_bases)
    return units + "; an older study does not say which they were: part of a difference may be theirs";
  if (*studies.same_bases) return units + ", the same in both studies, taken as independent of each other";
  return units + "; those of the two studies differ, so that part of every difference is theirs";
}

Json json_of(const PairedStudies& studies) {
  Json rows = Json::array();
  for (const PairedArm& arm : studies.arms) {
    rows.push_back({{"arm", arm.id},
                    {"role", arm.role},
                    {"other_role", arm.other_role},
                    {"metric", json_of(arm.metric)},
                    {"constraint", json_of(arm.constraint)}});
  }
  return {{"bases", studies.bases},
          {"same_bases", studies.same_bases ? Json(*studies.same_bases) : Json(nullptr)},
          {"arms", std::move(rows)}};
}

int pair(const Json& first, const Json& second, const std::string& metric, bool json) {
  const PairedStudies studies = pair_results(first, second, metric);
  if (json) {
    fmt::print("{}\n", json_of(studies).dump(2));
    return 0;
  }
  const std::string constraint = first.at("study").at("constraint");
  fmt::print("{}: second minus first, paired by seed\nbeside it: {}\n{}\n\n  {:<20} {:<33} {:<26}  {:<26}\n",
             label_of(first, metric), label_of(first, constraint), assumed(studies), "arm",
             "role in first / second", metric, constraint);
  for (const PairedArm& arm : studies.arms) {
    fmt::print("  {:<20} {:<33} {:<26}  {:<26}\n", arm.id, arm.role + " / " + arm.other_role,
               text_of(arm.metric), text_of(arm.constraint));
  }
  return 0;
}

int run(const Options& options) {
  const Json results = load_results(options.results);
  const std::string metric =
      options.metric.empty() ? results.at("study").at("primary").get<std::string>() : options.metric;
  if (options.other.empty()) return rank(results, metric, options.json);
  return pair(results, load_results(options.other), metric, options.json);
}

}  // namespace

void add_compare(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "compare",
      "Rank the arms of a study by a metric none of them was paid for, or compare two paired studies");
  verb->footer(
      "An arm is ranked where the metric is held out for it and for the baseline and the constraint holds.\n"
      "Exit code 1: no arm can be ranked.\n"
      "Example:\n  gradus compare runs/clean_code");
  verb->add_option("results", options->results,
                   "results.json, or the folder that holds it; '-' for standard input")
      ->required();
  verb->add_option(
      "other", options->other,
      "A second study, paired with the first: the same environment, seeds and number of base policies");
  verb->add_option("-m,--metric", options->metric, "Metric to rank by [the study's primary metric]");
  verb->add_flag("--json", options->json, "Machine-readable output");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
