// Analysis bundles 1.2: one request to a language server and what came of it, as a JSON document whose id is
// its content. Equal snapshots, servers, configurations and requests give equal ids, in whatever order a
// server answers.
//
//   bundleId = "sha256:" + hex sha256 of the canonical JSON (RFC 8785) of
//              {request, resolution, facts, edits, environment, capabilities, meta} without volatile fields
//
//   outside         version, status, bundleId and processReward: a bundle is scored again under its id
//   volatile        timestamps, durations, process ids, host, cache hits, trace files, absolute roots,
//                   ids of requests, progress tokens: left out of the hash wherever they stand in request,
//                   environment, capabilities and meta
//   lists           ranges are [line, character, line, character]; sorted by uri (bytes), range, kind, name
//                   and canonical text; equal entries once; at most 100,000, then a mark with a cursor
//   URIs            of the workspace are ws:///path
//   whole numbers   beyond 2^53 become texts
//
// Source: Lanser-CLI, docs/Lanser-CLI.pdf, section on bundles. Ours: the neutral environment (the paper has
// Python's), the list of volatile fields, the tie-breakers after the range, cursors, and that equal entries
// are one.
//
//   BundleParts parts{.request = {{"cmd", "refs"}, {"selector", selector_json(selector)}}};
//   add_locations(parts.facts, "references", neutral(answer, root), {});
//   parts.environment = environment_json({.server_name = "clangd", .server_version = "14.0.6"});
//   const Json bundle = make_bundle(parts);
//   bundle_id(bundle) == bundle.at("bundleId");
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/status.h"

namespace gradus {

inline constexpr size_t kMostLocations = 100'000;  // entries of one list

// What a bundle says of where it was made. Everything is given: nothing here looks at the machine.
struct EnvironmentFacts {
  std::string server_name, server_version;
  std::vector<std::string> server_arguments;  // their digest is kept
  std::string server_digest;                  // of the program; "": not known
  std::string position_encoding = "utf-16";
  std::string toolchain, toolchain_version, toolchain_target;  // compiler or interpreter; "": none
  std::string root_digest, config_digest;  // of the snapshot; of what the server reads beside it
  std::string platform;
};

Json environment_json(const EnvironmentFacts& facts);

// Which of the verbs a server can do, from its answer to initialize.
Json capabilities_json(const Json& server_capabilities);

// A server's answer as a bundle holds it: URIs of the workspace as ws:///, large whole numbers as text.
Json neutral(const Json& answer, const std::string& root);

struct Page {
  size_t most = kMostLocations;
  std::string cursor;  // of an earlier bundle; "": from the start
};

// A Location, LocationLink, symbol or diagnostic with an LSP range as an entry: uri, range as four numbers,
// and its other fields. `uri` stands for entries without one of their own.
Json entry_of(const Json& item, const std::string& uri);

// Puts `entries` into facts[name], sorted, and what was cut off into facts.truncated[name] = {total, shown,
// next}. LspError VERSION_SKEW where the cursor belongs to another list.
void add_locations(Json& facts, const std::string& name, std::vector<Json> entries, const Page& page);

struct BundleParts {
  Status status = Status::ok;
  Json request = Json::object(), resolution = nullptr;
  Json facts = Json::object();
  Json edits = {{"workspaceEdit", nullptr}, {"diff", nullptr}};
  Json environment = Json::object(), capabilities = Json::object();
  Json meta = Json::object();  // more fields; volatile ones among them
  Json process_reward = nullptr;
};

Json make_bundle(BundleParts parts);
std::string bundle_id(const Json& bundle);  // throws Error::input where parts are missing

}  // namespace gradus
