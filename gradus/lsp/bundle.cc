#include "gradus/lsp/bundle.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>
#include <string_view>
#include <tuple>

#include "gradus/base/canonical.h"
#include "gradus/lsp/position.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr int kDeepest = 256;  // levels of a server's answer
constexpr uint64_t kLargestWhole = 1ULL << 53;

// In the order of canonical JSON. What the server said has no volatile fields.
struct HashedPart {
  std::string_view name;
  bool from_server;
};
constexpr std::array<HashedPart, 7> kHashed{{{"capabilities", false},
                                             {"edits", true},
                                             {"environment", false},
                                             {"facts", true},
                                             {"meta", false},
                                             {"request", false},
                                             {"resolution", true}}};
static_assert(std::ranges::is_sorted(kHashed, {}, &HashedPart::name));

const std::set<std::string, std::less<>> kVolatile{
    "time",          "timestamp",         "started",       "finished",  "duration",
    "durationMs",    "elapsedMs",         "pid",           "processId", "host",
    "cache",         "traceFile",         "workspaceRoot", "requestId", "progressToken",
    "workDoneToken", "partialResultToken"};

const std::set<std::string, std::less<>> kUris{"uri", "targetUri", "oldUri", "newUri", "baseUri", "rootUri"};

void check_depth(int depth) {
  if (depth > kDeepest) {
    throw Error::outside("a language server's answer is nested too deeply")
        .expected(fmt::format("at most {} levels", kDeepest));
  }
}

Json without_volatile(const Json& node, int depth) {
  check_depth(depth);
  if (node.is_array()) {
    Json out = Json::array();
    for (const Json& one : node) out.push_back(without_volatile(one, depth + 1));
    return out;
  }
  if (!node.is_object()) return node;
  Json out = Json::object();
  for (const auto& [key, value] : node.items()) {
    if (!kVolatile.count(key)) out[key] = without_volatile(value, depth + 1);
  }
  return out;
}

Json neutral_value(const Json& node, const std::string& root, std::string_view key, int depth);

Json neutral_object(const Json& node, const std::string& root, std::string_view key, int depth) {
  Json out = Json::object();
  for (const auto& [name, value] : node.items()) {
    // The keys of WorkspaceEdit.changes are URIs.
    const std::string put = key == "changes" && is_file_uri(name) ? workspace_uri(name, root) : name;
    out[put] = neutral_value(value, root, name, depth + 1);
  }
  return out;
}

Json neutral_value(const Json& node, const std::string& root, std::string_view key, int depth) {
  check_depth(depth);
  if (node.is_object()) return neutral_object(node, root, key, depth);
  if (node.is_array()) {
    Json out = Json::array();
    for (const Json& one : node) out.push_back(neutral_value(one, root, key, depth + 1));
    return out;
  }
  if (node.is_string() && kUris.count(key)) {
    const std::string uri = node.get<std::string>();
    return is_file_uri(uri) ? workspace_uri(uri, root) : uri;
  }
  const bool large = (node.is_number_unsigned() && node.get<uint64_t>() > kLargestWhole) ||
                     (node.is_number_integer() && node.get<int64_t>() < -static_cast<int64_t>(kLargestWhole));
  return large ? Json(node.dump()) : node;
}

// The order of a list: made once for every entry.
struct Ordered {
  std::string uri, kind, name, text;
  std::vector<int64_t> range;
  Json entry;
};

std::string text_at(const Json& entry, const char* field) {
  if (!entry.contains(field)) return "";
  return entry.at(field).is_string() ? entry.at(field).get<std::string>() : canonical(entry.at(field));
}

std::vector<Ordered> sorted(std::vector<Json> entries) {
  std::vector<Ordered> all;
  for (Json& entry : entries) {
    Ordered one{
        text_at(entry, "uri"), text_at(entry, "kind"), text_at(entry, "name"), canonical(entry), {}, {}};
    if (entry.contains("range") && entry.at("range").is_array())
      one.range = entry.at("range").get<std::vector<int64_t>>();
    one.entry = std::move(entry);
    all.push_back(std::move(one));
  }
  const auto key = [](const Ordered& one) {
    return std::tie(one.uri, one.range, one.kind, one.name, one.text);
  };
  std::sort(all.begin(), all.end(), [&](const Ordered& a, const Ordered& b) { return key(a) < key(b); });
  all.erase(std::unique(all.begin(), all.end(),
                        [](const Ordered& a, const Ordered& b) { return a.text == b.text; }),
            all.end());
  return all;
}

// "sha256:DIGEST:OFFSET": which list, and where to go on.
size_t offset_of(const std::string& cursor, const std::string& digest, size_t count) {
  if (cursor.empty()) return 0;
  const size_t colon = cursor.rfind(':');
  const std::string number = colon == std::string::npos ? "" : cursor.substr(colon + 1);
  const bool sound =
      !number.empty() && number.size() < 10 && number.find_first_not_of("0123456789") == std::string::npos;
  if (!sound) {
    throw LspError(Status::bad_selector_syntax,
                   Error::input("malformed cursor").field("cursor").found(cursor));
  }
  const size_t offset = std::stoul(number);
  if (cursor.substr(0, colon) == digest && offset <= count) return offset;
  throw LspError(Status::version_skew, Error::input("the list has changed since this cursor was made")
                                           .field("cursor")
                                           .found(cursor)
                                           .hint("ask again without a cursor"));
}

}  // namespace

Json environment_json(const EnvironmentFacts& facts) {
  const auto known = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  Json toolchain = nullptr;
  if (!facts.toolchain.empty()) {
    toolchain = {{"exe", facts.toolchain},
                 {"version", known(facts.toolchain_version)},
                 {"target", known(facts.toolchain_target)}};
  }
  return {{"server",
           {{"name", facts.server_name},
            {"version", known(facts.server_version)},
            {"argvDigest", content_id(facts.server_arguments)},
            {"digest", known(facts.server_digest)}}},
          {"positionEncoding", facts.position_encoding},
          {"toolchain", std::move(toolchain)},
          {"rootDigest", known(facts.root_digest)},
          {"configDigest", known(facts.config_digest)},
          {"platform", known(facts.platform)}};
}

Json capabilities_json(const Json& server) {
  const auto offers = [&](const char* name) {
    if (!server.is_object() || !server.contains(name)) return false;
    const Json& value = server.at(name);
    return value.is_boolean() ? value.get<bool>() : value.is_object() || value.is_number();
  };
  const bool prepares = offers("renameProvider") && server.at("renameProvider").is_object() &&
                        server.at("renameProvider").value("prepareProvider", Json(false)) == Json(true);
  return {{"definition", offers("definitionProvider")},
          {"references", offers("referencesProvider")},
          {"hover", offers("hoverProvider")},
          {"documentSymbol", offers("documentSymbolProvider")},
          {"rename", offers("renameProvider")},
          {"prepareRename", prepares},
          {"codeAction", offers("codeActionProvider")},
          {"pullDiagnostics", offers("diagnosticProvider")},
          {"cancellable", true},
          {"partialResult", false}};
}

Json neutral(const Json& answer, const std::string& root) {
  return neutral_value(answer, root, "", 0);
}

Json entry_of(const Json& item, const std::string& uri) {
  if (!item.is_object()) throw Error::outside("a language server gave a location that is no object");
  Json out = Json::object();
  out["uri"] = item.contains("targetUri") ? item.at("targetUri")
               : item.contains("uri")     ? item.at("uri")
                                          : Json(uri);
  for (const auto& [key, value] : item.items()) {
    if (key == "uri" || key == "targetUri") continue;
    if (key == "range" || key == "targetSelectionRange") {
      out["range"] = range_json(range_of(value));
    } else if (key == "targetRange") {
      out["target"] = range_json(range_of(value));
    } else if (key != "originSelectionRange" && key != "location") {
      out[key] = value;
    }
  }
  if (!item.contains("location")) return out;
  const Json place = entry_of(item.at("location"), uri);
  out["uri"] = place.at("uri");
  if (place.contains("range")) out["range"] = place.at("range");
  return out;
}

void add_locations(Json& facts, const std::string& name, std::vector<Json> entries, const Page& page) {
  const std::vector<Ordered> all = sorted(std::move(entries));
  std::string texts;
  for (const Ordered& one : all) texts += one.text + "\n";
  const std::string digest = "sha256:" + sha256_hex(texts);
  const size_t begin = offset_of(page.cursor, digest, all.size());
  const size_t end = std::min(all.size(), begin + std::min(page.most, kMostLocations));
  Json shown = Json::array();
  for (size_t i = begin; i < end; ++i) shown.push_back(all[i].entry);
  facts[name] = std::move(shown);
  if (begin == 0 && end == all.size()) return;
  facts["truncated"][name] = {{"total", all.size()},
                              {"from", begin},
                              {"shown", end - begin},
                              {"next", end < all.size() ? Json(fmt::format("{}:{}", digest, end)) : Json()}};
}

Json make_bundle(BundleParts parts) {
  Json meta = std::move(parts.meta);
  meta["exit_code"] = static_cast<int>(parts.status);
  meta["sorting_keys"] = {"uri", "range[0]", "range[1]", "range[2]", "range[3]", "kind", "name", "jcs"};
  meta["hashing"] = {{"algo", "sha256-jcs-v1"}};
  parts.facts["provenance"] = "lsp";
  Json bundle = Json::object();
  bundle["version"] = "1.2";
  bundle["bundleId"] = "";
  bundle["status"] = parts.status == Status::ok ? Json("ok") : Json(status_name(parts.status));
  bundle["request"] = std::move(parts.request);
  bundle["resolution"] = std::move(parts.resolution);
  bundle["facts"] = std::move(parts.facts);
  bundle["edits"] = std::move(parts.edits);
  bundle["processReward"] = std::move(parts.process_reward);
  bundle["environment"] = std::move(parts.environment);
  bundle["capabilities"] = std::move(parts.capabilities);
  bundle["meta"] = std::move(meta);
  bundle["bundleId"] = bundle_id(bundle);
  return bundle;
}

// The canonical text of an object of all parts, without making one: they stand in the order of their names.
std::string bundle_id(const Json& bundle) {
  std::string hashed;
  for (const HashedPart& part : kHashed) {
    const auto found = bundle.find(part.name);
    if (found == bundle.end())
      throw Error::input("this is no analysis bundle").field(std::string(part.name)).found("nothing");
    hashed += fmt::format("{}\"{}\":", hashed.empty() ? '{' : ',', part.name);
    hashed += canonical(part.from_server ? *found : without_volatile(*found, 0));
  }
  return "sha256:" + sha256_hex(hashed + "}");
}

}  // namespace gradus
