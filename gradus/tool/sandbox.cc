#include "gradus/tool/sandbox.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <fmt/format.h>
#include <mutex>
#include <numeric>
#include <thread>

#include "gradus/base/error.h"
#include "gradus/base/program_part.h"
#include "gradus/tool/jail_process.h"

namespace gradus {
namespace {

constexpr std::string_view layer_names[] = {"user_ns", "pid_ns",     "net_ns",  "mount_ns", "ipc_ns",
                                            "uts_ns",  "privileges", "seccomp", "rlimits"};
static_assert(std::size(layer_names) == jail::layer_count);

constexpr std::string_view status_names[] = {
    "ok", "compile_error", "crashed", "timed_out", "out_of_memory", "forbidden", "infrastructure"};

std::filesystem::path find_program(const SandboxOptions& options) {
  if (!options.jail_program.empty()) return options.jail_program;
  if (const char* named = std::getenv("GRADUS_JAIL"); named != nullptr && *named != 0) return named;
  return program_part("gradus-jail");
}

void check_range(const char* field, int value, int low, int high) {
  if (value < low || value > high)
    throw Error::input("sandbox option out of range")
        .field(field)
        .found(std::to_string(value))
        .expected(fmt::format("{} to {}", low, high));
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > jail::max_entry || (text[0] >= '0' && text[0] <= '9')) return false;
  for (char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  return true;
}

// Mistakes of the caller, not of the program.
void check_job(const SandboxJob& job) {
  if (!is_identifier(job.entry))
    throw Error::input("not the name of a C function")
        .field("entry")
        .found(job.entry)
        .expected(fmt::format("an identifier of at most {} characters", jail::max_entry));
  check_range("arity", job.arity, 0, max_sandbox_arity);
  if (job.inputs.size() > max_sandbox_inputs)
    throw Error::input("too many inputs for one program")
        .field("inputs")
        .found(std::to_string(job.inputs.size()))
        .expected(fmt::format("at most {}", max_sandbox_inputs));
  for (const auto& row : job.inputs)
    if (row.size() != static_cast<size_t>(job.arity))
      throw Error::input("an input does not fit the function")
          .field("inputs")
          .found(fmt::format("{} values", row.size()))
          .expected(fmt::format("{}, the arity", job.arity));
}

// Programs that need no process to be refused; empty: run it.
std::string refusal(const SandboxJob& job) {
  if (job.source.size() > max_sandbox_source)
    return fmt::format("the source has {} bytes, at most {} are allowed", job.source.size(),
                       max_sandbox_source);
  if (job.source.find('\0') != std::string::npos) return "the source contains a zero byte";
  return "";
}

size_t encoded_size(const SandboxJob& job) {
  return sizeof(jail::JobHeader) + job.entry.size() + job.source.size() +
         job.inputs.size() * static_cast<size_t>(job.arity) * sizeof(int32_t);
}

// One call of run(), shared with the threads that serve it.
struct Call {
  std::span<const SandboxJob> jobs;
  std::vector<SandboxResult> results;
  std::mutex mutex;
  std::condition_variable done;
  size_t open = 0;  // batches not finished
};

struct Batch {
  Call* call;
  std::vector<size_t> indices;
};

class Pool final : public Sandbox {
 public:
  explicit Pool(const SandboxOptions& options) : options_(options), program_(find_program(options)) {
    check_range("workers", options.workers, 1, 1024);
    check_range("cpu_ms", options.cpu_ms, 1, 600'000);
    check_range("wall_ms", options.wall_ms, options.cpu_ms, 3'600'000);
    check_range("memory_mib", options.memory_mib, 8, 1 << 16);
    for (int i = 0; i < options.workers; ++i)
      processes_.push_back(std::make_unique<JailProcess>(options_, program_));
    in_force_ = processes_[0]->in_force();
    for (size_t i = 0; i < processes_.size(); ++i) threads_.emplace_back([this, i] { serve(i); });
  }

  ~Pool() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  std::vector<SandboxResult> run(std::span<const SandboxJob> jobs) override {
    for (const auto& job : jobs) check_job(job);
    Call call;
    call.jobs = jobs;
    call.results.resize(jobs.size());
    std::vector<Batch> batches = split(call);
    if (!batches.empty()) {
      call.open = batches.size();
      {
        std::lock_guard lock(mutex_);
        for (auto& batch : batches) queue_.push_back(std::move(batch));
      }
      wake_.notify_all();
      std::unique_lock lock(call.mutex);
      call.done.wait(lock, [&] { return call.open == 0; });
    }
    return std::move(call.results);
  }

  std::string level() const override {
    std::string spaces, rest;
    for (SandboxLayer layer : all_sandbox_layers()) {
      if ((in_force_ & jail::bit(layer)) == 0) continue;
      std::string_view name = sandbox_layer_name(layer);
      if (name.ends_with("_ns"))
        spaces += fmt::format("{}{}", spaces.empty() ? "" : ",", name.substr(0, name.size() - 3));
      else
        rest += fmt::format("{}{}", rest.empty() ? "" : "+", name);
    }
    std::string all = spaces.empty() ? "" : "namespaces(" + spaces + ")";
    if (!all.empty() && !rest.empty()) all += "+";
    all += rest;
    return all.empty() ? "none" : all;
  }

  std::vector<int> worker_pids() const override {
    std::lock_guard lock(mutex_);
    std::vector<int> pids;
    for (const auto& process : processes_)
      if (process) pids.push_back(process->pid());
    return pids;
  }

  int repairs() const override { return repairs_; }

 private:
  // Batches are large enough to save round trips and small enough to keep every worker busy.
  std::vector<Batch> split(Call& call) {
    std::vector<Batch> batches;
    size_t bytes = 0;
    size_t share = call.jobs.size() / (2 * processes_.size()) + 1;
    size_t most = std::min(jail::max_batch_jobs, share);
    for (size_t i = 0; i < call.jobs.size(); ++i) {
      if (std::string reason = refusal(call.jobs[i]); !reason.empty()) {
        call.results[i].status = RunStatus::compile_error;
        call.results[i].message = std::move(reason);
        call.results[i].outputs.resize(call.jobs[i].inputs.size());
        continue;
      }
      size_t size = encoded_size(call.jobs[i]);
      if (batches.empty() || batches.back().indices.size() == most || bytes + size > jail::max_batch_bytes) {
        batches.push_back({&call, {}});
        bytes = 0;
      }
      batches.back().indices.push_back(i);
      bytes += size;
    }
    return batches;
  }

  void serve(size_t slot) {
    for (;;) {
      Batch batch;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        batch = std::move(queue_.front());
        queue_.pop_front();
      }
      serve_batch(slot, batch);
      std::lock_guard lock(batch.call->mutex);
      if (--batch.call->open == 0) batch.call->done.notify_all();
    }
  }

  // What was lost the first time is run again, alone: then only the job itself can be the reason.
  void serve_batch(size_t slot, const Batch& batch) {
    Call& call = *batch.call;
    exchange(slot, call, batch.indices);
    for (size_t index : batch.indices) {
      if (call.results[index].status != RunStatus::infrastructure) continue;
      exchange(slot, call, std::span(&index, 1));
    }
  }

  void exchange(size_t slot, Call& call, std::span<const size_t> indices) {
    std::string reason = "the worker died";
    size_t answered = 0;
    try {
      if (!processes_[slot]) replace(slot, std::make_unique<JailProcess>(options_, program_));
      answered = processes_[slot]->exchange(call.jobs, indices, call.results);
    } catch (const std::exception& error) {
      reason = error.what();
    }
    if (answered == indices.size()) return;
    for (size_t index : indices.subspan(answered)) {
      SandboxResult& result = call.results[index];
      result = {RunStatus::infrastructure, reason, {}};
      result.outputs.resize(call.jobs[index].inputs.size());
    }
    if (processes_[slot]) {
      replace(slot, nullptr);
      ++repairs_;
    }
  }

  void replace(size_t slot, std::unique_ptr<JailProcess> process) {
    std::lock_guard lock(mutex_);
    processes_[slot] = std::move(process);
  }

  SandboxOptions options_;
  std::filesystem::path program_;
  uint32_t in_force_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Batch> queue_;
  std::vector<std::unique_ptr<JailProcess>> processes_;  // null while a dead one waits to be replaced
  std::atomic<int> repairs_{0};
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::string_view run_status_name(RunStatus status) {
  return status_names[static_cast<size_t>(status)];
}

std::string_view sandbox_layer_name(SandboxLayer layer) {
  return layer_names[static_cast<size_t>(layer)];
}

std::vector<SandboxLayer> all_sandbox_layers() {
  std::vector<SandboxLayer> layers;
  for (size_t i = 0; i < jail::layer_count; ++i) layers.push_back(static_cast<SandboxLayer>(i));
  return layers;
}

std::unique_ptr<Sandbox> Sandbox::start(const SandboxOptions& options) {
  return std::make_unique<Pool>(options);
}

}  // namespace gradus
