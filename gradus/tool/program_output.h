// The standard output of a trusted program found on PATH, with a limit on time and size. Its standard input
// is empty and what it says on standard error is dropped.
//
//   const std::optional<ProgramOutput> ran = program_output({"git", "--version"});
//   if (!ran) ...                          // there is no such program
//   if (ran->exit_code == 0) use(ran->text);
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gradus {

struct ProgramOutput {
  int exit_code = 0;
  std::string text;
};

// Throws Error::outside where it does not end within 60 seconds, writes more than 16 MiB or dies by a signal;
// it is killed then.
std::optional<ProgramOutput> program_output(std::vector<std::string> words);

}  // namespace gradus
