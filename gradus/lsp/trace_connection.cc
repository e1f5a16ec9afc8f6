// The two connections of gradus/lsp/trace.h: one that writes a trace, one that answers from it.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <set>

#include "gradus/lsp/trace.h"

namespace gradus {

namespace {

class RecordingConnection : public Connection {
 public:
  RecordingConnection(std::unique_ptr<Connection> inner, std::shared_ptr<TraceWriter> writer)
      : inner_(std::move(inner)), writer_(std::move(writer)) {
    writer_->meta({{"event", "start"}});
  }

  // Written down first, so that no answer stands before its question.
  void send(const std::string& body) override {
    const int64_t seq = writer_->frame(Direction::to_server, Json::parse(body));
    try {
      inner_->send(body);
    } catch (const LspError&) {
      writer_->meta({{"event", "lost"}, {"frame", seq}});
      throw;
    }
  }

  std::optional<std::string> receive() override {
    try {
      std::optional<std::string> body = inner_->receive();
      if (body) {
        writer_->frame(Direction::to_client, parse_message(*body, {}).document);
      } else if (!interrupted_) {
        writer_->meta({{"event", "end"}, {"how", "the server ended"}});
      }
      return body;
    } catch (const LspError& error) {
      writer_->meta({{"event", "end"}, {"how", error.what()}});
      throw;
    }
  }

  void interrupt() override {
    interrupted_ = true;
    inner_->interrupt();
  }
  void stop(Milliseconds patience) override { inner_->stop(patience); }
  std::string last_words() const override {
    const std::string words = inner_->last_words();
    if (!words.empty()) writer_->meta({{"event", "last words"}, {"text", words}});
    return words;
  }

 private:
  std::unique_ptr<Connection> inner_;
  std::shared_ptr<TraceWriter> writer_;
  std::atomic<bool> interrupted_ = false;
};

// What is sent is known by this text. Answers to the server and cancellations depend on timing and are not
// asked for.
bool is_asked_for(const Json& message) {
  const auto method = message.find("method");
  return method != message.end() && *method != "$/cancelRequest";
}

// `params` in the form of the workspace.
std::string key_of(const Json& message, const Json& params) {
  return canonical({{"method", message.at("method")}, {"params", params}, {"asks", message.contains("id")}});
}

Json params_of(Json message) {
  const auto found = message.find("params");
  if (found == message.end()) return nullptr;
  Json params = std::move(*found);
  if (params.is_object()) params.erase("processId");
  return params;
}

class ReplayConnection : public Connection {
 public:
  // `events` from `begin` to the next start of the server.
  ReplayConnection(std::shared_ptr<const Trace> trace, size_t begin, std::string root)
      : trace_(std::move(trace)), root_(std::move(root)) {
    const Json options = trace_->header().value("options", Json());
    parallel_ = options.is_object() && options.value("workers", Json(1)) != 1;
    std::map<std::string, size_t> asked;
    for (size_t i = begin; i < trace_->events.size(); ++i) {
      const TraceEvent& event = trace_->events[i];
      const Json& message = event.content;
      if (event.direction == Direction::meta) {
        const Json kind = message.value("event", Json());
        if (kind == "start") break;
        ends_ = ends_ || kind == "end" || kind == "lost";
        const Json words = kind == "last words" ? message.value("text", Json()) : Json();
        if (words.is_string()) last_words_ = words.get<std::string>();
        const Json lost = kind == "lost" ? message.value("frame", Json()) : Json();
        if (lost.is_number_unsigned()) lost_.insert(lost.get<uint64_t>());
      } else if (event.direction == Direction::to_client) {
        if (message.contains("method")) {
          unasked_.push_back(i);
        } else if (const auto question = asked.find(message.at("id").dump()); question != asked.end()) {
          answers_.emplace(question->second, i);  // a second answer is nobody's
        }
      } else if (is_asked_for(message)) {
        known_[key_of(message, message.value("params", Json()))].push_back(i);
        ++left_;
        if (message.contains("id")) asked[message.at("id").dump()] = i;
        // Questions that were asked at once have no order of their own; what changes documents has one.
        if (!parallel_ || !message.contains("id")) unsent_.insert(i);
      }
    }
  }

  void send(const std::string& body) override {
    const Json message = Json::parse(body);
    if (!is_asked_for(message)) return;
    const std::string key = key_of(message, with_workspace_uris(params_of(message), root_));
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(key);
    if (known == known_.end() || known->second.empty()) {
      throw LspError(Status::replay_mismatch,
                     Error::input("the trace holds no such message to the server")
                         .at(trace_->file)
                         .field(message.at("method").get<std::string>())
                         .found(key.substr(0, 300))
                         .hint("the command, its arguments or the files differ from those recorded"));
    }
    const size_t place = known->second.front();
    // A refusal went to all who asked at once; one after the other they ask again.
    if (known->second.size() > 1 || !parallel_) {
      known->second.pop_front();
      --left_;
    }
    unsent_.erase(place);
    if (const auto answer = answers_.find(place); answer != answers_.end()) {
      ready_[answer->second] = message.at("id");
    }
    // Whoever receives sleeps until there is something for it.
    if (next_is_ready()) changed_.notify_all();
    if (lost_.count(place + 1) != 0) {
      throw LspError(Status::ls_crash, Error::outside("the language server had ended when this was sent"));
    }
  }

  std::optional<std::string> receive() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return interrupted_ || next_is_ready(); });
    const std::optional<size_t> unasked = next_unasked();
    const auto answer = ready_.begin();
    if (interrupted_ || (!unasked && answer == ready_.end())) return std::nullopt;
    Json message;
    if (unasked && (answer == ready_.end() || *unasked < answer->first)) {
      message = trace_->events[*unasked].content;
      unasked_.pop_front();
    } else {
      message = trace_->events[answer->first].content;
      message["id"] = answer->second;
      ready_.erase(answer);
    }
    lock.unlock();
    return with_file_uris(std::move(message), root_).dump();
  }

  bool takes_no_more() const override {
    const std::lock_guard lock(mutex_);
    return ends_ && left_ == 0;
  }
  void interrupt() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }
  void stop(Milliseconds) override {}
  std::string last_words() const override { return last_words_; }

 private:
  std::optional<size_t> next_unasked() const {
    if (unasked_.empty() || (!unsent_.empty() && *unsent_.begin() < unasked_.front())) return std::nullopt;
    return unasked_.front();
  }

  // A message, or the end of the server.
  bool next_is_ready() const { return !ready_.empty() || next_unasked() || (ends_ && left_ == 0); }

  std::shared_ptr<const Trace> trace_;
  std::string root_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Everything by its place in the trace, in whose order the server spoke.
  std::map<std::string, std::deque<size_t>> known_;  // by key: what was not sent yet
  size_t left_ = 0;                                  // so many
  std::set<size_t> unsent_;                          // of these, what the server's own words wait for
  std::deque<size_t> unasked_;                       // what the server said by itself and was not given yet
  std::map<size_t, size_t> answers_;                 // by question
  std::map<size_t, Json> ready_;                     // answers to what was sent, with our ids
  std::set<uint64_t> lost_;                          // numbers of messages that did not reach the server
  std::string last_words_;
  bool parallel_ = false;  // the questions were asked by several at once
  bool ends_ = false, interrupted_ = false;
};

std::vector<size_t> starts_of(const Trace& trace) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < trace.events.size(); ++i) {
    const TraceEvent& event = trace.events[i];
    if (event.direction == Direction::meta && event.content.value("event", Json()) == "start")
      starts.push_back(i + 1);
  }
  return starts;
}

}  // namespace

ConnectionMaker recorded(ConnectionMaker inner, std::shared_ptr<TraceWriter> writer) {
  return [inner = std::move(inner), writer = std::move(writer)] {
    return std::make_unique<RecordingConnection>(inner(), writer);
  };
}

ConnectionMaker replayed(std::shared_ptr<const Trace> trace, std::string root) {
  const auto starts = std::make_shared<std::deque<size_t>>();
  for (const size_t start : starts_of(*trace)) starts->push_back(start);
  return [trace = std::move(trace), root = std::move(root), starts]() -> std::unique_ptr<Connection> {
    if (starts->empty()) {
      throw LspError(Status::replay_mismatch,
                     Error::input("the trace holds no further start of the server").at(trace->file));
    }
    const size_t begin = starts->front();
    starts->pop_front();
    return std::make_unique<ReplayConnection>(trace, begin, root);
  };
}

}  // namespace gradus
