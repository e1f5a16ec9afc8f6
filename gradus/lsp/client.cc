#include "gradus/lsp/client.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

#include "gradus/base/text.h"
#include "gradus/lsp/capabilities.h"
#include "gradus/lsp/real_database.h"
#include "gradus/lsp/server_request.h"
#include "gradus/lsp/text.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kMostProgress = 10'000, kMostPublished = 100'000;
constexpr Milliseconds kSilentWork{5'000};  // after that, work that is reported and never ends counts as over

std::string one_uri(const std::string& uri) {
  return is_file_uri(uri) ? file_uri(path_of_uri(uri)) : uri;
}

std::string last_lines(const std::string& text) {
  constexpr size_t kShown = 600;
  const std::string_view all = trim(text);
  return std::string(all.size() > kShown ? all.substr(all.size() - kShown) : all);
}

// gopls gives all modules that it is made of, as JSON.
Json short_version(const Json& version) {
  constexpr size_t kShown = 100;
  if (!version.is_string()) return version;
  const std::string text = version.get<std::string>();
  const Json parts = text.starts_with("{") ? Json::parse(text, nullptr, false) : Json();
  for (const char* const key : {"Version", "version"}) {
    if (parts.is_object() && parts.contains(key) && parts.at(key).is_string()) return parts.at(key);
  }
  return std::string(start_of(text.substr(0, text.find('\n')), kShown));
}

LspError refusal(const std::string& method, const Json& error) {
  constexpr int kMethodNotFound = -32601, kInvalidRequest = -32600, kInternal = -32603, kParse = -32700,
                kNotInitialized = -32002, kCancelled = -32800, kModified = -32801, kServerCancelled = -32802;
  Status status = Status::not_found;
  switch (error.at("code").get<int64_t>()) {
    case kMethodNotFound:
      status = Status::unsupported_cap;
      break;
    case kInvalidRequest:
    case kInternal:
    case kParse:
    case kNotInitialized:
      status = Status::ls_crash;
      break;
    case kCancelled:
    case kServerCancelled:
      status = Status::request_cancelled;
      break;
    case kModified:
      status = Status::content_modified;
      break;
    default:
      break;
  }
  return LspError(status, Error::outside("the language server refuses " + method)
                              .field(fmt::format("error {}", error.at("code").get<int64_t>()))
                              .found(error.at("message").get<std::string>()));
}

}  // namespace

ConnectionMaker process_of(const ServerProfile& profile, const std::string& root, const FrameLimits& limits) {
  ServerCommand command{.argv = {executable_of(profile)},
                        .directory = root,
                        .environment = inherited_of(profile),
                        .limits = limits};
  command.environment.insert(command.environment.end(), profile.environment.begin(),
                             profile.environment.end());
  command.argv.insert(command.argv.end(), profile.arguments.begin(), profile.arguments.end());
  return [command, profile, root]() -> std::unique_ptr<Connection> {
    ServerCommand now = command;
    if (const auto database = real_database(profile, root)) {
      now.argv.push_back(profile.database_argument + database->root());
      now.needs = database;
    }
    return std::make_unique<ServerProcess>(std::move(now));
  };
}

// From one start of the server to its end.
struct Client::Life {
  std::unique_ptr<Connection> connection;
  std::thread reader;
  bool up = false, over = false, stopping = false;
  std::optional<LspError> end;
  std::map<int64_t, std::pair<std::string, std::shared_ptr<Reply::Slot>>> asked;
};

Client::Client(ServerProfile profile, std::string root, ClientOptions options, ConnectionMaker maker)
    : profile_(std::move(profile)),
      root_(std::move(root)),
      options_(std::move(options)),
      maker_(std::move(maker)) {
  if (!maker_) maker_ = process_of(profile_, root_, options_.limits);
  ready_life();
}

Client::~Client() {
  const std::lock_guard start(start_mutex_);
  const std::shared_ptr<Life> life = current();
  if (life) say_goodbye(life);
}

void Client::say_goodbye(const std::shared_ptr<Life>& life) {
  try {
    ask(life, "shutdown", nullptr, options_.stop_patience).get();
    tell(life, "exit", nullptr);
  } catch (const LspError&) {
    // Then it is killed.
  }
  {
    const std::lock_guard lock(mutex_);
    life->stopping = true;
  }
  end_life(life);
}

std::shared_ptr<Client::Life> Client::current() const {
  const std::lock_guard lock(mutex_);
  return life_;
}

bool Client::can_start_again() const {
  const std::lock_guard lock(mutex_);
  return life_->over && starts_ <= options_.restarts;
}

void Client::end_life(const std::shared_ptr<Life>& life) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return life->up || life->over; });
    if (life->connection) life->connection->interrupt();
  }
  if (life->reader.joinable()) life->reader.join();
}

std::shared_ptr<Client::Life> Client::ready_life() {
  const std::lock_guard start(start_mutex_);
  int before = 0;
  {
    std::unique_lock lock(mutex_);
    // Without this the question would meet a life that, when a trace was recorded, had been over by then.
    if (life_ && life_->connection && life_->connection->takes_no_more())
      changed_.wait(lock, [&] { return life_->over; });
    if (life_ && !life_->over) return life_;
    if (starts_ > options_.restarts) throw *life_->end;
    before = starts_++;
  }
  if (before > 0) {
    end_life(current());
    std::this_thread::sleep_for(options_.back_off * (int64_t{1} << std::min(before - 1, 16)));
  }
  start_life();
  return current();
}

void Client::restart() {
  const std::lock_guard start(start_mutex_);
  say_goodbye(current());
  {
    const std::lock_guard lock(mutex_);
    ++restarts_;
  }
  start_life();
}

void Client::start_life() {
  const auto life = std::make_shared<Life>();
  {
    const std::lock_guard lock(mutex_);
    life_ = life;
    view_ = ServerView();
  }
  life->reader = std::thread([this, life] { run(life); });
  try {
    initialize(life);
    introduce(life);
  } catch (const LspError& error) {
    end_life(life);
    throw;
  }
}

void Client::initialize(const std::shared_ptr<Life>& life) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return life->up || life->over; });
    if (life->over) throw *life->end;
  }
  const Json params = {
      {"processId", getpid()},
      {"clientInfo", {{"name", "gradus"}}},
      {"rootUri", file_uri(root_)},
      {"capabilities", client_capabilities(options_.encodings)},
      {"initializationOptions", profile_.initialization},
      {"workspaceFolders", Json::array({Json{{"uri", file_uri(root_)}, {"name", "workspace"}}})}};
  const Json result = ask(life, "initialize", params, options_.start_timeout).get();
  if (!result.is_object() || !result.contains("capabilities") || !result.at("capabilities").is_object()) {
    throw LspError(Status::ls_crash,
                   Error::outside("the language server answers initialize without capabilities")
                       .found(result.dump().substr(0, 200)));
  }
  Ready ready{.capabilities = result.at("capabilities"),
              .encoding = negotiated_encoding(result, options_.encodings)};
  const Json info = result.value("serverInfo", Json::object());
  ready.server["name"] = profile_.name;
  ready.server["version"] = short_version(info.is_object() ? info.value("version", Json()) : Json());
  const std::lock_guard lock(mutex_);
  if (ready.server["version"].is_null() && ready_.server.contains("version")) {
    ready.server["version"] = ready_.server["version"];  // its log told already
  }
  ready_ = ready;
}

// The documents stay locked meanwhile, so that each is opened in this life exactly once.
void Client::introduce(const std::shared_ptr<Life>& life) {
  const std::lock_guard order(order_mutex_);
  Json reopen = Json::array();
  {
    const std::lock_guard lock(mutex_);
    for (auto& [uri, document] : documents_) {
      document.files_epoch = files_epoch_;
      document.sent = view_.serial;
      reopen.push_back(opening(uri, document));
    }
  }
  tell(life, "initialized", Json::object());
  tell(life, "workspace/didChangeConfiguration", {{"settings", profile_.settings}});
  for (const Json& one : reopen) tell(life, "textDocument/didOpen", one);
}

void Client::run(const std::shared_ptr<Life>& life) {
  std::optional<LspError> end;
  std::unique_ptr<Connection> made;
  try {
    made = maker_();
    Connection& connection = *made;
    {
      const std::lock_guard lock(mutex_);
      life->connection = std::move(made);
      life->up = true;
      changed_.notify_all();
    }
    while (const std::optional<std::string> body = connection.receive()) handle(life, *body);
  } catch (const LspError& error) {
    end = error;
  } catch (const std::exception& error) {
    end = LspError(
        Status::ls_crash,
        Error::outside(std::string("the language server sent what cannot be used: ") + error.what()));
  }
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    stopping = life->stopping;
  }
  std::string words;
  if (life->connection) {
    if (!stopping) words = last_lines(life->connection->last_words());
    life->connection->stop(stopping ? options_.stop_patience : Milliseconds(0));
  }
  if (!end) {
    Error error = Error::outside("the language server '" + profile_.name + "' ended");
    if (!words.empty()) error.found("its last words: " + words);
    end = LspError(Status::ls_crash, error.hint("ask again: it is started anew"));
  }
  finish(life, *end);
}

void Client::finish(const std::shared_ptr<Life>& life, LspError end) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, asked] : life->asked) {
    asked.second->done = true;
    asked.second->error = end;
    asked.second->answered.notify_one();
  }
  life->asked.clear();
  life->end = std::move(end);
  life->over = true;
  changed_.notify_all();
}

void Client::handle(const std::shared_ptr<Life>& life, const std::string& body) {
  Message message = parse_message(body, options_.limits);
  if (message.kind == MessageKind::request) {
    {
      const std::lock_guard lock(mutex_);
      ++view_.serial;
    }
    life->connection->send(answer_to(message.document, profile_, root_).dump());
    return;
  }
  // Who is woken finds the lock free.
  std::unique_lock lock(mutex_);
  ++view_.serial;
  if (message.kind == MessageKind::response) {
    const std::shared_ptr<Reply::Slot> slot = handle_response(*life, message.document);
    lock.unlock();
    if (slot) slot->answered.notify_one();
  } else {
    handle_notification(message.document);
    lock.unlock();
    changed_.notify_all();
  }
}

std::shared_ptr<Reply::Slot> Client::handle_response(Life& life, Json& response) {
  const Json& id = response.at("id");
  const auto asked = id.is_number_integer() ? life.asked.find(id.get<int64_t>()) : life.asked.end();
  if (asked == life.asked.end()) {
    ++discarded_;
    return nullptr;
  }
  std::shared_ptr<Reply::Slot> slot = std::move(asked->second.second);
  slot->done = true;
  if (response.contains("error")) {
    slot->error = refusal(asked->second.first, response.at("error"));
  } else {
    slot->result = std::move(response.at("result"));
  }
  life.asked.erase(asked);
  return slot;
}

void Client::handle_notification(const Json& message) {
  const std::string& method = message.at("method").get_ref<const std::string&>();
  const auto found = message.find("params");
  if (found == message.end() || !found->is_object()) return;
  const Json& params = *found;
  if (method == "textDocument/publishDiagnostics") return handle_publication(params);
  if (method == "$/progress") return handle_progress(params);
  if (method == profile_.diagnostics.idle_method) {
    const Json uri = params.value("uri", Json()), state = params.value("state", Json());
    if (!uri.is_string() || !state.is_string()) return;
    const std::string name = one_uri(uri.get<std::string>());
    view_.idle.erase(name);
    if (state == profile_.diagnostics.idle_state && view_.idle.size() < kMostPublished)
      view_.idle[name] = view_.serial;
  } else if (method == "window/logMessage" && !profile_.version_prefix.empty()) {
    const Json text = params.value("message", Json());
    if (!text.is_string() || text.get<std::string>().rfind(profile_.version_prefix, 0) != 0) return;
    const std::string rest = text.get<std::string>().substr(profile_.version_prefix.size());
    const std::vector<std::string_view> words = words_of(rest);
    if (!words.empty()) ready_.server["version"] = std::string(words[0]);
  }
}

void Client::handle_progress(const Json& params) {
  const Json token = params.value("token", Json()), value = params.value("value", Json());
  if (!value.is_object() || (!token.is_string() && !token.is_number_integer())) return;
  const std::string name = token.is_string() ? token.get<std::string>() : token.dump();
  const Json kind = value.value("kind", Json());
  if (view_.open_progress.size() + view_.ended_progress.size() > kMostProgress) {
    // Finished ones are only asked for by the name of the index.
    std::erase_if(view_.ended_progress, [&](const std::string& one) { return one != profile_.index_token; });
    if (view_.open_progress.size() > kMostProgress) {
      throw LspError(Status::ls_crash, Error::outside("the language server opens progress without end")
                                           .expected(fmt::format("at most {} at once", kMostProgress)));
    }
  }
  const Json title = value.value("title", Json());
  const std::vector<std::string>& background = profile_.background;
  const bool ignored =
      std::find(background.begin(), background.end(), name) != background.end() ||
      (title.is_string() && std::find(background.begin(), background.end(), title) != background.end());
  if (kind == "begin") {
    if (!ignored) view_.open_progress[name] = std::chrono::steady_clock::now();
    view_.ended_progress.erase(name);
  } else if (kind == "report") {
    const auto open = view_.open_progress.find(name);
    if (open != view_.open_progress.end()) open->second = std::chrono::steady_clock::now();
  } else if (kind == "end") {
    view_.open_progress.erase(name);
    view_.ended_progress.insert(name);
  }
}

void Client::handle_publication(const Json& params) {
  const Json uri = params.value("uri", Json());
  const auto diagnostics = params.find("diagnostics");
  if (!uri.is_string() || diagnostics == params.end() || !diagnostics->is_array()) {
    throw LspError(Status::ls_crash,
                   Error::outside("the language server publishes diagnostics without uri or list")
                       .found(params.dump().substr(0, 200)));
  }
  Publication publication{
      .diagnostics = *diagnostics, .serial = view_.serial, .received = std::chrono::steady_clock::now()};
  const Json version = params.value("version", Json());
  if (version.is_number_integer()) publication.version = version.get<int64_t>();
  if (view_.published.size() < kMostPublished)
    view_.published[one_uri(uri.get<std::string>())] = std::move(publication);
}

void Client::post(const std::shared_ptr<Life>& life, const std::string& body) {
  try {
    life->connection->send(body);
  } catch (const LspError& error) {
    // The reader sees the end only later; without waiting for it the next question would meet the same life.
    if (error.status() == Status::ls_crash) {
      life->connection->interrupt();
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return life->over; });
      throw *life->end;
    }
    throw;
  }
}

Reply Client::ask(const std::shared_ptr<Life>& life, const std::string& method, const Json& params,
                  Milliseconds timeout) {
  const auto slot = std::make_shared<Reply::Slot>();
  int64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    if (life->over) throw *life->end;
    id = next_id_++;
    slot->serial = view_.serial;
    life->asked.emplace(id, std::make_pair(method, slot));
  }
  Json message = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
  if (!params.is_null()) message["params"] = params;
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  try {
    post(life, message.dump());
  } catch (const LspError&) {
    const std::lock_guard lock(mutex_);
    life->asked.erase(id);
    throw;
  }
  return Reply(*this, slot, id, method, deadline);
}

void Client::tell(const std::shared_ptr<Life>& life, const std::string& method, const Json& params) {
  Json message = {{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.is_null()) message["params"] = params;
  post(life, message.dump());
}

Json Reply::get() {
  bool was_silent = false;
  std::shared_ptr<Client::Life> life;
  {
    std::unique_lock lock(client_->mutex_);
    const bool done = slot_->answered.wait_until(lock, deadline_, [&] { return slot_->done; });
    if (done) {
      if (slot_->error) throw *slot_->error;
      return std::move(slot_->result);
    }
    life = client_->life_;
    life->asked.erase(id_);
    was_silent = client_->view_.serial == slot_->serial;
  }
  if (was_silent) {
    client_->give_up_on_server();
  } else {
    client_->tell(life, "$/cancelRequest", {{"id", id_}});
  }
  throw LspError(
      Status::ls_timeout,
      Error::outside("the language server did not answer in time")
          .field(method_)
          .found(was_silent ? "not one message since the question" : "messages, but not this answer")
          .hint("ask again with a longer --timeout; a large project needs longer after its start"));
}

Reply Client::send(const std::string& method, const Json& params) {
  return send(method, params, options_.request_timeout);
}

Reply Client::send(const std::string& method, const Json& params, Milliseconds timeout) {
  const std::shared_ptr<Life> life = ready_life();
  {
    const std::lock_guard lock(mutex_);  // no copy: they are large and this is the hot path
    require_capability(ready_.capabilities, method, profile_.name);
  }
  return ask(life, method, params, timeout);
}

Json Client::request(const std::string& method, const Json& params) {
  for (;;) {
    try {
      return send(method, params).get();
    } catch (const LspError& error) {
      if (error.status() != Status::ls_crash || !can_start_again()) throw;
    }
  }
}

void Client::notify(const std::string& method, const Json& params) {
  tell(ready_life(), method, params);
}

void Client::give_up_on_server() {
  const std::shared_ptr<Life> life = current();
  life->connection->interrupt();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return life->over; });
}

bool Client::is_at_work(const ServerView& view) const {
  const Milliseconds patience = std::min(kSilentWork, options_.request_timeout / 3);
  const Moment now = std::chrono::steady_clock::now();
  return std::any_of(view.open_progress.begin(), view.open_progress.end(),
                     [&](const auto& work) { return now - work.second < patience; });
}

bool Client::wait_until(Deadline deadline, const std::function<bool(const ServerView&)>& holds) {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<Life> life = life_;
  constexpr Milliseconds kLook{50};  // time passes without a message, and that may be what is waited for
  for (;;) {
    // First, so that it does not depend on how soon the end behind it is seen.
    if (holds(view_)) return true;
    if (life->over) throw *life->end;
    const Moment now = std::chrono::steady_clock::now();
    if (now >= deadline) return false;
    changed_.wait_until(lock, std::min<Deadline>(deadline, now + kLook));
  }
}

Json Client::capabilities() const {
  const std::lock_guard lock(mutex_);
  return ready_.capabilities;
}

Json Client::server_info() const {
  const std::lock_guard lock(mutex_);
  return ready_.server;
}

Encoding Client::encoding() const {
  const std::lock_guard lock(mutex_);
  return ready_.encoding;
}

int Client::starts() const {
  const std::lock_guard lock(mutex_);
  return starts_ + restarts_;
}

int64_t Client::discarded_answers() const {
  const std::lock_guard lock(mutex_);
  return discarded_;
}

}  // namespace gradus
