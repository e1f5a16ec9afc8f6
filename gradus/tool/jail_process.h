// One worker process of the sandbox, seen from outside: start it, give it jobs, find out that it died.
//
//   JailProcess process(options, program);        // Error::outside where a layer is missing
//   size_t answered = process.exchange(jobs, indices, results);   // fewer than asked: it is dead
#pragma once

#include <chrono>
#include <span>

#include "gradus/tool/child_process.h"
#include "gradus/tool/jail_protocol.h"

namespace gradus {

class JailProcess {
 public:
  JailProcess(const SandboxOptions& options, const std::filesystem::path& program);
  ~JailProcess();
  JailProcess(const JailProcess&) = delete;
  JailProcess& operator=(const JailProcess&) = delete;

  // Runs jobs[i] for every i of `indices`, in order, into results[i]. Returns how many were answered; after
  // fewer than all of them the process is of no more use.
  size_t exchange(std::span<const SandboxJob> jobs, std::span<const size_t> indices,
                  std::vector<SandboxResult>& results);

  int pid() const { return guard_.pid(); }
  uint32_t in_force() const { return hello_.in_force; }

 private:
  void check_layers(const SandboxOptions& options);
  bool receive(void* data, size_t size, std::chrono::milliseconds patience);
  bool receive_result(const SandboxJob& job, SandboxResult& result);

  std::chrono::milliseconds patience_;
  ChildProcess guard_;
  jail::Hello hello_{};
};

}  // namespace gradus
