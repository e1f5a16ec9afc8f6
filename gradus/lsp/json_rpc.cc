#include "gradus/lsp/json_rpc.h"

#include <charconv>
#include <fmt/format.h>

#include "gradus/base/text.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

constexpr std::string_view kBreak = "\r\n";
constexpr size_t kShown = 60;  // bytes of what was found that an error repeats

std::string shown(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, kShown)) {
    if (c >= 0x20 && c < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
    }
  }
  return out;
}

[[noreturn]] void not_a_message(const std::string& what, const std::string& found,
                                const std::string& expected) {
  throw LspError(Status::ls_crash,
                 Error::outside("the language server sent something that is no message: " + what)
                     .found(found)
                     .expected(expected));
}

bool is_id(const Json& id) {
  return id.is_number_integer() || id.is_string();
}

void check_response(const Json& document) {
  const auto id = document.find("id");
  if (id == document.end() || (!is_id(*id) && !id->is_null())) {
    not_a_message("neither a method nor an id", shown(document.dump()),
                  "a request, notification or response");
  }
  const auto error = document.find("error");
  if (document.contains("result") == (error != document.end())) {
    not_a_message("a response needs either a result or an error", shown(document.dump()), "one of the two");
  }
  if (error == document.end()) return;
  const bool whole = error->is_object() && error->contains("code") && error->at("code").is_number_integer() &&
                     error->contains("message") && error->at("message").is_string();
  if (!whole) not_a_message("an error without code and message", shown(error->dump()), "{code, message}");
}

}  // namespace

std::string framed(std::string_view body) {
  return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

void FrameReader::refuse(const std::string& what, size_t at, const std::string& found,
                         const std::string& expected) const {
  throw LspError(Status::ls_crash,
                 Error::outside("the language server broke the framing of messages: " + what)
                     .field(fmt::format("byte {} of its output", dropped_ + at))
                     .found(found)
                     .expected(expected));
}

void FrameReader::read_line(std::string_view line) {
  const size_t at = used_, colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    refuse("no header", at, shown(line), "Content-Length: N");
  if (lower_case(line.substr(0, colon)) != "content-length") return;
  if (length_) refuse("a second Content-Length", at, shown(line), "one");
  const std::string_view digits = trim(line.substr(colon + 1));
  size_t length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    refuse("a length that is no number", at, shown(digits), "a number of bytes");
  }
  if (length > limits_.message_bytes) {
    refuse("a message that is too long", at, fmt::format("{} bytes", length),
           fmt::format("at most {} bytes", limits_.message_bytes));
  }
  length_ = length;
}

bool FrameReader::read_header() {
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(used_);
    size_t end = 0;
    while (end < rest.size() && static_cast<uint8_t>(rest[end]) >= 0x20 &&
           static_cast<uint8_t>(rest[end]) < 0x7f) {
      ++end;
    }
    if (used_ + end - header_begin_ > limits_.header_bytes) {
      refuse("a header that is too long", used_, shown(rest),
             fmt::format("at most {} bytes", limits_.header_bytes));
    }
    if (end == rest.size() || (end + 1 == rest.size() && rest[end] == '\r')) return false;
    if (rest.substr(end, 2) != kBreak)
      refuse("no header", used_ + end, shown(rest), "lines that end with \\r\\n");
    if (end == 0) {
      if (!length_) refuse("a header without Content-Length", used_, "an empty line", "Content-Length: N");
      used_ += kBreak.size();
      return true;
    }
    read_line(rest.substr(0, end));
    used_ += end + kBreak.size();
  }
}

std::optional<std::string> FrameReader::next() {
  if (!in_body_) {
    if (!read_header()) return std::nullopt;
    in_body_ = true;
  }
  if (buffer_.size() - used_ < *length_) return std::nullopt;
  std::string body = buffer_.substr(used_, *length_);
  used_ += *length_;
  length_.reset();
  in_body_ = false;
  // Moving the rest to the front only when half is read keeps the work linear in the stream.
  if (used_ * 2 >= buffer_.size()) {
    buffer_.erase(0, used_);
    dropped_ += used_;
    used_ = 0;
  }
  header_begin_ = used_;
  return body;
}

void FrameReader::finish() const {
  if (!in_body_ && header_begin_ == buffer_.size()) return;
  refuse("it ended inside of a message", buffer_.size(),
         in_body_ ? fmt::format("{} of {} bytes", buffer_.size() - used_, *length_) : "part of a header",
         "whole messages");
}

// Documents are destroyed and printed recursively, so depth is judged on the text.
std::optional<size_t> first_too_deep(std::string_view text, int limit) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > limit) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::nullopt;
}

MessageKind kind_of(const Json& document) {
  if (!document.is_object()) not_a_message("no object", shown(document.dump()), "a JSON object");
  const auto version = document.find("jsonrpc");
  if (version == document.end() || *version != "2.0") {
    not_a_message("another protocol", shown(document.dump()), "\"jsonrpc\": \"2.0\"");
  }
  const auto method = document.find("method");
  if (method == document.end()) {
    check_response(document);
    return MessageKind::response;
  }
  if (!method->is_string()) not_a_message("a method that is no text", shown(method->dump()), "a text");
  const auto id = document.find("id");
  if (id == document.end()) return MessageKind::notification;
  if (!is_id(*id)) not_a_message("an id of the wrong type", shown(id->dump()), "a whole number or a text");
  return MessageKind::request;
}

Message parse_message(std::string_view body, const FrameLimits& limits) {
  if (const std::optional<size_t> deep = first_too_deep(body, limits.depth)) {
    not_a_message("nested too deeply", fmt::format("at byte {}", *deep),
                  fmt::format("at most {} levels", limits.depth));
  }
  Message message;
  try {
    message.document = Json::parse(body);
  } catch (const nlohmann::json::exception& error) {
    not_a_message("no JSON", shown(error.what()), "a JSON object");
  }
  message.kind = kind_of(message.document);
  return message;
}

}  // namespace gradus
