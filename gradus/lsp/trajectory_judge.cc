// The judging half of edit trajectories: states on disk and in the server, and what is counted of them.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "gradus/base/scratch_folder.h"
#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/edit_trajectory.h"
#include "gradus/lsp/relocate.h"
#include "gradus/lsp/suppressions.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kMostWatched = 500;  // documents that are open in the server at once

// The errors behind which others are hidden: whose step they are. Those of the first state are nobody's.
class Fatal {
 public:
  using Findings = std::map<std::string, int>;  // how often, by code and message
  struct File {
    Findings findings;
    double counted = 0;
  };
  using Files = std::map<std::string, File>;

  // What the step to `now` made, and whether something that an earlier step made is still there. Nothing was
  // made where no file `changed`: what the server says otherwise then, it says of the same texts.
  void next(Files now, bool changed, StepFacts& facts) {
    std::set<Key> made, stay;
    for (const auto& [path, file] : now) {
      for (const auto& [finding, times] : file.findings) {
        const Key key{path, finding};
        if (made_.count(key)) stay.insert(key);
        if (!changed || !known_ || times <= times_before(key) || is_of_the_start(key, now)) continue;
        if (const std::optional<Key> from = moved_from(key, now)) {
          if (made_.count(*from)) stay.insert(key);
        } else {
          made.insert(key);
        }
      }
    }
    facts.fatal = !made.empty();
    facts.fatal_stays = !stay.empty();
    made_ = std::move(stay);
    made_.insert(made.begin(), made.end());
    before_ = std::move(now);
    known_ = true;
  }

 private:
  using Key = std::pair<std::string, std::string>;  // path, finding

  int times_before(const Key& key) const {
    const auto file = before_.find(key.first);
    if (file == before_.end()) return 0;
    const auto found = file->second.findings.find(key.second);
    return found == file->second.findings.end() ? 0 : found->second;
  }

  // A new file, where nothing went away, with what another file had from the start: a header that is not
  // there for this server is nobody's, whoever includes it.
  bool is_of_the_start(const Key& key, const Files& now) const {
    if (before_.count(key.first)) return false;
    const auto stays = [&](const auto& one) { return now.count(one.first) > 0; };
    if (!std::all_of(before_.begin(), before_.end(), stays)) return false;
    return std::any_of(before_.begin(), before_.end(), [&](const auto& one) {
      return one.second.findings.count(key.second) > 0 && !made_.count({one.first, key.second});
    });
  }

  // A file that went away with the same finding and no more others: this one is it under another name.
  std::optional<Key> moved_from(const Key& key, const Files& now) const {
    if (before_.count(key.first)) return std::nullopt;
    for (const auto& [path, file] : before_) {
      const bool gone = !now.count(path) && file.findings.count(key.second) > 0;
      if (gone && file.counted <= now.at(key.first).counted) return Key{path, key.second};
    }
    return std::nullopt;
  }

  Files before_;
  std::set<Key> made_;  // and still there
  bool known_ = false;
};

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
    JudgedTrajectory out;
    choose_watched(out);
    if (!out.unseen.empty()) {
      out.steps.resize(trajectory_.steps.size());
      out.failures.assign(trajectory_.steps.size(), out.unseen);
      return out;
    }
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
  bool watches(const std::string& path) const { return profile_.reads(path); }

  // All that the server reads: what a step breaks may be anywhere.
  void choose_watched(JudgedTrajectory& out) {
    for (const EditStep& step : trajectory_.steps) {
      for (const auto& [path, text] : step.files) {
        if (ScratchFolder::is_inside(path) && watches(path)) touched_.insert(path);
      }
    }
    watched_ = touched_;
    if (!options_.touched_only) watched_.insert(readable_.begin(), readable_.end());
    out.watched = watched_.size();
    readable_.insert(watched_.begin(), watched_.end());
    out.readable = readable_.size();
    if (watched_.size() <= kMostWatched) return;
    out.unseen = fmt::format(
        "the server reads {} files of this workspace and at most {} are watched, so what breaks would not be "
        "seen; "
        "touched-only judges by the files that the steps change",
        watched_.size(), kMostWatched);
  }

  void set(const std::string& path, const std::optional<std::string>& text) {
    folder_.put(path, text);
    if (text) {
      state_[path] = *text;
    } else {
      state_.erase(path);
    }
    changed_.insert(path);
    edited_ = true;
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
    try {
      const Selector selector = parse_selector(step.target);
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
    const bool told_before = !sent_.empty();
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
    // Most servers read their configuration once; the very first one is there before the server is.
    const bool configured = std::any_of(changed_.begin(), changed_.end(), [&](const std::string& path) {
      return profile_.is_config_file(path);
    });
    changed_.clear();
    if (configured && told_before) client_->restart();
  }

  StepFacts counted(std::string& reason) {
    StepFacts out;
    try {
      tell();
      std::vector<std::string> uris;
      for (const auto& [path, text] : sent_) uris.push_back(file_uri(folder_.path(path)));
      double count = 0;
      Fatal::Files fatal;
      for (const FileDiagnostics& file : diagnostics_of(*client_, uris, options_.timeout)) {
        Fatal::File& own = fatal[path_of_uri(file.uri)];
        own.counted = counted_of(file.items);
        for (const std::string& finding : fatal_findings(file.items, profile_)) ++own.findings[finding];
        count += own.counted;
      }
      out.suppressions = suppressions(fatal);
      out.diagnostics = count;
      fatal_.next(std::move(fatal), edited_, out);
      edited_ = false;
    } catch (const LspError& error) {
      reason = error.what();
      return {};
    }
    return out;
  }

  // What the markers of all files count as. What they hide is looked for in files that steps write: in the
  // others it is the same before and after.
  double suppressions(const Fatal::Files& shown) {
    std::vector<std::string> fresh;
    for (const auto& [path, text] : sent_) {
      Marks& marks = marks_[path];
      if (marks.of == text) continue;
      marks = {text, static_cast<double>(count_suppressions(text, profile_))};
      if (marks.count > 0 && touched_.count(path)) fresh.push_back(path);
    }
    if (!fresh.empty()) look_behind(fresh, shown);
    double out = 0;
    for (const auto& [path, text] : sent_) out += marks_.at(path).count;
    return out;
  }

  // Shows the server these files without their markers. Where it fails, their own texts are sent again with
  // the next state, and the markers are counted then.
  void look_behind(const std::vector<std::string>& paths, const Fatal::Files& shown) {
    std::vector<std::string> uris;
    std::map<std::string, Marks> known;
    for (const std::string& path : paths) {
      known.insert(marks_.extract(path));
      uris.push_back(file_uri(folder_.path(path)));
      sent_[path] = disarmed(state_.at(path), profile_);
      client_->change_document(uris.back(), sent_[path]);
    }
    const std::vector<FileDiagnostics> found = diagnostics_of(*client_, uris, options_.timeout);
    for (size_t i = 0; i < paths.size(); ++i) {
      client_->change_document(uris[i], state_.at(paths[i]));
      sent_[paths[i]] = state_.at(paths[i]);
      Marks& marks = known.at(paths[i]);
      const double hidden = counted_of(found[i].items) - shown.at(folder_.path(paths[i])).counted;
      marks.count = std::max(marks.count, hidden);
      marks_[paths[i]] = std::move(marks);
    }
  }

  double counted_of(const Json& items) const {
    const DiagnosticCounts counts = count_diagnostics(items, profile_);
    const int64_t others = options_.literal ? counts.information + counts.hints : 0;
    return static_cast<double>(counts.errors + counts.warnings + others);
  }

  struct Marks {
    std::string of;    // the text that they stand in
    double count = 0;  // each at least once, together at least what they hide
  };

  const EditTrajectory& trajectory_;
  const ServerProfile& profile_;
  const JudgeOptions& options_;
  ScratchFolder folder_;
  ConnectionMaker maker_;  // of every client: where one did not start the next one is tried
  std::map<std::string, std::string> state_, sent_;  // on disk; open in the server
  std::map<std::string, Marks> marks_;               // of files that are open
  std::set<std::string> readable_, touched_, watched_, changed_;
  Fatal fatal_;
  bool edited_ = false;             // since the last state that was counted
  std::unique_ptr<Client> client_;  // ends before the folder goes away
};

}  // namespace

JudgedTrajectory judge_trajectory(const EditTrajectory& trajectory, const ServerProfile& profile,
                                  const JudgeOptions& options) {
  return Judge(trajectory, profile, options).judged();
}

}  // namespace gradus
