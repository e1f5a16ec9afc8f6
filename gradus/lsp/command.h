// One command of 'gradus lsp' from its options to its answer as an Analysis Bundle, live or from a trace.
//
//   Command command({.workspace = ".", .server = "clangd"});
//   const Json bundle = command.run({.verb = "hover", .selector = "src/a.cc@L3:C5"});
//   replay_commands(std::make_shared<const Trace>(read_trace("t.jsonl")), ".");    // no server is started
//
// What a bundle says of the environment is looked up once, when the server starts: its version, the hash of
// the program, of its arguments and of the configuration files, the workspace. With `trace_file` everything
// that is said is written down, with the options and the requests; the file appears when the command ends.
// Requests that ran at once are known by their places in the session's line, and their answers by the
// question: they replay in the order of the places, whatever the order in which they arrived.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/session.h"
#include "gradus/lsp/trace.h"
#include "gradus/lsp/verbs.h"

namespace gradus {

struct CommandOptions {
  std::string workspace = ".";
  std::string server;  // a name or a file; empty: the first whose endings or scheme fit the address
  std::string trace_file;
  JailRules jail = {};
  MutationRules mutation = {};
  Encoding io = Encoding::utf16;
  double tau = 0.75;
  int64_t k = 5;
  bool calibrated = false;
  double timeout_s = 30;
  int workers = 1;  // requests that run at once, for the trace
};

// LspError BAD_SELECTOR_SYNTAX where no server of ours reads such a file.
std::string server_for(const std::string& selector);

class Command {
 public:
  // Starts the server.
  explicit Command(const CommandOptions& options);
  // Answers from a trace, without a server.
  Command(const CommandOptions& options, std::shared_ptr<const Trace> trace);

  Json run(const VerbRequest& request);  // a bundle, whatever happens
  void commit_trace();                   // nothing where no trace is written

  Session& session() { return *session_; }

 private:
  void start(const ServerProfile& profile, ConnectionMaker maker);

  CommandOptions options_;
  std::shared_ptr<TraceWriter> trace_;
  std::unique_ptr<Session> session_;
  Json environment_, capabilities_;
};

// The bundles of all requests of a trace. REPLAY_MISMATCH (76) where the workspace is another than then.
std::vector<Json> replay_commands(const std::shared_ptr<const Trace>& trace, const std::string& workspace,
                                  int workers = 1);

// A bundle for a command that never came to a server: a bad option, no such workspace, no such program.
Json failure_bundle(const VerbRequest& request, Status status, const std::string& sentence);

}  // namespace gradus
