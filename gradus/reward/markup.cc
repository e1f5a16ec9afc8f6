#include "gradus/reward/markup.h"

#include "gradus/base/text.h"

namespace gradus {

bool parts_in_order(std::string_view text, std::initializer_list<std::string_view> parts) {
  const std::string_view first = *parts.begin(), last = *(parts.end() - 1);
  if (text.substr(0, first.size()) != first) return false;
  size_t at = first.size();
  for (const std::string_view* part = parts.begin() + 1; part + 1 != parts.end(); ++part) {
    const size_t found = text.find(*part, at);
    if (found == text.npos) return false;
    at = found + part->size();
  }
  const auto ends = [&](std::string_view whole) {
    return whole.size() >= at + last.size() && whole.substr(whole.size() - last.size()) == last;
  };
  return ends(text) || (!text.empty() && text.back() == '\n' && ends(text.substr(0, text.size() - 1)));
}

std::optional<std::string_view> first_block(std::string_view text, std::string_view open,
                                            std::string_view close) {
  size_t begin = text.find(open);
  if (begin == text.npos) return std::nullopt;
  begin += open.size();
  const size_t end = text.find(close, begin);
  if (end == text.npos) return std::nullopt;
  return text.substr(begin, end - begin);
}

size_t end_of_pair(std::string_view text, size_t from, std::string_view first, std::string_view second) {
  for (size_t at = text.find(first, from); at != text.npos; at = text.find(first, at + first.size())) {
    const size_t next = skip_space(text, at + first.size());
    if (text.substr(next, second.size()) == second) return next + second.size();
  }
  return text.npos;
}

bool tags_balanced(std::string_view text, std::initializer_list<std::string_view> tags) {
  for (const std::string_view tag : tags) {
    const std::string open = "<" + std::string(tag) + ">", close = "</" + std::string(tag) + ">";
    if (count_of(text, open) != count_of(text, close)) return false;
    for (size_t at = text.find(open); at != text.npos; at = text.find(open, at + 1)) {
      at = text.find(close, at);
      if (at == text.npos) return false;
    }
  }
  return true;
}

std::string written_text(const RolloutBatch& batch, size_t rollout) {
  std::string text;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
    if (batch.kind(s) != StepKind::observe) text += batch.text(s);
  }
  return text;
}

}  // namespace gradus
