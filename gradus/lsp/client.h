// A client of one language server (LSP 3.17): life cycle, requests with deadlines, documents with versions,
// and what the server publishes. One thread reads; every public function may be called from any thread.
//
//   Client client(server_profile("clangd"), "/home/me/project");
//   client.open_document(uri, text);
//   Reply hover = client.send("textDocument/hover", params);          // asks; others may be on their way
//   Json result = hover.get();                                        // waits; throws LspError
//   Json place = client.request("textDocument/definition", params);   // both, over a restart if needed
//
// Failures: no answer in time LS_TIMEOUT ($/cancelRequest is sent, a late answer is discarded and counted);
// the server ended, sent garbage or cannot be started LS_CRASH; it does not offer a method UNSUPPORTED_CAP;
// it gave up REQUEST_CANCELLED or CONTENT_MODIFIED; it broke inside LS_CRASH; any other refusal NOT_FOUND
// with the server's own sentence (the codes are published; which refusal has which is ours). A server that
// ended is started again when it is next needed: after 100 ms, doubled every time, at most `restarts` times.
// Open documents are opened again with their versions. A server that was silent over a whole deadline counts
// as ended. `request` asks again after a restart: questions of this protocol change nothing.
//
// A \r that ends a line alone is sent as \n, for servers that do not count it: no place moves by that.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/connection.h"
#include "gradus/lsp/position.h"
#include "gradus/lsp/profile.h"
#include "gradus/lsp/status.h"

namespace gradus {

using Milliseconds = std::chrono::milliseconds;
using Deadline = std::chrono::steady_clock::time_point;
using ConnectionMaker = std::function<std::unique_ptr<Connection>()>;

// The profile's program, run in `root`. LspError LS_CRASH where it is not installed.
ConnectionMaker process_of(const ServerProfile& profile, const std::string& root, const FrameLimits& limits);

struct ClientOptions {
  Milliseconds request_timeout{30'000};
  Milliseconds start_timeout{60'000};
  Milliseconds stop_patience{2'000};
  Milliseconds back_off{100};
  int restarts = 2;
  FrameLimits limits;
  std::vector<Encoding> encodings{Encoding::utf16, Encoding::utf8, Encoding::utf32};  // best first
};

using Moment = std::chrono::steady_clock::time_point;

struct Publication {
  std::optional<int64_t> version;
  Json diagnostics;
  uint64_t serial = 0;  // later messages have larger ones
  Moment received{};
};

// What the server has told without being asked, since it was last started. Documents by
// file_uri(path_of_uri(uri)).
struct ServerView {
  uint64_t serial = 0;  // messages so far
  std::map<std::string, Publication> published;
  // Serial of the notification that the file's work is done; absent: at work.
  std::map<std::string, uint64_t> idle;
  std::map<std::string, Moment> open_progress;  // and when it was last heard of
  std::set<std::string> ended_progress;
};

class Client;

class Reply {
 public:
  Json get();  // once

 private:
  friend class Client;
  struct Slot {
    std::condition_variable answered;  // one waits, so that other answers and news wake nobody
    bool done = false;
    Json result;
    std::optional<LspError> error;
    uint64_t serial = 0;  // messages before it was sent
  };
  Reply(Client& client, std::shared_ptr<Slot> slot, int64_t id, std::string method, Deadline deadline)
      : client_(&client), slot_(std::move(slot)), id_(id), method_(std::move(method)), deadline_(deadline) {}

  Client* client_;
  std::shared_ptr<Slot> slot_;
  int64_t id_;
  std::string method_;
  Deadline deadline_;
};

class Client {
 public:
  // Starts the server and waits until it is ready. `maker`: another way to reach one (a trace, a test);
  // without it the profile's program is run in `root`, which is an absolute path without a slash at its end.
  Client(ServerProfile profile, std::string root, ClientOptions options = {}, ConnectionMaker maker = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // shutdown, exit, and the end of the process

  Reply send(const std::string& method, const Json& params);
  Reply send(const std::string& method, const Json& params, Milliseconds timeout);
  Json request(const std::string& method, const Json& params);
  void notify(const std::string& method, const Json& params);

  // Whole texts; versions count from 1. A document that is open is changed.
  void open_document(const std::string& uri, const std::string& text);
  int64_t change_document(const std::string& uri, const std::string& text,
                          const Json& extra = Json::object());
  void close_document(const std::string& uri);
  std::optional<int64_t> version_of(const std::string& uri) const;  // nothing: it is not open
  uint64_t serial_of(const std::string& uri) const;                 // messages before its text was last sent
  // Files changed on disk: the server is told, and open documents count as not judged since.
  void files_changed(const std::vector<std::string>& uris);
  bool is_judged_before_files_changed(const std::string& uri) const;
  // Sends the text of an open document again as a new version that has to be judged anew.
  void rebuild_document(const std::string& uri);

  // True once `holds`, of what a server said before its end too; false at the deadline. LspError LS_CRASH
  // when it ends before.
  bool wait_until(Deadline deadline, const std::function<bool(const ServerView&)>& holds);
  // Work that is reported and has been heard of lately: what a server never ends is not waited for.
  bool is_at_work(const ServerView& view) const;
  // Nothing is in progress and the index of the project, where there is one, is whole: references and renames
  // over several files need it. LspError LS_TIMEOUT.
  void settle(Milliseconds timeout);
  // Ends this life of the server, as a crash would; the next question starts another.
  void give_up_on_server();
  // Another life with the same documents: the server reads its configuration anew. Counts as no failure.
  void restart();

  const ServerProfile& profile() const { return profile_; }
  const ClientOptions& options() const { return options_; }
  const std::string& root() const { return root_; }
  Json capabilities() const;
  Json server_info() const;  // {name, version}; version null where the server does not tell
  Encoding encoding() const;
  int starts() const;                 // of the server, the first included
  int64_t discarded_answers() const;  // to questions that nobody asked or that were given up

 private:
  friend class Reply;
  struct Life;
  struct Document {
    std::string text;
    int64_t version = 0;
    uint64_t files_epoch = 0, sent = 0;
  };
  struct Ready {
    Json capabilities = Json::object(), server = Json::object();
    Encoding encoding = Encoding::utf16;
  };

  // The documents are locked, and `life` is told of what changes about them.
  struct DocumentsLock {
    std::shared_ptr<Life> life;
    std::unique_lock<std::mutex> lock;
  };

  std::shared_ptr<Life> ready_life();
  DocumentsLock lock_documents();
  void start_life();
  void initialize(const std::shared_ptr<Life>& life);
  void introduce(const std::shared_ptr<Life>& life);
  void run(const std::shared_ptr<Life>& life);
  void finish(const std::shared_ptr<Life>& life, LspError end);
  void end_life(const std::shared_ptr<Life>& life);
  void say_goodbye(const std::shared_ptr<Life>& life);
  void handle(const std::shared_ptr<Life>& life, const std::string& body);
  std::shared_ptr<Reply::Slot> handle_response(Life& life, Json& response);  // null: nobody asked
  void handle_notification(const Json& message);
  void handle_progress(const Json& params);
  void handle_publication(const Json& params);
  Reply ask(const std::shared_ptr<Life>& life, const std::string& method, const Json& params,
            Milliseconds timeout);
  void tell(const std::shared_ptr<Life>& life, const std::string& method, const Json& params);
  void post(const std::shared_ptr<Life>& life, const std::string& body);
  std::shared_ptr<Life> current() const;
  Json opening(const std::string& uri, const Document& document) const;
  bool can_start_again() const;  // the server is over, but not for good
  Document& open_or_refuse(const std::string& uri);

  const ServerProfile profile_;
  const std::string root_;
  const ClientOptions options_;
  ConnectionMaker maker_;

  std::mutex start_mutex_;  // one start at a time; taken before mutex_
  std::mutex order_mutex_;  // documents change and are announced in one order; taken before mutex_
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // what the server told by itself, and the state of its life
  std::shared_ptr<Life> life_;
  Ready ready_;
  ServerView view_;
  std::map<std::string, Document> documents_;
  uint64_t files_epoch_ = 0;
  int64_t next_id_ = 1, discarded_ = 0;
  int starts_ = 0, restarts_ = 0;  // after failures, and the first; because they were wanted
};

}  // namespace gradus
