// What `Sandbox` and the program `gradus-jail` say to each other over one stream socket. Both are built
// together and run on one machine, so the frames are plain structs in native byte order.
//
//   gradus-jail CPU_MS WALL_MS MEMORY_MIB GIVEN_UP_MASK      descriptor 3 is the socket
//   jail  -> Hello
//   caller -> BatchHeader, then per job: JobHeader, entry, source, inputs (int32, row by row)
//   jail  -> per job, in order: ReplyHeader, message, outputs (int32)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "gradus/tool/sandbox.h"

namespace gradus::jail {

inline constexpr uint32_t protocol_version = 0x67724a31;  // "grJ1"
inline constexpr int socket_fd = 3;
inline constexpr size_t layer_count = 9;
inline constexpr size_t max_batch_bytes = 4u << 20;
inline constexpr size_t max_batch_jobs = 32;
inline constexpr size_t max_message = 500;
inline constexpr size_t max_entry = 63;

// in_force has one bit per SandboxLayer; error[layer] is the errno of a layer that the host refused.
struct Hello {
  uint32_t version;
  uint32_t in_force;
  std::array<int32_t, layer_count> error;
};

struct BatchHeader {
  uint32_t jobs;
  uint32_t bytes;  // of everything that follows
};

struct JobHeader {
  uint32_t entry_size, source_size, arity, inputs;
};

struct ReplyHeader {
  uint32_t status;  // RunStatus
  uint32_t message_size;
  uint32_t outputs;  // how many calls returned
};

constexpr uint32_t bit(SandboxLayer layer) {
  return 1u << static_cast<uint32_t>(layer);
}

// The largest job alone must fit into a batch.
static_assert(sizeof(JobHeader) + max_entry + max_sandbox_source +
                  max_sandbox_inputs * max_sandbox_arity * sizeof(int32_t) <=
              max_batch_bytes);

}  // namespace gradus::jail
