// 2,000 seeded histories with a server that misbehaves: whatever comes back is the right answer or an error
// that one of its faults explains, and no process is left.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <unistd.h>

#include "gradus/base/parallel.h"
#include "gradus/base/random.h"
#include "gradus/lsp/client.h"
#include "gradus/lsp/diagnostics.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

constexpr char kUri[] = "file:///w/a.fake";

// Which faults may show as which error.
const std::map<std::string, std::set<Status>>& explanations() {
  static const std::map<std::string, std::set<Status>> table = {
      {"half", {Status::ls_crash}},
      {"crash", {Status::ls_crash}},
      {"garbage", {Status::ls_crash}},
      {"internal", {Status::ls_crash}},
      {"hang", {Status::ls_timeout, Status::ls_crash}},
      {"stale", {Status::ls_timeout, Status::ls_crash}},
      {"lie:hover", {Status::unsupported_cap}},
      {"lie:method", {Status::unsupported_cap}},
      {"lie:encoding", {Status::indexing_unsupported}},
      {"cancelled", {Status::request_cancelled}},
      {"modified", {Status::content_modified}},
  };
  return table;
}

struct Log {
  std::vector<int> pids;
  std::set<std::string> faults;
};

Log read_log(const fs::path& path) {
  Log log;
  std::ifstream in(path);
  std::string word, value;
  while (in >> word >> value) {
    if (word == "pid") {
      log.pids.push_back(std::stoi(value));
    } else {
      log.faults.insert(value);
    }
  }
  return log;
}

// A zombie whose parent has not looked yet has ended as well.
bool is_running(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(in, text)) return false;
  const size_t state = text.rfind(") ");
  return state != std::string::npos && text[state + 2] != 'Z' && text[state + 2] != 'X';
}

// Killing is told at once and done a moment later.
bool goes_away(int pid) {
  for (int i = 0; i < 2000 && is_running(pid); ++i) usleep(5000);
  return !is_running(pid);
}

struct Outcome {
  int right = 0;
  std::string wrong;  // what must not be
  std::set<Status> errors;
  Log log;
};

void ask(Client& client, Stream& random, Outcome& outcome) {
  std::vector<std::pair<int64_t, Reply>> asked;
  for (uint64_t i = 0, count = 1 + random.below(4); i < count; ++i) {
    const auto nonce = static_cast<int64_t>(random.below(1'000'000));
    asked.emplace_back(nonce, client.send("textDocument/hover", {{"nonce", nonce}}));
  }
  for (auto& [nonce, reply] : asked) {
    const Json answer = reply.get();
    if (answer != Json{{"right", nonce}}) outcome.wrong = "a wrong answer was accepted: " + answer.dump();
    ++outcome.right;
  }
}

void edit(Client& client, Stream& random, Outcome& outcome) {
  const size_t errors = random.below(5);
  client.open_document(kUri, std::string(errors, '!'));
  const FileDiagnostics file = diagnostics_of(client, {kUri}, client.options().request_timeout).at(0);
  if (file.items.size() != errors) outcome.wrong = "a count was read early: " + file.items.dump();
  ++outcome.right;
}

Outcome play(uint64_t seed, const fs::path& folder) {
  const fs::path log = folder / std::to_string(seed);
  Stream random = Stream(seed).child("history");
  const bool may_hang = random.chance(0.1);
  ServerProfile profile;
  profile.name = "fake";
  profile.executables = {GRADUS_BINARY_DIR "/fake-language-server"};
  profile.arguments = {std::to_string(seed), log.string()};
  if (may_hang) profile.arguments.push_back("hang");
  profile.languages = {{"fake", {".fake"}}};
  profile.diagnostics.idle_method = "fake/status";
  profile.diagnostics.idle_state = "idle";
  const Milliseconds patience(may_hang ? 300 : 20'000);
  const ClientOptions options{.request_timeout = patience,
                              .start_timeout = patience,
                              .stop_patience = Milliseconds(may_hang ? 50 : 20'000),
                              .back_off = Milliseconds(1)};
  Outcome outcome;
  try {
    Client client(profile, "/tmp", options);
    for (int i = 0; i < 6; ++i) {
      try {
        random.chance(0.5) ? ask(client, random, outcome) : edit(client, random, outcome);
      } catch (const LspError& error) {
        outcome.errors.insert(error.status());
      }
    }
  } catch (const LspError& error) {
    outcome.errors.insert(error.status());
  }
  outcome.log = read_log(log);
  std::set<Status> explained;
  for (const std::string& fault : outcome.log.faults)
    explained.insert(explanations().at(fault).begin(), explanations().at(fault).end());
  // Where hanging is tried deadlines are so short that a busy machine may miss one.
  if (may_hang) explained.insert({Status::ls_timeout, Status::ls_crash});
  for (const Status status : outcome.errors) {
    if (explained.count(status) == 0) outcome.wrong = "no fault explains " + std::string(status_name(status));
  }
  for (const int pid : outcome.log.pids) {
    if (!goes_away(pid)) outcome.wrong = "process " + std::to_string(pid) + " is left";
  }
  return outcome;
}

TEST(FaultHistories, EndWithTheRightAnswerOrTheRightError) {
  constexpr size_t kHistories = 2000;
  std::string pattern = (fs::temp_directory_path() / "gradus-faults-XXXXXX").string();
  const fs::path folder = mkdtemp(pattern.data());
  std::vector<Outcome> outcomes(kHistories);
  parallel_for(kHistories, 8, [&](size_t seed) { outcomes[seed] = play(seed, folder); });
  fs::remove_all(folder);
  int right = 0, quiet = 0, logged = 0;
  std::set<std::string> faults;
  std::set<Status> errors;
  for (size_t seed = 0; seed < kHistories; ++seed) {
    const Outcome& outcome = outcomes[seed];
    EXPECT_EQ(outcome.wrong, "") << "seed " << seed;
    logged += !outcome.log.pids.empty();
    right += outcome.right;
    quiet += outcome.errors.empty();
    faults.insert(outcome.log.faults.begin(), outcome.log.faults.end());
    errors.insert(outcome.errors.begin(), outcome.errors.end());
  }
  // The histories are worth something only if every fault happened, every error was seen, and much went well.
  EXPECT_EQ(faults.size(), explanations().size());
  EXPECT_EQ(errors.size(), 6u);
  EXPECT_GT(right, 5000);
  EXPECT_GT(quiet, 500);
  EXPECT_GT(logged, 1900);  // on a busy machine a server can be killed before it writes its number down
}

}  // namespace
}  // namespace gradus
