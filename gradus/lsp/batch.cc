#include "gradus/lsp/batch.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <mutex>
#include <thread>

#include "gradus/lsp/schema.h"

namespace gradus {

namespace {

constexpr size_t kMaxLine = size_t{1} << 20;

struct Line {
  Json id;
  VerbRequest request;
  std::string wrong;  // what is wrong with it; empty: nothing
};

bool is_empty(const std::string& text) {
  return text.find_first_not_of(" \t\r") == std::string::npos;
}

Line line_of(const std::string& text) {
  Line line;
  if (text.size() > kMaxLine) {
    line.wrong = "the line has more than 1 MiB";
    return line;
  }
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    line.wrong = "the line is no JSON";
    return line;
  }
  if (json.is_object() && json.contains("id")) line.id = json.at("id");
  if (!line.id.is_string() && !line.id.is_number_integer()) line.id = nullptr;
  const std::vector<SchemaFault> faults = schema_faults(json, "batch-request");
  if (!faults.empty()) {
    line.wrong =
        "field '" + faults[0].path + "': found " + faults[0].found + ", expected " + faults[0].expected;
    return line;
  }
  line.request.verb = json.at("cmd").get<std::string>();
  line.request.selector = json.value("selectorText", "");
  if (json.contains("selector")) line.request.spec = json.at("selector");
  if (json.contains("args")) line.request.args = json.at("args");
  if (line.request.spec.is_null() == line.request.selector.empty()) {
    line.wrong = "a line has either selector or selectorText";
  }
  return line;
}

Json answer_of(Command& command, const Line& line) {
  const PlaceInLine in_line(command.session(), line.request.place.value());
  Json bundle;
  try {
    bundle = line.wrong.empty() ? command.run(line.request)
                                : failure_bundle(line.request, Status::bad_selector_syntax, line.wrong);
  } catch (const Error& error) {  // an answer that no bundle can hold
    bundle = failure_bundle(line.request, Status::ls_crash, error.what());
  }
  return {{"id", line.id}, {"exit", bundle.at("meta").at("exit_code")}, {"bundle", bundle}};
}

// Answers on their way, in the order of their lines. Each is written as soon as it is there and those before
// it are written, whether or not more lines come: whoever asked may wait for it before asking more.
class Answers {
 public:
  explicit Answers(const std::function<void(const std::string&)>& write)
      : write_(write), writer_([this] { write_all(); }) {}
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;
  ~Answers() { end(); }

  void add(std::future<Json> answer) {
    const std::lock_guard lock(mutex_);
    running_.push_back(std::move(answer));
    changed_.notify_all();
  }

  // Until at most so many are not written. Throws what writing one threw.
  void wait(size_t room) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_.size() <= room || error_; });
    if (error_) std::rethrow_exception(error_);
  }

  size_t failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    if (writer_.joinable()) writer_.join();
  }

  void write_all() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ended_ || !running_.empty(); });
      if (running_.empty()) return;
      std::future<Json>& first =
          running_.front();  // stays where it is: only this thread takes from the front
      lock.unlock();
      std::exception_ptr error;
      bool failed = false;
      try {
        const Json answer = first.get();
        failed = answer.at("exit") != 0;
        if (!error_) write_(answer.dump());
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      failed_ += failed;
      if (error && !error_) error_ = error;
      running_.pop_front();
      changed_.notify_all();
    }
  }

  const std::function<void(const std::string&)>& write_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::future<Json>> running_;
  std::exception_ptr error_;  // written by the thread that writes
  size_t failed_ = 0;
  bool ended_ = false;
  std::thread writer_;  // the last member: it uses the others
};

}  // namespace

std::string batch_line_fault(const std::string& text) {
  return is_empty(text) ? "" : line_of(text).wrong;
}

BatchReport run_batch(Command& command, const std::function<std::optional<std::string>()>& next_line,
                      const std::function<void(const std::string&)>& write_line,
                      const BatchOptions& options) {
  BatchReport report;
  Answers answers(write_line);
  while (const std::optional<std::string> text = next_line()) {
    if (is_empty(*text)) continue;
    ++report.lines;
    Line line = line_of(*text);
    const bool alone = verb_changes_files(line.request) || options.fail_fast;
    answers.wait(alone ? 0 : static_cast<size_t>(options.workers) - 1);
    line.request.place = command.session().line_up();
    answers.add(std::async(std::launch::async, [&command, line] { return answer_of(command, line); }));
    if (alone) answers.wait(0);
    if (options.fail_fast && answers.failed() > 0) break;
  }
  answers.wait(0);
  report.failed = answers.failed();
  return report;
}

}  // namespace gradus
