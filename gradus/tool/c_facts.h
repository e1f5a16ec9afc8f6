// What libclang says about a C function, statement by statement: findings, each with the line it is about.
//
//   std::vector<std::string> sources = {"int f(int a) {\nint t = a;\na = a;\nreturn 1;\n}\n"};
//   const CFunctionFacts facts = c_facts(sources)[0];
//   for (const CFinding& found : facts.findings)
//     fmt::print("{} {}\n", found.line, c_fact_name(found.fact));   // 2 unused_variable, 3 self_assignment
//
// unused_variable and self_assignment are clang's own warnings (-Wunused-variable,
// -Wunused-but-set-variable, -Wself-assign). The others are read from the syntax tree, and only where they
// are certain: what follows the flow of values in functions without branches, loops, nested blocks or
// addresses taken, unreachable in every function without labels, what one expression or one name shows in
// every function.
//
// Many functions share one translation unit, which is about ten times faster than one each; findings do not
// depend on that grouping. Safe to call from many threads. A statement that does not compile counts as a
// reader of every name in it, so that it makes no other statement look useless.
//
// libclang runs in children of their own (gradus-clang, a program_part() or named by $GRADUS_CLANG)
// with limits: 5 s of processor time for a translation unit, 2 GiB of memory, no files. A source that kills,
// hangs or exceeds them has a `failure` and no facts; those beside it are judged as if it were not there.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

enum class CFact {
  unused_variable,      // declared and never read
  dead_store,           // the value is overwritten, or the function ends, before anybody reads it
  self_assignment,      // a = a
  plain_copy,           // int t = a; where neither changes afterwards
  duplicate_statement,  // the same assignment again, with nothing changed in between
  unreachable,          // after a return
  redundant_condition,  // a truth value compared with zero: 0 < (a < b), t != 0
  long_distinction,     // a case that equals the other, or asks the same again: t ? b : t ? 0 : a
  odd_name,             // a variable in capitals where all parameters are in small letters
  needless_temporary,   // int t = a + b; return t;
  plus_zero,            // a + 0, 0 + a, a - 0
  double_negation,      // - - a
};

std::string_view c_fact_name(CFact fact);
std::vector<std::string> c_fact_names();
CFact c_fact_from_name(std::string_view name);  // throws Error::input with the allowed names

struct CFinding {
  CFact fact;
  int line = 0;  // 1-based, of the line where the statement begins
  auto operator<=>(const CFinding&) const = default;
};

struct CFunctionFacts {
  std::string failure;  // why nothing is known of this source; "": the rest holds
  bool compiles = false;
  std::vector<CFinding> findings;  // sorted, no two equal
};

std::string libclang_version();

// One function definition per source, of at most 64 KiB. Throws Error::outside where gradus-clang does not
// start.
std::vector<CFunctionFacts> c_facts(std::span<const std::string> sources);

}  // namespace gradus
