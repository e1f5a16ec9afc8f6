// The loop of a worker: takes batches of jobs from the socket, runs each in a child of its own, replies.
//
//   Worker worker(limits);
//   worker.serve(&filters);     // returns when the caller hangs up
#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/types.h>

#include "gradus/tool/jail/program.h"

namespace gradus::jail {

// Jobs and replies of the batch at hand lie in memory that is wiped on fork, so that no program can
// read its neighbours.
struct Desk {
  unsigned char incoming[max_batch_bytes];
  unsigned char outgoing[256 * 1024];
};

class Worker {
 public:
  explicit Worker(const Limits& limits);  // throws an int, the errno
  void serve(const Filters* filters);     // nullptr where seccomp was given up

 private:
  bool take_batch(BatchHeader& header);
  size_t take_job(size_t offset, size_t end);
  void run_job(const Filters* filters);
  int wait_for(pid_t child, bool& overdue, long& cpu_us);
  RunStatus judge(int status, bool overdue, long cpu_us);
  void reply(RunStatus status);
  bool flush();

  Limits limits_;
  ClockPages clock_;
  bool first_in_namespace_;  // kill(-1) would otherwise reach processes of the host
  Desk* desk_;
  Shared* shared_;
  Task* task_;
  TCCState* compiler_;
  size_t outgoing_ = 0;
  int64_t flushed_ms_ = 0;
};

}  // namespace gradus::jail
