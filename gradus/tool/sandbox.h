// Compiles and runs small C functions that a model wrote, which is to say: hostile code.
//
//   auto sandbox = Sandbox::start({.workers = 2});
//   SandboxJob job{.source = "int f(int a){return a/2;}", .entry = "f", .arity = 1, .inputs = {{4}, {7}}};
//   SandboxResult r = sandbox->run({&job, 1})[0];   // r.status == RunStatus::ok, r.outputs == {2, 3}
//   bool right = r.outputs[0] == expected[0];       // the verdict is the caller's: it never enters the jail
//
// Each worker is a process `gradus-jail` of its own: namespaces, an empty read-only root, no
// capabilities, no descriptors but one socket, no environment, a seccomp allow-list, rlimits. For every
// program the worker forks a child that compiles it in memory (libtcc) and calls the function once per
// input; while the program runs the child may make one system call only, the one that ends it.
// Outputs come back through memory that only this child and its worker share.
//
// A job that was lost to the machine (worker died, host so overloaded that the wall clock ran out before
// the CPU limit) is repeated once and then has status `infrastructure`: it is missing, never wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

// A C source that defines `int ENTRY(int, ...)` with `arity` parameters, and the inputs to call it with.
// Every call starts from fresh static data: an output does not depend on the inputs before it.
struct SandboxJob {
  std::string source;
  std::string entry;
  int arity = 0;
  std::vector<std::vector<int32_t>> inputs;
};

enum class RunStatus {
  ok,              // returned for every input
  compile_error,   // the compiler refused it; `message` says why
  crashed,         // died of a signal (SIGFPE, SIGSEGV, ...) or ended without returning
  timed_out,       // used up its CPU time, compiling included
  out_of_memory,   // code and static data need more than the memory limit
  forbidden,       // made a system call
  infrastructure,  // lost twice to the machine, not to the program: no verdict is possible
};
std::string_view run_status_name(RunStatus status);

struct SandboxResult {
  RunStatus status = RunStatus::infrastructure;
  std::string message;                          // one line; empty when ok
  std::vector<std::optional<int32_t>> outputs;  // one per input; missing from the call that failed onwards
};

enum class SandboxLayer {
  user_ns,     // own user namespace: no identity of the host
  pid_ns,      // sees and signals no process of the host; all die with the worker
  net_ns,      // no network interface at all
  mount_ns,    // an empty read-only root
  ipc_ns,      // no shared memory or queues of the host
  uts_ns,      // no host name
  privileges,  // no capabilities, and no way to gain any
  seccomp,     // allow-list of system calls
  rlimits,     // memory, files, processes, stack
};
std::string_view sandbox_layer_name(SandboxLayer layer);
std::vector<SandboxLayer> all_sandbox_layers();

struct SandboxOptions {
  int workers = 1;
  int cpu_ms = 250;      // per program, compiling and all inputs together
  int wall_ms = 10'000;  // per program; only an overloaded host gets there before cpu_ms
  int memory_mib = 64;   // per program, compiling included
  // Layers not asked for; any other layer that is missing is an Error::outside.
  std::vector<SandboxLayer> give_up;
  std::filesystem::path jail_program;  // empty: $GRADUS_JAIL, else program_part("gradus-jail")
};

// Larger jobs are answered with `compile_error` (source) or refused with Error::input (the rest).
inline constexpr size_t max_sandbox_source = 64 * 1024;
inline constexpr size_t max_sandbox_inputs = 4096;
inline constexpr int max_sandbox_arity = 6;

class Sandbox {
 public:
  // Throws Error::outside naming every layer that the host refuses and how to do without it.
  static std::unique_ptr<Sandbox> start(const SandboxOptions& options);
  virtual ~Sandbox() = default;

  // One result per job, in order. Safe to call from many threads at once; they share the workers.
  virtual std::vector<SandboxResult> run(std::span<const SandboxJob> jobs) = 0;

  // What is in force, e.g. "namespaces(user,pid,net,mount,ipc,uts)+privileges+seccomp+rlimits".
  virtual std::string level() const = 0;

  // Process ids of the workers, and how many had to be replaced so far.
  virtual std::vector<int> worker_pids() const = 0;
  virtual int repairs() const = 0;
};

}  // namespace gradus
