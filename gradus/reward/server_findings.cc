#include "gradus/reward/server_findings.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "gradus/base/halves.h"
#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/uri.h"
#include "gradus/reward/failure_note.h"

namespace gradus {

namespace {

constexpr size_t kRemembered = 50'000;  // sources; about 20 MB
constexpr size_t kAtOnce = 32;
constexpr Milliseconds kPatience(60'000);

class FindingsPenalty : public Operator {
 public:
  explicit FindingsPenalty(const Params& params)
      : column_("step." + params.text("channel")),
        note_(failure_note(params.text("channel"))),
        penalty_(params.number("penalty")),
        findings_(server_profile(params.text("server")), params.texts("flags")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    std::vector<std::string> sources;
    for (size_t r = 0; r < batch.rollouts(); ++r) sources.push_back(batch.note("source", r));
    const std::vector<FoundLines> found = findings_.lines_of(sources);
    Column& column = batch.add_column(column_, {.estimates = "style", .evaluator = "language_server"});
    std::vector<std::string> failures;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      failures.push_back(found[r].failure);
      if (sources[r].empty() || !found[r].failure.empty()) continue;
      const size_t begin = batch.step_begin(r), end = batch.step_end(r);
      column.set_range(begin, end, 0);
      for (const int64_t line : found[r].lines) {
        const size_t step = begin + static_cast<size_t>(std::max<int64_t>(line, 1)) - 1;
        if (line >= 1 && step < end) column.set(step, penalty_);
      }
    }
    note_failures(batch, note_, failures);
  }

 private:
  std::string column_, note_;
  double penalty_;
  ServerFindings findings_;
};

std::vector<int64_t> lines_with_findings(const Json& diagnostics) {
  std::set<int64_t> lines;
  for (const Json& one : diagnostics) {
    const int64_t severity =
        one.is_object() && one.contains("severity") && one.at("severity").is_number_integer()
            ? one.at("severity").get<int64_t>()
            : 1;
    const Json line = one.is_object() ? one.value(Json::json_pointer("/range/start/line"), Json()) : Json();
    if (severity <= 2 && line.is_number_integer()) lines.insert(line.get<int64_t>());
  }
  return {lines.begin(), lines.end()};
}

}  // namespace

ServerFindings::ServerFindings(ServerProfile profile, std::vector<std::string> flags)
    : profile_(std::move(profile)), flags_(std::move(flags)), cache_(kRemembered) {}

std::vector<FoundLines> ServerFindings::lines_of(const std::vector<std::string>& sources) const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> failures;  // of this call: a failure is no fact, and is not remembered
  std::set<std::string> fresh;
  for (const std::string& source : sources) {
    if (!source.empty() && !cache_.find(source)) fresh.insert(source);
  }
  const std::vector<std::string> all(fresh.begin(), fresh.end());
  std::string gone;  // why the server answers nothing at all
  for (size_t begin = 0; begin < all.size(); begin += kAtOnce) {
    judge(std::span(all).subspan(begin, std::min(kAtOnce, all.size() - begin)), gone, failures);
  }
  std::vector<FoundLines> out;
  for (const std::string& source : sources) {
    const std::optional<Lines> known = source.empty() ? std::nullopt : cache_.find(source);
    const auto failed = failures.find(source);
    out.push_back({known.value_or(Lines{}), known || failed == failures.end() ? "" : failed->second});
  }
  return out;
}

// A server that answers about nothing is asked no more in a call, whatever else there is to ask.
void ServerFindings::judge(std::span<const std::string> sources, std::string& gone,
                           std::map<std::string, std::string>& failures) const {
  std::string reason;
  const auto attempt = [&](std::span<const std::string> some) {
    if (gone.empty()) reason = ask(some);
    if (gone.empty() && reason.empty()) return true;
    if (gone.empty()) {
      client_.reset();  // it is dead, or at work on what it does not finish
      const std::string small = "int gradus_asks;\n";
      if (ask(std::span(&small, 1)).empty()) return false;
      client_.reset();
      gone = reason;
    }
    for (const std::string& source : some) failures[source] = gone;
    return true;
  };
  in_halves(sources, attempt, [&](const std::string& source) { failures[source] = reason; });
}

// Why there is no answer; "": the lines are in the cache.
std::string ServerFindings::ask(std::span<const std::string> sources) const {
  try {
    if (!client_) {
      folder_ = std::make_unique<ScratchFolder>();
      folder_->put("compile_flags.txt", fmt::format("{}\n", fmt::join(flags_, "\n")));
      client_ = std::make_unique<Client>(profile_, folder_->root());
    }
    std::vector<std::string> uris;
    for (size_t i = 0; i < sources.size(); ++i) {
      const std::string name = fmt::format("program_{}.c", i);
      folder_->put(name, sources[i]);
      uris.push_back(file_uri(folder_->path(name)));
      client_->open_document(uris.back(), sources[i]);
    }
    const std::vector<FileDiagnostics> found = diagnostics_of(*client_, uris, kPatience);
    for (size_t i = 0; i < sources.size(); ++i) cache_.put(sources[i], lines_with_findings(found[i].items));
    return "";
  } catch (const LspError& error) {
    return error.what();
  }
}

void register_server_findings(OperatorRegistry& registry) {
  registry.add({.name = "reward.server_findings",
                .summary = "penalty on statements that a language server warns about",
                .paper = "Lanser-CLI, process reward from diagnostics",
                .params = {text_param("server", "clangd", "profile of the language server"),
                           texts_param("flags", Json{"-std=c17", "-Wall", "-Wextra"},
                                       "flags of the compiler in the server"),
                           number_param("penalty", -1.0,
                                        "value of a statement with a finding; a clean one has 0", -100, 0),
                           text_param("channel", "style", "step channel to write")},
                .reads = {},
                .writes = {"step.{channel}"},
                .notes = {"source"},
                .evaluator = "language_server",
                .components = {"libclang"}},
               [](const Params& params) { return std::make_unique<FindingsPenalty>(params); });
}

}  // namespace gradus
