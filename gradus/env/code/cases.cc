#include "gradus/env/code/cases.h"

#include <algorithm>

namespace gradus {

namespace {

// kills[m]: the inputs of the pool on which mutant m gives another value.
using Kills = std::vector<std::vector<size_t>>;

Kills kill_table(const Expression& expression, const std::vector<Inputs>& pool) {
  Kills out;
  for (const Expression& mutant : mutants(expression)) {
    std::vector<size_t> killers;
    for (size_t i = 0; i < pool.size(); ++i) {
      if (evaluate(mutant, pool[i]) != evaluate(expression, pool[i])) killers.push_back(i);
    }
    if (!killers.empty()) out.push_back(std::move(killers));
  }
  return out;
}

// Greedy cover: each time the unused input that tells apart the most mutants not yet told apart.
std::vector<size_t> choose(const Kills& kills, size_t pool, size_t count, std::vector<uint8_t>& used) {
  std::vector<uint8_t> told(kills.size(), 0);
  std::vector<size_t> out;
  while (out.size() < count) {
    std::vector<size_t> gain(pool, 0);
    for (size_t m = 0; m < kills.size(); ++m) {
      if (told[m]) continue;
      for (const size_t i : kills[m]) ++gain[i];
    }
    size_t best = pool;
    for (size_t i = 0; i < pool; ++i) {
      if (!used[i] && (best == pool || gain[i] > gain[best])) best = i;
    }
    used[best] = 1;
    out.push_back(best);
    for (size_t m = 0; m < kills.size(); ++m) {
      if (std::find(kills[m].begin(), kills[m].end(), best) != kills[m].end()) told[m] = 1;
    }
  }
  return out;
}

}  // namespace

TestCases make_cases(const Expression& expression) {
  const Stream stream = Stream(hash64(canonical_text(expression))).child("cases");
  const std::vector<Inputs> pool = input_pool(96, stream);
  const Kills kills = kill_table(expression, pool);
  std::vector<uint8_t> used(pool.size(), 0);
  TestCases out;
  for (const size_t count : {kVisible, kHidden}) {
    for (const size_t i : choose(kills, pool.size(), count, used)) {
      out.inputs.push_back(pool[i]);
      out.expected.push_back(evaluate(expression, pool[i]));
    }
  }
  return out;
}

}  // namespace gradus
