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
std::optional<std::string> key_of(const Json& message, const std::string& root) {
  if (!message.contains("method") || message.at("method") == "$/cancelRequest") return std::nullopt;
  Json params = with_workspace_uris(message.value("params", Json()), root);
  if (params.is_object()) params.erase("processId");
  return canonical({{"method", message.at("method")}, {"params", params}, {"asks", message.contains("id")}});
}

class ReplayConnection : public Connection {
 public:
  // `events` from `begin` to the next start of the server.
  ReplayConnection(std::shared_ptr<const Trace> trace, size_t begin, std::string root)
      : trace_(std::move(trace)), root_(std::move(root)) {
    for (size_t i = begin; i < trace_->events.size(); ++i) {
      const TraceEvent& event = trace_->events[i];
      if (event.direction == Direction::meta) {
        const Json kind = event.content.value("event", Json());
        if (kind == "start") break;
        ends_ = ends_ || kind == "end" || kind == "lost";
        const Json words = kind == "last words" ? event.content.value("text", Json()) : Json();
        if (words.is_string()) last_words_ = words.get<std::string>();
        const Json lost = kind == "lost" ? event.content.value("frame", Json()) : Json();
        if (lost.is_number_unsigned()) lost_.insert(lost.get<uint64_t>());
      } else if (event.direction == Direction::to_client) {
        unsaid_.push_back(i);
      } else if (const std::optional<std::string> key = key_of(event.content, root_)) {
        unsent_.insert(i);
        known_[*key].push_back(i);
      }
    }
  }

  void send(const std::string& body) override {
    const Json message = Json::parse(body);
    const std::optional<std::string> key = key_of(message, root_);
    if (!key) return;
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(*key);
    if (known == known_.end() || known->second.empty()) {
      throw LspError(Status::replay_mismatch,
                     Error::input("the trace holds no such message to the server")
                         .at(trace_->file)
                         .field(message.at("method").get<std::string>())
                         .found(key->substr(0, 300))
                         .hint("the command, its arguments or the files differ from those recorded"));
    }
    const size_t place = known->second.front();
    known->second.pop_front();
    unsent_.erase(place);
    const Json& recorded_message = trace_->events[place].content;
    if (recorded_message.contains("id")) ids_[recorded_message.at("id").dump()] = message.at("id");
    changed_.notify_all();
    if (lost_.count(place + 1) != 0) {
      throw LspError(Status::ls_crash, Error::outside("the language server had ended when this was sent"));
    }
  }

  std::optional<std::string> receive() override {
    std::unique_lock lock(mutex_);
    std::optional<size_t> next;
    changed_.wait(lock, [&] {
      next = first_ready();
      return interrupted_ || next || (ends_ && unsent_.empty());
    });
    if (interrupted_ || !next) return std::nullopt;
    Json message = with_file_uris(trace_->events[unsaid_[*next]].content, root_);
    unsaid_.erase(unsaid_.begin() + static_cast<ptrdiff_t>(*next));
    if (!message.contains("method")) message["id"] = ids_.at(message.at("id").dump());
    return message.dump();
  }

  void interrupt() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }
  void stop(Milliseconds) override {}
  std::string last_words() const override { return last_words_; }

 private:
  std::optional<size_t> first_ready() const {
    const size_t sent_before = unsent_.empty() ? trace_->events.size() : *unsent_.begin();
    for (size_t k = 0; k < unsaid_.size(); ++k) {
      const Json& message = trace_->events[unsaid_[k]].content;
      const bool ready =
          message.contains("method") ? unsaid_[k] < sent_before : ids_.count(message.at("id").dump()) != 0;
      if (ready) return k;
    }
    return std::nullopt;
  }

  std::shared_ptr<const Trace> trace_;
  std::string root_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::deque<size_t>> known_;  // by key: places in the trace that were not sent yet
  std::set<size_t> unsent_;
  std::set<uint64_t> lost_;          // numbers of messages that did not reach the server
  std::deque<size_t> unsaid_;        // messages of the server that were not given yet
  std::map<std::string, Json> ids_;  // recorded to ours
  std::string last_words_;
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
