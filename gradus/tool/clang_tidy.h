// clang-tidy on many small C functions with one start of the program.
//
//   const std::vector<std::string> sources = {"int f(int a) {\nreturn a - a ;\n}\n"};
//   const std::vector<TidyReport> reports = clang_tidy(sources);      // misc-redundant-expression on line 2
//   if (reports[0].judged) fmt::print("{}\n", reports[0].cognitive);  // 0
//
// Checks: readability-*, misc-*, bugprone-*, without those that speak of names, constants and parameters
// (given by the task, not chosen by the author). Cognitive complexity is
// readability-function-cognitive-complexity. A function that does not compile is not judged. Every report
// says `judged = false` where the program is missing. A source that kills it, or takes more than 60 s or 4
// GiB, is not judged and has a `failure`; those beside it are judged as if it were not there.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradus {

struct TidyFinding {
  int line = 0;  // of the source, 1-based
  std::string check;
};

struct TidyReport {
  bool judged = false;
  std::string failure;  // what a source did to the tool; "": nothing
  int cognitive = 0;    // cognitive complexity (SonarSource): 0 for straight code
  std::vector<TidyFinding> findings;
};

// Throws Error::outside where clang-tidy is there and does not work at all.
std::vector<TidyReport> clang_tidy(std::span<const std::string> sources);

// "clang-tidy version 14.0.6", or "" where there is none.
std::string clang_tidy_version();

}  // namespace gradus
