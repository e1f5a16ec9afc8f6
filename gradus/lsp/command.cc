#include "gradus/lsp/command.h"

#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <sys/utsname.h>

#include "gradus/base/parallel.h"
#include "gradus/lsp/bundle.h"
#include "gradus/lsp/snapshot.h"
#include "gradus/lsp/text.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

std::string file_digest(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return "";
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return "sha256:" + sha256_hex(bytes.str());
}

std::string platform() {
  utsname names;
  return uname(&names) == 0 ? fmt::format("{}-{}", names.sysname, names.machine) : "";
}

std::string text_or_empty(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

Json request_json(const VerbRequest& request) {
  return {{"cmd", request.verb},
          {"selectorText", request.selector},
          {"selector", request.spec},
          {"args", request.args}};
}

VerbRequest request_of(const Json& json) {
  return {json.at("cmd").get<std::string>(), json.at("selectorText").get<std::string>(), json.at("selector"),
          json.at("args")};
}

std::vector<VerbRequest> recorded_requests(const Trace& trace) {
  std::map<uint64_t, VerbRequest> in_line;  // those without a place came one after the other
  uint64_t last = 0;
  for (const TraceEvent& event : trace.events) {
    if (event.direction != Direction::meta || event.content.value("event", "") != "request") continue;
    const Json place = event.content.value("place", Json());
    last = place.is_null() ? last + 1 : place.get<uint64_t>();
    in_line[last] = request_of(event.content.at("request"));
  }
  std::vector<VerbRequest> out;
  for (auto& [place, request] : in_line) out.push_back(std::move(request));
  return out;
}

// What decides an answer, for the trace.
Json options_json(const CommandOptions& options) {
  return {{"server", options.server},
          {"io", encoding_name(options.io)},
          {"tau", options.tau},
          {"k", options.k},
          {"calibrated", options.calibrated},
          {"allow", options.jail.allow},
          {"deny", options.jail.deny},
          {"hard_links", options.jail.hard_links},
          {"workers", options.workers}};
}

CommandOptions options_of(const Json& json, const std::string& workspace) {
  CommandOptions out;
  out.workspace = workspace;
  out.mutation.replay = true;
  out.server = json.at("server").get<std::string>();
  out.io = encoding_of(json.at("io").get<std::string>()).value_or(Encoding::utf16);
  out.tau = json.at("tau").get<double>();
  out.k = json.at("k").get<int64_t>();
  out.calibrated = json.at("calibrated").get<bool>();
  out.jail.allow = json.at("allow").get<std::vector<std::string>>();
  out.jail.deny = json.at("deny").get<std::vector<std::string>>();
  out.jail.hard_links = json.at("hard_links").get<bool>();
  out.workers = json.value("workers", 1);
  return out;
}

SessionOptions session_options(const CommandOptions& options, ConnectionMaker maker) {
  SessionOptions out;
  out.rules = options.jail;
  out.client.request_timeout = Milliseconds(static_cast<int64_t>(options.timeout_s * 1000));
  out.tau = options.tau;
  out.k = static_cast<size_t>(options.k);
  out.calibrated = options.calibrated;
  out.maker = std::move(maker);
  out.frozen = options.mutation.replay;
  out.settles = !options.mutation.replay || options.workers == 1;
  out.asks_again = options.workers == 1;  // so that a trace holds as many questions as its replay asks
  return out;
}

// The path that an address or a file name speaks of; of a symbol one with its language for an ending.
std::string document_of(const std::string& text) {
  try {
    const Selector selector = parse_selector(text);
    if (const auto* cursor = std::get_if<CursorSelector>(&selector.target)) return cursor->document.path;
    if (const auto* range = std::get_if<RangeSelector>(&selector.target)) return range->document.path;
    if (const auto* anchor = std::get_if<AnchorSelector>(&selector.target)) return anchor->document.path;
    // The scheme of a symbol is its language: py://, cpp://.
    if (const auto* symbol = std::get_if<SymbolSelector>(&selector.target)) return "a." + symbol->language;
    return text;
  } catch (const LspError&) {
    if (const size_t scheme = text.find("://");
        scheme != std::string::npos && scheme > 0 && !is_file_uri(text) && !text.starts_with("ws:///"))
      return "a." + text.substr(0, scheme);
    const size_t place = std::min(text.rfind("@L"), text.rfind("@R("));
    return text.substr(0, place);
  }
}

}  // namespace

std::string server_for(const std::string& selector) {
  const std::string path = document_of(selector);
  for (const std::string& name : server_names()) {
    if (server_profile(name).reads(path)) return name;
  }
  throw LspError(Status::bad_selector_syntax,
                 Error::input("no known language server reads this")
                     .found(selector)
                     .hint("name one with --server: " + fmt::format("{}", fmt::join(server_names(), ", "))));
}

Command::Command(const CommandOptions& options) : options_(options) {
  const ServerProfile profile = server_profile(options.server);
  const Jail jail(options.workspace, options.jail);
  ConnectionMaker maker = process_of(profile, jail.root(), {});
  const std::string program = file_digest(executable_of(profile));
  if (!options.trace_file.empty()) {
    const Json header = {{"workspace", snapshot_digest(jail.root())},
                         {"options", options_json(options)},
                         {"program", program},
                         {"platform", platform()}};
    trace_ = std::make_shared<TraceWriter>(options.trace_file, jail.root(), header);
    maker = recorded(std::move(maker), trace_);
  }
  start(profile, std::move(maker));
  environment_["server"]["digest"] = program;
  environment_["platform"] = platform();
}

Command::Command(const CommandOptions& options, std::shared_ptr<const Trace> trace) : options_(options) {
  const Jail jail(options.workspace, options.jail);
  const Json header = trace->header();
  start(server_profile(options.server), replayed(std::move(trace), jail.root()));
  environment_["server"]["digest"] = header.at("program");
  environment_["platform"] = header.at("platform");
}

void Command::start(const ServerProfile& profile, ConnectionMaker maker) {
  session_ =
      std::make_unique<Session>(profile, options_.workspace, session_options(options_, std::move(maker)));
  Client& client = session_->client();
  const Json server = client.server_info();
  environment_ = environment_json({.server_name = profile.name,
                                   .server_version = text_or_empty(server, "version"),
                                   .server_arguments = profile.arguments,
                                   .position_encoding = std::string(encoding_name(client.encoding())),
                                   .config_digest = session_->config()});
  capabilities_ = capabilities_json(client.capabilities());
}

Json Command::run(const VerbRequest& request) {
  const Json place = request.place ? Json(*request.place) : Json();
  if (trace_) trace_->meta({{"event", "request"}, {"place", place}, {"request", request_json(request)}});
  VerbAnswer answer = run_verb(*session_, request, options_.io, options_.mutation);
  BundleParts parts;
  parts.status = answer.status;
  parts.request = std::move(answer.request);
  parts.resolution = std::move(answer.resolution);
  parts.facts = std::move(answer.facts);
  if (!answer.edits.is_null()) parts.edits = std::move(answer.edits);
  parts.environment = environment_;
  parts.environment["rootDigest"] = answer.digest;
  if (!answer.config.empty()) parts.environment["configDigest"] = answer.config;
  parts.capabilities = capabilities_;
  if (!answer.sentence.empty()) parts.meta["error"] = answer.sentence;
  parts.process_reward = std::move(answer.reward);
  Json bundle = make_bundle(std::move(parts));
  if (trace_) {
    trace_->meta({{"event", "answer"},
                  {"place", place},
                  {"status", bundle.at("status")},
                  {"exit", bundle.at("meta").at("exit_code")},
                  {"bundleId", bundle.at("bundleId")}});
  }
  return bundle;
}

void Command::commit_trace() {
  if (trace_) trace_->commit();
}

std::vector<Json> replay_commands(const std::shared_ptr<const Trace>& trace, const std::string& workspace,
                                  int workers) {
  try {
    const CommandOptions options = options_of(trace->header().at("options"), workspace);
    require_same_workspace(*trace, Jail(workspace).root());
    Command command(options, trace);
    std::vector<VerbRequest> requests = recorded_requests(*trace);
    std::vector<Json> bundles(requests.size());
    // Asked one after the other, they were asked again where the server knew nothing yet: how often depends
    // on the order.
    if (workers == 1 || options.workers == 1) {
      for (size_t i = 0; i < requests.size(); ++i) bundles[i] = command.run(requests[i]);
      return bundles;
    }
    for (VerbRequest& request : requests) request.place = command.session().line_up();
    parallel_for(requests.size(), workers, [&](size_t i) {
      const PlaceInLine in_line(command.session(), *requests[i].place);
      bundles[i] = command.run(requests[i]);
    });
    return bundles;
  } catch (const Json::exception& error) {
    throw Error::input("this trace was not written by a command of 'gradus lsp'")
        .at(trace->file)
        .found(error.what());
  }
}

Json failure_bundle(const VerbRequest& request, Status status, const std::string& sentence) {
  BundleParts parts;
  parts.status = status;
  parts.request = {{"cmd", request.verb}, {"selector", nullptr}, {"selectorText", request.selector}};
  parts.environment = environment_json({});
  parts.meta["error"] = sentence;
  return make_bundle(parts);
}

}  // namespace gradus
