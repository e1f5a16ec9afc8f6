#include "gradus/simulation/repeated_question.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <utility>

#include "gradus/base/scratch_folder.h"
#include "gradus/lsp/bundle.h"
#include "gradus/lsp/client.h"
#include "gradus/lsp/text.h"
#include "gradus/lsp/uri.h"
#include "gradus/simulation/edited_source.h"

namespace gradus {

namespace {

// Every message waits, and an answer may be held until the next one is through. Notifications keep their
// order: they have a meaning only in it.
class JitteryConnection : public Connection {
 public:
  JitteryConnection(std::unique_ptr<Connection> inner, const Stream& random, int64_t jitter)
      : inner_(std::move(inner)), random_(random), jitter_(jitter) {}

  void send(const std::string& body) override {
    if (parse_message(body, {}).kind == MessageKind::request) ++outstanding_;
    inner_->send(body);
  }

  std::optional<std::string> receive() override {
    if (late_) return std::exchange(late_, std::nullopt);
    for (;;) {
      std::optional<std::string> body = inner_->receive();
      if (!body) return body;
      std::this_thread::sleep_for(std::chrono::microseconds(random_.between(0, 1000 * jitter_)));
      if (parse_message(*body, {}).kind != MessageKind::response) return body;
      const int64_t others = --outstanding_;
      if (held_) {
        late_ = std::exchange(held_, std::nullopt);
        return body;
      }
      if (others <= 0 || random_.chance(0.5)) return body;
      held_ = body;
    }
  }

  void interrupt() override { inner_->interrupt(); }
  void stop(Milliseconds patience) override { inner_->stop(patience); }
  std::string last_words() const override { return inner_->last_words(); }

 private:
  std::unique_ptr<Connection> inner_;
  Stream random_;
  int64_t jitter_;
  std::atomic<int64_t> outstanding_ = 0;
  std::optional<std::string> held_, late_;
};

constexpr std::array<const char*, 5> kKinds = {"definition", "references", "hover", "documentSymbol",
                                               "prepareRename"};

class RepeatedQuestion : public Simulation {
 public:
  explicit RepeatedQuestion(const Params& params)
      : server_(params.text("server")),
        repeats_(params.integer("repeats")),
        jitter_(params.integer("jitter")) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    const bool python = server_ == "pyright";
    const ScratchFolder folder;
    const std::string path = python ? "tools.py" : "tools.cc", uri = file_uri(folder.path(path));
    Stream stream = random.child("file");
    const EditedSource source(python ? SourceLanguage::python : SourceLanguage::cpp, stream);
    folder.put(path, source.text());
    // The name of a function that others call: behind "def " or "int ".
    const Json place = {{"line", source.line_of(source.called())}, {"character", 4}};
    std::vector<std::set<std::string>> ids(kKinds.size());
    for (uint64_t life = 0; life < 2; ++life) {
      const ConnectionMaker inner = process_of(server_profile(server_), folder.root(), {});
      Client client(server_profile(server_), folder.root(), {}, [&] {
        return std::make_unique<JitteryConnection>(inner(), random.child("jitter").child(life), jitter_);
      });
      client.open_document(uri, source.text());
      Stream order = random.child("order").child(life);
      for (int64_t i = static_cast<int64_t>(life); i < repeats_; i += 2) ask(client, uri, place, order, ids);
    }
    size_t most = 0;
    for (const std::set<std::string>& one : ids) most = std::max(most, one.size());
    return {{server_ + ".questions", static_cast<double>(repeats_)},
            {server_ + ".bundles", static_cast<double>(most)}};
  }

 private:
  void ask(Client& client, const std::string& uri, const Json& place, Stream& order,
           std::vector<std::set<std::string>>& ids) const {
    std::vector<size_t> kinds{0, 1, 2, 3, 4};
    order.shuffle(std::span(kinds));
    std::vector<std::pair<size_t, Reply>> asked;
    for (const size_t kind : kinds) {
      Json params = {{"textDocument", {{"uri", uri}}}, {"position", place}};
      if (kKinds[kind] == std::string("references")) params["context"] = {{"includeDeclaration", true}};
      asked.emplace_back(kind, client.send(std::string("textDocument/") + kKinds[kind], params));
    }
    for (auto& [kind, reply] : asked) ids[kind].insert(bundle_of(client, kKinds[kind], uri, reply.get()));
  }

  std::string bundle_of(Client& client, const std::string& kind, const std::string& uri,
                        const Json& answer) const {
    BundleParts parts{.request = {{"cmd", kind}}};
    const Json clean = neutral(answer, client.root());
    if (clean.is_array()) {
      std::vector<Json> entries;
      for (const Json& item : clean)
        entries.push_back(entry_of(item, neutral(uri, client.root()).get<std::string>()));
      add_locations(parts.facts, kind, std::move(entries), {});
    } else {
      parts.facts[kind] = clean;
    }
    const Json version = client.server_info().at("version");
    parts.environment =
        environment_json({.server_name = server_,
                          .server_version = version.is_string() ? version.get<std::string>() : "",
                          .position_encoding = std::string(encoding_name(client.encoding())),
                          .config_digest = config_digest(client.profile(), client.root())});
    parts.capabilities = capabilities_json(client.capabilities());
    return make_bundle(parts).at("bundleId").get<std::string>();
  }

  std::string server_;
  int64_t repeats_, jitter_;
};

}  // namespace

void register_repeated_question(SimulationRegistry& registry) {
  registry.add(
      {.name = "repeated_question",
       .summary = "the same questions to a real language server, answers late and reordered: one bundle id",
       .paper = "Lanser-CLI",
       .params = {text_param("server", nullptr, "language server", {"clangd", "pyright"}),
                  integer_param("repeats", 100, "questions of each kind", 1, 100000),
                  integer_param("jitter", 2, "milliseconds that a message waits at most", 0, 1000)}},
      [](const Params& params) { return std::make_unique<RepeatedQuestion>(params); });
}

}  // namespace gradus
