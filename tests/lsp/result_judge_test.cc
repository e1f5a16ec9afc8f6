#include "gradus/lsp/result_judge.h"

#include <condition_variable>
#include <deque>
#include <gtest/gtest.h>
#include <mutex>

#include "tests/lsp/small_workspace.h"

#include "gradus/lsp/session.h"

namespace gradus {
namespace {

// A server inside this process that takes texts and answers questions as a test says.
struct Script {
  std::mutex mutex;
  std::map<std::string, std::string> texts;                       // as last sent, by URI
  std::function<void(const Json&)> on_send = [](const Json&) {};  // may throw
  std::function<Json(const Json&)> answer = [](const Json&) -> Json { return Json::array(); };
};

class ScriptedConnection : public Connection {
 public:
  explicit ScriptedConnection(Script& script) : script_(script) {}

  void send(const std::string& body) override {
    const Json message = Json::parse(body);
    const std::lock_guard script(script_.mutex);
    script_.on_send(message);
    const std::string method = message.value("method", "");
    const auto take = [&](const Json& document, const Json& text) {
      script_.texts[document.at("uri").get<std::string>()] = text.get<std::string>();
    };
    if (method == "textDocument/didOpen") {
      const Json& document = message.at("params").at("textDocument");
      take(document, document.at("text"));
    } else if (method == "textDocument/didChange") {
      const Json& params = message.at("params");
      take(params.at("textDocument"), params.at("contentChanges").at(0).at("text"));
    }
    if (!message.contains("id")) return;
    const Json capabilities = {{"textDocumentSync", 1}, {"diagnosticProvider", Json::object()}};
    const Json result =
        method == "initialize" ? Json{{"capabilities", capabilities}} : script_.answer(message);
    put(Json{{"jsonrpc", "2.0"}, {"id", message.at("id")}, {"result", result}}.dump());
  }

  std::optional<std::string> receive() override {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return over_ || !answers_.empty(); });
    if (over_) return std::nullopt;
    std::string out = std::move(answers_.front());
    answers_.pop_front();
    return out;
  }

  void interrupt() override {
    const std::lock_guard lock(mutex_);
    over_ = true;
    came_.notify_all();
  }
  void stop(Milliseconds) override {}
  std::string last_words() const override { return ""; }

 private:
  void put(std::string answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    came_.notify_all();
  }

  Script& script_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::string> answers_;
  bool over_ = false;
};

ServerProfile asked_server() {
  return parse_server_profile(
      "name = \"scripted\"\nexecutables = [\"/bin/false\"]\n[[language]]\nid = \"text\"\nendings = [\".w\"]\n"
      "[diagnostics]\nmode = \"pull\"\n",
      "scripted.toml");
}

class ResultJudge : public testing::Test {
 protected:
  ResultJudge() {
    for (const char* name : {"a.w", "b.w", "c.w"}) {
      workspace_.write(name, "old");
      PlannedFile file;
      file.path = name;
      file.before = FileState{};
      file.before->bytes = "old";
      file.after = "new";
      plan_.files.push_back(file);
    }
    script_.answer = [](const Json&) -> Json { return {{"kind", "full"}, {"items", Json::array()}}; };
    SessionOptions options;
    options.client.back_off = Milliseconds(1);
    options.maker = [this] { return std::make_unique<ScriptedConnection>(script_); };
    session_ = std::make_unique<Session>(asked_server(), workspace_.root(), options);
  }

  Safety judged() {
    Safety safety;
    const SessionTurn turn = session_->turn();
    judge_result(*session_, plan_, {}, safety);
    session_->client().request("textDocument/diagnostic", Json::object());  // whoever asks next
    return safety;
  }

  void expect_old_texts() {
    const std::lock_guard lock(script_.mutex);
    EXPECT_EQ(script_.texts.size(), 3u);
    for (const auto& [uri, text] : script_.texts) EXPECT_EQ(text, "old") << uri;
  }

  SmallWorkspace workspace_;
  EditPlan plan_;
  Script script_;
  std::unique_ptr<Session> session_;
};

TEST_F(ResultJudge, OldTextsAreBackAfterwards) {
  EXPECT_TRUE(judged().safe());
  expect_old_texts();
}

// Once for every message that a judgement sends.
TEST_F(ResultJudge, OldTextsAreBackWhateverTheServerDoesNotTake) {
  for (int failing = 0; failing < 6; ++failing) {
    int changes = 0;
    script_.on_send = [&](const Json& message) {
      if (message.value("method", "") != "textDocument/didChange" || changes++ != failing) return;
      throw LspError(Status::ls_timeout, Error::outside("it does not read"));
    };
    judged();
    script_.on_send = [](const Json&) {};
    expect_old_texts();
  }
}

TEST_F(ResultJudge, WhatATraceDoesNotHoldIsNoDoubtAboutAnEdit) {
  int asked = 0;
  script_.on_send = [&](const Json& message) {
    if (message.value("method", "") != "textDocument/diagnostic" || ++asked != 5) return;
    throw LspError(Status::replay_mismatch, Error::input("was not asked then"));
  };
  EXPECT_EQ(status_of([&] { judged(); }), Status::replay_mismatch);
}

}  // namespace
}  // namespace gradus
