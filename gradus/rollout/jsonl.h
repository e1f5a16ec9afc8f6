// Rollout files: one rollout per line as JSON (docs/rollout-files.md has the format).
//
//   RolloutFile file = read_rollouts("rollouts.jsonl", {.strict = false});
//   for (const Error& error : file.errors) log(error.what());   // "rollouts.jsonl:12: ..."
//   write_rollouts(file.batch, "copy.jsonl");                   // whole or not at all
//
// A bad line is left out, counted and described; `strict` throws at the first. null is a missing value. The
// path "-" is standard input, or standard output.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus {

// What one line, or the names in a file, may ask of memory.
struct ReadLimits {
  size_t line_bytes = size_t{16} << 20;
  size_t steps = 65536;     // of one rollout
  size_t tokens = 1 << 20;  // of one rollout, and of its prompt
  size_t names = 256;       // columns and notes of the whole file
  size_t depth = 8;         // nesting of JSON; the format itself needs 4
};

struct ReadOptions {
  bool strict = false;
  ReadLimits limits = {};
};

struct RolloutFile {
  RolloutBatch batch;
  size_t lines = 0;           // that hold something
  size_t bad_lines = 0;       // of these, left out of the batch
  std::vector<Error> errors;  // of the first 100 bad lines
};

RolloutFile read_rollouts(const std::string& path, const ReadOptions& options = {});
// A path without one good line is Error::input; a stream is not. Several files as one: ids differ, and a
// group that two files share is of one task and prompt.
RolloutFile read_rollouts(const std::vector<std::string>& paths, const ReadOptions& options = {});
RolloutFile read_rollouts(std::istream& in, const std::string& name, const ReadOptions& options = {});

// `without`: columns that are left out of the lines, because they go to a float file (float_file.h).
void write_rollouts(const RolloutBatch& batch, const std::string& path,
                    const std::vector<std::string>& without = {});
void write_rollouts(const RolloutBatch& batch, std::ostream& out);

}  // namespace gradus
