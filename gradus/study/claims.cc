#include "gradus/study/claims.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/method/method.h"

namespace gradus {

namespace {

constexpr double kExact = 1e-9;  // what "equals" leaves to rounding: worlds compute in double precision

struct Comparator {
  const char* key;
  const char* words;
  bool (*holds)(const Json& found, const Json& wanted);
};

constexpr auto kAtLeast = [](const Json& found, const Json& wanted) {
  return found.is_number() && found.get<double>() >= wanted.get<double>();
};
constexpr auto kAtMost = [](const Json& found, const Json& wanted) {
  return found.is_number() && found.get<double>() <= wanted.get<double>();
};
constexpr auto kAbove = [](const Json& found, const Json& wanted) {
  return found.is_number() && found.get<double>() > wanted.get<double>();
};
constexpr auto kBelow = [](const Json& found, const Json& wanted) {
  return found.is_number() && found.get<double>() < wanted.get<double>();
};
constexpr auto kEquals = [](const Json& found, const Json& wanted) {
  return found.is_number() && std::abs(found.get<double>() - wanted.get<double>()) <= kExact;
};
constexpr auto kIs = [](const Json& found, const Json& wanted) {
  return !found.is_null() && found == wanted;
};
constexpr auto kIsNot = [](const Json& found, const Json& wanted) {
  return !found.is_null() && found != wanted;
};

constexpr Comparator kComparators[] = {
    {"at_least", "at least ", kAtLeast}, {"at_most", "at most ", kAtMost}, {"above", "above ", kAbove},
    {"below", "below ", kBelow},         {"equals", "exactly ", kEquals},  {"is", "", kIs},
    {"is_not", "not ", kIsNot},
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

// What is looked at: its name and its value.
struct LookedUp {
  std::string what;
  Json found;
};

LookedUp number_of(const Section& section, const Json& results) {
  const std::string name = section.text("number"), field = section.text("field", "value");
  const Json& numbers = results["numbers"];
  if (!numbers.contains(name)) {
    std::vector<std::string> known;
    for (const auto& [key, unused] : numbers.items()) known.push_back(key);
    throw section.error("number", "the simulations give no such number")
        .found(name)
        .hint(suggest(name, known));
  }
  const Json& number = numbers[name];
  if (!number.contains(field)) throw section.error("field", "a number has no such field").found(field);
  if (section.has("equals") && section.json().at("equals").is_number()) {  // the seed that is farthest off
    const double wanted = section.json().at("equals"), min = number["min"], max = number["max"];
    return {name + " / every seed", std::abs(min - wanted) > std::abs(max - wanted) ? min : max};
  }
  return {field == "value" ? name : name + " / " + field, number[field]};
}

LookedUp look_up(const Section& section, const Json& results) {
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

// A threshold under a key: a number, or for "is" and "is_not" anything.
Json threshold(const Section& section, const char* key, const Comparator& comparator) {
  if (comparator.key[0] != 'i') return section.number(key, -1e12, 1e12);
  std::set<std::string> others;
  for (const auto& [other, unused] : section.json().items()) {
    if (other != key) others.insert(other);
  }
  return section.rest(others)[key];
}

std::string in_words(const Comparator& comparator, const Json& value) {
  const std::string shown = value.is_string()   ? value.get<std::string>()
                            : value.is_number() ? fmt::format("{}", value.get<double>())
                                                : value.dump();
  return comparator.words + shown;
}

ClaimCheck run_check(const Section& section, const Json& results) {
  ClaimCheck check;
  const LookedUp looked_up = look_up(section, results);
  check.what = looked_up.what;
  check.found = looked_up.found;
  int comparators = 0;
  for (const Comparator& comparator : kComparators) {
    if (!section.has(comparator.key)) continue;
    ++comparators;
    const Json wanted = threshold(section, comparator.key, comparator);
    check.wanted = in_words(comparator, wanted);
    check.holds = check.holds_as_specified = comparator.holds(check.found, wanted);
    if (!section.has("specified")) continue;
    const Json specified = threshold(section, "specified", comparator);
    check.specified = in_words(comparator, specified);
    check.holds_as_specified = comparator.holds(check.found, specified);
  }
  if (comparators != 1) {
    throw section.error("is",
                        "a check needs exactly one of: is, is_not, at_least, at_most, above, below, equals");
  }
  const bool differs = !check.specified.empty() && check.specified != check.wanted;
  if (differs != section.has("because")) {
    throw section
        .error("because", differs
                              ? "another threshold is checked than is specified, and nothing says why"
                              : "a reason stands here, and no threshold that differs from the specified one")
        .expected(differs ? "because = \"why\"" : "specified = THRESHOLD beside it");
  }
  if (differs) check.because = section.text("because");
  section.done();
  return check;
}

std::vector<ClaimCheck> run_checks(const Section& claim, const Json& results) {
  std::vector<ClaimCheck> out;
  for (const Section& check : claim.sections("check")) out.push_back(run_check(check, results));
  return out;
}

bool all_hold(const std::vector<ClaimCheck>& checks, bool ClaimCheck::*holds) {
  return !checks.empty() &&
         std::all_of(checks.begin(), checks.end(), [&](const ClaimCheck& check) { return check.*holds; });
}

std::vector<ClaimNeighbour> neighbours(const Section& claim, const std::string& kind, const Json& results) {
  std::vector<ClaimNeighbour> out;
  for (const Section& section : claim.sections(kind)) {
    const LookedUp looked_up = look_up(section, results);
    out.push_back({section.text("text"), looked_up.what, looked_up.found});
    section.done();
  }
  return out;
}

std::vector<ClaimControl> run_controls(const ClaimedRecipe& recipe, const Section& claim,
                                       const ResultsOf& results_of) {
  std::vector<ClaimControl> out;
  for (const Section& section : claim.sections("control")) {
    const std::vector<WorldSetting> settings = read_settings(section.section("set"));
    ClaimControl control{section.text("text"), text_of(settings), {}, false};
    section.done();
    if (!recipe.study.empty()) throw section.error("set", "a claim that is checked on a study has no worlds");
    if (settings.empty()) throw section.error("set", "a control sets nothing");
    if (!results_of) continue;
    control.checks = run_checks(claim, results_of(settings));
    control.claim_holds = all_hold(control.checks, &ClaimCheck::holds);
    out.push_back(std::move(control));
  }
  return out;
}

Json checks_json(const std::vector<ClaimCheck>& checks) {
  Json out = Json::array();
  for (const ClaimCheck& check : checks) {
    out.push_back({{"what", check.what},
                   {"wanted", check.wanted},
                   {"specified", check.specified.empty() ? Json() : Json(check.specified)},
                   {"because", check.because.empty() ? Json() : Json(check.because)},
                   {"found", check.found},
                   {"holds", check.holds},
                   {"holds_as_specified", check.holds_as_specified}});
  }
  return out;
}

Json neighbours_json(const std::vector<ClaimNeighbour>& neighbours) {
  Json out = Json::array();
  for (const ClaimNeighbour& one : neighbours) {
    out.push_back({{"text", one.text}, {"what", one.what}, {"found", one.found}});
  }
  return out;
}

Json claim_json(const ClaimResult& claim) {
  Json controls = Json::array();
  for (const ClaimControl& control : claim.controls) {
    controls.push_back({{"text", control.text},
                        {"set", control.set},
                        {"claim_holds", control.claim_holds},
                        {"checks", checks_json(control.checks)}});
  }
  return {{"id", claim.id},
          {"text", claim.text},
          {"identity", claim.identity},
          {"ours", claim.ours},
          {"holds", claim.holds},
          {"holds_as_specified", claim.holds_as_specified},
          {"checks", checks_json(claim.checks)},
          {"baselines", neighbours_json(claim.baselines)},
          {"rivals", neighbours_json(claim.rivals)},
          {"controls", std::move(controls)}};
}

}  // namespace

ClaimedRecipe read_claimed_recipe(const Config& config) {
  const Section root = config.root();
  ClaimedRecipe recipe{root.text("key"),
                       root.text("system"),
                       root.text("paper"),
                       root.text("study", ""),
                       root.text("adjusted", ""),
                       {},
                       config};
  // The method's own keys, which gradus/method/method.h reads.
  (void)root.texts("names", {}), (void)root.text("about", ""), (void)root.maybe("chain");
  if (recipe.study.empty() == root.sections("simulation").empty()) {
    throw root.error("study", "a claim is checked on a study or on simulations")
        .expected("either study = \"FILE\" or [[simulation]] tables");
  }
  if (root.sections("claim").empty()) {
    throw root.error("claim", "the recipe claims nothing").expected("at least one [[claim]] table");
  }
  for (const Section& part : root.sections("unbuilt")) {
    recipe.unbuilt.push_back({part.text("text"), part.text("why")});
    part.done();
  }
  if (root.maybe("sweep") && !recipe.study.empty()) {
    throw root.error("sweep", "a claim that is checked on a study has no worlds");
  }
  root.done();
  return recipe;
}

std::optional<ClaimedRecipe> claimed_recipe(const std::string& key) {
  const Method* method = method_of_key(key);
  if (method == nullptr || method->config.root().sections("claim").empty()) return std::nullopt;
  return read_claimed_recipe(method->config);
}

ClaimParts parts_of(const ClaimedRecipe& recipe) {
  ClaimParts parts{0, recipe.unbuilt.size()};
  for (const Section& claim : recipe.config.root().sections("claim")) {
    if (claim.flag("ours", false)) continue;
    ++parts.built;
    ++parts.specified;
  }
  return parts;
}

std::vector<ClaimResult> check_claims(const ClaimedRecipe& recipe, const Json& results,
                                      const ResultsOf& results_of) {
  std::vector<ClaimResult> out;
  for (const Section& section : recipe.config.root().sections("claim")) {
    ClaimResult claim;
    claim.id = section.text("id");
    claim.text = section.text("text");
    claim.identity = section.flag("identity", false);
    claim.ours = section.flag("ours", false);
    claim.checks = run_checks(section, results);
    claim.baselines = neighbours(section, "baseline", results);
    claim.rivals = neighbours(section, "rival", results);
    claim.controls = run_controls(recipe, section, results_of);
    section.done();
    const bool empty = std::any_of(claim.controls.begin(), claim.controls.end(),
                                   [](const ClaimControl& control) { return control.claim_holds; });
    claim.holds = !empty && all_hold(claim.checks, &ClaimCheck::holds);
    claim.holds_as_specified = !empty && all_hold(claim.checks, &ClaimCheck::holds_as_specified);
    out.push_back(std::move(claim));
  }
  return out;
}

Json claims_json(const ClaimedRecipe& recipe, const std::vector<ClaimResult>& claims) {
  Json list = Json::array(), unbuilt = Json::array();
  size_t counted = 0, held = 0, identities = 0;
  bool holds = !claims.empty();
  for (const ClaimResult& claim : claims) {
    list.push_back(claim_json(claim));
    holds = holds && claim.holds;
    identities += claim.identity;
    counted += !claim.identity;
    held += !claim.identity && claim.holds;
  }
  for (const UnbuiltPart& part : recipe.unbuilt) {
    unbuilt.push_back({{"text", part.text}, {"why", part.why}});
  }
  const ClaimParts parts = parts_of(recipe);
  return {{"key", recipe.key},
          {"system", recipe.system},
          {"paper", recipe.paper},
          {"holds", holds},
          {"counts",
           {{"claims", counted},
            {"hold", held},
            {"identities", identities},
            {"parts_built", parts.built},
            {"parts_specified", parts.specified}}},
          {"claims", list},
          {"unbuilt", unbuilt},
          {"adjusted", recipe.adjusted.empty() ? Json() : Json(recipe.adjusted)}};
}

}  // namespace gradus
