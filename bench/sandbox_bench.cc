// Speed of the sandbox: programs a second through compile + 16 tests, and the CPU time each costs.
//
//   build/sandbox_bench             # 4000 small programs, one worker, then two
//
// The CPU time is that of the workers and all their children; on a busy machine only it can be compared.
#include <chrono>
#include <fmt/format.h>
#include <sys/resource.h>
#include <vector>

#include "gradus/tool/sandbox.h"

namespace {

using namespace gradus;

constexpr int kPrograms = 4000, kTests = 16;

std::vector<SandboxJob> programs() {
  std::vector<SandboxJob> jobs;
  for (int i = 0; i < kPrograms; ++i) {
    SandboxJob job{
        fmt::format("int f(int a, int b, int c) {{\n  const int x = a > b ? a : b;\n  int d = x - c;\n"
                    "  if (d < 0) d = -d;\n  const int e = d * 3 + {};\n  return e > a ? e : a;\n}}\n",
                    i),
        "f",
        3,
        {}};
    for (int test = 0; test < kTests; ++test) job.inputs.push_back({test, test * 3 - 20, 7 - test});
    jobs.push_back(std::move(job));
  }
  return jobs;
}

double children_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void measure(const std::vector<SandboxJob>& jobs, int workers) {
  const double cpu_before = children_cpu_seconds();
  auto sandbox = Sandbox::start({.workers = workers});
  const auto start = std::chrono::steady_clock::now();
  int ok = 0;
  for (const auto& result : sandbox->run(jobs)) ok += result.status == RunStatus::ok;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  sandbox.reset();  // its CPU time is known once it has ended
  const double cpu = children_cpu_seconds() - cpu_before;
  fmt::print("{} worker(s): {} of {} ok, {:.0f} programs/s, {:.2f} ms CPU each, {:.0f} programs/s per core\n",
             workers, ok, kPrograms, kPrograms / seconds, 1000 * cpu / kPrograms, kPrograms / cpu);
}

}  // namespace

int main() {
  const auto jobs = programs();
  for (int workers : {1, 2}) measure(jobs, workers);
}
