#include "gradus/tool/jail/worker.h"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace gradus::jail {
namespace {

// Replies wait this long for company: one wake-up of the caller for many programs.
constexpr int64_t flush_every_ms = 20;

template <class T>
T* map_struct(int sharing) {
  void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw errno;
  return static_cast<T*>(memory);
}

int64_t now_ms() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

bool receive(void* data, size_t size) {
  auto* bytes = static_cast<unsigned char*>(data);
  while (size > 0) {
    ssize_t got = recv(socket_fd, bytes, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

void say(Shared& shared, const char* format, ...) __attribute__((format(printf, 2, 3)));
void say(Shared& shared, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(shared.message, max_message, format, arguments);
  va_end(arguments);
  shared.message_size = static_cast<uint32_t>(std::clamp(size, 0, static_cast<int>(max_message) - 1));
}

}  // namespace

Worker::Worker(const Limits& limits) : limits_(limits), first_in_namespace_(getpid() == 1) {
  desk_ = map_struct<Desk>(MAP_PRIVATE);
  if (madvise(desk_, sizeof(Desk), MADV_WIPEONFORK) != 0) throw errno;
  shared_ = map_struct<Shared>(MAP_SHARED);
  task_ = map_struct<Task>(MAP_PRIVATE);
  compiler_ = make_compiler(*shared_);
  if (compiler_ == nullptr) throw ENOMEM;
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_SETMASK, &child, nullptr);  // taken by sigtimedwait
}

void Worker::serve(const Filters* filters) {
  BatchHeader header;
  while (take_batch(header)) {
    flushed_ms_ = now_ms();
    size_t offset = 0;
    for (uint32_t job = 0; job < header.jobs; ++job) {
      offset = take_job(offset, header.bytes);
      if (offset == 0) return;
      run_job(filters);
      bool last = job + 1 == header.jobs;
      if ((last || now_ms() - flushed_ms_ >= flush_every_ms) && !flush()) return;
    }
  }
}

bool Worker::take_batch(BatchHeader& header) {
  return receive(&header, sizeof header) && header.jobs <= max_batch_jobs &&
         header.bytes <= max_batch_bytes && receive(desk_->incoming, header.bytes);
}

// Copies the job at `offset` into the task; returns where the next one starts, 0 for a broken frame.
size_t Worker::take_job(size_t offset, size_t end) {
  JobHeader job;
  if (end - offset < sizeof job) return 0;
  memcpy(&job, desk_->incoming + offset, sizeof job);
  offset += sizeof job;
  if (job.entry_size > max_entry || job.source_size > max_sandbox_source || job.arity > max_sandbox_arity ||
      job.inputs > max_sandbox_inputs)
    return 0;
  size_t values = size_t{job.inputs} * job.arity * sizeof(int32_t);
  if (end - offset < job.entry_size + job.source_size + values) return 0;
  Task& task = *task_;
  // What the job before left behind must not show.
  memset(task.source, 0, std::min(sizeof task.source, size_t{task.source_size} + 256));
  memset(task.values, 0, size_t{task.inputs} * task.arity * sizeof(int32_t));
  for (uint32_t i = 0; i < task.inputs; ++i) shared_->outputs[i] = 0;

  memcpy(task.entry, desk_->incoming + offset, job.entry_size);
  task.entry[job.entry_size] = 0;
  offset += job.entry_size;
  // Declared first, on a line of its own, so that a definition with other parameters is a compile error.
  static const char* const parameters[] = {"void",
                                           "int",
                                           "int,int",
                                           "int,int,int",
                                           "int,int,int,int",
                                           "int,int,int,int,int",
                                           "int,int,int,int,int,int"};
  int declared =
      snprintf(task.source, sizeof task.source, "int %s(%s);\n", task.entry, parameters[job.arity]);
  memcpy(task.source + declared, desk_->incoming + offset, job.source_size);
  offset += job.source_size;
  memcpy(task.values, desk_->incoming + offset, values);
  task.source_size = job.source_size;
  task.arity = job.arity;
  task.inputs = job.inputs;
  return offset + values;
}

void Worker::run_job(const Filters* filters) {
  shared_->phase = Phase::setting_up;
  shared_->returned = 0;
  shared_->message_size = 0;
  pid_t child = fork();
  if (child == 0) run_program(compiler_, *task_, filters, limits_, clock_, *shared_);
  RunStatus status = RunStatus::infrastructure;
  if (child < 0) {
    say(*shared_, "fork: %s", strerrordesc_np(errno));
  } else {
    bool overdue = false;
    long cpu_us = 0;
    int code = wait_for(child, overdue, cpu_us);
    status = judge(code, overdue, cpu_us);
  }
  // A program cannot have descendants; if one has all the same, they die with it.
  while (waitpid(-1, nullptr, WNOHANG) >= 0)
    if (first_in_namespace_) kill(-1, SIGKILL);
  reply(status);
}

int Worker::wait_for(pid_t child, bool& overdue, long& cpu_us) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  int64_t deadline = now_ms() + limits_.wall_ms;
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, WNOHANG, &usage) == 0) {
    int64_t left = deadline - now_ms();
    if (left <= 0) {
      overdue = true;
      kill(child, SIGKILL);
      wait4(child, &status, 0, &usage);
      break;
    }
    timespec timeout = {left / 1000, left % 1000 * 1'000'000};
    sigtimedwait(&signals, nullptr, &timeout);
  }
  cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
  return status;
}

// Only what the kernel says decides between "the program" and "the machine": nothing that the child can
// write may turn a failure of its own into `infrastructure`.
RunStatus Worker::judge(int status, bool overdue, long cpu_us) {
  Shared& shared = *shared_;
  bool compiling = shared.phase == Phase::compiling;
  long limit_us = limits_.cpu_ms * 1000L;
  if (WIFSIGNALED(status)) {
    int signal = WTERMSIG(status);
    if (signal == SIGPROF || signal == SIGXCPU || (signal == SIGKILL && cpu_us >= limit_us)) {
      say(shared, "used up its %d ms of CPU time%s", limits_.cpu_ms, compiling ? " while compiling" : "");
      return RunStatus::timed_out;
    }
    if (overdue) {
      say(shared, "the machine gave it %ld ms of CPU time in %d ms", cpu_us / 1000, limits_.wall_ms);
      return RunStatus::infrastructure;
    }
    if (signal == SIGKILL) {
      say(shared, "killed from outside");
      return RunStatus::infrastructure;
    }
    if (signal == SIGSYS) {
      say(shared, "made a system call");
      return RunStatus::forbidden;
    }
    say(shared, compiling ? "the compiler died of SIG%s" : "died of SIG%s", sigabbrev_np(signal));
    return compiling ? RunStatus::compile_error : RunStatus::crashed;
  }
  switch (WEXITSTATUS(status)) {
    case exit_refused:
      return RunStatus::compile_error;
    case exit_memory:
      say(shared, "needs more than %d MiB", limits_.memory_mib);
      return RunStatus::out_of_memory;
    case exit_done:
      if (shared.returned == task_->inputs && shared.phase == Phase::done) return RunStatus::ok;
      [[fallthrough]];
    default:
      say(shared, "ended before its last input");
      return RunStatus::crashed;
  }
}

void Worker::reply(RunStatus status) {
  uint32_t written = shared_->message_size, returned = shared_->returned;
  uint32_t message_size = std::min<uint32_t>(status == RunStatus::ok ? 0 : written, max_message);
  uint32_t outputs = std::min(returned, task_->inputs);
  ReplyHeader header = {static_cast<uint32_t>(status), message_size, outputs};
  auto put = [&](const void* data, size_t size) {
    memcpy(desk_->outgoing + outgoing_, data, size);
    outgoing_ += size;
  };
  if (outgoing_ + sizeof(Shared) > sizeof desk_->outgoing) flush();
  put(&header, sizeof header);
  put(shared_->message, message_size);
  put(const_cast<const int32_t*>(shared_->outputs), outputs * sizeof(int32_t));
}

bool Worker::flush() {
  size_t sent = 0;
  while (sent < outgoing_) {
    ssize_t put = send(socket_fd, desk_->outgoing + sent, outgoing_ - sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    sent += static_cast<size_t>(put);
  }
  outgoing_ = 0;
  flushed_ms_ = now_ms();
  return true;
}

}  // namespace gradus::jail
