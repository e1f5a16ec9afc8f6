#include "gradus/lsp/diagnostics.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "gradus/lsp/capabilities.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

struct Wanted {
  std::string uri;
  int64_t version = 0;
  // Of a server that publishes without versions: messages before an answer that it gave to a question asked
  // after the text was sent.
  std::optional<uint64_t> read_by;
  Moment read_at{};
};

Wanted wanted_of(const Client& client, const std::string& uri) {
  const std::string name = file_uri(path_of_uri(uri));
  const std::optional<int64_t> version = client.version_of(name);
  if (version) return {name, *version, {}};
  throw LspError(
      Status::not_found,
      Error::input("diagnostics are wanted of a document that is not open").field("uri").found(uri));
}

[[noreturn]] void too_late(const std::string& uri, const std::string& found) {
  throw LspError(Status::ls_timeout, Error::outside("the language server did not judge a document in time")
                                         .field(uri)
                                         .found(found)
                                         .hint("ask again with a longer --timeout; no count is read before"));
}

// Versions are optional in the protocol. Without one, what came after the text was sent may still be of the
// text before, and a server may clear or begin a list before it is whole: it counts when nothing followed for
// a while, and for a longer while where it is empty or came before the server had surely read the text.
bool is_quiet(const Publication& publication, const Wanted& wanted, const DiagnosticsProfile& profile) {
  constexpr double kLonger = 3;
  const bool sure = !publication.diagnostics.empty() && publication.serial > wanted.read_by.value_or(0);
  const std::chrono::duration<double> quiet(profile.quiet_s * (sure ? 1 : kLonger));
  return std::chrono::steady_clock::now() - std::max(publication.received, wanted.read_at) >= quiet;
}

// Why the wait for `wanted` is not over; empty: it is.
std::string missing(const ServerView& view, const Wanted& wanted, const Client& client) {
  const DiagnosticsProfile& profile = client.profile().diagnostics;
  const auto published = view.published.find(wanted.uri);
  if (published == view.published.end()) return "nothing published";
  const std::optional<int64_t>& version = published->second.version;
  if (version && *version != wanted.version) {
    return fmt::format("version {} instead of {}", *version, wanted.version);
  }
  if (!version && !wanted.read_by) return "nothing published since its last change";
  if (!version && !is_quiet(published->second, wanted, profile)) return "it may still publish more";
  if (!profile.idle_method.empty()) {
    const auto idle = view.idle.find(wanted.uri);
    if (idle == view.idle.end() || idle->second < published->second.serial)
      return "it is still at work on the file";
  }
  if (client.is_at_work(view)) return "in progress: " + view.open_progress.begin()->first;
  return "";
}

bool needs_question(const ServerView& view, const Wanted& wanted, uint64_t sent) {
  const auto published = view.published.find(wanted.uri);
  return !wanted.read_by && published != view.published.end() && !published->second.version &&
         published->second.serial > sent;
}

// Asks something about the document, and says how many messages there were before the answer.
uint64_t read_by(Client& client, const std::string& uri, Deadline deadline) {
  const char* const question = "textDocument/documentSymbol";
  const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
  try {
    if (offers(client.capabilities(), question))
      client.send(question, {{"textDocument", {{"uri", uri}}}}, left).get();
  } catch (const LspError& error) {
    if (error.status() == Status::ls_crash || error.status() == Status::replay_mismatch) throw;
  }
  uint64_t messages = 0;
  client.wait_until(deadline, [&](const ServerView& view) {
    messages = view.serial;
    return true;
  });
  return messages;
}

std::vector<FileDiagnostics> published_of(Client& client, const std::vector<std::string>& uris,
                                          Deadline deadline) {
  std::vector<Wanted> wanted;
  for (const std::string& uri : uris) {
    if (client.is_judged_before_files_changed(uri)) client.rebuild_document(uri);
  }
  std::map<std::string, uint64_t> sent;
  for (const std::string& uri : uris) {
    wanted.push_back(wanted_of(client, uri));
    sent[wanted.back().uri] = client.serial_of(uri);
  }
  std::vector<FileDiagnostics> out;
  std::string reason, late;
  for (;;) {
    Wanted* unread = nullptr;
    const bool whole = client.wait_until(deadline, [&](const ServerView& view) {
      const auto it = std::find_if(wanted.begin(), wanted.end(), [&](const Wanted& one) {
        return needs_question(view, one, sent.at(one.uri));
      });
      unread = it == wanted.end() ? nullptr : &*it;
      if (unread) return true;
      for (const Wanted& one : wanted) {
        reason = missing(view, one, client);
        late = one.uri;
        if (!reason.empty()) return false;
      }
      for (const Wanted& one : wanted)
        out.push_back({one.uri, one.version, view.published.at(one.uri).diagnostics});
      return true;
    });
    if (!whole) too_late(late, reason);
    if (!unread) return out;
    unread->read_by = read_by(client, unread->uri, deadline);
    unread->read_at = std::chrono::steady_clock::now();
  }
}

Json items_of(const Json& report, const std::string& uri) {
  if (report.is_object() && report.value("kind", Json()) == "full" && report.contains("items") &&
      report.at("items").is_array()) {
    return report.at("items");
  }
  throw LspError(Status::ls_crash,
                 Error::outside("the language server answers textDocument/diagnostic without a full list")
                     .field(uri)
                     .found(report.dump().substr(0, 200)));
}

std::vector<FileDiagnostics> asked_of(Client& client, const std::vector<std::string>& uris,
                                      Deadline deadline) {
  std::vector<std::pair<Wanted, Reply>> asked;
  for (const std::string& uri : uris) {
    const Wanted wanted = wanted_of(client, uri);
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    asked.emplace_back(
        wanted, client.send("textDocument/diagnostic", {{"textDocument", {{"uri", wanted.uri}}}}, left));
  }
  std::vector<FileDiagnostics> out;
  for (auto& [wanted, reply] : asked)
    out.push_back({wanted.uri, wanted.version, items_of(reply.get(), wanted.uri)});
  return out;
}

}  // namespace

std::vector<FileDiagnostics> diagnostics_of(Client& client, const std::vector<std::string>& uris,
                                            Milliseconds timeout) {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  std::vector<FileDiagnostics> out = client.profile().diagnostics.pull ? asked_of(client, uris, deadline)
                                                                       : published_of(client, uris, deadline);
  for (const FileDiagnostics& file : out) {
    const std::optional<int64_t> version = client.version_of(file.uri);
    if (version != file.version) {
      throw LspError(
          Status::content_modified,
          Error::outside("a document changed while it was judged").field(file.uri).hint("ask again"));
    }
    for (const Json& item : file.items) {
      if (item.is_object()) continue;
      throw LspError(Status::ls_crash,
                     Error::outside("the language server gives a diagnostic that is no object")
                         .field(file.uri)
                         .found(item.dump().substr(0, 200)));
    }
  }
  return out;
}

namespace {

bool is_error(const Json& item) {
  const Json severity = item.value("severity", Json(1));
  return severity != 2 && severity != 3 && severity != 4;
}

std::string code_of(const Json& item) {
  const Json code = item.value("code", Json(""));
  return code.is_string() ? code.get<std::string>() : code.dump();
}

}  // namespace

DiagnosticCounts count_diagnostics(const Json& items, const ServerProfile& profile) {
  DiagnosticCounts counts;
  for (const Json& item : items) {
    const Json severity = item.value("severity", Json(1));
    counts.warnings += severity == 2;
    counts.information += severity == 3;
    counts.hints += severity == 4;
    counts.errors += is_error(item);
  }
  counts.fatal = !fatal_findings(items, profile).empty();
  return counts;
}

std::vector<std::string> fatal_findings(const Json& items, const ServerProfile& profile) {
  const std::vector<std::string>& codes = profile.diagnostics.fatal_codes;
  std::vector<std::string> out;
  for (const Json& item : items) {
    if (!is_error(item) || std::find(codes.begin(), codes.end(), code_of(item)) == codes.end()) continue;
    const Json message = item.value("message", Json(""));
    out.push_back(code_of(item) + ": " + (message.is_string() ? message.get<std::string>() : message.dump()));
  }
  return out;
}

}  // namespace gradus
