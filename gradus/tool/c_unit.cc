#include "gradus/tool/c_unit.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace gradus {

namespace {

constexpr size_t kNestingLimit = 64;  // clang gives up on a whole unit at 256

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

}  // namespace

std::vector<std::string> c_words(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && word_char(text[end])) ++end;
    if (end > i) out.emplace_back(text.substr(i, end - i));
    i = std::max(end, i + 1);
  }
  return out;
}

std::string shareable_name(const std::string& source) {
  constexpr std::string_view head = "int ";
  if (source.rfind(head, 0) != 0) return "";
  size_t end = head.size();
  while (end < source.size() && word_char(source[end])) ++end;
  if (end == head.size() || end >= source.size() || source[end] != '(') return "";
  std::string name = source.substr(head.size(), end - head.size());
  std::string open;
  size_t bodies = 0;
  for (const char c : source) {
    if (std::string_view("#\"'/\\").find(c) != std::string_view::npos) return "";
    if (open.empty() && bodies > 0 && c != '\n') return "";
    if (c == '(' || c == '{' || c == '[') open.push_back(c);
    if (c != ')' && c != '}' && c != ']') continue;
    const char partner = c == ')' ? '(' : c == '}' ? '{' : '[';
    if (open.empty() || open.back() != partner) return "";
    open.pop_back();
    if (open.empty() && c == '}') ++bodies;
    if (open.size() > kNestingLimit) return "";
  }
  if (!open.empty() || bodies != 1 || source.back() != '\n') return "";
  const std::vector<std::string> all = c_words(source);
  return std::count(all.begin(), all.end(), name) == 1 ? name : "";
}

size_t CUnit::function_at(int line) const {
  const auto after = std::upper_bound(first_line.begin(), first_line.end(), line);
  return after == first_line.begin() ? 0 : static_cast<size_t>(after - first_line.begin()) - 1;
}

CUnit join_functions(std::span<const std::string> sources, std::span<const std::string> names,
                     std::span<const size_t> functions) {
  CUnit unit;
  int line = 1;
  for (const size_t f : functions) {
    unit.functions.push_back(f);
    unit.first_line.push_back(line);
    if (functions.size() == 1) {
      unit.text += sources[f];
    } else {
      unit.text += fmt::format("int {}_{}", names[f], f);
      unit.text.append(sources[f], 4 + names[f].size(), std::string::npos);
    }
    line += static_cast<int>(std::count(sources[f].begin(), sources[f].end(), '\n'));
  }
  return unit;
}

}  // namespace gradus
