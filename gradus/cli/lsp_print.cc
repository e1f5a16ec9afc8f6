#include "gradus/cli/lsp_print.h"

#include <algorithm>
#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

bool coloured() {
  return isatty(STDOUT_FILENO) == 1;
}

// As a person opens it, byte for byte; as it is where that would break the line.
std::string name_of_file(const std::string& uri) {
  std::string name = uri;
  try {
    if (uri.starts_with("ws:///")) name = percent_decoded(uri.substr(6));
    if (is_file_uri(uri)) name = path_of_uri(uri);
  } catch (const Error&) {
    return uri;
  }
  const bool control = std::any_of(name.begin(), name.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return control ? uri : name;
}

// "src/a.cc:3:5", counted from 1 as editors do.
std::string place_of(const Json& entry) {
  const std::string uri = name_of_file(entry.at("uri").get<std::string>());
  const Json& range = entry.at("range");
  return fmt::format("{}:{}:{}", uri, range.at(0).get<int64_t>() + 1, range.at(1).get<int64_t>() + 1);
}

std::string text_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || it->is_null()) return "";
  return it->is_string() ? it->get<std::string>() : it->dump();
}

void print_diff(const std::string& diff) {
  for (size_t at = 0; at < diff.size();) {
    const size_t end = std::min(diff.find('\n', at), diff.size());
    const std::string line = diff.substr(at, end - at);
    const bool head = line.starts_with("---") || line.starts_with("+++");
    fmt::text_style style;
    if (head) style = fmt::emphasis::bold;
    if (line.starts_with("@@")) style = fmt::fg(fmt::terminal_color::cyan);
    if (!head && line.starts_with('-')) style = fmt::fg(fmt::terminal_color::red);
    if (!head && line.starts_with('+')) style = fmt::fg(fmt::terminal_color::green);
    coloured() ? fmt::print(style, "{}", line) : fmt::print("{}", line);
    fmt::print("\n");
    at = end + 1;
  }
}

const char* severity_name(const Json& entry) {
  const int64_t severity = entry.contains("severity") ? entry.at("severity").get<int64_t>() : 1;
  return severity == 1 ? "error" : severity == 2 ? "warning" : severity == 3 ? "information" : "hint";
}

void print_list(const Json& list, const char* nothing) {
  for (const Json& entry : list) {
    if (entry.contains("message")) {
      fmt::print("{}: {}: {}{}\n", place_of(entry), severity_name(entry), text_of(entry, "message"),
                 entry.contains("code") ? " [" + text_of(entry, "code") + "]" : "");
    } else if (entry.contains("name")) {
      fmt::print("{:<40} {:<12} {}\n", place_of(entry), text_of(entry, "kind"), text_of(entry, "name"));
    } else {
      fmt::print("{}\n", place_of(entry));
    }
  }
  if (list.empty()) fmt::print("{}\n", nothing);
}

void print_candidates(const Json& bundle) {
  const Json& resolution = bundle.at("resolution");
  if (!resolution.is_object() || !resolution.contains("disambiguation")) return;
  const Json& candidates = resolution.at("disambiguation").at("candidates");
  if (candidates.empty()) return;
  fmt::print(stderr, "candidates, best first:\n");
  for (const Json& candidate : candidates) {
    std::string evidence;
    for (const auto& [feature, value] : candidate.at("evidence").items()) {
      evidence += fmt::format("{}{} {:.2f}", evidence.empty() ? "" : ", ", feature, value.get<double>());
    }
    fmt::print(stderr, "  {:.3f}  {:<32} {} {}  ({})\n", candidate.at("score").get<double>(),
               place_of(candidate), text_of(candidate, "kind"), text_of(candidate, "name"), evidence);
  }
}

void print_safety(const Json& facts) {
  if (!facts.contains("safety")) return;
  for (const Json& check : facts.at("safety").at("checks")) {
    const std::string why = text_of(check, "why");
    fmt::print("{} {}{}\n", check.at("ok").get<bool>() ? "ok" : "NO", text_of(check, "name"),
               why.empty() ? "" : ": " + why);
  }
}

void print_edits(const Json& bundle) {
  const Json& edits = bundle.at("edits");
  if (!edits.at("diff").is_string()) return;
  print_diff(edits.at("diff").get<std::string>());
  const size_t files = bundle.at("facts").at("files").size();
  const bool applied = edits.value("applied", false);
  fmt::print("{} {}\n", counted(files, "file"), applied ? "changed" : "would change; --apply changes them");
}

}  // namespace

void print_bundle(const Json& bundle) {
  const Json& facts = bundle.at("facts");
  for (const char* name : {"definitions", "references", "symbols", "diagnostics"}) {
    if (facts.contains(name)) print_list(facts.at(name), "none");
  }
  if (facts.contains("hover")) {
    fmt::print("{}\n", facts.at("hover").is_null() ? "nothing is known of this place"
                                                   : text_of(facts.at("hover"), "value"));
  }
  if (facts.contains("location"))
    fmt::print("{}\n{}\n", place_of(facts.at("location")), text_of(facts, "preview"));
  if (facts.contains("prepareRename")) {
    fmt::print("can be renamed: {}\n", facts.at("prepareRename").dump());
  }
  if (facts.contains("actions") && !facts.contains("action")) {
    for (const Json& action : facts.at("actions")) {
      fmt::print("{:>3}  {}{}\n", action.at("index").get<size_t>(), text_of(action, "title"),
                 action.at("applicable").get<bool>() ? "" : "  (a command of the server: cannot be taken)");
    }
    if (facts.at("actions").empty()) fmt::print("none\n");
  }
  print_edits(bundle);
  print_safety(facts);
  for (const Json& conflict : facts.contains("conflicts") ? facts.at("conflicts") : Json::array()) {
    fmt::print(stderr, "conflict: {}\n", conflict.dump());
  }
  if (bundle.at("status") == "ok") return;
  fmt::print(stderr, "gradus: {}: {}\n", text_of(bundle, "status"), text_of(bundle.at("meta"), "error"));
  const Json& resolution = bundle.at("resolution");
  const bool found = resolution.is_object() && !resolution.value("resolved", Json()).is_null();
  if (!found && (bundle.at("status") == "AMBIGUOUS" || bundle.at("status") == "NOT_FOUND"))
    print_candidates(bundle);
}

void print_edit_rewards(const Json& paid) {
  const auto number = [](const Json& value) {
    return value.is_null() ? std::string("-") : fmt::format("{:.4g}", value.get<double>());
  };
  fmt::print("{:>4}  {:<13} {:<5} {:>9} {:>9}  {}\n", "step", "diagnostics", "safe", "ambiguity", "reward",
             "what");
  size_t count = 0;
  for (const Json& step : paid.at("steps")) {
    const Json& reward = step.at("processReward");
    const Json& parts = reward.at("components");
    const std::string change =
        number(step.at("diagnosticsBefore")) + " -> " + number(step.at("diagnosticsAfter"));
    const char* const safe = step.at("safe").is_null() ? "-" : step.at("safe") == true ? "yes" : "no";
    const std::string ambiguity = parts.is_null() ? "-" : number(parts.at("ambiguity_penalty"));
    std::string what = text_of(step, "title");
    if (what.empty())
      what = fmt::format("{}", fmt::join(step.at("files").get<std::vector<std::string>>(), ", "));
    fmt::print("{:>4}  {:<13} {:<5} {:>9} {:>9}  {}\n", ++count, change, safe, ambiguity,
               number(reward.at("r")), what);
    if (!step.at("failure").is_null())
      fmt::print(stderr, "gradus: step {} has no facts: {}\n", count, text_of(step, "failure"));
  }
  if (paid.at("watched") < paid.at("readable")) {
    fmt::print(stderr, "gradus: {} of {} files are watched; breakage in the others is not seen\n",
               paid.at("watched").get<size_t>(), paid.at("readable").get<size_t>());
  }
  const Json& server = paid.at("server");
  fmt::print("total {} as {}, from {}\n", number(paid.at("total")), text_of(paid, "form"),
             server.is_null() ? "no server" : text_of(server, "name") + " " + text_of(server, "version"));
}

}  // namespace gradus
