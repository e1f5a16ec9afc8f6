// gradus operators [NAME]: what can stand in a recipe, from the registry itself.
#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/cli/command.h"
#include "gradus/study/catalogue.h"

namespace gradus {

namespace {

struct Options {
  std::string name;
  bool json = false;
};

Json spec_json(const char* noun, const Spec& spec) {
  Json params = Json::array();
  for (const ParamSpec& param : spec.params) {
    params.push_back({{"name", param.name},
                      {"allowed", allowed_range(param)},
                      {"default", param.fallback},
                      {"help", param.help},
                      {"choices", param.choices}});
  }
  return {{"noun", noun},
          {"name", spec.name},
          {"summary", spec.summary},
          {"paper", spec.paper},
          {"parameters", params},
          {"reads", spec.reads},
          {"writes", spec.writes},
          {"notes", spec.notes},
          {"texts", spec.texts},
          {"evaluator", spec.evaluator},
          {"components", spec.components}};
}

// "{reference} (default answer)": the parameter that names it, or its name.
std::string notes_text(const Spec& spec) {
  std::string out;
  for (const std::string& pattern : spec.notes) {
    out += (out.empty() ? "" : ", ") + pattern;
    for (const ParamSpec& param : spec.params) {
      if (pattern == "{" + param.name + "}" && param.fallback.is_string()) {
        out += " (default " + param.fallback.get<std::string>() + ")";
      }
    }
  }
  return out;
}

void print_spec(const Spec& spec) {
  fmt::print("{}\n  {}\n", spec.name, spec.summary);
  if (!spec.paper.empty()) fmt::print("  source: {}\n", spec.paper);
  if (!spec.reads.empty()) fmt::print("  reads:  {}\n", fmt::join(spec.reads, ", "));
  if (!spec.notes.empty()) fmt::print("  notes read: {}\n", notes_text(spec));
  if (spec.texts) fmt::print("  reads the texts of the steps\n");
  if (!spec.writes.empty()) fmt::print("  writes: {}\n", fmt::join(spec.writes, ", "));
  if (!spec.evaluator.empty()) fmt::print("  judged by: {}\n", spec.evaluator);
  for (const ParamSpec& param : spec.params) {
    const std::string fallback =
        param.fallback.is_null() ? "must be given" : "default " + param.fallback.dump();
    const std::string choices =
        param.choices.empty() ? "" : fmt::format("; one of {}", fmt::join(param.choices, ", "));
    fmt::print("    {:<16} {} ({}; {}{})\n", param.name, param.help, allowed_range(param), fallback, choices);
  }
}

// What an environment pays and what it can be judged by, with its parameters at their defaults.
Json info_json(const EnvironmentInfo& info) {
  Json rewards = Json::array(), metrics = Json::array();
  for (const std::string& column : info.reward_columns) {
    const auto judge = info.evaluators.find(column);
    const bool judged = judge != info.evaluators.end();
    rewards.push_back({{"column", column},
                       {"evaluator", judged ? judge->second.first : ""},
                       {"components", judged ? judge->second.second : std::vector<std::string>{}}});
  }
  for (const MetricSpec& metric : info.metrics) {
    metrics.push_back({{"id", metric.id},
                       {"label", metric.label},
                       {"axis", metric.axis},
                       {"higher_is_better", metric.higher_is_better},
                       {"evaluator", metric.evaluator},
                       {"components", metric.components}});
  }
  return {{"rewards", rewards}, {"metrics", metrics}};
}

void print_info(const EnvironmentInfo& info) {
  fmt::print("  pays:   {}\n  metrics:\n", fmt::join(info.reward_columns, ", "));
  for (const MetricSpec& metric : info.metrics) {
    fmt::print("    {:<16} {} ({}; {} is better; judged by {})\n", metric.id, metric.label, metric.axis,
               metric.higher_is_better ? "higher" : "lower", metric.evaluator);
  }
}

// "credit" or "credit." for all operators whose names start with "credit."
bool is_room(const std::string& name, const std::vector<std::string>& names) {
  const std::string start = name.ends_with(".") ? name : name + ".";
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return n.starts_with(start); });
}

bool asked_for(const std::string& asked, const std::string& name) {
  return asked.empty() || asked == name || name.starts_with(asked.ends_with(".") ? asked : asked + ".");
}

template <class T>
void print_all(const char* noun, const Registry<T>& registry, const Options& options, Json& document) {
  for (const std::string& name : registry.names()) {
    if (!asked_for(options.name, name)) continue;
    const Spec& spec = registry.spec(name);
    if (options.json)
      document.push_back(spec_json(noun, spec));
    else if (options.name != name)
      fmt::print("{:<24} {}\n", spec.name, spec.summary);
    else
      print_spec(spec);
    if constexpr (std::is_same_v<T, Environment>) {
      if (options.json)
        document.back().update(info_json(registry.make(name, Json::object())->info()));
      else if (options.name == name)
        print_info(registry.make(name, Json::object())->info());
    }
  }
}

int list_operators(const Options& options) {
  const Catalogue& known = catalogue();
  std::vector<std::string> names = known.operators.names();
  for (const std::string& name : known.environments.names()) names.push_back(name);
  const bool room = is_room(options.name, names);
  if (!options.name.empty() && !room && std::find(names.begin(), names.end(), options.name) == names.end()) {
    for (const std::string& name : known.operators.names()) {
      const std::string group = name.substr(0, name.find('.'));
      if (std::find(names.begin(), names.end(), group) == names.end()) names.push_back(group);
    }
    throw Error::input("no operator or environment '" + options.name + "'")
        .hint(suggest(options.name, names) + " (gradus operators)");
  }
  Json document = Json::array();
  const bool headed = options.name.empty() && !options.json;
  if (headed) fmt::print("Operators (for recipes):\n");
  print_all("operator", known.operators, options, document);
  if (headed) fmt::print("\nEnvironments (for studies):\n");
  print_all("environment", known.environments, options, document);
  if (options.json) fmt::print("{}\n", document.dump(2));
  return 0;
}

}  // namespace

void add_operators(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("operators", "List operators and environments with their parameters");
  verb->footer("Example:\n  gradus operators credit.grpo");
  verb->add_option("name", options->name, "Operator, environment or room (credit); all where left out");
  verb->add_flag("--json", options->json, "Machine-readable output");
  verb->callback([&chosen, options] { chosen = [options] { return list_operators(*options); }; });
}

}  // namespace gradus
