// JSON-RPC 2.0 messages in the framing of the Language Server Protocol 3.17: header lines that end with \r\n,
// one of them Content-Length, an empty line, then so many bytes of JSON.
//
//   FrameReader reader;
//   reader.feed(bytes);                                        // as they arrive, cut anywhere
//   while (std::optional<std::string> body = reader.next()) use(parse_message(*body, {}));
//   reader.finish();                                           // at the end of the stream: nothing half read
//   write(framed(body));
//
// The peer is hostile: a header block, a message and its nesting have limits that hold before memory is
// taken; a line that is no header, a second Content-Length, a length that is no number, a stream that ends
// inside a message and JSON that is no message are LspError LS_CRASH with the byte of the stream where they
// stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gradus/base/json.h"

namespace gradus {

struct FrameLimits {
  size_t header_bytes = 8192;
  size_t message_bytes = size_t{64} << 20;
  int depth = 256;  // of nested arrays and objects
};

std::string framed(std::string_view body);

class FrameReader {
 public:
  explicit FrameReader(FrameLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  std::optional<std::string> next();  // the body of the next whole message
  void finish() const;                // the stream has ended

 private:
  bool read_header();  // false: more bytes are needed
  void read_line(std::string_view line);
  [[noreturn]] void refuse(const std::string& what, size_t at, const std::string& found,
                           const std::string& expected) const;

  FrameLimits limits_;
  std::string buffer_;
  size_t used_ = 0;          // bytes of buffer_ that are read
  uint64_t dropped_ = 0;     // bytes of the stream before buffer_
  size_t header_begin_ = 0;  // in buffer_
  std::optional<size_t> length_;
  bool in_body_ = false;
};

enum class MessageKind { request, notification, response };

struct Message {
  MessageKind kind = MessageKind::notification;
  Json document;  // the whole message; "method", "id", "params", "result" and "error" are checked
};

Message parse_message(std::string_view body, const FrameLimits& limits);
MessageKind kind_of(const Json& document);  // LspError LS_CRASH where it is no message

// The byte of a JSON text where arrays and objects are nested deeper than `limit`, counted before a parser
// sees it.
std::optional<size_t> first_too_deep(std::string_view text, int limit);

}  // namespace gradus
