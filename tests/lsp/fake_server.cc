// A language server that misbehaves as a seed says, and writes down how.
//
//   fake-language-server SEED LOG [hang]
//
// It appends to LOG a line "pid N" at its start and a line "fault NAME" before every fault that can show. A
// question with params {"nonce": n} has the right answer {"right": n}; a document has as many errors as its
// text has exclamation marks. Faults are drawn from (SEED, lines "pid" in LOG so far): another life, other
// faults.
#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <string>
#include <thread>
#include <unistd.h>

#include "gradus/base/random.h"
#include "gradus/lsp/json_rpc.h"

namespace {

using gradus::Json;

class FakeServer {
 public:
  FakeServer(uint64_t seed, std::string log, bool may_hang)
      : log_(std::move(log)), random_(gradus::Stream(seed).child(life())), may_hang_(may_hang) {
    note("pid " + std::to_string(getpid()));
    wild_ = random_.chance(0.6);
    if (random_.chance(0.1)) leave_a_child();
  }

  int run() {
    char bytes[4096];
    for (;;) {
      while (std::optional<std::string> body = reader_.next())
        take(gradus::parse_message(*body, {}).document);
      pollfd in{0, POLLIN, 0};
      const bool quiet = poll(&in, 1, held_.empty() ? 10'000 : 2) == 0;
      if (quiet) {
        if (held_.empty()) return 0;
        release();
        continue;
      }
      const ssize_t count = read(0, bytes, sizeof bytes);
      if (count <= 0) return 0;
      reader_.feed({bytes, static_cast<size_t>(count)});
    }
  }

 private:
  uint64_t life() const {
    std::ifstream in(log_);
    uint64_t lives = 0;
    for (std::string line; std::getline(in, line);) lives += line.rfind("pid", 0) == 0;
    return lives;
  }

  void note(const std::string& line) const {
    std::ofstream(log_, std::ios::app) << line + "\n" << std::flush;
  }

  void leave_a_child() {
    const pid_t child = fork();
    if (child == 0) {
      sleep(20);
      _exit(0);
    }
    note("pid " + std::to_string(child));
  }

  bool fault(const char* name, double chance) {
    if (!wild_ || !random_.chance(chance)) return false;
    note(std::string("fault ") + name);
    return true;
  }

  void put(std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t piece = wild_ && random_.chance(0.2) ? 1 + random_.below(bytes.size()) : bytes.size();
      const ssize_t count = write(1, bytes.data(), piece);
      if (count <= 0) _exit(0);
      bytes.remove_prefix(static_cast<size_t>(count));
      if (!bytes.empty()) std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }

  void say(const Json& message) {
    const std::string body = message.dump();
    const std::string frame = gradus::framed(body);
    if (fault("half", 0.01)) {
      put(frame.substr(0, 1 + random_.below(frame.size() - 1)));
      _exit(1);
    }
    if (fault("crash", 0.01)) _exit(3);
    if (fault("garbage", 0.01)) put("Listening on nothing\n");
    if (fault("garbage", 0.005)) put("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}");
    if (fault("garbage", 0.005)) put("Content-Length: 4\r\n\r\n{\"a\"");
    if (fault("garbage", 0.005)) put("Content-Length: 99999999999\r\n\r\n");
    if (fault("garbage", 0.005)) put(gradus::framed(std::string(5000, '[') + std::string(5000, ']')));
    if (fault("garbage", 0.005)) put(gradus::framed(R"({"jsonrpc":"2.0","id":1,"result":"\xff"})"));
    if (may_hang_ && fault("hang", 0.03)) {
      sleep(20);
      _exit(4);
    }
    put(frame);
  }

  void hold(const Json& message) { held_.push_back(message); }

  void release() {
    std::vector<Json> all(held_.begin(), held_.end());
    held_.clear();
    random_.shuffle(std::span(all));
    for (const Json& message : all) say(message);
  }

  void answer(const Json& id, const Json& result) {
    const Json right = {{"jsonrpc", "2.0"}, {"id", id}, {"result", result}};
    if (wild_ && random_.chance(0.1))
      std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(5)));
    if (wild_ && random_.chance(0.3)) return hold(right);
    say(right);
    // A second answer to the same question, one to a question that was never asked, and a question of its own
    // under the number of an open one: none of them may be taken for an answer.
    if (wild_ && random_.chance(0.1)) say({{"jsonrpc", "2.0"}, {"id", id}, {"result", "wrong"}});
    if (wild_ && random_.chance(0.1)) say({{"jsonrpc", "2.0"}, {"id", 987654}, {"result", "wrong"}});
    if (wild_ && random_.chance(0.1)) {
      say({{"jsonrpc", "2.0"},
           {"id", id},
           {"method", "workspace/configuration"},
           {"params", {{"items", Json::array()}}}});
    }
  }

  void refuse(const Json& id, int code) {
    say({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", "no"}}}});
  }

  void publish(const std::string& uri, int64_t version, size_t errors) {
    Json items = Json::array();
    for (size_t i = 0; i < errors; ++i) items.push_back({{"severity", 1}, {"message", "!"}});
    say({{"jsonrpc", "2.0"},
         {"method", "textDocument/publishDiagnostics"},
         {"params", {{"uri", uri}, {"version", version}, {"diagnostics", items}}}});
  }

  void judge(const std::string& uri, int64_t version, const std::string& text) {
    const size_t errors = static_cast<size_t>(std::count(text.begin(), text.end(), '!'));
    if (wild_ && random_.chance(0.3)) publish(uri, version - 1, errors + 1);
    if (wild_ && random_.chance(0.1)) publish(uri, version + 1, errors + 2);
    if (may_hang_ && fault("stale", 0.05)) return publish(uri, version - 1, errors + 1);
    publish(uri, version, errors);
    status(uri, "busy");
    if (wild_ && random_.chance(0.3)) publish(uri, version, errors);
    status(uri, "idle");
  }

  void status(const std::string& uri, const char* state) {
    say({{"jsonrpc", "2.0"}, {"method", "fake/status"}, {"params", {{"uri", uri}, {"state", state}}}});
  }

  void initialize(const Json& id) {
    Json capabilities = {{"textDocumentSync", 1}, {"hoverProvider", true}};
    if (fault("lie:hover", 0.02)) capabilities["hoverProvider"] = false;
    if (fault("lie:encoding", 0.02)) capabilities["positionEncoding"] = "utf-7";
    answer(id, {{"capabilities", capabilities}});
  }

  void take(const Json& message) {
    if (!message.contains("method")) return;
    const std::string method = message.at("method").get<std::string>();
    const Json params = message.value("params", Json());
    if (method == "exit") _exit(0);
    if (method == "textDocument/didOpen") {
      const Json& document = params.at("textDocument");
      return judge(document.at("uri"), document.at("version"), document.at("text"));
    }
    if (method == "textDocument/didChange") {
      return judge(params.at("textDocument").at("uri"), params.at("textDocument").at("version"),
                   params.at("contentChanges").at(0).at("text"));
    }
    if (!message.contains("id")) return;
    const Json& id = message.at("id");
    if (method == "initialize") return initialize(id);
    if (method == "shutdown") return answer(id, nullptr);
    if (fault("lie:method", 0.01)) return refuse(id, -32601);
    if (fault("cancelled", 0.02)) return refuse(id, -32800);
    if (fault("modified", 0.02)) return refuse(id, -32801);
    if (fault("internal", 0.01)) return refuse(id, -32603);
    answer(id, {{"right", params.at("nonce")}});
  }

  std::string log_;
  gradus::Stream random_;
  bool may_hang_, wild_ = false;
  gradus::FrameReader reader_;
  std::deque<Json> held_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  signal(SIGPIPE, SIG_IGN);
  return FakeServer(std::stoull(arguments[1]), arguments[2], count > 3).run();
}
