#include "gradus/lsp/session.h"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

#include "gradus/lsp/bundle.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kKeptAnswers = 10'000;
constexpr size_t kMaxDocuments = 500;  // that one address may make us open
constexpr int kMostTries = 3;          // again, of a question whose answer is empty
constexpr Milliseconds kFirstPause{250};

Recovery recovered(const Jail& jail) {
  return apply_pending(jail) ? recover(jail) : Recovery{};
}

// What the address says of where it is, and the name to look for.
struct Wanted {
  std::optional<DocumentPath> document;
  std::string module, name;
};

Wanted wanted_of(const Selector& selector) {
  Wanted out;
  if (const auto* cursor = std::get_if<CursorSelector>(&selector.target)) out.document = cursor->document;
  if (const auto* range = std::get_if<RangeSelector>(&selector.target)) out.document = range->document;
  if (const auto* anchor = std::get_if<AnchorSelector>(&selector.target)) out.document = anchor->document;
  if (const auto* symbol = std::get_if<SymbolSelector>(&selector.target)) {
    out.module = symbol->module;
    if (!symbol->names.empty()) out.name = symbol->names.back();
  }
  if (const auto* ast = std::get_if<AstSelector>(&selector.target)) {
    for (const AstSegment& segment : ast->path) {
      if (!segment.name) continue;
      (segment.kind == "module" ? out.module : out.name) = *segment.name;
    }
  }
  return out;
}

// "pkg/mod.py" and "pkg/mod/__init__.py" are the module pkg.mod; a path is itself.
bool is_module(const std::string& path, const std::string& module) {
  if (path == module) return true;
  std::string dotted = path.substr(0, path.rfind('.'));
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  if (dotted.ends_with(".__init__")) dotted.resize(dotted.size() - 9);
  return dotted == module || dotted.ends_with("." + module);
}

}  // namespace

Session::Session(ServerProfile profile, const std::string& workspace, SessionOptions options)
    : options_(std::move(options)),
      jail_(workspace, options_.rules),
      recovery_(recovered(jail_)),
      client_(std::move(profile), jail_.root(), options_.client, options_.maker),
      files_(jail_, client_.profile()),
      answers_(kKeptAnswers) {
  files_.refresh();
  config_digest_ = config_digest(client_.profile(), jail_.root());
}

SessionTurn::~SessionTurn() {
  lock_.unlock();
  if (place_) session_.leave(*place_);
}

PlaceInLine::~PlaceInLine() {
  session_.leave(place_);
}

SessionTurn Session::turn(std::optional<uint64_t> place) {
  if (place) {
    std::unique_lock line(line_mutex_);
    line_moved_.wait(line, [&] { return line_.count(*place) == 0 || *line_.begin() == *place; });
  }
  std::unique_lock lock(turn_);
  if (!options_.frozen) refresh();
  return SessionTurn(*this, std::move(lock), place);
}

uint64_t Session::line_up() {
  const std::lock_guard line(line_mutex_);
  line_.insert(++places_);
  return places_;
}

void Session::leave(uint64_t place) {
  {
    const std::lock_guard line(line_mutex_);
    line_.erase(place);
  }
  line_moved_.notify_all();
}

void Session::settle() {
  const std::shared_lock asking(asking_);
  if (options_.settles) client_.settle(options_.client.request_timeout);
}

void Session::refresh() {
  const std::vector<std::string> changed = files_.refresh();
  if (changed.empty()) return;
  refresh_documents(changed);
  if (std::none_of(changed.begin(), changed.end(),
                   [&](const std::string& path) { return profile().is_config_file(path); })) {
    return;
  }
  config_digest_ = config_digest(profile(), jail_.root());
  for (auto& [path, document] : documents_) document.symbols.reset();
  const auto nobody_asks = alone();
  client_.restart();
}

void Session::refresh_documents(const std::vector<std::string>& changed) {
  std::vector<std::string> uris;
  for (const std::string& path : changed) {
    const std::string uri = uri_of(path);
    const auto known = documents_.find(path);
    if (known == documents_.end()) {
      uris.push_back(uri);
      continue;
    }
    documents_.erase(known);
    if (files_.hashes().count(path) != 0) {
      open(path);
    } else {
      client_.close_document(uri);
    }
    uris.push_back(uri);
  }
  client_.files_changed(uris);
}

Session::Document& Session::document(const std::string& path) {
  const auto known = documents_.find(path);
  if (known != documents_.end()) return known->second;
  const FileState file = jail_.read_existing(path);
  Text text = document_text(file.bytes, path);
  client_.open_document(uri_of(path), text.content());
  return documents_.emplace(path, Document{file.hash, std::move(text), std::nullopt}).first->second;
}

std::string Session::open(const std::string& path) {
  document(path);
  return uri_of(path);
}

std::string Session::uri_of(const std::string& path) const {
  return file_uri(jail_.root() + "/" + path);
}

const Text& Session::text(const std::string& path) {
  return document(path).text;
}

const std::vector<Symbol>& Session::symbols(const std::string& path) {
  Document& found = document(path);
  if (!found.symbols) found.symbols = asked_symbols(path, found);
  return *found.symbols;
}

std::vector<Symbol> Session::asked_symbols(const std::string& path, const Document& document) {
  const SymbolSource source{path, language_of_path(path), &document.text, encoding()};
  const Json params = {{"textDocument", {{"uri", uri_of(path)}}}};
  const std::string method = "textDocument/documentSymbol";
  std::vector<Symbol> out;
  ask_again(method, [&] {
    out = read_symbols(client_.request(method, params), source);
    return !out.empty();
  });
  return out;
}

void Session::ask_again(const std::string& method, const std::function<bool()>& asked) {
  for (int i = 0; !asked() && i < kMostTries && told_.count(method) == 0; ++i) {
    if (!options_.frozen) std::this_thread::sleep_for(kFirstPause * (1 << i));
  }
  told_.insert(method);
}

std::string Session::path_of(const std::string& named) const {
  const JailPlace place = jail_.place(named);
  if (!jail_.read(place)) {
    throw LspError(Status::not_found, Error::input("there is no such file in the workspace").at(named));
  }
  return place.path;
}

std::map<std::string, KnownFile> Session::known_files() const {
  std::map<std::string, KnownFile> known;
  for (const auto& [path, hash] : files_.hashes()) known[path] = {std::nullopt, hash};
  for (const auto& [path, document] : documents_) {
    known[path] = {client_.version_of(uri_of(path)), document.hash};
  }
  return known;
}

std::vector<std::string> Session::documents_for(const Selector& selector, bool whole_workspace) {
  const Wanted wanted = wanted_of(selector);
  if (wanted.document) return {path_of(wanted.document->path)};
  std::vector<std::string> paths;
  for (const auto& [path, hash] : files_.hashes()) {
    const bool module = !wanted.module.empty() && is_module(path, wanted.module);
    if (!whole_workspace && !module) continue;
    if (profile().is_config_file(path)) continue;
    const auto open = documents_.find(path);
    const std::string bytes = open == documents_.end() ? jail_.read_existing(path).bytes : "";
    const std::string& content = open == documents_.end() ? bytes : open->second.text.content();
    if (!module && content.find(wanted.name) == std::string::npos) continue;
    paths.push_back(path);
    if (paths.size() > kMaxDocuments) {
      throw LspError(Status::ambiguous, Error::input("more than 500 files hold this name")
                                            .found(wanted.name)
                                            .hint("name the module or the file in the selector"));
    }
  }
  return paths;
}

Resolution Session::resolve_in(const Selector& selector, const std::vector<std::string>& paths) {
  const bool structural = !wanted_of(selector).document;
  std::vector<SourceDocument> documents;
  for (const std::string& path : paths) {
    Document& found = document(path);
    // An address that names its document is found by its text alone: servers without symbols can serve it.
    documents.push_back({.path = path,
                         .text = found.text.content(),
                         .symbols = structural ? symbols(path) : std::vector<Symbol>{},
                         .version = "sha256:" + found.hash});
  }
  RelocateOptions options;
  options.encoding = client_.encoding();
  options.tau = options_.tau;
  options.k = options_.k;
  options.calibrated = options_.calibrated;
  return relocate(selector, documents, options);
}

Resolution Session::resolve(const Selector& selector) {
  const std::vector<std::string> near = documents_for(selector, false);
  Resolution found = resolve_in(selector, near);
  if (found.status == Status::ok || found.status == Status::version_skew || wanted_of(selector).document) {
    return found;
  }
  const std::vector<std::string> all = documents_for(selector, true);
  return all.size() == near.size() ? found : resolve_in(selector, all);
}

Target Session::target(Resolution resolution) {
  Target out;
  out.resolution = std::move(resolution);
  out.candidate = out.resolution.candidates.at(0);
  out.uri = open(out.candidate.document);
  out.digest = files_.digest();
  out.params = {
      {"textDocument", {{"uri", out.uri}}},
      {"position", {{"line", out.candidate.place.line}, {"character", out.candidate.place.character}}}};
  return out;
}

Json Session::ask(const std::string& digest, const std::string& method, const Json& params) {
  const auto says_something = [](const Json& answer) {
    return !answer.is_null() && !(answer.is_array() && answer.empty());
  };
  const auto asked = [&] {
    const std::shared_lock asking(asking_);
    const bool is_place = method == "textDocument/definition" || method == "textDocument/references";
    // Of these the turn is held, so that their order is that of the line, however many ask.
    const bool is_rename = method == "textDocument/prepareRename" || method == "textDocument/rename";
    if (!is_rename && !(is_place && options_.asks_again)) return client_.request(method, params);
    Json answer;
    ask_again(method, [&] {
      answer = client_.request(method, params);
      return says_something(answer);
    });
    return answer;
  };
  return answers_.get(SingleFlight::key(digest, method, params), asked, says_something);
}

std::string Session::workspace_uri_of(const std::string& uri) const {
  return workspace_uri(uri, jail_.root());
}

Json Session::neutral_places(const Json& answer) const {
  return neutral(answer, jail_.root());
}

std::vector<std::string> Session::sources() const {
  std::vector<std::string> out;
  for (const auto& [path, hash] : files_.hashes()) {
    if (!profile().is_config_file(path)) out.push_back(path);
  }
  return out;
}

bool Session::counts_apart(const std::string& path) const {
  return files_.counted_apart().count(path) != 0;
}

Selector Session::located(Selector selector) const {
  const auto relative = [&](DocumentPath& document) { document = {path_of(document.path), false}; };
  if (auto* cursor = std::get_if<CursorSelector>(&selector.target)) relative(cursor->document);
  if (auto* range = std::get_if<RangeSelector>(&selector.target)) relative(range->document);
  if (auto* anchor = std::get_if<AnchorSelector>(&selector.target)) relative(anchor->document);
  if (auto* symbol = std::get_if<SymbolSelector>(&selector.target)) {
    if (symbol->module.starts_with("/")) symbol->module = jail_.relative(symbol->module);
  }
  return selector;
}

}  // namespace gradus
