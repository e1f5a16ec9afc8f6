#include "gradus/eval/benchmarks/processbench.h"

#include <charconv>

#include "gradus/base/text.h"

namespace gradus {

namespace {

// int() of Python for ASCII: white space around, a sign, digits with single underscores between them.
std::optional<int64_t> python_integer(std::string_view text) {
  text = trim(text);
  std::string digits;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    if (text[0] == '-') digits = "-";
    text.remove_prefix(1);
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const bool between = i > 0 && i + 1 < text.size() && text[i - 1] != '_';
    if (text[i] == '_' && between) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits += text[i];
  }
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (text.empty() || failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// What stands in the last "\boxed{...}" that is closed, stripped.
std::optional<std::string_view> last_box(std::string_view text) {
  constexpr std::string_view kOpen = "\\boxed{";
  std::optional<std::string_view> found;
  for (size_t at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at)) {
    const size_t begin = at + kOpen.size();
    const size_t end = text.find('}', begin);
    if (end == std::string_view::npos) break;
    found = trim(text.substr(begin, end - begin));
    at = end;
  }
  return found;
}

}  // namespace

std::optional<int64_t> critic_answer(std::string_view critique) {
  const std::optional<std::string_view> box = last_box(critique);
  return box ? python_integer(*box) : std::nullopt;
}

std::optional<int64_t> voted_answer(std::span<const std::string> critiques) {
  std::vector<std::pair<std::string_view, size_t>> votes;
  for (const std::string& critique : critiques) {
    const std::optional<std::string_view> box = last_box(critique);
    if (!box) continue;
    size_t at = 0;
    while (at < votes.size() && votes[at].first != *box) ++at;
    if (at == votes.size()) votes.emplace_back(*box, 0);
    ++votes[at].second;
  }
  std::string_view best;
  size_t most = 0;
  for (const auto& [text, count] : votes) {
    if (count > most) {
      best = text;
      most = count;
    }
  }
  return most == 0 ? std::nullopt : python_integer(best);
}

int64_t first_below(std::span<const double> scores, double threshold) {
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] < threshold) return static_cast<int64_t>(i);
  }
  return kNoError;
}

void ErrorAccuracy::add(int64_t label, std::optional<int64_t> predicted) {
  (label == kNoError ? corrects : errors) += 1;
  if (predicted == label) (label == kNoError ? correct_hits : error_hits) += 1;
}

Share ErrorAccuracy::strict_f1() const {
  if (errors == 0 || corrects == 0) return std::nullopt;
  return f1().value_or(0.0);
}

}  // namespace gradus
