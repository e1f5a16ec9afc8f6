// A workspace, a language server on it, and what is known of both at this moment.
//
//   Session session(server_profile("clangd"), "/home/me/project", {});
//   const std::unique_lock turn = session.turn();                    // one at a time: files may have changed
//   const Target target = session.target(session.resolve(parse_selector("src/a.cc@L3:C5")));
//   const Json answer = session.ask(session.digest(), "textDocument/hover", target.params);
//
// A turn begins with a look at the files: what changed on disk is told to the server, open documents are sent
// again. Answers are kept by (digest of the workspace, request), and one question is asked once however many
// want it. An apply that was interrupted here is recovered before anything is read.
// Symbols are looked up in the documents of the module that the address names and, where they do not give one
// target, in every file of the workspace that holds the name.
#pragma once

#include <map>
#include <mutex>
#include <optional>
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
};

struct Target {
  Resolution resolution;  // ok
  Candidate candidate;    // its first
  std::string uri;        // file:///...
  std::string digest;     // of the workspace
  Json params;            // {"textDocument": {"uri"}, "position"}
};

class Session {
 public:
  Session(ServerProfile profile, const std::string& workspace, SessionOptions options);

  // Looks at the files. Held while documents are opened and targets resolved; give it back before waiting for
  // an answer, so that others can ask meanwhile.
  std::unique_lock<std::mutex> turn();

  // With the turn held. Paths are canonical and relative to the root.
  std::string open(const std::string& path);  // in the server as it is on disk; gives its URI
  const std::vector<Symbol>& symbols(const std::string& path);
  Resolution resolve(const Selector& selector);
  Target target(Resolution resolution);                 // of one that is ok
  std::string path_of(const std::string& named) const;  // of an existing file
  const Text& text(const std::string& path);
  std::map<std::string, KnownFile> known_files() const;
  const std::string& digest() const { return files_.digest(); }

  // Any time. `digest`: of the turn in which the question was made.
  Json ask(const std::string& digest, const std::string& method, const Json& params);
  Json range_json(const Range& range) const;                   // [sL, sC, eL, eC]
  std::string workspace_uri_of(const std::string& uri) const;  // ws:///...

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
  Document& document(const std::string& path);
  std::vector<std::string> documents_for(const Selector& selector, bool whole_workspace);
  Resolution resolve_in(const Selector& selector, const std::vector<std::string>& paths);

  SessionOptions options_;
  Jail jail_;
  Recovery recovery_;
  Client client_;
  FileWatch files_;
  SingleFlight answers_;
  std::mutex turn_;
  std::map<std::string, Document> documents_;
};

}  // namespace gradus
