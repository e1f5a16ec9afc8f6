#include "gradus/env/environment.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace gradus {

std::vector<int32_t> Environment::observe(const Task&, std::span<const int32_t>) const {
  return {};
}

Task Environment::task_of(const std::string&) const {
  throw Error::input("environment '" + info().name + "' cannot read a task back from its prompt");
}

std::string Environment::isolation() const {
  return "no code is run";
}

std::vector<Task> distinct_tasks(const Environment& environment, Split split, size_t count,
                                 const Stream& stream) {
  // A round asks for few tasks, so that an environment with few is not asked for more than it has; one that
  // has brought nothing new ten times in a row has no more to bring (one of fifty equally likely tasks hides
  // from ten rounds with a chance of 1 in 2000).
  constexpr size_t kRound = 50;
  constexpr int kIdleRounds = 10;
  std::vector<Task> out;
  std::set<std::string> seen;
  int idle = 0;
  for (uint64_t round = 0; out.size() < count && idle < kIdleRounds; ++round) {
    const size_t before = out.size();
    for (Task& task : environment.tasks(split, std::min(kRound, count), stream.child(round))) {
      if (out.size() < count && seen.insert(task.twin).second) out.push_back(std::move(task));
    }
    idle = out.size() == before ? idle + 1 : 0;
  }
  if (out.size() < count) {
    throw Error::input(fmt::format("environment '{}' has too few tasks that differ", environment.info().name))
        .found(fmt::format("{} asked for", count))
        .expected(fmt::format("at most {}", out.size()))
        .hint("tasks that differ in the order of operands alone count once");
  }
  return out;
}

}  // namespace gradus
