// Runs every program of tests/tool/hostile/ twice: behind all walls, where its first line says what must
// become of it, and without the system call filter, where the other walls must hold by themselves. After
// each run: nothing on the host touched, nobody called, no process left.
#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <set>
#include <sstream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/tool/sandbox.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

// What hostile programs would like to reach: a file, and three sockets that somebody listens on.
class Bait {
 public:
  Bait() : path_(fs::temp_directory_path() / ("gradus_canary_" + std::to_string(getpid()))) {
    write_file(path_, "untouched");
    chmod(path_.c_str(), 0666);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bind(tcp_, reinterpret_cast<sockaddr*>(&here), size);
    getsockname(tcp_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
    listen(tcp_, 8);
    udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bound_ = bind(udp_, reinterpret_cast<sockaddr*>(&here), size) == 0;
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    memcpy(name.sun_path + 1, path_.c_str(), path_.string().size());
    abstract_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    auto name_size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path_.string().size());
    bound_ = bound_ && bind(abstract_, reinterpret_cast<sockaddr*>(&name), name_size) == 0 &&
             listen(abstract_, 8) == 0;
  }

  ~Bait() {
    for (int fd : {tcp_, udp_, abstract_}) close(fd);
    fs::remove(path_);
    fs::remove(path_.string() + ".created");
  }

  void check() const {
    ASSERT_TRUE(bound_);
    EXPECT_EQ(read_file(path_), "untouched");
    EXPECT_FALSE(fs::exists(path_.string() + ".created"));
    char byte;
    EXPECT_LT(accept(tcp_, nullptr, nullptr), 0) << "somebody connected";
    EXPECT_LT(recv(udp_, &byte, 1, 0), 0) << "somebody sent a datagram";
    EXPECT_LT(accept(abstract_, nullptr, nullptr), 0) << "somebody found the abstract socket";
  }

  std::string dress(std::string source) const {
    auto replace = [&](const std::string& mark, const std::string& value) {
      for (size_t at; (at = source.find(mark)) != std::string::npos;) source.replace(at, mark.size(), value);
    };
    replace("@CANARY@", path_.string());
    replace("@PORT@", std::to_string(port_));
    replace("@PID@", std::to_string(getpid()));
    return source;
  }

 private:
  fs::path path_;
  int tcp_ = -1, udp_ = -1, abstract_ = -1;
  int port_ = 0;
  bool bound_ = false;
};

struct Hostile {
  std::string name;
  std::string source;
  std::vector<std::string> expected;  // any of these
};

std::vector<Hostile> hostile_programs(const Bait& bait) {
  fs::path folder = fs::path(GRADUS_SOURCE_DIR) / "tests/tool/hostile";
  std::string prelude = read_file(folder / "prelude.h");
  std::vector<Hostile> programs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".c") continue;
    std::string text = read_file(entry.path());
    Hostile program{entry.path().stem().string(), bait.dress(prelude + text), {}};
    std::istringstream first(text.substr(0, text.find('\n')));
    std::string word;
    first >> word >> word;
    EXPECT_EQ(word, "expect:") << program.name;
    while (first >> word)
      if (word != "or") program.expected.push_back(word);
    programs.push_back(std::move(program));
  }
  std::sort(programs.begin(), programs.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return programs;
}

SandboxJob job_of(const Hostile& program) {
  return {program.source, "f", 1, {{3}, {7}}};
}

// No hostile program computes this, so none may ever return it for both inputs.
bool passes(const SandboxResult& result) {
  return result.status == RunStatus::ok && result.outputs == std::vector<std::optional<int32_t>>{7, 15};
}

// The processes whose parent this one is, by /proc/PID/stat: "PID (NAME) STATE PARENT ...".
std::set<std::string> children() {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])) == 0) continue;
    const std::string text = read_file(entry.path() / "stat");
    const size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream rest(text.substr(name_end + 1));
    std::string state, parent;
    rest >> state >> parent;
    if (parent == std::to_string(getpid())) found.insert(entry.path().filename());
  }
  return found;
}

// Orphans come to this process instead of to process 1, so what the sandbox leaves behind is a child that was
// not there before. (Tests that ran earlier in this program may have left a reader of C sources waiting.)
class NoProcessLeft {
 public:
  NoProcessLeft() : before_(children()) { EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0); }
  ~NoProcessLeft() { EXPECT_EQ(children(), before_); }
  bool holds() const { return children() == before_; }

 private:
  std::set<std::string> before_;
};

TEST(SandboxEscape, EveryHostileProgramIsBlockedInTheExpectedWay) {
#ifndef __x86_64__
  GTEST_SKIP() << "the hostile programs are written for x86-64";
#endif
  const NoProcessLeft check;
  Bait bait;
  auto programs = hostile_programs(bait);
  ASSERT_GE(programs.size(), 50u);
  {
    auto sandbox = Sandbox::start({.workers = 2});
    std::vector<SandboxJob> jobs;
    for (const auto& program : programs) jobs.push_back(job_of(program));
    auto results = sandbox->run(jobs);
    for (size_t i = 0; i < programs.size(); ++i) {
      const auto& expected = programs[i].expected;
      std::string status(run_status_name(results[i].status));
      EXPECT_TRUE(std::find(expected.begin(), expected.end(), status) != expected.end())
          << programs[i].name << ": " << status << ", " << results[i].message;
      EXPECT_FALSE(passes(results[i])) << programs[i].name;
      EXPECT_EQ(results[i].message.find("root:"), std::string::npos) << programs[i].name;
    }
    EXPECT_EQ(sandbox->repairs(), 0);  // none of them hurt its worker
    bait.check();
  }
}

TEST(SandboxEscape, TheOtherWallsHoldWithoutTheSystemCallFilter) {
#ifndef __x86_64__
  GTEST_SKIP() << "the hostile programs are written for x86-64";
#endif
  const NoProcessLeft check;
  Bait bait;
  auto programs = hostile_programs(bait);
  {
    auto sandbox =
        Sandbox::start({.workers = 2, .cpu_ms = 100, .wall_ms = 300, .give_up = {SandboxLayer::seccomp}});
    std::vector<SandboxJob> jobs;
    for (const auto& program : programs) jobs.push_back(job_of(program));
    auto results = sandbox->run(jobs);
    for (size_t i = 0; i < programs.size(); ++i) EXPECT_FALSE(passes(results[i])) << programs[i].name;
    EXPECT_EQ(sandbox->repairs(), 0);
    bait.check();
  }
}

// Kills the caller of a sandbox in the middle of its work, the hardest way.
TEST(SandboxEscape, NothingOutlivesACallerThatIsKilled) {
  const NoProcessLeft check;
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  pid_t caller = fork();
  ASSERT_GE(caller, 0);
  if (caller == 0) {
    auto sandbox = Sandbox::start({.workers = 2, .cpu_ms = 60'000, .wall_ms = 60'000});
    std::vector<SandboxJob> jobs(8, SandboxJob{"int f(int x) { for (;;) x++; }", "f", 1, {{1}}});
    if (write(ends[1], "r", 1) == 1) sandbox->run(jobs);
    _exit(0);
  }
  char ready;
  ASSERT_EQ(read(ends[0], &ready, 1), 1);
  usleep(200'000);  // well into the first program
  close(ends[0]);
  close(ends[1]);
  kill(caller, SIGKILL);
  EXPECT_EQ(waitpid(caller, nullptr, 0), caller);
  // What it leaves behind comes to us as orphans and must end by itself, long before its programs would.
  int orphans = 0;
  for (int tries = 0; tries < 1000; ++tries) {
    if (waitpid(-1, nullptr, WNOHANG) > 0) ++orphans;
    if (check.holds()) break;
    usleep(10'000);
  }
  EXPECT_EQ(orphans, 2);
}

bool write_text(const char* path, const std::string& text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return done;
}

// In a child: a user namespace whose owner allows no network namespaces; then start a sandbox there.
void start_without_network_namespaces(int out) {
  std::string uid = std::to_string(geteuid()), gid = std::to_string(getegid());
  std::string text = "skip";
  if (unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
      write_text("/proc/self/uid_map", "65534 " + uid + " 1") &&
      write_text("/proc/self/gid_map", "65534 " + gid + " 1") &&
      write_text("/proc/sys/user/max_net_namespaces", "0")) {
    try {
      Sandbox::start({});
      text = "started";
    } catch (const Error& error) {
      text = std::to_string(error.exit_code()) + " " + error.what();
    }
    try {
      text += " | lowered: " + Sandbox::start({.give_up = {SandboxLayer::net_ns}})->level();
    } catch (const Error& error) {
      text += error.what();
    }
  }
  if (write(out, text.data(), text.size()) < 0) _exit(1);
  _exit(0);
}

TEST(SandboxEscape, AMissingLayerIsRefusedByNameUnlessGivenUp) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) start_without_network_namespaces(ends[1]);
  close(ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (text == "skip")
    GTEST_SKIP() << "this process may not make a user namespace that forbids network namespaces";
  EXPECT_EQ(text.substr(0, 2), "3 ") << text;
  EXPECT_NE(text.find("missing: net_ns"), std::string::npos) << text;
  EXPECT_NE(text.find("by name: net_ns"), std::string::npos) << text;
  EXPECT_NE(text.find("lowered: namespaces(user,pid,mount,ipc,uts)+privileges"), std::string::npos) << text;
}

}  // namespace
}  // namespace gradus
