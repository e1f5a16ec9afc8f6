#include "gradus/reward/answer/answer_of.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "gradus/base/text.h"
#include "gradus/reward/answer/latex_text.h"

namespace gradus {

namespace {

struct AnswerBox {
  size_t begin = 0, end = 0;  // with its command
  std::string_view inside;
};

// What stands in braces at `open`, or none where they are not closed.
std::optional<std::string_view> in_braces(std::string_view text, size_t open) {
  const size_t close = closing_brace(text, open);
  if (close == text.size()) return std::nullopt;
  return text.substr(open + 1, close - open - 1);
}

// Boxes that are closed, outermost ones only; one that is not closed ends the search.
std::vector<AnswerBox> boxes(std::string_view text) {
  std::vector<AnswerBox> out;
  for (size_t at = 0; at < text.size();) {
    const size_t next = text.find("box", at);
    if (next == std::string_view::npos) break;
    at = next + 3;
    size_t begin = next;
    if (text.substr(next).starts_with("boxed")) {
      at = next + 5;
    } else if (next > 0 && text[next - 1] == 'f') {
      begin = next - 1;
    } else {
      continue;
    }
    if (begin == 0 || text[begin - 1] != '\\') continue;
    const size_t open = skip_space(text, at);
    if (open >= text.size()) break;
    if (text[open] != '{') {  // "\boxed 5"
      const std::string_view behind = text.substr(open);
      if (open == at || behind.starts_with("\\boxed") || behind.starts_with("\\fbox")) continue;
      at = std::min(text.find_first_of(" $.,;\n", open), text.size());
      if (at > open) out.push_back({begin - 1, at, text.substr(open, at - open)});
      continue;
    }
    const std::optional<std::string_view> inside = in_braces(text, open);
    if (!inside) break;
    at = open + inside->size() + 2;
    out.push_back({begin - 1, at, *inside});
  }
  return out;
}

// Between two boxes of one answer: commas, dollars, "and", "or"; a name with its sign stays.
bool joins(std::string_view between, std::string& name) {
  std::string left(between);
  for (const std::string_view word : {"\\text{ and }", "\\text{and}", "\\text{ or }", "\\text{or}"})
    replace_all(left, word, " and ");
  for (const std::string_view space : {"\\quad", "\\qquad", "\\(", "\\)", "\\[", "\\]", "\\,", "\\;", "\\ "})
    replace_all(left, space, " ");
  bool divided = false;
  for (std::string_view word : words_of(left)) {
    while (!word.empty() && (word[0] == ',' || word[0] == ';' || word[0] == '$' || word[0] == '&')) {
      divided = divided || word[0] != '$';
      word.remove_prefix(1);
    }
    if (word == "and" || word == "or") {
      divided = true;
    } else if (!word.empty()) {
      name += word;
    }
  }
  while (!name.empty() && (name.back() == '$' || name.back() == ',')) name.pop_back();
  const bool named = name.size() >= 2 && name.size() <= 6 && name.back() == '=' &&
                     name.find_first_of("+-*/^{}0123456789") > 1;
  return divided && (name.empty() || named);
}

std::string name_before(std::string_view text, size_t begin) {
  std::string_view front = trim(text.substr(0, begin));
  while (front.ends_with("$")) front = trim(front.substr(0, front.size() - 1));
  if (!front.ends_with("=")) return "";
  front = trim(front.substr(0, front.size() - 1));
  const bool letter = !front.empty() && (front.back() | 32) >= 'a' && (front.back() | 32) <= 'z';
  const bool alone =
      front.size() == 1 ||
      (letter && std::string_view(" $,(\n").find(front[front.size() - 2]) != std::string_view::npos);
  return letter && alone ? std::string(1, front.back()) + "=" : "";
}

std::string boxed_answer(std::string_view text, const std::vector<AnswerBox>& all) {
  std::vector<AnswerBox> full;
  for (const AnswerBox& box : all) {
    if (!trim(box.inside).empty()) full.push_back(box);
  }
  if (full.empty()) return "";
  size_t first = full.size() - 1;
  std::vector<std::string> names;  // of the boxes behind the first, backwards
  while (first > 0) {
    std::string name;
    const AnswerBox& before = full[first - 1];
    if (!joins(text.substr(before.end, full[first].begin - before.end), name)) break;
    names.push_back(name);
    --first;
  }
  const std::string_view last = trim(full.back().inside);
  if (std::all_of(full.begin() + static_cast<ptrdiff_t>(first), full.end(),
                  [&](const AnswerBox& box) { return trim(box.inside) == last; })) {
    return std::string(last);
  }
  const bool named =
      std::any_of(names.begin(), names.end(), [](const std::string& name) { return !name.empty(); });
  names.push_back(named ? name_before(text, full[first].begin) : "");
  std::string out;
  for (size_t i = first; i < full.size(); ++i) {
    if (i > first) out += ", ";
    out += names[full.size() - 1 - i] + std::string(trim(full[i].inside));
  }
  return out;
}

// The place behind the last of these markers, in any case, or none.
std::optional<size_t> behind_last_of(std::string_view text, std::initializer_list<std::string_view> markers) {
  std::string lower(text);  // of the same length: ASCII only
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
  std::optional<size_t> out;
  for (const std::string_view marker : markers) {
    const size_t at = lower.rfind(marker);
    if (at != std::string::npos && (!out || at + marker.size() > *out)) out = at + marker.size();
  }
  return out;
}

bool ends_sentence(std::string_view text, size_t dot) {
  const size_t next = dot + 1;
  if (next >= text.size()) return true;
  if (text[next] == '$') return next + 1 >= text.size() || text[next + 1] == ' ' || text[next + 1] == '\n';
  return text[next] == ' ' || text[next] == '\n' || text[next] == '\r' || text[next] == '*';
}

// To the end of the sentence or line; outside of dollars.
std::string statement(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && std::string_view(" \t\r\n:*\"").find(text[at]) != std::string_view::npos) ++at;
  text.remove_prefix(at);
  if (text.starts_with("$$") && text.find("$$", 2) != std::string_view::npos)
    return std::string(text.substr(0, text.find("$$", 2) + 2));
  text = text.substr(0, text.find("。"));
  size_t end = 0, dollars = 0;
  const bool display = text.starts_with("\\[") && text.find("\\]") != std::string_view::npos;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (c == '\\') {
      if (display && text.substr(end).starts_with("\\]")) break;
      ++end;
      continue;
    }
    dollars += c == '$' ? 1 : 0;
    if (c == '\n' && !display) break;
    if ((c == '.' || c == '!') && dollars % 2 == 0 && ends_sentence(text, end)) break;
  }
  std::string_view out = trim(text.substr(0, std::min(end, text.size())));
  while (!out.empty() && std::string_view("*.\"").find(out.back()) != std::string_view::npos)
    out = trim(out.substr(0, out.size() - 1));
  // "therefore $\frac{1}{2}$": from the first dollar on.
  const size_t dollar = out.find('$');
  const bool closed = dollar != std::string_view::npos && out.find('$', dollar + 1) != std::string_view::npos;
  const std::string_view front = closed ? trim(out.substr(0, dollar)) : std::string_view();
  const bool words = !front.empty() && words_of(front).back().size() > 1 &&
                     std::all_of(front.begin(), front.end(), [](char c) {
                       return c == ' ' || c == ':' || c == ',' || ((c | 32) >= 'a' && (c | 32) <= 'z');
                     });
  return std::string(words ? out.substr(dollar) : out);
}

bool is_figure(char c) {
  return c >= '0' && c <= '9';
}

// The place where the number begins that ends in front of `end`, with its point and thousands separators.
size_t number_begin(std::string_view text, size_t end) {
  size_t begin = end;
  while (begin > 0 && is_figure(text[begin - 1])) --begin;
  const auto joins = [&](char sign) {
    return begin > 1 && text[begin - 1] == sign && is_figure(text[begin - 2]);
  };
  if (joins('.')) {
    for (--begin; begin > 0 && is_figure(text[begin - 1]);) --begin;
  }
  while (joins(',') && begin + 3 <= end && std::all_of(&text[begin], &text[begin] + 3, is_figure)) {
    for (--begin; begin > 0 && is_figure(text[begin - 1]);) --begin;
  }
  return begin;
}

// With a minus in front of it that is a sign: nothing stands in front of that which it could be taken from.
size_t sign_begin(std::string_view text, size_t begin) {
  if (begin == 0 || text[begin - 1] != '-') return begin;
  const char front = begin > 1 ? text[begin - 2] : ' ';
  const bool operand = is_figure(front) || ((front | 32) >= 'a' && (front | 32) <= 'z') ||
                       std::string_view(")]}!").find(front) != std::string_view::npos;
  return operand ? begin : begin - 1;
}

// The last number of the text, or the fraction that ends with it.
std::string last_number(std::string_view text) {
  const size_t digit = text.find_last_of("0123456789");
  if (digit == std::string_view::npos) return "";
  const size_t end = digit + 1, begin = number_begin(text, end);
  const std::string number(text.substr(begin, end - begin));
  if (begin > 1 && text[begin - 1] == '/' && is_figure(text[begin - 2])) {
    const size_t above = sign_begin(text, number_begin(text, begin - 1));
    const bool whole = above == 0 || std::string_view("/.,").find(text[above - 1]) == std::string_view::npos;
    if (whole) return std::string(text.substr(above, end - above));
  }
  const size_t command = text.rfind("frac{", begin);
  if (command != std::string_view::npos && command > 0 && text.substr(end).starts_with("}")) {
    const auto above = in_braces(text, command + 4);
    const size_t second = command + 4 + (above ? above->size() + 2 : 0);
    if (above && second + 1 == begin && text[second] == '{') {
      const size_t backslash = text.substr(0, command).find_last_not_of("dt");
      const bool minus = backslash != std::string_view::npos && sign_begin(text, backslash) != backslash;
      return (minus ? "-" : "") + ("\\frac{" + std::string(*above) + "}{" + number + "}");
    }
  }
  return std::string(text.substr(sign_begin(text, begin), end - sign_begin(text, begin)));
}

}  // namespace

std::string answer_of(std::string_view text) {
  const std::vector<AnswerBox> all = boxes(text);
  if (std::string boxed = boxed_answer(text, all); !boxed.empty()) return boxed;
  std::optional<size_t> marker = behind_last_of(text, {"answer is"});
  if (!marker) marker = behind_last_of(text, {"answer:", "answer :", "answer**:", "####", "答案是"});
  if (marker) {
    if (std::string stated = statement(text.substr(*marker)); !stated.empty()) return stated;
  }
  if (!all.empty()) return "";
  return last_number(text);
}

}  // namespace gradus
