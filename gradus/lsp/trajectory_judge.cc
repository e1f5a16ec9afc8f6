// The judging half of edit trajectories: states on disk and in the server, and what is counted of them.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "gradus/base/scratch_folder.h"
#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/edit_trajectory.h"
#include "gradus/lsp/relocate.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kMostWatched = 100;  // files that are watched although no step touches them

class Judge {
 public:
  Judge(const EditTrajectory& trajectory, const ServerProfile& profile, const JudgeOptions& options)
      : trajectory_(trajectory), profile_(profile), options_(options) {
    if (options_.connect) maker_ = options_.connect(folder_.root());
  }

  JudgedTrajectory judged() {
    for (const auto& [path, text] : trajectory_.start) {
      if (!ScratchFolder::is_inside(path))
        throw Error::input("a file outside the workspace").field("workspace.start").found(path);
      if (watches(path)) readable_.insert(path);
      set(path, text);
    }
    choose_watched();
    JudgedTrajectory out;
    std::string reason;
    out.start = counted(reason);
    out.start.confidence.reset();
    for (const EditStep& step : trajectory_.steps) {
      out.failures.emplace_back();
      out.steps.push_back(judged(step, out.failures.back()));
    }
    if (client_) out.server = client_->server_info();
    return out;
  }

 private:
  bool watches(const std::string& path) const {
    try {
      profile_.language_of(path);
      return true;
    } catch (const LspError&) {
      return false;
    }
  }

  void choose_watched() {
    for (const EditStep& step : trajectory_.steps) {
      for (const auto& [path, text] : step.files) {
        if (ScratchFolder::is_inside(path) && watches(path)) watched_.insert(path);
      }
    }
    if (readable_.size() <= kMostWatched) watched_.insert(readable_.begin(), readable_.end());
  }

  void set(const std::string& path, const std::optional<std::string>& text) {
    folder_.put(path, text);
    if (text) {
      state_[path] = *text;
    } else {
      state_.erase(path);
    }
    changed_.insert(path);
  }

  StepFacts judged(const EditStep& step, std::string& reason) {
    const std::optional<double> confidence = confidence_of(step, reason);
    const bool inside = std::all_of(step.files.begin(), step.files.end(),
                                    [](const auto& one) { return ScratchFolder::is_inside(one.first); });
    if (inside) {
      for (const auto& [path, text] : step.files) set(path, text);
    }
    StepFacts out = counted(reason);
    out.confidence = confidence;
    if (!step.files.empty() && out.diagnostics) out.safe = inside && !out.fatal;
    return out;
  }

  std::optional<double> confidence_of(const EditStep& step, std::string& reason) {
    if (step.target.empty()) return 1.0;
    const Selector selector = parse_selector(step.target);
    try {
      tell();
      std::vector<SourceDocument> documents;
      for (const auto& [path, text] : state_) {
        if (!sent_.count(path)) continue;
        const Json symbols = client_->request("textDocument/documentSymbol",
                                              {{"textDocument", {{"uri", file_uri(folder_.path(path))}}}});
        documents.push_back({path, text, read_symbols(symbols, {path, language_of_path(path)}), ""});
      }
      return relocate(selector, documents, {.encoding = client_->encoding()}).confidence;
    } catch (const Error& error) {
      reason = error.what();
      return std::nullopt;
    }
  }

  // Every change since the server was last told, over however many failures.
  void tell() {
    if (!client_) {
      ClientOptions client;
      client.request_timeout = options_.timeout;
      client_ = std::make_unique<Client>(profile_, folder_.root(), client, maker_);
    }
    for (const std::string& path : watched_) {
      const auto now = state_.find(path);
      const auto before = sent_.find(path);
      if (now == state_.end()) {
        if (before != sent_.end()) client_->close_document(file_uri(folder_.path(path)));
        sent_.erase(path);
      } else if (before == sent_.end() || before->second != now->second) {
        client_->open_document(file_uri(folder_.path(path)), now->second);
        sent_[path] = now->second;
      }
    }
    if (changed_.empty()) return;
    std::vector<std::string> uris;
    for (const std::string& path : changed_) uris.push_back(file_uri(folder_.path(path)));
    client_->files_changed(uris);
    changed_.clear();
  }

  StepFacts counted(std::string& reason) {
    StepFacts out;
    try {
      tell();
      std::vector<std::string> uris;
      for (const auto& [path, text] : sent_) uris.push_back(file_uri(folder_.path(path)));
      double count = 0;
      for (const FileDiagnostics& file : diagnostics_of(*client_, uris, options_.timeout)) {
        const DiagnosticCounts counts = count_diagnostics(file.items, profile_);
        count += static_cast<double>(counts.errors + counts.warnings);
        if (options_.literal) count += static_cast<double>(counts.information + counts.hints);
        out.fatal = out.fatal || counts.fatal;
      }
      for (const auto& [path, text] : sent_)
        out.suppressions += static_cast<double>(count_suppressions(text, profile_));
      out.diagnostics = count;
    } catch (const LspError& error) {
      reason = error.what();
      return {};
    }
    return out;
  }

  const EditTrajectory& trajectory_;
  const ServerProfile& profile_;
  const JudgeOptions& options_;
  ScratchFolder folder_;
  ConnectionMaker maker_;  // of every client: where one did not start the next one is tried
  std::map<std::string, std::string> state_, sent_;  // on disk; open in the server
  std::set<std::string> readable_, watched_, changed_;
  std::unique_ptr<Client> client_;  // ends before the folder goes away
};

}  // namespace

JudgedTrajectory judge_trajectory(const EditTrajectory& trajectory, const ServerProfile& profile,
                                  const JudgeOptions& options) {
  return Judge(trajectory, profile, options).judged();
}

}  // namespace gradus
