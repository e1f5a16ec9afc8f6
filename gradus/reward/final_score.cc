#include "gradus/reward/final_score.h"

#include <algorithm>
#include <charconv>

namespace gradus {

namespace {

constexpr std::string_view kOpen = "<final_score>", kClose = "</final_score>";
constexpr std::string_view kBlank = " \t\n\r\f\v";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// A number of digits, a sign before them allowed; as a double, because a judge may write any length.
std::optional<double> whole_number(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), digit)) return std::nullopt;
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace

std::optional<double> final_score(std::string_view judgement) {
  std::optional<std::string_view> last;
  for (size_t open = judgement.find(kOpen); open != std::string_view::npos;) {
    const size_t begin = open + kOpen.size(), close = judgement.find(kClose, begin);
    if (close == std::string_view::npos) break;
    last = judgement.substr(begin, close - begin);
    open = judgement.find(kOpen, close + kClose.size());
  }
  if (!last) return std::nullopt;
  const size_t comma = last->find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::optional<double> score = whole_number(last->substr(0, comma));
  const std::optional<double> maximum = whole_number(last->substr(comma + 1));
  if (!score || !maximum || *maximum <= 0 || *score < 0 || *score > *maximum) return std::nullopt;
  return *score / *maximum;
}

}  // namespace gradus
