#include "gradus/lsp/result_judge.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "gradus/lsp/diagnostics.h"

namespace gradus {

namespace {

constexpr size_t kMostJudged = 40;         // changed files that are opened for it
constexpr Milliseconds kFirstWord{3'000};  // until a server that publishes has published anything at all

// The new texts, open in the server until this goes away.
class NewTexts {
 public:
  NewTexts(Session& session, const EditPlan& plan, const std::vector<std::string>& paths)
      : session_(session), paths_(paths) {
    for (const PlannedFile& file : plan.files) {
      if (std::find(paths.begin(), paths.end(), file.path) == paths.end()) continue;
      texts_.emplace(file.path, document_text(*file.after, file.path).content());
    }
    try {
      for (const auto& [path, text] : texts_) session_.client().change_document(session_.open(path), text);
      rebuild();
    } catch (...) {
      restore();
      throw;
    }
  }
  NewTexts(const NewTexts&) = delete;
  NewTexts& operator=(const NewTexts&) = delete;
  ~NewTexts() { restore(); }

 private:
  // What a server that publishes said of a file while others still had their other text is no news.
  void rebuild() {
    if (session_.profile().diagnostics.pull) return;
    for (const std::string& path : paths_) session_.client().rebuild_document(session_.open(path));
  }

  // A server that does not take a text is started anew. Whoever asks next meets one that was told all texts
  // as they are, or hears that there is none.
  void restore() {
    if (put_back()) return;
    told([&] { session_.client().restart(); });
    put_back();
  }

  // Every text by itself: one that is not taken must not keep the others new.
  bool put_back() {
    bool whole = true;
    for (const auto& [path, text] : texts_) {
      const auto old = [&, &path = path] {
        session_.client().change_document(session_.open(path), session_.text(path).content());
      };
      whole = told(old) && whole;
    }
    return whole && told([&] { rebuild(); });
  }

  static bool told(const std::function<void()>& tell) {
    try {
      tell();
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  Session& session_;
  const std::vector<std::string>& paths_;
  std::map<std::string, std::string> texts_;
};

// Files that can be open before and after, `others` first.
std::vector<std::string> judged_paths(Session& session, const EditPlan& plan,
                                      const std::vector<std::string>& others) {
  std::vector<std::string> out = others;
  for (const PlannedFile& file : plan.files) {
    if (out.size() == others.size() + kMostJudged) break;
    if (!file.before || !file.after) continue;
    try {
      session.open(file.path);
      out.push_back(file.path);
    } catch (const LspError&) {
      continue;  // of another language
    }
  }
  return out;
}

bool tells_diagnostics(Client& client) {
  if (client.profile().diagnostics.pull) return true;
  return client.wait_until(std::chrono::steady_clock::now() + kFirstWord,
                           [](const ServerView& view) { return !view.published.empty(); });
}

std::vector<FileDiagnostics> judged_now(Session& session, const std::vector<std::string>& paths) {
  std::vector<std::string> uris;
  for (const std::string& path : paths) uris.push_back(session.open(path));
  return diagnostics_of(session.client(), uris, session.options().client.request_timeout);
}

std::string first_new_message(const FileDiagnostics& before, const FileDiagnostics& after) {
  std::multiset<std::string> known;
  for (const Json& item : before.items) known.insert(item.value("message", Json()).dump());
  for (const Json& item : after.items) {
    if (item.value("severity", Json(1)) != 1) continue;
    const Json message = item.value("message", Json());
    const auto found = known.find(message.dump());
    if (found == known.end()) return message.is_string() ? message.get<std::string>() : message.dump();
    known.erase(found);
  }
  return "";
}

// What is worse than before; empty: nothing.
std::string worse(const std::string& path, const FileDiagnostics& before, const FileDiagnostics& after,
                  const ServerProfile& profile) {
  const DiagnosticCounts was = count_diagnostics(before.items, profile),
                         is = count_diagnostics(after.items, profile);
  if (is.errors <= was.errors && (!is.fatal || was.fatal)) return "";
  return fmt::format("{}: {} instead of {}: {}", path, counted(is.errors, "error"), was.errors,
                     first_new_message(before, after));
}

}  // namespace

void judge_result(Session& session, const EditPlan& plan, const std::vector<std::string>& others,
                  Safety& safety, const std::function<void()>& in_new_state) {
  const auto alone = session.alone();
  const std::vector<std::string> paths = judged_paths(session, plan, others);
  if (paths.empty()) return;
  try {
    const bool told = tells_diagnostics(session.client());
    std::vector<FileDiagnostics> before, after;
    if (told) before = judged_now(session, paths);
    {
      const NewTexts texts(session, plan, paths);
      if (told) after = judged_now(session, paths);
      if (in_new_state) in_new_state();
    }
    if (!told) return;
    std::string why;
    for (size_t i = 0; i < paths.size() && why.empty(); ++i) {
      why = worse(paths[i], before[i], after[i], session.profile());
    }
    safety.add("judged", why.empty(), why);
  } catch (const LspError& error) {
    if (error.status() == Status::replay_mismatch) throw;  // of the trace, not of the edit
    if (error.status() == Status::unsupported_cap) return;
    safety.add_doubt("judged", error.what());
  }
}

}  // namespace gradus
