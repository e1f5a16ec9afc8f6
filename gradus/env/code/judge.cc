#include "gradus/env/code/judge.h"

#include <map>

namespace gradus {

namespace {

constexpr size_t kRemembered = 200'000;  // verdicts; about 60 MB

ProgramVerdict verdict_of(const SandboxResult& result, const TestCases& cases) {
  if (result.status == RunStatus::infrastructure) return ProgramVerdict::unknown;
  const auto right = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (i >= result.outputs.size() || result.outputs[i] != cases.expected[i]) return false;
    }
    return true;
  };
  if (!right(0, kVisible)) return ProgramVerdict::wrong;
  return right(kVisible, cases.inputs.size()) ? ProgramVerdict::right : ProgramVerdict::visible;
}

SandboxJob job_of(const Attempt& attempt) {
  SandboxJob job{.source = attempt.source, .entry = "f", .arity = 3, .inputs = {}};
  for (const Inputs& inputs : attempt.cases->inputs) job.inputs.emplace_back(inputs.begin(), inputs.end());
  return job;
}

}  // namespace

Judge::Judge(SandboxOptions options) : options_(std::move(options)), cache_(kRemembered) {}

Sandbox& Judge::sandbox() const {
  const std::lock_guard lock(mutex_);
  if (!sandbox_) sandbox_ = Sandbox::start(options_);
  return *sandbox_;
}

std::string Judge::isolation() const {
  return sandbox().level();
}

std::vector<ProgramVerdict> Judge::judge(std::span<const Attempt> attempts) const {
  std::vector<ProgramVerdict> out(attempts.size(), ProgramVerdict::wrong);
  std::map<std::string, std::vector<size_t>> fresh;  // each new (task, source) once
  for (size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i].source.empty()) continue;
    const std::string key = attempts[i].task + "\n" + attempts[i].source;
    if (const auto known = cache_.find(key)) {
      out[i] = *known;
    } else {
      fresh[key].push_back(i);
    }
  }
  if (fresh.empty()) return out;
  std::vector<SandboxJob> jobs;
  for (const auto& [key, places] : fresh) jobs.push_back(job_of(attempts[places[0]]));
  const std::vector<SandboxResult> results = sandbox().run(jobs);
  size_t next = 0;
  for (const auto& [key, places] : fresh) {
    const ProgramVerdict verdict = verdict_of(results[next++], *attempts[places[0]].cases);
    for (const size_t place : places) out[place] = verdict;
    if (verdict != ProgramVerdict::unknown) cache_.put(key, verdict);
  }
  return out;
}

}  // namespace gradus
