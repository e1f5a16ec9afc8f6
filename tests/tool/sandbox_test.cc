#include "gradus/tool/sandbox.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <signal.h>
#include <thread>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/base/random.h"

namespace gradus {
namespace {

using Outputs = std::vector<std::optional<int32_t>>;

SandboxResult run_one(Sandbox& sandbox, const std::string& source,
                      std::vector<std::vector<int32_t>> inputs = {{1}}) {
  int arity = inputs.empty() ? 1 : static_cast<int>(inputs[0].size());
  SandboxJob job{source, "f", arity, std::move(inputs)};
  return sandbox.run(std::span(&job, 1))[0];
}

std::vector<int> children_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  std::vector<int> children;
  for (int child; file >> child;) children.push_back(child);
  return children;
}

// Honest programs with known answers: f(a,b) = |a-b|*k + max(a,b), in several styles.
struct Honest {
  std::vector<SandboxJob> jobs;
  std::vector<std::vector<int32_t>> answers;
};

Honest honest_programs(size_t count, uint64_t seed) {
  Stream stream(seed);
  Honest honest;
  for (size_t i = 0; i < count; ++i) {
    auto k = static_cast<int32_t>(stream.between(1, 99));
    std::string factor = std::to_string(k);
    SandboxJob job;
    job.entry = "f";
    job.arity = 2;
    if (stream.chance(0.5))
      job.source =
          "int f(int a, int b) {\n  const int hi = a > b ? a : b;\n  const int lo = a > b ? b : a;\n"
          "  return (hi - lo) * " +
          factor + " + hi;\n}\n";
    else
      job.source =
          "int f(int a, int b) {\n  int d = a - b, m[2] = {a, b};\n  if (d < 0) d = -d;\n  int sum = 0;\n"
          "  for (int i = 0; i < " +
          factor + "; i++) sum += d;\n  return sum + m[m[1] > m[0]];\n}\n";
    std::vector<int32_t> answers;
    for (int t = 0; t < 16; ++t) {
      auto a = static_cast<int32_t>(stream.between(-1000, 1000)),
           b = static_cast<int32_t>(stream.between(-1000, 1000));
      job.inputs.push_back({a, b});
      answers.push_back(std::abs(a - b) * k + std::max(a, b));
    }
    honest.jobs.push_back(std::move(job));
    honest.answers.push_back(std::move(answers));
  }
  return honest;
}

bool right(const SandboxResult& result, const std::vector<int32_t>& answers) {
  return result.status == RunStatus::ok &&
         std::equal(result.outputs.begin(), result.outputs.end(), answers.begin(), answers.end());
}

TEST(Sandbox, ReturnsOneOutputPerInput) {
  auto sandbox = Sandbox::start({});
  auto result = run_one(*sandbox, "int f(int a, int b, int c) { return a - b * c; }",
                        {{1, 2, 3}, {-4, 5, 6}, {7, 0, 9}});
  EXPECT_EQ(result.status, RunStatus::ok);
  EXPECT_EQ(result.message, "");
  EXPECT_EQ(result.outputs, (Outputs{-5, -34, 7}));
}

TEST(Sandbox, CallsEveryArity) {
  auto sandbox = Sandbox::start({});
  std::vector<SandboxJob> jobs;
  std::string parameters, sum = "0";
  std::vector<int32_t> row;
  for (int arity = 0; arity <= max_sandbox_arity; ++arity) {
    if (arity > 0) {
      std::string name(1, static_cast<char>('a' + arity - 1));
      parameters += (arity > 1 ? ", int " : "int ") + name;
      sum = "(" + sum + ") * 10 + " + name;
      row.push_back(arity);
    }
    jobs.push_back({"int g(" + parameters + ") { return " + sum + "; }", "g", arity, {row}});
  }
  auto results = sandbox->run(jobs);
  const int32_t expected[] = {0, 1, 12, 123, 1234, 12345, 123456};
  ASSERT_EQ(results.size(), std::size(expected));
  for (size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].outputs, Outputs{expected[i]});
}

TEST(Sandbox, KeepsTheOutputsBeforeACrash) {
  auto sandbox = Sandbox::start({});
  auto result = run_one(*sandbox, "int f(int a) { return 60 / a; }", {{2}, {3}, {0}, {4}});
  EXPECT_EQ(result.status, RunStatus::crashed);
  EXPECT_EQ(result.message, "died of SIGFPE");
  EXPECT_EQ(result.outputs, (Outputs{30, 20, std::nullopt, std::nullopt}));
}

TEST(Sandbox, NamesTheLineOfACompileError) {
  auto sandbox = Sandbox::start({});
  auto result = run_one(*sandbox, "int f(int a) {\n  return b; }\n");
  EXPECT_EQ(result.status, RunStatus::compile_error);
  EXPECT_EQ(result.message, "line 2: error: 'b' undeclared");
  EXPECT_EQ(result.outputs, Outputs{std::nullopt});
  EXPECT_EQ(run_one(*sandbox, "#define B b\nint f(int a) {\n\n\n  return B; }").message,
            "line 5: error: 'b' undeclared");
}

TEST(Sandbox, RefusesSourcesThatAreTooLongOrHoldZeroBytes) {
  auto sandbox = Sandbox::start({});
  std::string body = "int f(int a) { return a; }";
  EXPECT_EQ(run_one(*sandbox, body + std::string(max_sandbox_source - body.size(), ' ')).status,
            RunStatus::ok);
  EXPECT_EQ(run_one(*sandbox, body + std::string(max_sandbox_source, ' ')).status, RunStatus::compile_error);
  EXPECT_EQ(run_one(*sandbox, body + std::string(1, '\0')).status, RunStatus::compile_error);
}

TEST(Sandbox, EveryCallStartsFromFreshStaticData) {
  auto sandbox = Sandbox::start({});
  auto result = run_one(*sandbox, "static int n = 5; int f(int a) { return n++ + a; }", {{0}, {0}, {1}});
  EXPECT_EQ(result.outputs, (Outputs{5, 5, 6}));
}

TEST(Sandbox, SameProgramSameOutputsWhateverRanBefore) {
  const std::string peek =
      "static int s; int f(int a) { int x, y[99]; return x + y[a] + (int)(long)&x + (int)(long)&s; }";
  auto first = Sandbox::start({});
  auto alone = run_one(*first, peek, {{1}, {50}, {98}});
  auto second = Sandbox::start({.workers = 2});
  auto honest = honest_programs(100, 7);
  second->run(honest.jobs);
  auto later = run_one(*second, peek, {{98}, {50}, {1}});
  ASSERT_EQ(alone.status, RunStatus::ok);
  std::reverse(later.outputs.begin(), later.outputs.end());
  EXPECT_EQ(alone.outputs, later.outputs);
}

TEST(Sandbox, HonestProgramsAreNeverWrongUnderLoad) {
  auto sandbox = Sandbox::start({.workers = 2});
  std::atomic<bool> stop{false};
  std::vector<std::thread> load;
  for (int i = 0; i < 4; ++i)
    load.emplace_back([&] {
      while (!stop) continue;
    });
  auto honest = honest_programs(1000, 11);
  auto results = sandbox->run(honest.jobs);
  stop = true;
  for (auto& thread : load) thread.join();
  ASSERT_EQ(results.size(), honest.jobs.size());
  for (size_t i = 0; i < results.size(); ++i)
    EXPECT_TRUE(right(results[i], honest.answers[i]))
        << i << " " << run_status_name(results[i].status) << " " << results[i].message;
}

TEST(Sandbox, ServesManyThreadsAtOnce) {
  auto sandbox = Sandbox::start({.workers = 2});
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (uint64_t seed = 0; seed < 6; ++seed)
    callers.emplace_back([&, seed] {
      auto honest = honest_programs(40 + seed, seed);
      auto results = sandbox->run(honest.jobs);
      for (size_t i = 0; i < results.size(); ++i) wrong += !right(results[i], honest.answers[i]);
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Sandbox, ReplacesAWorkerThatWasKilled) {
  auto sandbox = Sandbox::start({});
  auto honest = honest_programs(20, 3);
  int before = sandbox->worker_pids().at(0);
  kill(before, SIGKILL);
  auto results = sandbox->run(honest.jobs);
  for (size_t i = 0; i < results.size(); ++i) EXPECT_TRUE(right(results[i], honest.answers[i])) << i;
  EXPECT_EQ(sandbox->repairs(), 1);
  EXPECT_NE(sandbox->worker_pids().at(0), before);
}

TEST(Sandbox, WorkersKilledDuringWorkNeverMakeAProgramWrong) {
  auto sandbox = Sandbox::start({.workers = 2});
  auto honest = honest_programs(1500, 5);
  std::atomic<bool> stop{false}, killed{false};
  std::thread killer([&] {
    for (size_t i = 0; !stop; ++i) {
      auto pids = sandbox->worker_pids();
      if (!pids.empty()) {
        int guard = pids[i % pids.size()];
        auto inside = children_of(guard);
        kill(i % 2 == 0 || inside.empty() ? guard : inside[0], SIGKILL);  // the guard, then the worker itself
        killed = true;
      }
      usleep(40'000);
    }
  });
  std::vector<SandboxResult> results;
  for (bool seen = false; !seen;) {  // the last run begins after a kill, however slow the killer is
    seen = killed;
    results = sandbox->run(honest.jobs);
    for (size_t i = 0; i < results.size(); ++i)
      EXPECT_TRUE(right(results[i], honest.answers[i]) || results[i].status == RunStatus::infrastructure)
          << i;
  }
  stop = true;
  killer.join();
  EXPECT_GT(sandbox->repairs(), 0);
  EXPECT_TRUE(right(sandbox->run(std::span(honest.jobs).first(1))[0], honest.answers[0]));
}

TEST(Sandbox, AWorkerThatHangsIsReplaced) {
  auto sandbox = Sandbox::start({.cpu_ms = 100, .wall_ms = 1000});
  for (int inside : children_of(sandbox->worker_pids().at(0))) kill(inside, SIGSTOP);
  auto result = run_one(*sandbox, "int f(int a) { return a + 1; }");
  EXPECT_EQ(result.outputs, Outputs{2});
  EXPECT_EQ(sandbox->repairs(), 1);
}

// A program that gets no CPU time until the wall clock runs out is the machine's failure.
TEST(Sandbox, AStarvedProgramIsInfrastructureNotATimeout) {
  auto sandbox = Sandbox::start({.cpu_ms = 400, .wall_ms = 500});
  int guard = sandbox->worker_pids().at(0);
  if (children_of(guard).empty()) GTEST_SKIP() << "this kernel does not list children in /proc";
  std::atomic<bool> stop{false};
  std::thread starver([&] {
    while (!stop) {
      for (int worker : children_of(guard))
        for (int program : children_of(worker)) kill(program, SIGSTOP);
      usleep(2000);
    }
  });
  auto result = run_one(*sandbox, "int f(int a) { for (;;) a++; }");
  stop = true;
  starver.join();
  EXPECT_EQ(result.status, RunStatus::infrastructure);
  EXPECT_EQ(result.outputs, Outputs{std::nullopt});
  EXPECT_EQ(sandbox->repairs(), 0);
}

TEST(Sandbox, SaysWhatIsInForce) {
  EXPECT_EQ(Sandbox::start({})->level(), "namespaces(user,pid,net,mount,ipc,uts)+privileges+seccomp+rlimits");
  auto lowered = Sandbox::start({.give_up = {SandboxLayer::net_ns, SandboxLayer::uts_ns}});
  EXPECT_EQ(lowered->level(), "namespaces(user,pid,mount,ipc)+privileges+seccomp+rlimits");
  EXPECT_EQ(run_one(*lowered, "int f(int a) { return a; }").status, RunStatus::ok);
  auto bare = Sandbox::start({.give_up = all_sandbox_layers()});
  EXPECT_EQ(bare->level(), "none");
  EXPECT_EQ(run_one(*bare, "int f(int a) { return a; }").status, RunStatus::ok);
}

TEST(Sandbox, RefusesBadCallsByName) {
  auto sandbox = Sandbox::start({});
  auto complaint = [&](SandboxJob job) -> std::string {
    try {
      sandbox->run(std::span(&job, 1));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.field_name();
    }
    return "accepted";
  };
  EXPECT_EQ(complaint({"int f;", "f; int g", 0, {}}), "entry");
  EXPECT_EQ(complaint({"int f;", "", 0, {}}), "entry");
  EXPECT_EQ(complaint({"int f;", "f", max_sandbox_arity + 1, {}}), "arity");
  EXPECT_EQ(complaint({"int f;", "f", 2, {{1, 2}, {1}}}), "inputs");
  EXPECT_EQ(complaint({"int f;", "f", 0, std::vector<std::vector<int32_t>>(max_sandbox_inputs + 1)}),
            "inputs");
  EXPECT_THROW(Sandbox::start({.workers = 0}), Error);
  EXPECT_THROW(Sandbox::start({.cpu_ms = 100, .wall_ms = 99}), Error);
}

TEST(Sandbox, NamesTheProgramThatDoesNotStart) {
  try {
    Sandbox::start({.jail_program = "/nowhere/gradus-jail"});
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::outside);
    EXPECT_EQ(error.file(), "/nowhere/gradus-jail");
  }
  EXPECT_THROW(Sandbox::start({.jail_program = "/bin/true"}), Error);  // starts, but is no jail
}

// The pages in which the kernel keeps the time for everybody, as the workers have them.
std::vector<std::pair<uint64_t, uint64_t>> clock_pages(Sandbox& sandbox) {
  std::vector<std::pair<uint64_t, uint64_t>> out;
  for (const int pid : sandbox.worker_pids()) {
    std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
    for (std::string line; std::getline(maps, line);) {
      if (line.find("[vvar") == line.npos && line.find("[vdso") == line.npos) continue;
      uint64_t begin = 0, end = 0;
      if (sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2) out.emplace_back(begin, end);
    }
  }
  return out;
}

TEST(Sandbox, NoProgramReadsTheClock) {
  for (const std::vector<SandboxLayer>& given_up : {std::vector<SandboxLayer>{}, {SandboxLayer::seccomp}}) {
    auto sandbox = Sandbox::start({.give_up = given_up});
    EXPECT_EQ(run_one(*sandbox, "int f(int a) { return a + 1; }").outputs, Outputs{2});
    const auto pages = clock_pages(*sandbox);
    if (pages.empty()) GTEST_SKIP() << "the maps of the worker cannot be read";
    for (const auto& [begin, end] : pages) {
      for (uint64_t at = begin; at < end; at += 4096) {
        const std::string place = "0x" + fmt::format("{:x}", at) + "L";
        EXPECT_EQ(
            run_one(*sandbox, "int f(int a) { return (int)((volatile long*)" + place + ")[5]; }").status,
            RunStatus::crashed)
            << place;
      }
    }
    EXPECT_EQ(run_one(*sandbox, "int f(int a) { return a + 2; }").outputs, Outputs{3})
        << "the worker lives on";
  }
}

TEST(Sandbox, NorIsItCompiledIn) {
  auto sandbox = Sandbox::start({});
  const char* const sums[] = {
      "int f(int a) { const char* t = __TIME__; int s = 0; while (*t) s = s * 31 + *t++; return s; }",
      "int f(int a) { const char* t = __DATE__; int s = 0; while (*t) s = s * 31 + *t++; return s; }"};
  const auto hash = [](const char* text) {
    uint32_t sum = 0;  // the sum runs over, as the program's does
    while (*text != 0) sum = sum * 31 + static_cast<uint32_t>(*text++);
    return static_cast<int32_t>(sum);
  };
  EXPECT_EQ(run_one(*sandbox, sums[0]).outputs, Outputs{hash("00:00:00")});
  EXPECT_EQ(run_one(*sandbox, sums[1]).outputs, Outputs{hash("Jan  1 1970")});
}

TEST(Sandbox, TheEnvironmentMayNameTheProgram) {
  ASSERT_EQ(setenv("GRADUS_JAIL", "/elsewhere/jail", 1), 0);
  EXPECT_THROW(Sandbox::start({}), Error);
  auto named = Sandbox::start({.jail_program = std::string(GRADUS_BINARY_DIR) + "/gradus-jail"});
  ASSERT_EQ(unsetenv("GRADUS_JAIL"), 0);
  EXPECT_EQ(run_one(*named, "int f(int a) { return a; }").status, RunStatus::ok);
}

}  // namespace
}  // namespace gradus
