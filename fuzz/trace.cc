// Any bytes as a trace: events that replay from the first line, or an input error.
#include "gradus/lsp/trace.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto trace = std::make_shared<const gradus::Trace>(
        gradus::parse_trace({reinterpret_cast<const char*>(data), size}, "fuzz"));
    const gradus::ConnectionMaker maker = gradus::replayed(trace, "/w");
    for (;;) {
      const std::unique_ptr<gradus::Connection> connection = maker();
      for (const gradus::TraceEvent& event : trace->events) {
        if (event.direction != gradus::Direction::to_server) continue;
        try {
          connection->send(gradus::with_file_uris(event.content, "/w").dump());
        } catch (const gradus::LspError& error) {
          const gradus::Status status = error.status();
          if (status != gradus::Status::replay_mismatch && status != gradus::Status::ls_crash) std::abort();
        }
      }
      connection->interrupt();
      if (connection->receive()) std::abort();
    }
  } catch (const gradus::Error& error) {
    if (error.kind() != gradus::ErrorKind::input) std::abort();
  }
  return 0;
}
