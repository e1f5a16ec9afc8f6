#include "gradus/lsp/trace.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tests/lsp/small_workspace.h"

#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/single_flight.h"
#include "gradus/lsp/snapshot.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kPatience(20'000);

struct Folder {
  fs::path path;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "gradus-trace-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

ServerProfile fake(uint64_t seed, const std::string& log) {
  ServerProfile profile;
  profile.name = "fake";
  profile.executables = {GRADUS_BINARY_DIR "/fake-language-server"};
  profile.arguments = {std::to_string(seed), log};
  profile.languages = {{"fake", {".fake"}}};
  profile.diagnostics.idle_method = "fake/status";
  profile.diagnostics.idle_state = "idle";
  return profile;
}

// Answers and counts of one session as text; errors by their status.
std::string session(Client& client, const std::string& uri) {
  std::string said;
  for (int i = 0; i < 8; ++i) {
    try {
      std::vector<Reply> asked;
      for (int k = 0; k < 3; ++k)
        asked.push_back(client.send("textDocument/hover", {{"nonce", 10 * i + k}, {"uri", uri}}));
      for (Reply& reply : asked) said += reply.get().dump();
      client.open_document(uri, std::string(static_cast<size_t>(i), '!'));
      said += diagnostics_of(client, {uri}, kPatience).at(0).items.dump();
    } catch (const LspError& error) {
      said += status_name(error.status());
    }
  }
  return said;
}

TEST(Trace, ASessionReplaysToTheSameAnswersWithoutAServer) {
  const Folder folder;
  fs::create_directories(folder / "w");
  fs::create_directories(folder / "elsewhere");
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const ServerProfile profile = fake(seed, folder / ("log" + std::to_string(seed)));
    const std::string file = folder / "trace.jsonl", root = folder / "w";
    const auto writer = std::make_shared<TraceWriter>(file, root, Json{{"workspace", snapshot_digest(root)}});
    const ClientOptions options{.back_off = Milliseconds(1)};
    std::string live;
    try {
      Client client(profile, root, options, recorded(process_of(profile, root, {}), writer));
      live = session(client, "file://" + root + "/a.fake");
    } catch (const LspError& error) {
      live = status_name(error.status());
    }
    writer->commit();
    const auto trace = std::make_shared<const Trace>(read_trace(file));
    require_same_workspace(*trace, root);
    ServerProfile missing = profile;
    missing.executables = {"/no/such/program"};
    const std::string other = folder / "elsewhere";
    std::string again;
    try {
      Client client(missing, other, options, replayed(trace, other));
      again = session(client, "file://" + other + "/a.fake");
    } catch (const LspError& error) {
      again = status_name(error.status());
    }
    EXPECT_EQ(again, live) << "seed " << seed;
  }
}

TEST(Trace, AQuestionThatWasNotRecordedIsAMismatch) {
  const Folder folder;
  const std::string root = folder.path.string(), file = folder / "trace.jsonl";
  const std::string text =
      "{\"seq\":1,\"dir\":\"meta\",\"meta\":{\"event\":\"trace\",\"workspace\":\"x\"}}\n"
      "{\"seq\":2,\"dir\":\"meta\",\"meta\":{\"event\":\"start\"}}\n"
      "{\"seq\":3,\"dir\":\"c2s\",\"frame\":{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"a\",\"params\":{"
      "\"uri\":\"ws:///x\"}}}\n"
      "{\"seq\":4,\"dir\":\"s2c\",\"frame\":{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"ws:///x\":\"ws:///"
      "\"}}}\n";
  const auto trace = std::make_shared<const Trace>(parse_trace(text, file));
  try {
    require_same_workspace(*trace, root);
    FAIL();
  } catch (const LspError& error) {
    EXPECT_EQ(error.status(), Status::replay_mismatch);
  }
  const std::unique_ptr<Connection> connection = replayed(trace, "/r")();
  const auto ask = [&](int id, const char* uri) {
    connection->send(
        Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", "a"}, {"params", {{"uri", uri}}}}.dump());
  };
  EXPECT_THROW(ask(1, "file:///r/y"), LspError);
  ask(2, "file:///r/x");
  EXPECT_EQ(connection->receive(), R"({"jsonrpc":"2.0","id":2,"result":{"file:///r/x":"file:///r"}})");
  EXPECT_THROW(ask(3, "file:///r/x"), LspError);  // it was asked once
  EXPECT_THROW(
      replayed(std::make_shared<const Trace>(parse_trace(text.substr(0, text.find('\n') + 1), file)), "/r")(),
      LspError);
}

// A server that answers nothing and is gone when the second message comes.
class DeafConnection : public Connection {
 public:
  void send(const std::string&) override {
    if (sent_++ > 0) throw LspError(Status::ls_crash, Error::outside("gone"));
  }
  std::optional<std::string> receive() override { return std::nullopt; }
  void interrupt() override {}
  void stop(Milliseconds) override {}
  std::string last_words() const override { return "no memory\n"; }

 private:
  int sent_ = 0;
};

TEST(Trace, AServerThatEndedEndsInTheSameWayAgain) {
  const Folder folder;
  const std::string file = folder / "trace.jsonl";
  const auto writer = std::make_shared<TraceWriter>(file, "/r", Json::object());
  const std::unique_ptr<Connection> live =
      recorded([] { return std::make_unique<DeafConnection>(); }, writer)();
  const std::string first = R"({"jsonrpc":"2.0","id":1,"method":"a"})",
                    second = R"({"jsonrpc":"2.0","method":"b"})";
  live->send(first);
  EXPECT_THROW(live->send(second), LspError);
  EXPECT_EQ(live->last_words(), "no memory\n");
  writer->commit();
  const std::unique_ptr<Connection> again =
      replayed(std::make_shared<const Trace>(read_trace(file)), "/elsewhere")();
  again->send(first);
  EXPECT_EQ(status_of([&] { again->send(second); }), Status::ls_crash);
  EXPECT_EQ(again->receive(), std::nullopt);
  EXPECT_EQ(again->last_words(), "no memory\n");
}

TEST(Trace, BrokenFilesAreRefusedWithTheirLine) {
  const std::string head = "{\"seq\":1,\"dir\":\"meta\",\"meta\":{\"event\":\"trace\"}}\n";
  parse_trace(head, "t");
  for (const std::string& wrong :
       {std::string("{\"seq\":3,\"dir\":\"meta\",\"meta\":{}}\n"),
        std::string("{\"seq\":2,\"dir\":\"up\"}\n"), std::string("{\"seq\":2,\"dir\":\"c2s\"}\n"),
        std::string("{\"seq\":2,\"dir\":\"s2c\",\"frame\":{\"id\":1}}\n"),
        std::string("{\"seq\":2,\"dir\":\"meta\",\"meta\":1}\n"), std::string("{\"seq\":2"),
        std::string("[]\n"), std::string("\n"), std::string(1000, '[') + "\n",
        std::string("{\"seq\":2,\"dir\":\"meta\",\"meta\":{}}")}) {
    try {
      parse_trace(head + wrong, "t");
      FAIL() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_EQ(error.line(), 2) << error.what();
    }
  }
  EXPECT_THROW(parse_trace("", "t"), Error);
  EXPECT_THROW(parse_trace("{\"seq\":1,\"dir\":\"meta\",\"meta\":{\"event\":\"start\"}}\n", "t"), Error);
  EXPECT_THROW(read_trace("/no/such/trace"), Error);
}

TEST(Snapshot, ChangesWithEveryFileAndWithNothingElse) {
  const Folder folder;
  fs::create_directories(folder / "w/.git");
  const std::string root = folder / "w";
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(root + "/" + name) << text;
  };
  std::set<std::string> seen{snapshot_digest(root)};
  write("a", "1");
  EXPECT_TRUE(seen.insert(snapshot_digest(root)).second);
  write("a", "2");
  EXPECT_TRUE(seen.insert(snapshot_digest(root)).second);
  fs::rename(root + "/a", root + "/b");
  EXPECT_TRUE(seen.insert(snapshot_digest(root)).second);
  fs::create_symlink("/etc/passwd", root + "/c");
  EXPECT_TRUE(seen.insert(snapshot_digest(root)).second);
  write(".git/x", "1");
  EXPECT_FALSE(seen.insert(snapshot_digest(root)).second);
  EXPECT_THROW(snapshot_digest(root + "/none"), Error);
}

TEST(SingleFlight, TheSameQuestionIsAskedOnce) {
  SingleFlight facts(10);
  EXPECT_EQ(SingleFlight::key("s", "m", {{"a", 1}, {"b", 2}}),
            SingleFlight::key("s", "m", {{"b", 2}, {"a", 1}}));
  EXPECT_NE(SingleFlight::key("s", "m", {{"a", 1}}), SingleFlight::key("t", "m", {{"a", 1}}));
  std::atomic<int> asked = 0, right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      right += facts.get("k", [&] {
        ++asked;
        std::this_thread::sleep_for(Milliseconds(20));
        return Json(7);
      }) == 7;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(right, 8);
  EXPECT_THROW(facts.get("bad", []() -> Json { throw Error::outside("no"); }), Error);
  EXPECT_EQ(facts.get("bad", [] { return Json(1); }), 1);
}

TEST(ServerProcess, DiesWithTheProcessThatStartedIt) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t owner = fork();
  if (owner == 0) {
    const ServerProcess server({.argv = {"/bin/sleep", "30"}, .directory = "/"});
    const pid_t pid = server.pid();
    if (write(ends[1], &pid, sizeof pid) < 0) _exit(1);
    pause();
    _exit(0);
  }
  pid_t server = 0;
  ASSERT_EQ(read(ends[0], &server, sizeof server), static_cast<ssize_t>(sizeof server));
  ASSERT_EQ(kill(server, 0), 0);
  kill(owner, SIGKILL);
  waitpid(owner, nullptr, 0);
  const auto is_running = [&] {
    std::ifstream in("/proc/" + std::to_string(server) + "/stat");
    std::string text;
    return std::getline(in, text) && text[text.rfind(") ") + 2] != 'Z';
  };
  for (int i = 0; i < 2000 && is_running(); ++i) std::this_thread::sleep_for(Milliseconds(5));
  EXPECT_FALSE(is_running());
  close(ends[0]);
  close(ends[1]);
}

TEST(ServerProcess, WhatCannotStartIsSaid) {
  for (const ServerCommand& command : {ServerCommand{.argv = {"/no/such"}, .directory = "/"},
                                       ServerCommand{.argv = {"/bin/sleep"}, .directory = "/no/such"},
                                       ServerCommand{.argv = {"/etc/passwd"}, .directory = "/"}}) {
    try {
      ServerProcess server(command);
      FAIL();
    } catch (const LspError& error) {
      EXPECT_EQ(error.status(), Status::ls_crash);
    }
  }
}

}  // namespace
}  // namespace gradus
