// Whole messages to and from a language server, and the server as a process of its own.
//
//   ServerProcess server({.argv = {"/usr/bin/clangd"}, .directory = root});
//   server.send(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})");   // never blocks
//   std::optional<std::string> body = server.receive();   // blocks; nothing: the server ended
//   server.stop(std::chrono::seconds(2));                 // then SIGKILL to its group
//
// The server runs in a process group of its own that is killed for sure when the connection ends; when we die
// without a word the kernel kills it (PR_SET_PDEATHSIG, which follows the thread that started it: start,
// receive and stop therefore belong to one thread that stays until the end). It inherits three pipes, no
// other descriptor, and of the environment PATH, HOME and TMPDIR. Where the host lets us it has no network.
// What it does not read is kept up to a limit, so that a send never blocks and a server that stands still is
// seen by the deadline of a request. Of its error output the last 8 KiB are kept for the message of a
// failure.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "gradus/lsp/json_rpc.h"

namespace gradus {

class Connection {
 public:
  virtual ~Connection() = default;
  // LspError LS_CRASH where the server is gone, LS_TIMEOUT where it does not read. From any thread.
  virtual void send(const std::string& body) = 0;
  // The next message; nothing once the stream has ended or somebody interrupted. LspError LS_CRASH on
  // garbage.
  virtual std::optional<std::string> receive() = 0;
  // True where it is known that the end comes without another message to the server; from any thread.
  virtual bool takes_no_more() const { return false; }
  virtual void interrupt() = 0;  // receive() returns nothing from now on; from any thread
  // Ends the server; waits so long for it to leave by itself.
  virtual void stop(std::chrono::milliseconds patience) = 0;
  virtual std::string last_words() const = 0;  // the end of its error output
};

struct ServerCommand {
  std::vector<std::string> argv;  // the program by its absolute path
  std::string directory;
  std::vector<std::pair<std::string, std::string>> environment;
  FrameLimits limits;
  size_t unread_bytes = size_t{256} << 20;  // what the server may leave unread
  std::shared_ptr<const void> needs;        // kept until the server has ended
};

class ServerProcess : public Connection {
 public:
  explicit ServerProcess(ServerCommand command);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess() override;

  void send(const std::string& body) override;
  std::optional<std::string> receive() override;
  void interrupt() override;
  void stop(std::chrono::milliseconds patience) override;
  std::string last_words() const override;
  pid_t pid() const { return pid_; }

 private:
  void spawn();
  void flush();  // with mutex_ held
  void read_output();
  void read_errors();
  void wait_for_bytes();

  ServerCommand command_;
  FrameReader reader_;
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1, errors_ = -1, wake_ = -1;
  int exit_ = -1;             // readable once the process has ended: what it started may hold its output open
  mutable std::mutex mutex_;  // of what follows
  std::string unread_;        // bytes for the server, from unread_at_ on
  size_t unread_at_ = 0;
  std::string last_words_;
  bool interrupted_ = false, gone_ = false, ended_ = false;
};

}  // namespace gradus
