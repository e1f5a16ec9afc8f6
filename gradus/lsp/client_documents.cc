// Documents of a Client: their texts and versions, and when the server has to judge them anew.
#include <filesystem>

#include "gradus/lsp/capabilities.h"
#include "gradus/lsp/client.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

void require_documents(const Json& capabilities, const std::string& server) {
  if (takes_documents(capabilities)) return;
  throw LspError(Status::unsupported_cap,
                 Error::outside("the language server '" + server + "' takes no open documents")
                     .field("textDocumentSync")
                     .expected("openClose with full or incremental changes")
                     .hint("choose a server that does"));
}

std::string with_plain_lines(std::string text) {
  for (size_t at = text.find('\r'); at != std::string::npos; at = text.find('\r', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] != '\n') text[at] = '\n';
  }
  return text;
}

}  // namespace

Json Client::opening(const std::string& uri, const Document& document) const {
  return {{"textDocument",
           {{"uri", uri},
            {"languageId", profile_.language_of(path_of_uri(uri))},
            {"version", document.version},
            {"text", document.text}}}};
}

Client::DocumentsLock Client::lock_documents() {
  for (;;) {
    const std::shared_ptr<Life> life = ready_life();
    std::unique_lock order(order_mutex_);
    const std::lock_guard lock(mutex_);
    if (life_ == life) return {life, std::move(order)};
  }
}

void Client::open_document(const std::string& uri, const std::string& text) {
  const std::string name = file_uri(path_of_uri(uri));
  if (version_of(name)) {
    change_document(name, text);
    return;
  }
  const DocumentsLock locked = lock_documents();
  require_documents(capabilities(), profile_.name);
  Document document{.text = with_plain_lines(text), .version = 1};
  const Json params = opening(name, document);
  {
    const std::lock_guard lock(mutex_);
    document.files_epoch = files_epoch_;
    document.sent = view_.serial;
    documents_[name] = std::move(document);
  }
  tell(locked.life, "textDocument/didOpen", params);
}

Client::Document& Client::open_or_refuse(const std::string& uri) {
  const auto found = documents_.find(uri);
  if (found == documents_.end()) {
    throw LspError(Status::not_found, Error::input("a document is not open").field("uri").found(uri));
  }
  return found->second;
}

int64_t Client::change_document(const std::string& uri, const std::string& text, const Json& extra) {
  const std::string name = file_uri(path_of_uri(uri));
  const DocumentsLock locked = lock_documents();
  const bool reopen = profile_.diagnostics.reopen;
  Document sent;
  {
    const std::lock_guard lock(mutex_);
    Document& document = open_or_refuse(name);
    document.text = with_plain_lines(text);
    ++document.version;
    document.files_epoch = files_epoch_;
    document.sent = view_.serial;
    if (reopen) view_.published.erase(name);
    sent = document;
  }
  if (reopen) {
    tell(locked.life, "textDocument/didClose", {{"textDocument", {{"uri", name}}}});
    tell(locked.life, "textDocument/didOpen", opening(name, sent));
    return sent.version;
  }
  Json params = {{"textDocument", {{"uri", name}, {"version", sent.version}}},
                 {"contentChanges", Json::array({Json{{"text", sent.text}}})}};
  params.update(extra);
  tell(locked.life, "textDocument/didChange", params);
  return sent.version;
}

void Client::rebuild_document(const std::string& uri) {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text = open_or_refuse(file_uri(path_of_uri(uri))).text;
  }
  change_document(uri, text, profile_.diagnostics.rebuild);
}

void Client::close_document(const std::string& uri) {
  const std::string name = file_uri(path_of_uri(uri));
  const DocumentsLock locked = lock_documents();
  {
    const std::lock_guard lock(mutex_);
    open_or_refuse(name);
    documents_.erase(name);
    // What was published of it says nothing about the document that is opened next under this name.
    view_.published.erase(name);
    view_.idle.erase(name);
  }
  tell(locked.life, "textDocument/didClose", {{"textDocument", {{"uri", name}}}});
}

std::optional<int64_t> Client::version_of(const std::string& uri) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(file_uri(path_of_uri(uri)));
  return found == documents_.end() ? std::nullopt : std::optional(found->second.version);
}

uint64_t Client::serial_of(const std::string& uri) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(file_uri(path_of_uri(uri)));
  return found == documents_.end() ? 0 : found->second.sent;
}

void Client::files_changed(const std::vector<std::string>& uris) {
  constexpr int kCreated = 1, kChanged = 2, kDeleted = 3;
  Json changes = Json::array();
  for (const std::string& uri : uris) {
    std::error_code ignored;
    const bool there = std::filesystem::exists(path_of_uri(uri), ignored);
    // Created as well as changed: what it was before is not known here, and servers look at the disk.
    if (there) changes.push_back({{"uri", uri}, {"type", kCreated}});
    changes.push_back({{"uri", uri}, {"type", there ? kChanged : kDeleted}});
  }
  {
    const std::lock_guard lock(mutex_);
    ++files_epoch_;
  }
  notify("workspace/didChangeWatchedFiles", {{"changes", changes}});
}

bool Client::is_judged_before_files_changed(const std::string& uri) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(file_uri(path_of_uri(uri)));
  return found != documents_.end() && found->second.files_epoch != files_epoch_;
}

void Client::settle(Milliseconds timeout) {
  ready_life();  // what an ended one has said of its work is over
  bool indexed = false;
  for (const std::string& file : profile_.index_files) {
    std::error_code ignored;
    indexed = indexed || std::filesystem::exists(std::filesystem::path(root_) / file, ignored);
  }
  const bool quiet = wait_until(std::chrono::steady_clock::now() + timeout, [&](const ServerView& view) {
    return !is_at_work(view) && (!indexed || view.ended_progress.count(profile_.index_token) != 0);
  });
  if (quiet) return;
  throw LspError(
      Status::ls_timeout,
      Error::outside("the language server is still at work")
          .field(profile_.index_token)
          .hint("ask again with a longer --timeout; the first index of a project takes longest; work that "
                "never ends is named in the profile's key background"));
}

}  // namespace gradus
