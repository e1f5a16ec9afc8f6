// Any bytes as the output of a language server, cut at places that the first byte picks: whole messages or
// LS_CRASH, and the same ones however the stream is cut.
#include "gradus/lsp/json_rpc.h"

#include <cstdlib>
#include <vector>

#include "gradus/lsp/status.h"

namespace {

struct Outcome {
  std::vector<std::string> bodies;
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, size_t piece) {
  const gradus::FrameLimits limits{.header_bytes = 200, .message_bytes = 4096, .depth = 32};
  gradus::FrameReader reader(limits);
  Outcome outcome;
  try {
    for (size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(bytes.substr(at, piece));
      while (std::optional<std::string> body = reader.next()) outcome.bodies.push_back(*body);
    }
    reader.finish();
  } catch (const gradus::LspError& error) {
    if (error.status() != gradus::Status::ls_crash) std::abort();
    outcome.failed = true;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = read(bytes, bytes.size() + 1);
  if (!(read(bytes, data[0] % 16 + 1u) == whole)) std::abort();
  for (const std::string& body : whole.bodies) {
    try {
      gradus::parse_message(body, {.depth = 32});
    } catch (const gradus::LspError&) {
    }
  }
  return 0;
}
