// What a command says: results on standard output, where a lost byte is an error, and remarks on standard
// error.
//
//   std::FILE* const out = summary_stream({options.out});   // standard error where "--out -" takes the other
//   fmt::print(out, "{} rollouts\n", count);
//   remark("left out: a.jsonl:3: ...");
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

// "gradus: TEXT" on standard error. Never throws: a lost remark changes no result.
void remark(std::string_view text);

// Where the summary goes when these paths are written to (empty: nothing is). Throws Error::input where two
// of them are one.
std::FILE* summary_stream(const std::vector<std::string>& outputs);

// A closed standard stream becomes one that fails, so that no file that is opened later takes its number.
void hold_standard_streams();

// Writes out what is left in the buffers. Empty, or why it was lost.
std::string lost_output();

}  // namespace gradus
