// Golden functions that cut responses into steps.
#include <algorithm>

#include "gradus/rollout/segment.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

using Tokens = std::vector<int32_t>;

// The released function looks for separators in the padding too, gives an empty row its last padded place,
// and gives an end twice where the last token is a separator.
std::vector<size_t> released_ends(const Tokens& row, size_t length, const Tokens& separators) {
  std::vector<size_t> ends = separator_places(row, separators);
  const Tokens valid(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(length));
  ends.push_back(length == 0 ? row.size() - 1 : step_ends(valid, separators).back());
  return ends;
}

Verified split_steps(const Json& in, const Verifying&) {
  const auto rows = in.at("response_tokens").get<std::vector<Tokens>>();
  const auto separators = in.at("separator_token_ids").get<Tokens>();
  std::vector<std::vector<size_t>> ends;
  size_t widest = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    ends.push_back(released_ends(rows[r], golden_count(in.at("response_lens").at(r)), separators));
    widest = std::max(widest, ends.back().size());
  }
  Json out;
  for (const char* key : {"score_ids", "score_mask", "reward_mask", "num_steps"}) out[key] = Json::array();
  for (size_t r = 0; r < rows.size(); ++r) {
    Json ids = Json::array(), mask = Json::array();
    std::vector<bool> is_end(rows[r].size());
    for (size_t k = 0; k < widest; ++k) {
      const bool there = k < ends[r].size();
      ids.push_back(there ? static_cast<int64_t>(ends[r][k]) : -1);
      mask.push_back(there);
      if (there) is_end[ends[r][k]] = true;
    }
    out.at("score_ids").push_back(ids);
    out.at("score_mask").push_back(mask);
    out.at("reward_mask").push_back(is_end);
    out.at("num_steps").push_back(ends[r].size());
  }
  return {out};
}

Verified step_level_segment(const Json& in, const Verifying&) {
  constexpr size_t kShort = 4;  // tokens
  auto tokens = in.at("tokens").get<Tokens>();
  while (!tokens.empty() && tokens.back() == in.at("pad").get<int32_t>()) tokens.pop_back();
  const std::vector<TokenSpan> spans = spans_between(tokens, in.at("separator").get<Tokens>());
  Json segments = Json::array();
  for (const TokenSpan& span : joined_short(spans, kShort)) segments.push_back({span.begin, span.end - 1});
  return {{{"segments_inclusive", segments}}};
}

}  // namespace

void verify_segmentation(Adapters& adapters) {
  adapters.add("pure", "ProcessRewardModelWorker._split_steps", split_steps);
  adapters.add("prof", "step_level_segment", step_level_segment);
}

}  // namespace gradus
