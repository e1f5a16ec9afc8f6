// Reading blocks such as <think>...</think> out of model-written text, in time linear in the text (the
// published rewards use regular expressions; on hostile text these can take exponential time or overflow the
// stack).
//
//   std::string text = written_text(batch, rollout);     // without what tools wrote
//   // ^<think>.*?</think>\n<answer>.*?</answer>$
//   bool fits = parts_in_order(text, {"<think>", "</think>\n<answer>", "</answer>"});
//   std::optional<std::string_view> answer = first_block(text, "<answer>", "</answer>");
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "gradus/rollout/batch.h"

namespace gradus {

// The text starts with the first part, ends with the last (one newline may follow, as for $), and the others
// stand between them in this order with anything in between. At least two parts.
bool parts_in_order(std::string_view text, std::initializer_list<std::string_view> parts);

// What is between the first `open` and the first `close` after it.
std::optional<std::string_view> first_block(std::string_view text, std::string_view open,
                                            std::string_view close);

// One past the first "first\s*second" at or after `from`, or npos.
size_t end_of_pair(std::string_view text, size_t from, std::string_view first, std::string_view second);

// For every tag as many <tag> as </tag>, and after each <tag> a </tag> that comes after that of the one
// before.
bool tags_balanced(std::string_view text, std::initializer_list<std::string_view> tags);

// What the policy wrote: the texts of a rollout's steps without observations.
std::string written_text(const RolloutBatch& batch, size_t rollout);

}  // namespace gradus
