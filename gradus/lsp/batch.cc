#include "gradus/lsp/batch.h"

#include <deque>
#include <future>

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

}  // namespace

std::string batch_line_fault(const std::string& text) {
  return is_empty(text) ? "" : line_of(text).wrong;
}

BatchReport run_batch(Command& command, const std::function<std::optional<std::string>()>& next_line,
                      const std::function<void(const std::string&)>& write_line,
                      const BatchOptions& options) {
  BatchReport report;
  std::deque<std::future<Json>> running;
  const auto finish_first = [&] {
    const Json answer = running.front().get();
    running.pop_front();
    report.failed += answer.at("exit") != 0;
    write_line(answer.dump());
  };
  while (const std::optional<std::string> text = next_line()) {
    if (is_empty(*text)) continue;
    ++report.lines;
    Line line = line_of(*text);
    const bool alone = verb_changes_files(line.request) || options.fail_fast;
    const size_t room = alone ? 0 : static_cast<size_t>(options.workers) - 1;
    while (running.size() > room) finish_first();
    line.request.place = command.session().line_up();
    running.push_back(std::async(std::launch::async, [&command, line] { return answer_of(command, line); }));
    if (alone) finish_first();
    if (options.fail_fast && report.failed > 0) break;
  }
  while (!running.empty()) finish_first();
  return report;
}

}  // namespace gradus
