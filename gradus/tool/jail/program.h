// One hostile program from source to outputs, in the child forked for it.
//
//   TCCState* compiler = make_compiler(shared);   // once, in the worker: every fork starts from it
//   if (fork() == 0) run_program(compiler, task, filters, limits, clock, shared);   // never returns
#pragma once

#include <cstddef>
#include <cstdint>

#include "gradus/tool/jail/filter.h"
#include "gradus/tool/jail/layers.h"
#include "gradus/tool/jail_protocol.h"

struct TCCState;

namespace gradus::jail {

// The job at hand, in private memory of the worker.
struct Task {
  char entry[max_entry + 1];
  char source[max_sandbox_source + max_entry + 128];  // a line that declares the entry, then the source
  uint32_t source_size, arity, inputs;
  int32_t values[max_sandbox_inputs * max_sandbox_arity];
};

enum class Phase : uint32_t { setting_up, compiling, running, done };

// Written by the child, read by the worker when the child is dead. The child may write anything here:
// it can only spoil its own result.
struct Shared {
  volatile Phase phase;
  volatile uint32_t returned;
  volatile uint32_t message_size;
  char message[max_message];
  volatile int32_t outputs[max_sandbox_inputs];
};

// Exit codes of the child.
inline constexpr int exit_done = 0, exit_refused = 10, exit_memory = 11;

TCCState* make_compiler(Shared& shared);

[[noreturn]] void run_program(TCCState* compiler, Task& task, const Filters* filters, const Limits& limits,
                              const ClockPages& clock, Shared& shared);

}  // namespace gradus::jail
