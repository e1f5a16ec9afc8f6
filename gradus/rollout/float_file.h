// Token floats beside a rollout file: log-probabilities, entropies, values. A printed float costs twenty
// bytes and a parse; here it costs four and is mapped, so that the first row of a gigabyte is there at once.
//
//   write_floats(batch, {"token.logprob"}, "rollouts.floats");
//   FloatFile floats("rollouts.floats");
//   std::span<const float> row = floats.row("token.logprob", 0);   // NaN where missing
//   floats.attach(batch);                            // as columns, mapped where ids agree in order
//
// Layout, little-endian (docs/rollout-files.md): header of eight 64-bit words (magic "GRADUSF1", bytes of the
// file, rollouts, tokens, columns, bytes of the ids, 0, first half of the SHA-256 of all between header and
// floats with the six words before it), column names of 64 bytes each, rollouts + 1 token offsets, rollouts
// ends of ids, ids, then the columns of float32, each from a multiple of 64 bytes, and the magic backwards.
// Every size is computed from the header and compared with the file before anything is read.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus {

// The named token columns of the batch. Ids of rollouts must differ. The file appears whole or not at all.
void write_floats(const RolloutBatch& batch, const std::vector<std::string>& columns,
                  const std::string& path);

class FloatFile {
 public:
  // Throws Error::input for a file that is torn, lies about its sizes or was not written by write_floats.
  explicit FloatFile(const std::string& path);

  const std::vector<std::string>& columns() const { return columns_; }
  size_t rollouts() const { return offsets_.size() - 1; }
  std::string_view id(size_t rollout) const;
  std::span<const float> row(const std::string& column, size_t rollout) const;

  // Adds its columns to the batch, rollouts found by id; one that the file does not know stays missing.
  // Throws Error::input where a rollout has another number of tokens here than there.
  void attach(RolloutBatch& batch) const;

 private:
  std::span<const float> column_values(const std::string& column) const;

  std::string path_;
  std::shared_ptr<const void> mapping_;
  std::vector<std::string> columns_;
  std::span<const uint64_t> offsets_, id_ends_;
  std::string_view ids_;
  const char* floats_ = nullptr;
  size_t stride_ = 0;  // bytes from one column to the next
};

}  // namespace gradus
