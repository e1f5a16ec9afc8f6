// What a policy is shown of a program that it had run (ToRL, arXiv 2503.23383; released code GAIR-NLP/ToRL at
// cb78cf1, vllm_rollout_spmd.py).
//
//   Observation o = observation_of({.output = "6\n", .errors = "", .exit_code = 0});
//   o.text;      // "```output\n6\n```\n"
//   o.ran;       // true
//
// It ran if its exit code is 0 or it printed anything (released so: a program that printed and then raised
// counts as run); its output is shown, else its errors. Where that holds "Error" only the last line is shown;
// nothing at all is shown as a timeout; of 256 characters or more the first and the last 128, with "..."
// between.
#pragma once

#include <string>

namespace gradus {

struct ProgramEnd {
  std::string output, errors;
  int exit_code = 0;
};

struct Observation {
  std::string text;
  bool ran = false;
};

Observation observation_of(const ProgramEnd& program);

}  // namespace gradus
