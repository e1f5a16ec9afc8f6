// Prompts and responses laid end to end as rows of tokens: no padding, and equal neighbouring prompts stored
// once.
//
//   PackedRows rows;
//   rows.add(prompt, response, {});     // targets: every response token
//   rows.add(prompt, other, wanted);    // same prompt as the last: its rows are shared
//   std::span<const float> logits = network.logits(rows);   // one line per target, in order of adding
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/model/attention_segment.h"

namespace gradus {

class PackedRows {
 public:
  // wanted: 1 for every response token to predict; empty: all of them.
  void add(std::span<const int32_t> prompt, std::span<const int32_t> response,
           std::span<const uint8_t> wanted);
  // A prompt alone (its keys are wanted, no prediction); returns its first row.
  int64_t add_prompt(std::span<const int32_t> prompt);

  int64_t rows() const { return static_cast<int64_t>(tokens.size()); }
  int64_t targets() const { return static_cast<int64_t>(target_tokens.size()); }

  std::vector<int64_t> tokens, positions;  // of every row
  std::vector<AttentionSegment> segments;
  std::vector<int64_t> target_rows, target_tokens;  // the row whose output predicts the token

 private:
  std::vector<int32_t> last_prompt_;
  int64_t last_prompt_row_ = -1;
};

}  // namespace gradus
