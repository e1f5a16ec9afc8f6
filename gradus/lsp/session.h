// A workspace, a language server on it, and what is known of both at this moment.
//
//   Session session(server_profile("clangd"), "/home/me/project", {});
//   const SessionTurn turn = session.turn();                  // one at a time: files may have changed
//   const Target target = session.target(session.resolve(parse_selector("src/a.cc@L3:C5")));
//   const Json answer = session.ask(session.digest(), "textDocument/hover", target.params);
//
// A turn begins with a look at the files: what changed on disk is told to the server, open documents are sent
// again. Answers are kept by (digest of the workspace, request), and one question is asked once however many
// want it. An apply that was interrupted here is recovered before anything is read. Questions that run at
// once may stand in line, and then take their turns in that order: documents change in the order of the
// questions, however threads are scheduled, so that a trace of them replays in any order of arrival. Where a
// configuration file changed the server is started anew: most read theirs once. Symbols
// are looked up in the documents of the module that the address names and, where they do not give one target,
// in every file of the workspace that holds the name.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "gradus/lsp/apply.h"
#include "gradus/lsp/client.h"
#include "gradus/lsp/edit_plan.h"
#include "gradus/lsp/file_watch.h"
#include "gradus/lsp/relocate.h"
#include "gradus/lsp/single_flight.h"

namespace gradus {

struct SessionOptions {
  JailRules rules = {};
  ClientOptions client = {};
  double tau = 0.75;  // of gradus/lsp/relocate.h, as the next two
  size_t k = 5;
  bool calibrated = false;
  ConnectionMaker maker = {};  // another way to a server than starting it: a trace
  bool frozen = false;         // the files stay as they are at the start: a replay has compared them already
  // Questions that need a whole index wait until the server is quiet. A replay of questions that were asked
  // at once has no such moment, and its answers are whole already.
  bool settles = true;
  // An empty list of places is asked for again where the server has told nothing yet: it may not have read
  // the files. Only where one question is asked at a time. Symbols and renames are asked for again in any
  // case.
  bool asks_again = true;
};

class Session;

// Held while documents are opened and targets resolved.
class SessionTurn {
 public:
  SessionTurn(Session& session, std::unique_lock<std::mutex> lock, std::optional<uint64_t> place)
      : session_(session), lock_(std::move(lock)), place_(place) {}
  SessionTurn(const SessionTurn&) = delete;
  SessionTurn& operator=(const SessionTurn&) = delete;
  ~SessionTurn();

 private:
  Session& session_;
  std::unique_lock<std::mutex> lock_;
  std::optional<uint64_t> place_;
};

struct Target {
  Resolution resolution;  // ok
  Candidate candidate;    // its first
  std::string uri;        // file:///...
  std::string digest;     // of the workspace
  Json params;            // {"textDocument": {"uri"}, "position"}
};

// Whatever becomes of whoever stands in line, those behind go on.
class PlaceInLine {
 public:
  PlaceInLine(Session& session, uint64_t place) : session_(session), place_(place) {}
  PlaceInLine(const PlaceInLine&) = delete;
  PlaceInLine& operator=(const PlaceInLine&) = delete;
  ~PlaceInLine();

 private:
  Session& session_;
  uint64_t place_;
};

class Session {
 public:
  Session(ServerProfile profile, const std::string& workspace, SessionOptions options);

  // Looks at the files. Give it back before waiting for an answer, so that others can ask meanwhile. With a
  // place in line: after all before it have had their turn.
  SessionTurn turn(std::optional<uint64_t> place = {});
  uint64_t line_up();
  void leave(uint64_t place);  // it had its turn or wants none; twice is nothing

  // With the turn held. Paths are canonical and relative to the root.
  std::string open(const std::string& path);  // in the server as it is on disk; gives its URI
  const std::vector<Symbol>& symbols(const std::string& path);
  Resolution resolve(const Selector& selector);
  Target target(Resolution resolution);                 // of one that is ok
  std::string path_of(const std::string& named) const;  // of an existing file
  const Text& text(const std::string& path);
  std::map<std::string, KnownFile> known_files() const;
  const std::string& digest() const { return files_.digest(); }
  const std::string& config() const { return config_digest_; }  // of the configuration at this moment
  Selector located(Selector selector) const;         // with its document as a canonical path from the root
  std::vector<std::string> sources() const;          // that the server reads, configuration aside
  bool counts_apart(const std::string& path) const;  // see gradus/lsp/disk_view.h
  std::set<std::string> places_apart() const { return files_.counted_apart(); }
  // While it is held nobody asks: documents may differ from the disk for a moment.
  std::unique_lock<std::shared_mutex> alone() { return std::unique_lock(asking_); }

  // Any time. LspError LS_TIMEOUT where the server does not become quiet.
  void settle();
  // Any time. `digest`: of the turn in which the question was made.
  Json ask(const std::string& digest, const std::string& method, const Json& params);
  std::string workspace_uri_of(const std::string& uri) const;  // ws:///...
  Json neutral_places(const Json& answer) const;               // with ws:///... for files of the workspace
  Encoding encoding() const { return client_.encoding(); }

  const Jail& jail() const { return jail_; }
  Client& client() { return client_; }
  const ServerProfile& profile() const { return client_.profile(); }
  const SessionOptions& options() const { return options_; }
  const Recovery& recovery() const { return recovery_; }  // of what was found at the start

 private:
  struct Document {
    std::string hash;
    Text text;
    std::optional<std::vector<Symbol>> symbols;
  };

  void refresh();
  void refresh_documents(const std::vector<std::string>& changed);
  std::string uri_of(const std::string& path) const;
  std::vector<Symbol> asked_symbols(const std::string& path, const Document& document);
  // Until it is over or the server has once said something to this method, a few times. `asked` says whether
  // the answer was something.
  void ask_again(const std::string& method, const std::function<bool()>& asked);
  Document& document(const std::string& path);
  std::vector<std::string> documents_for(const Selector& selector, bool whole_workspace);
  Resolution resolve_in(const Selector& selector, const std::vector<std::string>& paths);

  SessionOptions options_;
  Jail jail_;
  Recovery recovery_;
  Client client_;
  FileWatch files_;
  SingleFlight answers_;
  std::string config_digest_;
  std::set<std::string> told_;  // methods to which the server has once said something
  std::shared_mutex asking_;
  std::mutex turn_;
  std::mutex line_mutex_;
  std::condition_variable line_moved_;
  std::set<uint64_t> line_;
  uint64_t places_ = 0;
  std::map<std::string, Document> documents_;
};

}  // namespace gradus
