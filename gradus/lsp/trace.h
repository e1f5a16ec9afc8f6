// A trace: everything that was said to and by a language server, as JSON lines.
//
//   {"seq": 1, "t": 0.0, "dir": "meta", "meta": {"event": "trace", "workspace": DIGEST, ...}}
//   {"seq": 2, "t": 0.1, "dir": "c2s" | "s2c", "frame": MESSAGE}
//   {"seq": n, "t": 9.0, "dir": "meta", "meta": {"event": "start" | "end" | ...}}   a life of the server
//   {"seq": n, "t": 9.1, "dir": "meta", "meta": {"event": "lost", "frame": m}}      m did not reach it
//   {"seq": n, "t": 9.2, "dir": "meta", "meta": {"event": "last words", "text": TEXT}}   its standard error
//
//   auto writer = std::make_shared<TraceWriter>("t.jsonl", root, Json{{"workspace", snapshot_digest(root)}});
//   Client client(profile, root, {}, recorded(process_of(profile, root, {}), writer));
//   writer->commit();                          // the file appears now, or not at all
//   auto trace = std::make_shared<const Trace>(read_trace("t.jsonl"));   // Error::input with its line
//   require_same_workspace(*trace, root);
//   Client again(profile, root, {}, replayed(trace, root));
//
// `seq` counts from 1 without a gap, `t` is in seconds and means nothing to a replay. Files of the workspace
// are named "ws:///path", so that a trace replays wherever the workspace lies; the process number is left
// out. Source: the Lanser-CLI paper says "JSONL events holding orchestrator metadata,
// every JSON-RPC frame and workspace digests", the layout is ours.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/base/atomic_file.h"
#include "gradus/base/json.h"
#include "gradus/lsp/client.h"

namespace gradus {

enum class Direction { to_server, to_client, meta };

struct TraceEvent {
  Direction direction = Direction::meta;
  Json content;  // the frame, or what "meta" holds
};

struct Trace {
  std::string file;
  std::vector<TraceEvent> events;  // the first is the header
  const Json& header() const { return events.front().content; }
};

class TraceWriter {
 public:
  // `header` gets the field "event": "trace".
  TraceWriter(std::string path, std::string root, Json header);

  void meta(const Json& content);                           // an object
  int64_t frame(Direction direction, const Json& message);  // its number
  void commit();                                            // what is written after it is not kept

 private:
  int64_t write(std::string_view direction, const char* key, const Json& content);

  std::mutex mutex_;
  AtomicFile file_;
  std::string root_;
  std::chrono::steady_clock::time_point start_;
  int64_t next_ = 1;
  bool committed_ = false;
};

// At most 1 GiB, 64 MiB a line.
Trace read_trace(const std::string& path);
Trace parse_trace(std::string_view text, const std::string& file);

// LspError REPLAY_MISMATCH where the workspace is not as it was when the trace began.
void require_same_workspace(const Trace& trace, const std::string& root);

// The message with the URIs of files under `root`, values and keys, in the workspace form, and back.
Json with_workspace_uris(Json message, const std::string& root);
Json with_file_uris(Json message, const std::string& root);

// A connection that writes down what passes.
ConnectionMaker recorded(ConnectionMaker inner, std::shared_ptr<TraceWriter> writer);

// A connection that never starts a server: a request or notification that the trace holds is answered as it
// was then, one that it does not hold is LspError REPLAY_MISMATCH. Requests are known by the canonical text
// of method and params, each recorded one serves once, or again where several asked at once. An answer comes
// when its request was sent; what the server said by itself when everything was sent that had been sent
// before it. The n-th start of the server is the n-th recorded.
ConnectionMaker replayed(std::shared_ptr<const Trace> trace, std::string root);

}  // namespace gradus
