#include "gradus/tool/clang/c_flow.h"

#include <algorithm>

namespace gradus {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

using Statements = std::vector<CStatement>;

bool written_between(const Statements& list, size_t begin, size_t end, const std::string& name) {
  for (size_t i = begin; i < end; ++i) {
    if (contains(list[i].writes, name)) return true;
  }
  return false;
}

bool mentioned_after(const Statements& list, size_t index, const std::string& name) {
  for (size_t i = index + 1; i < list.size(); ++i) {
    if (contains(list[i].reads, name) || contains(list[i].writes, name)) return true;
  }
  return false;
}

bool dead(const Statements& list, size_t index, size_t reachable, const std::string& name) {
  for (size_t i = index + 1; i < reachable; ++i) {
    if (contains(list[i].reads, name)) return false;
    if (contains(list[i].writes, name)) return true;
  }
  return true;
}

bool dead_store(const Statements& list, size_t index, size_t reachable) {
  const CStatement& statement = list[index];
  if (statement.writes.empty() || statement.itself) return false;  // clang reports a self-assignment
  // A declaration that nobody mentions again is an unused variable, which clang reports.
  if (statement.declaration && !mentioned_after(list, index, statement.writes[0])) return false;
  return std::all_of(statement.writes.begin(), statement.writes.end(),
                     [&](const std::string& name) { return dead(list, index, reachable, name); });
}

bool plain_copy(const Statements& list, size_t index, size_t reachable) {
  const CStatement& statement = list[index];
  if (statement.copies.empty() || statement.writes.size() != 1) return false;
  return !dead(list, index, reachable, statement.writes[0]) &&
         !written_between(list, index + 1, reachable, statement.writes[0]) &&
         !written_between(list, index + 1, reachable, statement.copies);
}

// A value that is declared to be returned and nothing else. A second name for a value is a plain copy.
bool needless_temporary(const Statements& list, size_t index, size_t reachable) {
  const CStatement& statement = list[index];
  if (!statement.declaration || !statement.copies.empty() || statement.writes.size() != 1) return false;
  const std::string& name = statement.writes[0];
  for (size_t i = index + 1; i < reachable; ++i) {
    if (contains(list[i].writes, name)) return false;
    if (contains(list[i].reads, name)) return list[i].returned == name;
  }
  return false;
}

bool duplicate(const Statements& list, size_t index) {
  const CStatement& statement = list[index];
  if (!statement.assignment || contains(statement.reads, statement.writes[0])) return false;
  for (size_t i = index; i-- > 0;) {
    if (list[i].assignment && list[i].text == statement.text) return true;
    if (contains(list[i].writes, statement.writes[0])) return false;
    for (const std::string& name : statement.reads) {
      if (contains(list[i].writes, name)) return false;
    }
  }
  return false;
}

}  // namespace

std::vector<CFinding> flow_findings(const CFunctionBody& body) {
  const Statements& list = body.statements;
  std::vector<CFinding> out = body.findings;
  size_t reachable = list.size();
  if (!body.labelled) {
    for (size_t i = 0; i < reachable; ++i) {
      if (list[i].returns) reachable = i + 1;
    }
  }
  for (size_t i = reachable; i < list.size(); ++i) out.push_back({CFact::unreachable, list[i].line});
  if (!body.straight) return out;
  for (size_t i = 0; i < reachable; ++i) {
    if (dead_store(list, i, reachable)) out.push_back({CFact::dead_store, list[i].line});
    if (plain_copy(list, i, reachable)) out.push_back({CFact::plain_copy, list[i].line});
    if (needless_temporary(list, i, reachable)) out.push_back({CFact::needless_temporary, list[i].line});
    if (duplicate(list, i)) out.push_back({CFact::duplicate_statement, list[i].line});
  }
  return out;
}

}  // namespace gradus
