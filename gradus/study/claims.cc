#include "gradus/study/claims.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

namespace gradus {

namespace {

struct Comparator {
  const char* key;
  const char* words;
  bool (*holds)(double found, double wanted);
};

constexpr Comparator kComparators[] = {
    {"at_least", "at least", [](double found, double wanted) { return found >= wanted; }},
    {"at_most", "at most", [](double found, double wanted) { return found <= wanted; }},
    {"above", "above", [](double found, double wanted) { return found > wanted; }},
    {"below", "below", [](double found, double wanted) { return found < wanted; }},
};

const Json& row_of(const Section& section, const Json& results, const std::string& arm,
                   const std::string& metric) {
  for (const Json& row : results["rows"]) {
    if (row["arm"] == arm && row["metric"] == metric) return row;
  }
  throw section.error("metric", "the study has no row for this arm and metric").found(arm + " / " + metric);
}

const Json& entry_of(const Section& section, const std::string& key, const Json& entries,
                     const std::string& arm) {
  for (const Json& entry : entries) {
    if (entry["arm"] == arm) return entry;
  }
  throw section.error(key, "the study has no such arm").found(arm);
}

std::pair<std::string, Json> number_of(const Section& section, const Json& results) {
  const std::string name = section.text("number"), field = section.text("field", "value");
  const Json& numbers = results["numbers"];
  if (!numbers.contains(name)) {
    std::vector<std::string> known;
    for (const auto& [key, unused] : numbers.items()) known.push_back(key);
    throw section.error("number", "the simulations give no such number")
        .found(name)
        .hint(suggest(name, known));
  }
  if (!numbers[name].contains(field)) throw section.error("field", "a number has no such field").found(field);
  return {field == "value" ? name : name + " / " + field, numbers[name][field]};
}

// Names what is checked and looks its value up.
std::pair<std::string, Json> look_up(const Section& section, const Json& results) {
  if (section.has("number")) return number_of(section, results);
  if (section.has("goodhart")) {
    const std::string arm = section.text("goodhart");
    return {"Goodhart flag of " + arm, entry_of(section, "goodhart", results["goodhart"], arm)["flagged"]};
  }
  if (section.has("naive")) {
    const std::string arm = section.text("naive");
    return {"accuracy-only report on " + arm,
            entry_of(section, "naive", results["naive"], arm)["conclusion"]};
  }
  const std::string arm = section.text("arm"), metric = section.text("metric"), field = section.text("field");
  const Json& row = row_of(section, results, arm, metric);
  if (!row.contains(field)) throw section.error("field", "a row has no such field").found(field);
  return {fmt::format("{} / {} / {}", arm, metric, field), row.at(field)};
}

ClaimCheck run_check(const Section& section, const Json& results) {
  ClaimCheck check;
  std::tie(check.what, check.found) = look_up(section, results);
  int comparators = 0;
  for (const char* key : {"is", "is_not"}) {
    if (!section.has(key)) continue;
    const bool equal = std::string_view(key) == "is";
    const Json wanted = section.rest({"goodhart", "naive", "number", "arm", "metric", "field", "at_least",
                                      "at_most", "above", "below", equal ? "is_not" : "is"})[key];
    check.wanted = (equal ? "" : "not ") + (wanted.is_string() ? wanted.get<std::string>() : wanted.dump());
    check.holds = !check.found.is_null() && (check.found == wanted) == equal;
    ++comparators;
  }
  for (const Comparator& comparator : kComparators) {
    if (!section.has(comparator.key)) continue;
    const double wanted = section.number(comparator.key, -1e12, 1e12);
    check.wanted = fmt::format("{} {}", comparator.words, wanted);
    check.holds = check.found.is_number() && comparator.holds(check.found.get<double>(), wanted);
    ++comparators;
  }
  if (comparators != 1) {
    throw section.error("is", "a check needs exactly one of: is, is_not, at_least, at_most, above, below");
  }
  section.done();
  return check;
}

}  // namespace

ClaimedRecipe read_claimed_recipe(const Config& config) {
  const Section root = config.root();
  ClaimedRecipe recipe{root.text("key"), root.text("system"), root.text("paper"), root.text("study", ""),
                       config};
  if (recipe.study.empty() == root.sections("simulation").empty()) {
    throw root.error("study", "a claim is checked on a study or on simulations")
        .expected("either study = \"FILE\" or [[simulation]] tables");
  }
  if (root.sections("claim").empty()) {
    throw root.error("claim", "the recipe claims nothing").expected("at least one [[claim]] table");
  }
  root.done();
  return recipe;
}

std::vector<ClaimResult> check_claims(const ClaimedRecipe& recipe, const Json& results) {
  std::vector<ClaimResult> out;
  for (const Section& section : recipe.config.root().sections("claim")) {
    ClaimResult claim{.id = section.text("id"), .text = section.text("text"), .holds = false, .checks = {}};
    for (const Section& check : section.sections("check")) claim.checks.push_back(run_check(check, results));
    section.done();
    claim.holds = !claim.checks.empty() && std::all_of(claim.checks.begin(), claim.checks.end(),
                                                       [](const ClaimCheck& c) { return c.holds; });
    out.push_back(std::move(claim));
  }
  return out;
}

Json claims_json(const ClaimedRecipe& recipe, const std::vector<ClaimResult>& claims) {
  Json list = Json::array();
  bool holds = !claims.empty();
  for (const ClaimResult& claim : claims) {
    Json checks = Json::array();
    for (const ClaimCheck& check : claim.checks) {
      checks.push_back(
          {{"what", check.what}, {"wanted", check.wanted}, {"found", check.found}, {"holds", check.holds}});
    }
    list.push_back(
        {{"id", claim.id}, {"text", claim.text}, {"holds", claim.holds}, {"checks", std::move(checks)}});
    holds = holds && claim.holds;
  }
  return {{"key", recipe.key},
          {"system", recipe.system},
          {"paper", recipe.paper},
          {"holds", holds},
          {"claims", list}};
}

}  // namespace gradus
