// The walls of the jail, put up one by one; each says whether the host allowed it.
//
//   Walls walls(given_up_mask);
//   walls.separate();          // before the fork: user, pid, net, mount, ipc, uts namespaces
//   walls.enclose(limits);     // in the fork: empty root, no privileges, rlimits
//   walls.hello().in_force     // bit per SandboxLayer
#pragma once

#include <cstddef>
#include <cstdint>

#include "gradus/tool/jail_protocol.h"

namespace gradus::jail {

struct Limits {
  int cpu_ms, wall_ms, memory_mib;
};

class Walls {
 public:
  explicit Walls(uint32_t given_up) : given_up_(given_up) {}

  void separate();
  void enclose(const Limits& limits);
  void record(SandboxLayer layer, int error);  // error 0: in force

  bool wanted(SandboxLayer layer) const { return (given_up_ & bit(layer)) == 0; }
  bool complete() const { return (hello_.in_force | given_up_) == (1u << layer_count) - 1; }
  const Hello& hello() const { return hello_; }

 private:
  uint32_t given_up_;
  Hello hello_{protocol_version, 0, {}};
};

// The pages through which the kernel tells the time without a system call ([vvar], [vdso]), looked up while
// /proc can be read.
class ClockPages {
 public:
  ClockPages();
  // Of this process, for good: false where the system refuses. No function of the library that asks for the
  // time may be called after it.
  bool unmap() const;

 private:
  static constexpr size_t most = 8;
  struct {
    uintptr_t begin, end;
  } ranges_[most];
  size_t count_ = 0;
};

// Limits of the child that runs one program, in addition to those of its worker.
void limit_program(const Limits& limits);

}  // namespace gradus::jail
