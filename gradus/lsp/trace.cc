#include "gradus/lsp/trace.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "gradus/lsp/message_texts.h"
#include "gradus/lsp/snapshot.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr uintmax_t kLargestTrace = uintmax_t{1} << 30;
constexpr FrameLimits kLimits;
// Nesting of a line: the frame and the object around it.
constexpr int kDepth = kLimits.depth + 1;
constexpr std::string_view kRoot = "ws:///";

Error broken(const std::string& file, size_t line, const std::string& what) {
  Error error = Error::input(what);
  error.at(file, static_cast<int>(line));
  return error;
}

Json parsed_line(std::string_view text, const std::string& file, size_t line) {
  if (text.size() > kLimits.message_bytes + 4096) throw broken(file, line, "a line of a trace is too long");
  if (first_too_deep(text, kDepth)) throw broken(file, line, "a line of a trace is nested too deeply");
  Json event = Json::parse(text, nullptr, false);
  if (!event.is_object()) throw broken(file, line, "a line of a trace is no JSON object");
  return event;
}

TraceEvent event_of(Json event, const std::string& file, size_t line) {
  const auto taken = [&](const char* key) {
    const auto found = event.find(key);
    return found == event.end() ? Json() : std::move(*found);
  };
  const Json seq = event.value("seq", Json());
  if (!seq.is_number_integer() || seq != line) {
    throw broken(file, line, "a trace has a gap")
        .field("seq")
        .found(seq.dump())
        .expected(std::to_string(line));
  }
  const Json direction = event.value("dir", Json());
  if (direction == "meta") {
    Json meta = taken("meta");
    if (!meta.is_object())
      throw broken(file, line, "no object").field("meta").found(meta.dump().substr(0, 100));
    return {Direction::meta, std::move(meta)};
  }
  if (direction != "c2s" && direction != "s2c") {
    throw broken(file, line, "unknown direction")
        .field("dir")
        .found(direction.dump().substr(0, 100))
        .expected("c2s, s2c or meta");
  }
  TraceEvent out{direction == "c2s" ? Direction::to_server : Direction::to_client, taken("frame")};
  try {
    kind_of(out.content);
  } catch (const LspError& error) {
    throw broken(file, line, "no message").field("frame").found(error.what());
  }
  return out;
}

}  // namespace

Json with_workspace_uris(Json message, const std::string& root) {
  change_texts(message, [&](const std::string& text) -> std::optional<std::string> {
    if (!is_file_uri(text)) return std::nullopt;
    try {
      return path_of_uri(text) == root ? std::string(kRoot) : workspace_uri(text, root);
    } catch (const Error&) {
      return std::nullopt;  // a text that only looks like a URI
    }
  });
  return message;
}

Json with_file_uris(Json message, const std::string& root) {
  change_texts(message, [&](const std::string& text) -> std::optional<std::string> {
    if (!text.starts_with(kRoot)) return std::nullopt;
    return text == kRoot ? file_uri(root) : file_uri_of_workspace(text, root);
  });
  return message;
}

TraceWriter::TraceWriter(std::string path, std::string root, Json header)
    : file_(std::move(path)), root_(std::move(root)), start_(std::chrono::steady_clock::now()) {
  header["event"] = "trace";
  meta(header);
}

int64_t TraceWriter::write(std::string_view direction, const char* key, const Json& content) {
  const std::lock_guard lock(mutex_);
  if (committed_) return 0;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const Json event = {{"seq", next_++}, {"t", seconds}, {"dir", direction}, {key, content}};
  file_.write(event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  return next_ - 1;
}

void TraceWriter::meta(const Json& content) {
  write("meta", "meta", with_workspace_uris(content, root_));
}

int64_t TraceWriter::frame(Direction direction, const Json& message) {
  Json portable = with_workspace_uris(message, root_);
  if (direction == Direction::to_server && portable.contains("params") && portable["params"].is_object()) {
    portable["params"].erase("processId");
  }
  return write(direction == Direction::to_server ? "c2s" : "s2c", "frame", portable);
}

void TraceWriter::commit() {
  const std::lock_guard lock(mutex_);
  if (committed_) return;
  committed_ = true;
  file_.commit();
}

Trace parse_trace(std::string_view text, const std::string& file) {
  Trace trace{.file = file};
  for (size_t at = 0, line = 1; at < text.size(); ++line) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos) throw broken(file, line, "a trace ends in the middle of a line");
    trace.events.push_back(event_of(parsed_line(text.substr(at, end - at), file, line), file, line));
    at = end + 1;
  }
  const bool headed = !trace.events.empty() && trace.events[0].direction == Direction::meta &&
                      trace.header().value("event", Json()) == "trace";
  if (!headed) {
    throw broken(file, 1, "no trace of a language server")
        .expected("a first line with \"meta\": {\"event\": \"trace\"}")
        .hint("record one with --trace-file");
  }
  return trace;
}

Trace read_trace(const std::string& path) {
  std::error_code wrong;
  const uintmax_t size = std::filesystem::file_size(path, wrong);
  std::ifstream in(path, std::ios::binary);
  if (wrong || !in)
    throw Error::input("a trace cannot be read").at(path).hint("give a file written by --trace-file");
  if (size > kLargestTrace) {
    throw Error::input("a trace is too large")
        .at(path)
        .found(fmt::format("{} bytes", size))
        .expected("at most 1 GiB");
  }
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<size_t>(in.gcount()));
  return parse_trace(text, path);
}

void require_same_workspace(const Trace& trace, const std::string& root) {
  const Json recorded_digest = trace.header().value("workspace", Json());
  const std::string digest = snapshot_digest(root);
  if (recorded_digest == digest) return;
  throw LspError(Status::replay_mismatch,
                 Error::input("the workspace is not the one that the trace was recorded on")
                     .at(trace.file, 1)
                     .field("workspace")
                     .found(digest)
                     .expected(recorded_digest.dump())
                     .hint("restore the files as they were (git checkout), or record a new trace"));
}

}  // namespace gradus
