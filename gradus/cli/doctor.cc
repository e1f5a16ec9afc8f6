// gradus doctor: what is installed, which isolation the host gives, what training would run on, and a
// self-test of two seconds. Exit code 0 when a study can run here, 3 when it cannot.
#include <chrono>
#include <fmt/format.h>
#include <simdjson.h>
#include <sqlite3.h>
#include <thread>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/base/json.h"
#include "gradus/cli/command.h"
#include "gradus/learn/policy.h"
#include "gradus/model/cpu/kernels.h"
#include "gradus/model/cuda_library.h"
#include "gradus/study/catalogue.h"
#include "gradus/tool/c_facts.h"
#include "gradus/tool/clang_tidy.h"
#include "gradus/tool/sandbox.h"

namespace gradus {

namespace {

struct Finding {
  std::string name, text;
  bool good = true;
  bool needed = true;  // without it no study runs
};

Finding look_at_sandbox() {
  try {
    const std::unique_ptr<Sandbox> sandbox = Sandbox::start({});
    const SandboxJob job{
        .source = "int f(int a) { return a / 2; }", .entry = "f", .arity = 1, .inputs = {{84}}};
    const SandboxResult result = sandbox->run(std::span(&job, 1))[0];
    const bool right = result.status == RunStatus::ok && result.outputs[0] == 42;
    return {"sandbox", sandbox->level() + (right ? "" : "; but a test program gave " + result.message),
            right};
  } catch (const Error& error) {
    return {"sandbox", error.what(), false};
  }
}

Finding look_at_libclang() {
  try {
    return {"libclang", libclang_version()};
  } catch (const Error& error) {
    return {"libclang", error.what(), false};
  }
}

Finding look_at_training() {
  try {
    require_kernels();
    return {"training", describe_kernels()};
  } catch (const Error& error) {
    return {"training", error.what(), false};
  }
}

Finding look_at_cuda() {
  const CudaSupport support = cuda_support();
  const std::string lost =
      support.available ? "; its runs are not repeated to the byte" : "; policies train on the CPU";
  return {"cuda", support.text + lost, support.available, false};
}

// Learns a constant answer: proves that sampling, gradient and update work together on this machine.
Finding train_a_little() {
  try {
    const auto start = std::chrono::steady_clock::now();
    const std::unique_ptr<Policy> policy =
        make_policy({.vocabulary = 8, .context = 8, .layers = 1, .heads = 2, .width = 16}, 1);
    const std::vector<Example> examples(256, Example{{3, 4}, {5, 6, 2}});
    const double loss = policy->fit(examples, {.epochs = 30, .batch = 32, .learning_rate = 1e-2}, {});
    const std::vector<int32_t> prompt{3, 4};
    const SampleRequest request{prompt, 1};
    const std::vector<Sample> rows =
        policy->sample(std::span(&request, 1), {.temperature = 0, .max_tokens = 4});
    const bool right = rows[0].tokens == std::vector<int32_t>{5, 6, 2};
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {
        "self-test",
        fmt::format("{} in {:.1f} s, loss {:.4f}",
                    right ? "a policy learnt its task" : "a policy did NOT learn its task", seconds, loss),
        right};
  } catch (const Error& error) {
    return {"self-test", error.what(), false};
  }
}

std::vector<Finding> examine() {
  std::vector<Finding> findings;
  const double gib =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE)) / (1 << 30);
  findings.push_back(
      {"machine", fmt::format("{} cores, {:.1f} GiB of memory", std::thread::hardware_concurrency(), gib)});
  findings.push_back(look_at_training());
  findings.push_back(look_at_cuda());
  findings.push_back(look_at_sandbox());
  findings.push_back(look_at_libclang());
  const std::string tidy = clang_tidy_version();
  findings.push_back({"clang-tidy",
                      tidy.empty() ? "not found: its metrics will be missing (apt install clang-tidy)" : tidy,
                      !tidy.empty(), false});
  findings.push_back({"sqlite", sqlite3_libversion()});
  findings.push_back({"simdjson", SIMDJSON_STRINGIFY(SIMDJSON_VERSION)});
  findings.push_back(
      {"operators", fmt::format("{} operators, {} environments", catalogue().operators.names().size(),
                                catalogue().environments.names().size())});
  findings.push_back(train_a_little());
  return findings;
}

int run(bool json) {
  const std::vector<Finding> findings = examine();
  Json document = Json::array();
  bool ready = true;
  for (const Finding& finding : findings) {
    document.push_back(
        {{"name", finding.name}, {"text", finding.text}, {"good", finding.good}, {"needed", finding.needed}});
    ready = ready && (finding.good || !finding.needed);
    if (!json)
      fmt::print("{:<4} {:<11} {}\n",
                 finding.good     ? "ok"
                 : finding.needed ? "NO"
                                  : "--",
                 finding.name, finding.text);
  }
  if (json)
    fmt::print("{}\n", Json{{"ready", ready}, {"findings", document}}.dump(2));
  else
    fmt::print("\n{}\n",
               ready ? "ready: gradus study studies/clean_code.toml" : "not ready: mend the lines marked NO");
  return ready ? 0 : 3;
}

}  // namespace

void add_doctor(CLI::App& app, Verb& chosen) {
  auto json = std::make_shared<bool>(false);
  CLI::App* verb =
      app.add_subcommand("doctor", "What is installed, what runs here, and a two-second self-test");
  verb->footer("Example:\n  gradus doctor");
  verb->add_flag("--json", *json, "Machine-readable output");
  verb->callback([&chosen, json] { chosen = [json] { return run(*json); }; });
}

}  // namespace gradus
