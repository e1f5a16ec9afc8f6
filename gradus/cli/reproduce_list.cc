#include "gradus/cli/reproduce_list.h"

#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sys/stat.h>

#include "gradus/base/canonical.h"
#include "gradus/base/version.h"
#include "gradus/cli/output.h"
#include "gradus/method/method.h"
#include "gradus/study/claims.h"
#include "gradus/study/library.h"

namespace gradus {

namespace {

// What a claim gave when it was last run from this folder.
struct LastResult {
  bool holds = false, stale = false;  // stale: of another version or another recipe
  std::string version, seed, date;    // of the file, UTC
};

std::string date_of(const std::string& file) {
  struct stat found = {};
  if (stat(file.c_str(), &found) != 0) return "";
  struct tm day = {};
  gmtime_r(&found.st_mtime, &day);
  return fmt::format("{:04}-{:02}-{:02}", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

std::string text_in(const Json& document, const char* key) {
  if (!document.contains(key)) return "";
  return document.at(key).is_string() ? document.at(key).get<std::string>() : document.at(key).dump();
}

std::optional<LastResult> last_result(const std::string& key) {
  const std::string file = "runs/reproduce/" + key + "/claims.json";
  std::ifstream in(file);
  const Json last = Json::parse(in, nullptr, false);
  if (!last.is_object() || !last.contains("holds")) return std::nullopt;
  if (!text_in(last, "set").empty()) return std::nullopt;  // not the claim's own world
  LastResult out{last.at("holds") == true, false, text_in(last, "version"), text_in(last, "seed"),
                 date_of(file)};
  if (out.seed.empty()) out.seed = text_in(last, "seeds");
  const Json recipe = library_config("methods/" + key + ".toml").document();
  out.stale = out.version != kVersion || text_in(last, "recipe") != content_id(recipe);
  return out;
}

std::string state_of(const std::optional<LastResult>& last, bool built) {
  if (!built) return "not built";
  if (!last) return "built, not run here";
  if (last->stale) return "stale";
  return last->holds ? "holds" : "does not hold";
}

Json last_json(const std::optional<LastResult>& last) {
  if (!last) return nullptr;
  return {{"holds", last->holds},
          {"stale", last->stale},
          {"version", last->version},
          {"seed", last->seed},
          {"date", last->date}};
}

// "held with 0.1.0, seed 1, 2026-12-01"
std::string last_text(const std::optional<LastResult>& last) {
  if (!last) return "";
  return fmt::format("{} with {}, seed {}, {}", last->holds ? "held" : "did not hold",
                     last->version.empty() ? "an older version" : last->version,
                     last->seed.empty() ? "unknown" : last->seed, last->date);
}

}  // namespace

void list_methods(bool json) {
  Json document = Json::array();
  for (const MethodRow& row : method_table()) {
    const std::optional<ClaimedRecipe> claimed = claimed_recipe(row.key);
    const bool built = claimed.has_value();
    ClaimParts parts;
    std::string checked_on;
    std::optional<LastResult> last;
    if (built) {
      parts = parts_of(*claimed);
      checked_on = claimed->study.empty() ? "simulations" : "a study";
      last = last_result(row.key);
    }
    const VerifiedRow verified = verified_row(row.key);
    const bool chains = method_of_key(row.key) != nullptr && !built;
    const std::string state = chains ? "chains, no claim" : state_of(last, built);
    document.push_back({{"number", row.number},
                        {"key", row.key},
                        {"system", row.system},
                        {"rooms", row.rooms},
                        {"state", state},
                        {"checked_on", checked_on},
                        {"parts_built", parts.built},
                        {"parts_specified", parts.specified},
                        {"verified_functions", verified.functions},
                        {"verified_cases", verified.cases},
                        {"last", last_json(last)}});
    if (json) continue;
    const std::string built_parts = built ? fmt::format("{} of {} parts", parts.built, parts.specified) : "";
    const std::string agree =
        verified.functions > 0 ? counted(verified.functions, "function") + " verified" : "";
    fmt::print("{:>2}  {:<22} {:<20} {:<13} {:<22} {}{}\n", row.number, row.key, state, built_parts, agree,
               row.system, last ? "; " + last_text(last) : "");
  }
  if (json) fmt::print("{}\n", document.dump(2));
}

}  // namespace gradus
