// gradus methods [NAME or WORDS]: the published methods that are here, what each is made of, what of it is
// shown.
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/cli/command.h"
#include "gradus/method/method.h"
#include "gradus/study/claims.h"
#include "gradus/study/library.h"
#include "gradus/study/recipe.h"

namespace gradus {

namespace {

struct Options {
  std::vector<std::string> words;
  bool json = false;
};

Json chain_json(const Chain& chain) {
  Json steps = Json::array();
  for (const RecipeStep& step : chain.steps)
    steps.push_back({{"operator", step.op}, {"parameters", step.params}});
  const RecipeColumns columns = columns_of(filled(chain, Json::object(), {}));
  return {{"name", chain.name},      {"about", chain.about},   {"parameters", chain.parameters},
          {"operators", steps},      {"reads", columns.reads}, {"notes", columns.notes},
          {"writes", columns.writes}};
}

Json method_json(const Method& method) {
  Json chains = Json::array();
  for (const Chain& chain : method.chains) chains.push_back(chain_json(chain));
  const VerifiedRow verified = verified_row(method.key);
  Json claims = nullptr;
  if (const auto claimed = claimed_recipe(method.key)) {
    const ClaimParts parts = parts_of(*claimed);
    claims = {{"built", parts.built}, {"specified", parts.specified}};
  }
  return {{"key", method.key},
          {"system", method.system},
          {"names", method.names},
          {"paper", method.paper},
          {"about", method.about},
          {"chains", chains},
          {"verified", {{"functions", verified.functions}, {"cases", verified.cases}}},
          {"claims", claims}};
}

std::string params_text(const Json& params) {
  std::string out;
  for (const auto& [name, value] : params.items())
    out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", name, value.dump());
  return out;
}

void print_chain(const std::string& key, const Chain& chain) {
  const RecipeColumns columns = columns_of(filled(chain, Json::object(), {}));
  fmt::print("\n  {}/{}{}{}\n", key, chain.name, chain.about.empty() ? "" : ": ", chain.about);
  if (!columns.reads.empty()) fmt::print("    reads   {}\n", fmt::join(columns.reads, ", "));
  if (!columns.notes.empty()) fmt::print("    notes   {}\n", fmt::join(columns.notes, ", "));
  fmt::print("    writes  {}\n", fmt::join(columns.writes, ", "));
  if (!chain.parameters.empty()) fmt::print("    with    {}\n", params_text(chain.parameters));
  for (const RecipeStep& step : chain.steps) fmt::print("      {} {}\n", step.op, params_text(step.params));
}

void print_method(const Method& method) {
  fmt::print("{}: {}{}{}\n", method.key, method.system, method.paper.empty() ? "" : ", ", method.paper);
  if (!method.names.empty()) fmt::print("  also called: {}\n", fmt::join(method.names, "; "));
  if (!method.about.empty()) fmt::print("  {}\n", method.about);
  const VerifiedRow verified = verified_row(method.key);
  if (verified.functions > 0) {
    fmt::print("  agrees with {} of the authors' code in {}\n", counted(verified.functions, "function"),
               counted(verified.cases, "case"));
  }
  if (const auto claimed = claimed_recipe(method.key)) {
    const ClaimParts parts = parts_of(*claimed);
    fmt::print("  {} of {} claims of the paper can be run: gradus reproduce {}\n", parts.built,
               parts.specified, method.key);
  }
  for (const Chain& chain : method.chains) print_chain(method.key, chain);
  if (!method.chains.empty()) {
    fmt::print("\n  run it: gradus score ROLLOUTS --method {}/{} --out SCORED\n", method.key,
               method.chains.front().name);
  }
}

void print_row(const Method& method) {
  std::vector<std::string> chains;
  for (const Chain& chain : method.chains) chains.push_back(chain.name);
  fmt::print("{:<18} {:<58} {}\n", method.key, method.system, fmt::join(chains, ", "));
}

// The method of that name alone, else all that the words are said of.
std::vector<const Method*> asked_for(const std::string& words) {
  try {
    return {&find_method(words)};
  } catch (const Error&) {
    std::vector<const Method*> found = search_methods(words);
    if (found.empty()) throw;
    return found;
  }
}

int run(const Options& options) {
  const std::string words = fmt::format("{}", fmt::join(options.words, " "));
  const std::vector<const Method*> found = words.empty() ? search_methods("") : asked_for(words);
  if (options.json) {
    Json document = Json::array();
    for (const Method* method : found) document.push_back(method_json(*method));
    fmt::print("{}\n", document.dump(2));
  } else if (found.size() == 1 && !words.empty()) {
    print_method(*found[0]);
  } else {
    for (const Method* method : found) print_row(*method);
  }
  return 0;
}

}  // namespace

void add_methods(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("methods", "List published methods, what each is made of and what is shown of it");
  verb->footer("Example:\n  gradus methods pure\n  gradus methods leave-one-out");
  verb->add_option("words", options->words, "A key, a name, an arXiv id, or words to search for");
  verb->add_flag("--json", options->json, "Machine-readable");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
