#include "gradus/cli/claims_print.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "gradus/cli/output.h"

namespace gradus {

namespace {

std::string text_of(const Json& value) {
  return value.is_number_float() ? fmt::format("{:+.4f}", value.get<double>())
         : value.is_string()     ? value.get<std::string>()
                                 : value.dump();
}

std::string verdict_of(const Json& claim) {
  const bool holds = claim.at("holds") == true;
  if (claim.at("identity") == true) return holds ? "IDENTITY" : "IDENTITY THAT DOES NOT HOLD";
  return holds ? "HOLDS" : "DOES NOT HOLD";
}

// "", or what the specification wants and why another threshold is checked.
std::string specified_in(const Json& check) {
  if (check.at("specified").is_null()) return "";
  if (check.at("because").is_null()) return ", as specified";
  return fmt::format(" (specified: {}; {})", check.at("specified").get<std::string>(),
                     check.at("because").get<std::string>());
}

void print_checks(const Json& claim) {
  for (const Json& check : claim.at("checks")) {
    fmt::print("    {} {}: {}, wanted {}{}\n", check.at("holds") == true ? "ok " : "NO ",
               check.at("what").get<std::string>(), text_of(check.at("found")),
               check.at("wanted").get<std::string>(), specified_in(check));
  }
  if (claim.at("identity") == false && claim.at("holds") != claim.at("holds_as_specified")) {
    fmt::print("    as specified it {}\n",
               claim.at("holds_as_specified") == true ? "holds" : "does not hold");
  }
}

void print_neighbours(const Json& claim, const char* list, const char* word) {
  for (const Json& one : claim.at(list)) {
    fmt::print("    {:<9} {}: {}, {}\n", word, one.at("text").get<std::string>(), text_of(one.at("found")),
               one.at("what").get<std::string>());
  }
}

void print_controls(const Json& claim) {
  for (const Json& control : claim.at("controls")) {
    fmt::print("    {:<9} {} ({}): {}\n", "control", control.at("text").get<std::string>(),
               control.at("set").get<std::string>(),
               control.at("claim_holds") == true ? "HOLDS THERE TOO, so the claim says nothing"
                                                 : "fails there, as it must");
    for (const Json& check : control.at("checks")) {
      fmt::print("              {}: {}\n", check.at("what").get<std::string>(), text_of(check.at("found")));
    }
  }
}

// "world.noise: holds at 0.25, 0.5; not at 1, 2"
void print_worlds(const Json& claim) {
  if (!claim.contains("worlds")) return;
  for (const Json& range : claim.at("worlds")) {
    std::string with, without;
    for (const Json& world : range.at("worlds")) {
      std::string& list = world.at("holds") == true ? with : without;
      list += (list.empty() ? "" : ", ") + world.at("value").dump();
    }
    fmt::print("    {:<9} {}: {}{}{}\n", "worlds", range.at("parameter").get<std::string>(),
               with.empty() ? "" : "holds at " + with, with.empty() || without.empty() ? "" : "; ",
               without.empty() ? "" : "not at " + without);
  }
}

// Whether a threshold of a claim is ours alone: the note on what that means is printed once.
bool any_unspecified(const Json& claims) {
  for (const Json& claim : claims.at("claims")) {
    for (const Json& check : claim.at("checks")) {
      if (claim.at("identity") == false && check.at("specified").is_null()) return true;
    }
  }
  return false;
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

}  // namespace

void print_claims(const Json& claims) {
  fmt::print("{} ({})\n", claims.at("system").get<std::string>(), claims.at("paper").get<std::string>());
  if (claims.contains("set") && claims.at("set") != "") {
    fmt::print("in another world than the recipe's: {}\n", claims.at("set").get<std::string>());
  }
  if (!claims.at("adjusted").is_null()) {
    fmt::print("changed until a claim held: {}\n", claims.at("adjusted").get<std::string>());
  }
  for (const Json& claim : claims.at("claims")) {
    fmt::print("\n({}) {}: {}{}\n", claim.at("id").get<std::string>(), verdict_of(claim),
               claim.at("text").get<std::string>(), claim.at("ours") == true ? " (not specified, ours)" : "");
    print_checks(claim);
    print_neighbours(claim, "baselines", "baseline");
    print_neighbours(claim, "rivals", "rival");
    print_controls(claim);
    print_worlds(claim);
  }
  const Json& counts = claims.at("counts");
  const size_t identities = counts.at("identities").get<size_t>();
  fmt::print("\n{} of {} claims hold; {} {}; {} of {} specified parts built\n",
             counts.at("hold").get<size_t>(), counts.at("claims").get<size_t>(), identities,
             identities == 1 ? "identity" : "identities", counts.at("parts_built").get<size_t>(),
             counts.at("parts_specified").get<size_t>());
  for (const Json& part : claims.at("unbuilt")) {
    fmt::print("not built: {} ({})\n", part.at("text").get<std::string>(), part.at("why").get<std::string>());
  }
  if (any_unspecified(claims)) {
    fmt::print("A threshold without 'specified' is ours: the specification gives no number.\n");
  }
}

void print_numbers(const Json& results) {
  std::vector<std::string> arms;
  for (const Json& simulation : results.at("simulations")) {
    print_simulation(simulation, results.at("numbers"));
    for (const Json& arm : simulation.at("arms")) arms.push_back(arm.at("id").get<std::string>() + ".");
  }
  for (const auto& [name, number] : results.at("numbers").items()) {  // of no single arm
    const auto of = [&name = name](const std::string& arm) { return name.starts_with(arm); };
    if (std::none_of(arms.begin(), arms.end(), of)) fmt::print("    {:<20}{}\n", name, shown(number));
  }
}

}  // namespace gradus
