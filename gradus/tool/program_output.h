// What a trusted program found on PATH answers, with limits on time, memory and size: it may be trusted and
// yet be killed by what it is given to read.
//
//   const std::optional<ProgramOutput> ran = program_output({"git", "--version"});
//   if (!ran) ...                                    // there is no such program
//   if (!ran->failure.empty()) ...                   // it did not end by itself: why
//   if (ran->exit_code == 0) use(ran->text);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gradus {

struct ProgramOptions {
  std::string input;                                         // its standard input
  std::optional<std::vector<std::string>> environment = {};  // "NAME=value"; none: that of the caller
  int seconds = 60;                                          // of the clock, and of processor time
  size_t most_output = size_t{16} << 20;
  uint64_t memory = 0;  // bytes of address space; 0: no limit
};

struct ProgramOutput {
  int exit_code = 0;
  std::string text;     // standard output
  std::string errors;   // standard error, its first 64 KiB
  std::string failure;  // "": it ended by itself; else what ended it, and the exit code says nothing
};

// Throws Error::outside where it cannot be started at all.
std::optional<ProgramOutput> program_output(std::vector<std::string> words,
                                            const ProgramOptions& options = {});

}  // namespace gradus
