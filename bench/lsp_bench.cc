// Cost of the layer over a language server: what a question takes beyond the round trip of its bytes, and how
// much faster a trace replays than the server answers.
//
//   build/lsp_bench            # clangd on a workspace of 200 files, 1,000 questions one after the other
//   build/lsp_bench pyright
//
// Raw: from the moment at which the bytes of a question are handed to the server to the moment at which the
// bytes of its answer are whole. Total: from the call of Client::request to its return. Overhead: the
// difference.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "gradus/base/random.h"
#include "gradus/lsp/snapshot.h"
#include "gradus/lsp/trace.h"
#include "gradus/lsp/uri.h"

namespace {

using namespace gradus;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kFiles = 200, kQuestions = 1000;
constexpr Milliseconds kPatience(300'000);

struct Times {
  std::atomic<int64_t> sent = 0, received = 0;  // nanoseconds of the latest question and answer
};

int64_t now() {
  return std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
}

class TimedConnection : public Connection {
 public:
  TimedConnection(std::unique_ptr<Connection> inner, Times& times)
      : inner_(std::move(inner)), times_(times) {}
  void send(const std::string& body) override {
    times_.sent = now();
    inner_->send(body);
  }
  std::optional<std::string> receive() override {
    std::optional<std::string> body = inner_->receive();
    const int64_t at = now();
    if (body && body->find("\"result\"") != std::string::npos) times_.received = at;
    return body;
  }
  void interrupt() override { inner_->interrupt(); }
  void stop(Milliseconds patience) override { inner_->stop(patience); }
  std::string last_words() const override { return inner_->last_words(); }

 private:
  std::unique_ptr<Connection> inner_;
  Times& times_;
};

struct Workspace {
  fs::path root;
  std::string text, uri;
};

Workspace make_workspace(const std::string& server) {
  std::string pattern = (fs::temp_directory_path() / "gradus-bench-XXXXXX").string();
  Workspace out{.root = mkdtemp(pattern.data())};
  const bool python = server == "pyright";
  Json commands = Json::array();
  for (int i = 0; i < kFiles; ++i) {
    std::string text;
    if (python) {
      text = i ? fmt::format("from m{0} import f{0}_0\n\n", i - 1) : "";
    } else {
      text = "#include \"all.h\"\n";
    }
    for (int f = 0; f < 10; ++f) {
      const std::string body = i ? fmt::format("f{}_0(x) + {}", i - 1, f) : fmt::format("x + {}", f);
      text += fmt::format(fmt::runtime(python ? "def f{}_{}(x: int) -> int:\n    return {}\n\n"
                                              : "int f{}_{}(int x) {{ return {}; }}\n"),
                          i, f, body);
    }
    const std::string name = fmt::format("m{}.{}", i, python ? "py" : "cc");
    std::ofstream(out.root / name) << text;
    commands.push_back({{"directory", out.root.string()}, {"file", name}, {"command", "c++ -c " + name}});
    if (i != kFiles / 2) continue;
    out.text = text;
    out.uri = file_uri((out.root / name).string());
  }
  if (python) return out;
  std::ofstream header(out.root / "all.h");
  for (int i = 0; i < kFiles; ++i) {
    for (int f = 0; f < 10; ++f) header << fmt::format("int f{}_{}(int x);\n", i, f);
  }
  std::ofstream(out.root / "compile_commands.json") << commands.dump();
  return out;
}

// The k-th question: five kinds in turn, at a function's name.
Json ask(Client& client, const Workspace& workspace, int k, bool python) {
  const int line = python ? 2 + 3 * (k % 10) : 1 + k % 10;
  Json params = {{"textDocument", {{"uri", workspace.uri}}},
                 {"position", {{"line", line}, {"character", 5}}}};
  constexpr const char* kMethods[] = {"definition", "hover", "references", "documentSymbol", "prepareRename"};
  const std::string method = kMethods[k / 10 % 5];
  if (method == "references") params["context"] = {{"includeDeclaration", true}};
  if (method == "documentSymbol") params.erase("position");
  return client.request("textDocument/" + method, params);
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1))];
}

void measure_overhead(Client& client, const Workspace& workspace, Times& times, bool python) {
  std::vector<double> raw, total, over;
  for (int k = 0; k < kQuestions; ++k) {
    const int64_t begin = now();
    ask(client, workspace, k, python);
    const int64_t end = now();
    raw.push_back(1e-6 * static_cast<double>(times.received - times.sent));
    total.push_back(1e-6 * static_cast<double>(end - begin));
    over.push_back(total.back() - raw.back());
  }
  for (const double q : {0.5, 0.99}) {
    fmt::print("{:5.1f} %  raw {:8.3f} ms  total {:8.3f} ms  overhead {:7.3f} ms  total/raw {:.3f}\n",
               100 * q, quantile(raw, q), quantile(total, q), quantile(over, q),
               quantile(total, q) / quantile(raw, q));
  }
}

double session_seconds(const ServerProfile& profile, const Workspace& workspace,
                       const ConnectionMaker& maker) {
  const Clock::time_point begin = Clock::now();
  {
    Client client(profile, workspace.root.string(), {.request_timeout = kPatience}, maker);
    client.open_document(workspace.uri, workspace.text);
    client.settle(kPatience);
    for (int k = 0; k < 100; ++k) ask(client, workspace, k, profile.name == "pyright");
  }
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void measure_replay(const ServerProfile& profile, const Workspace& workspace) {
  const std::string file =
      (workspace.root.parent_path() / (workspace.root.filename().string() + ".jsonl")).string();
  const std::string root = workspace.root.string();
  const auto writer = std::make_shared<TraceWriter>(file, root, Json::object());
  const double live = session_seconds(profile, workspace, recorded(process_of(profile, root, {}), writer));
  writer->commit();
  const Clock::time_point begin = Clock::now();
  const auto trace = std::make_shared<const Trace>(read_trace(file));
  session_seconds(profile, workspace, replayed(trace, root));
  const double replay = std::chrono::duration<double>(Clock::now() - begin).count();
  fmt::print(
      "100 questions and the start of the server: live {:.3f} s, replayed {:.4f} s, {:.0f} times faster\n",
      live, replay, live / replay);
  fs::remove(file);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string server = count > 1 ? arguments[1] : "clangd";
  const ServerProfile profile = server_profile(server);
  const Workspace workspace = make_workspace(server);
  const std::string root = workspace.root.string();
  {
    Times times;
    const ConnectionMaker inner = process_of(profile, root, {});
    Client client(profile, root, {.request_timeout = kPatience},
                  [&] { return std::make_unique<TimedConnection>(inner(), times); });
    client.open_document(workspace.uri, workspace.text);
    client.settle(kPatience);
    for (int k = 0; k < 100; ++k) ask(client, workspace, k, server == "pyright");
    fmt::print("{}, {} files, {} questions\n", server, kFiles, kQuestions);
    measure_overhead(client, workspace, times, server == "pyright");
  }
  measure_replay(profile, workspace);
  fs::remove_all(workspace.root);
  return 0;
}
