// A program of ours in a process of its own, and the socket over which it is talked to.
//
//   ChildProcess child({program, "1000"}, {.name = "gradus-clang", .socket = 3, .silent = true});
//   const Deadline deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
//   if (child.send(bytes, deadline) && child.receive(&header, sizeof header, deadline)) ...
//   const int status = child.end(std::chrono::seconds(2));       // hangs up; of waitpid(2)
//
// The child has no environment, and `socket` as the number of its end. It is to end when the other side hangs
// up; one that does not is killed.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "gradus/base/descriptor.h"

namespace gradus {

struct ChildOptions {
  std::string name, hint;  // of the program, where it does not start
  int socket = 0;
  bool silent = false;  // standard input and outputs lead nowhere; else they are those of this process
};

class ChildProcess {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Error::outside where it cannot be started.
  ChildProcess(std::vector<std::string> words, const ChildOptions& options);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // kills what end() was not called for

  // False: it hung up, or the deadline passed.
  bool send(std::string_view bytes, Deadline deadline);
  bool receive(void* data, size_t size, Deadline deadline);
  bool late() const { return late_; }  // what failed last, failed by its deadline

  // Hangs up, and kills it where it is still there after `farewell`. Twice is 0.
  int end(std::chrono::milliseconds farewell);

  pid_t pid() const { return pid_; }

 private:
  bool wait_for(short event, Deadline deadline);

  Descriptor socket_;
  pid_t pid_ = -1;
  bool late_ = false;
};

}  // namespace gradus
