// What goes between Gradus and its child gradus-clang, over the socket that is its descriptor 3. Numbers are
// 32 bits in the order of the machine: both ends are of one build.
//
//   child   Hello, then the version of libclang, or why it cannot be loaded
//   parent  BatchHeader, then SourceHeader and bytes of every source
//   child   FactsHeader and CFinding of every source, in order, when all are done
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus::clang_child {

inline constexpr int socket_fd = 3;
inline constexpr uint32_t protocol_version = 1;
inline constexpr size_t max_source = size_t{64} << 10;
inline constexpr size_t max_batch = 256;  // sources
inline constexpr int unit_seconds = 5;    // of processor time, for one translation unit
inline constexpr int memory_mib = 2048;   // of address space, libclang included
inline constexpr int gave_up = 32;        // exit code: libclang refused; its CXErrorCode is added

struct Hello {
  uint32_t version, works, size;
};

struct BatchHeader {
  uint32_t sources;
};

struct SourceHeader {
  uint32_t size;
};

struct FactsHeader {
  uint32_t compiles, findings;
};

struct Finding {
  int32_t fact, line;
};

}  // namespace gradus::clang_child
