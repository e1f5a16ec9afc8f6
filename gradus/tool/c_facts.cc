#include "gradus/tool/c_facts.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <mutex>
#include <utility>

#include "gradus/base/error.h"
#include "gradus/tool/c_unit.h"
#include "gradus/tool/clang_process.h"
#include "gradus/tool/clang_protocol.h"

namespace gradus {

namespace {

constexpr size_t kMostIdle = 64;  // children
constexpr std::array<std::pair<CFact, std::string_view>, 12> kNames = {{
    {CFact::unused_variable, "unused_variable"},
    {CFact::dead_store, "dead_store"},
    {CFact::self_assignment, "self_assignment"},
    {CFact::plain_copy, "plain_copy"},
    {CFact::duplicate_statement, "duplicate_statement"},
    {CFact::unreachable, "unreachable"},
    {CFact::redundant_condition, "redundant_condition"},
    {CFact::long_distinction, "long_distinction"},
    {CFact::odd_name, "odd_name"},
    {CFact::needless_temporary, "needless_temporary"},
    {CFact::plus_zero, "plus_zero"},
    {CFact::double_negation, "double_negation"},
}};

// The children that wait for work. Every call has one for itself.
class Children {
 public:
  std::unique_ptr<ClangProcess> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<ClangProcess> out = std::move(idle_.back());
        idle_.pop_back();
        return out;
      }
    }
    return std::make_unique<ClangProcess>();
  }

  void give_back(std::unique_ptr<ClangProcess> child) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(child));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<ClangProcess>> idle_;
};

Children& children() {
  static Children all;
  return all;
}

// The child is replaced when it dies. What died among others is judged again in halves, until only the source
// that kills is left; that one is tried twice, unless it was too slow.
class Judge {
 public:
  Judge(std::span<const std::string> sources, std::vector<CFunctionFacts>& facts)
      : sources_(sources), facts_(facts) {}

  void judge(std::span<const size_t> indices) {
    std::string reason;
    if (exchange(indices, reason)) return;
    if (indices.size() > 1) {
      judge(indices.subspan(0, indices.size() / 2));
      judge(indices.subspan(indices.size() / 2));
    } else if (reason == ClangProcess::too_slow() || !exchange(indices, reason)) {
      facts_[indices[0]].failure = reason;
    }
  }

 private:
  bool exchange(std::span<const size_t> indices, std::string& reason) {
    std::unique_ptr<ClangProcess> child = children().take();
    if (!child->exchange(sources_, indices, facts_, reason)) return false;
    children().give_back(std::move(child));
    return true;
  }

  std::span<const std::string> sources_;
  std::vector<CFunctionFacts>& facts_;
};

}  // namespace

std::string_view c_fact_name(CFact fact) {
  for (const auto& [known, name] : kNames) {
    if (known == fact) return name;
  }
  throw Error::internal("a C fact without a name");
}

std::vector<std::string> c_fact_names() {
  std::vector<std::string> out;
  for (const auto& [fact, name] : kNames) out.emplace_back(name);
  return out;
}

CFact c_fact_from_name(std::string_view name) {
  for (const auto& [fact, known] : kNames) {
    if (known == name) return fact;
  }
  throw Error::input("unknown family of C facts")
      .found(std::string(name))
      .expected(fmt::format("one of: {}", fmt::join(c_fact_names(), ", ")))
      .hint(suggest(name, c_fact_names()));
}

std::vector<CFunctionFacts> c_facts(std::span<const std::string> sources) {
  std::vector<CFunctionFacts> facts(sources.size());
  std::vector<size_t> shared;
  Judge judge(sources, facts);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].size() > clang_child::max_source) {
      facts[i].failure =
          fmt::format("the source has {} bytes, more than {}", sources[i].size(), clang_child::max_source);
    } else if (shareable_name(sources[i]).empty()) {
      judge.judge(std::span(&i, 1));  // not in the company of others: it could take them with it
    } else {
      shared.push_back(i);
    }
  }
  for (size_t begin = 0; begin < shared.size(); begin += clang_child::max_batch) {
    const size_t count = std::min(clang_child::max_batch, shared.size() - begin);
    judge.judge(std::span(shared).subspan(begin, count));
  }
  return facts;
}

std::string libclang_version() {
  std::unique_ptr<ClangProcess> child = children().take();
  std::string version = child->version();
  children().give_back(std::move(child));
  return version;
}

}  // namespace gradus
