#include "gradus/reward/answer/published_form.h"

#include <algorithm>
#include <array>

#include "gradus/base/text.h"
#include "gradus/reward/answer/latex_text.h"

namespace gradus {

namespace {

using View = std::string_view;

// Unit words of Qwen2.5-Math, mainly from MathQA; each also with an "s" behind it. A dot stands for any
// character, since the released code puts them into regular expressions unescaped.
constexpr std::array<View, 132> kUnits = {
    "east",   "degree",  "mph",    "kmph",      "ft",       "m sqaure",     " m east", "sq m",    "deg",
    "mile",   "q .",     "monkey", "prime",     "ratio",    "profit of rs", "rd",      "o",       "gm",
    "p . m",  "lb",      "tile",   "per",       "dm",       "lt",           "gain",    "ab",      "way",
    "west",   "a .",     "b .",    "c .",       "d .",      "e .",          "f .",     "g .",     "h .",
    "t",      "a",       "h",      "no change", "men",      "soldier",      "pie",     "bc",      "excess",
    "st",     "inches",  "noon",   "percent",   "by",       "gal",          "kmh",     "c",       "acre",
    "rise",   "a . m",   "th",     "π r 2",     "sq",       "mark",         "l",       "toy",     "coin",
    "sq . m", "gallon",  "° f",    "profit",    "minw",     "yr",           "women",   "feet",    "am",
    "pm",     "hr",      "cu cm",  "square",    "v â € ™",  "are",          "rupee",   "rounds",  "cubic",
    "cc",     "mtr",     "s",      "ohm",       "number",   "kmph",         "day",     "hour",    "minute",
    "min",    "second",  "man",    "woman",     "sec",      "cube",         "mt",      "sq inch", "mp",
    "∏ cm ³", "hectare", "more",   "sec",       "unit",     "cu . m",       "cm 2",    "rs .",    "rs",
    "kg",     "g",       "month",  "km",        "m",        "cm",           "mm",      "apple",   "liter",
    "loss",   "yard",    "pure",   "year",      "increase", "decrease",     "d",       "less",    "Surface",
    "litre",  "pi sq m", "s .",    "metre",     "meter",    "inch"};

struct Block {
  uint32_t first, last;
};
// Beyond ASCII, what is no letter and no number: signs, spaces, punctuation.
constexpr Block kNoWord[] = {{0x80, 0xa9},     {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},
                             {0xbb, 0xbb},     {0xbf, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},
                             {0x2000, 0x206f}, {0x207a, 0x207e}, {0x208a, 0x208e}, {0x20a0, 0x20ff},
                             {0x2190, 0x245f}, {0x2500, 0x2bff}, {0x3000, 0x3004}, {0x3008, 0x3020},
                             {0xe000, 0xf8ff}, {0xfe10, 0xfe6f}, {0xff00, 0xff0f}, {0x110000, 0x1100ff}};

bool is_word(uint32_t c) {
  if (c < 0x80) return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
  return std::none_of(std::begin(kNoWord), std::end(kNoWord),
                      [&](const Block& block) { return c >= block.first && c <= block.last; });
}

bool holds(View text, View part) {
  return text.find(part) != View::npos;
}

// Every `open` up to the next `close` is replaced: by what stands between them, or by `to`.
void replace_enclosed(std::string& text, View open, View close, bool unwrap, View to = {}) {
  std::string out;
  size_t at = 0;
  for (size_t next = text.find(open); next != std::string::npos; next = text.find(open, at)) {
    const size_t inside = next + open.size();
    const size_t end = text.find(close, inside);
    if (end == std::string::npos) break;
    out.append(text, at, next - at);
    if (unwrap) out.append(text, inside, end - inside);
    out.append(to);
    at = end + close.size();
  }
  text = out.append(text, at);
}

// The place behind a unit word at `at`, or npos.
size_t behind_unit(View text, size_t at, View unit) {
  for (size_t i = 0; i < unit.size(); ++i) {
    if (at >= text.size()) return View::npos;
    if (unit[i] == '.') {
      at += code_point_at(text, at).bytes;
    } else if (text[at] == unit[i]) {
      ++at;
    } else {
      return View::npos;
    }
  }
  return at;
}

struct UnitMatch {
  size_t prefix = 0, end = 0, suffix = 0;  // bytes kept in front, end of the match, bytes kept behind
};

// A unit word that stands alone, with the character in front of it (where there is one) at `at`.
bool match_unit(View text, size_t at, View unit, UnitMatch& match) {
  for (const bool start : {true, false}) {
    if (start ? at != 0 : at >= text.size()) continue;
    const CodePoint front = start ? CodePoint{' ', 0} : code_point_at(text, at);
    if (is_word(front.value)) continue;
    const size_t end = behind_unit(text, at + front.bytes, unit);
    if (end == View::npos) continue;
    const CodePoint behind = end == text.size() ? CodePoint{' ', 0} : code_point_at(text, end);
    if (is_word(behind.value)) continue;
    match = {front.bytes, end + behind.bytes, behind.bytes};
    return true;
  }
  return false;
}

std::string without_unit(const std::string& text, View unit) {
  if (!holds(text, unit.substr(0, unit.find('.')))) return text;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    UnitMatch match;
    if (match_unit(text, at, unit, match)) {
      out.append(text, at, match.prefix).append(text, match.end - match.suffix, match.suffix);
      at = match.end;
    } else {
      const size_t bytes = code_point_at(text, at).bytes;
      out.append(text, at, bytes);
      at += bytes;
    }
  }
  return out;
}

void remove_units(std::string& text) {
  const auto drop = [&](View unit) {
    std::string without = without_unit(text, unit);
    if (!without.empty()) text = std::move(without);
  };
  for (int pass = 0; pass < 2; ++pass) {
    for (const View unit : kUnits) drop(unit);
    for (const View unit : kUnits) drop(std::string(unit) + "s");
  }
}

// "\text{ miles}" at the end, from the first \text on, unless nothing else is there.
void remove_trailing_text(std::string& text) {
  const size_t at = text.find("\\text{");
  if (at == std::string::npos || text.back() != '}' || at + 6 >= text.size()) return;
  const View kept = trim(View(text).substr(0, at));
  if (!kept.empty()) text = std::string(kept);
}

size_t digits_end(View text, size_t at) {
  while (at < text.size()) {
    const CodePoint c = code_point_at(text, at);
    if (!is_digit(c.value)) break;
    at += c.bytes;
  }
  return at;
}

// "12.000" is "12" where no other digit follows; `at_end`: only at the end of the text.
std::string without_zero_decimals(View text, bool at_end) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t point = digits_end(text, at);
    if (point == at || point >= text.size() || text[point] != '.') {
      const size_t next = std::max(point, at + code_point_at(text, at).bytes);
      out.append(text.substr(at, next - at));
      at = next;
      continue;
    }
    size_t end = point + 1;
    while (end < text.size() && text[end] == '0') ++end;
    const bool drops = at_end ? end == text.size() : end < text.size() && digits_end(text, end) == end;
    out.append(text.substr(at, point - at));
    at = point;
    if (!drops) continue;
    const size_t behind = end < text.size() ? code_point_at(text, end).bytes : 0;
    out.append(text.substr(end, behind));
    at = end + behind;
  }
  return out;
}

size_t length_of(View text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += code_point_at(text, at).bytes) ++count;
  return count;
}

// "k=7" is "7" where at most two characters stand in front of the only "=".
void remove_name(std::string& text) {
  const std::vector<View> sides = pieces_between(text, "=");
  if (sides.size() == 2 && length_of(sides[0]) <= 2) text = std::string(sides[1]);
}

// "\sqrt3" is "\sqrt{3}".
std::string with_root_braces(View text) {
  constexpr View kRoot = "\\sqrt";
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (!text.substr(at).starts_with(kRoot)) {
      out += text[at++];
      continue;
    }
    at += kRoot.size();
    size_t end = at;
    while (end < text.size() && is_word(code_point_at(text, end).value)) {
      end += code_point_at(text, end).bytes;
    }
    out.append(kRoot);
    if (end > at) out.append("{").append(text.substr(at, end - at)).append("}");
    at = end;
  }
  return out;
}

// "\frac12" is "\frac{1}{2}", "\frac1{72}" is "\frac{1}{72}"; as it was where one ends too early.
std::string with_fraction_braces(const std::string& text) {
  const std::vector<View> parts = pieces_between(text, "\\frac");
  std::string out(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    const View part = parts[i];
    out += "\\frac";
    if (part.starts_with("{")) {
      out += part;
      continue;
    }
    if (length_of(part.substr(0, 8)) < 2) return text;
    const size_t a = code_point_at(part, 0).bytes, b = code_point_at(part, a).bytes;
    const View second = part.substr(a, b);
    out.append("{").append(part.substr(0, a)).append("}");
    out += second == "{" ? std::string(second) : "{" + std::string(second) + "}";
    out.append(part.substr(a + b));
  }
  return out;
}

// As Python prints a whole number: no plus, no leading zero, no minus zero.
bool is_python_integer(View text) {
  if (text.starts_with("-")) text.remove_prefix(1);
  if (text.empty() || (text[0] == '0' && (text.size() > 1))) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void slash_as_fraction(std::string& text) {
  const std::vector<View> sides = pieces_between(text, "/");
  if (sides.size() != 2) return;
  for (const View side : sides) {
    if (!holds(side, "sqrt") && (!is_python_integer(side) || side == "-0")) return;
  }
  text = "\\frac{" + std::string(sides[0]) + "}{" + std::string(sides[1]) + "}";
}

void plain_latex(std::string& text) {
  replace_all(text, "\\!", "");
  replace_enclosed(text, "\\begin{array}{", "}", false, "\\begin{pmatrix}");
  replace_all(text, "\\end{array}", "\\end{pmatrix}");
  replace_all(text, "bmatrix", "pmatrix");
  replace_all(text, "tfrac", "frac");
  replace_all(text, "dfrac", "frac");
  replace_all(text, "\\neq", "\\ne");
  replace_all(text, "\\leq", "\\le");
  replace_all(text, "\\geq", "\\ge");
  replace_all(text, "\\left", "");
  replace_all(text, "\\right", "");
  replace_all(text, "\\{", "{");
  replace_all(text, "\\}", "}");
}

void plain_signs(std::string& text) {
  for (const View sign : {"^{\\circ}", "^\\circ", "\\$", "$", "\\(", "\\)"}) replace_all(text, sign, "");
  replace_enclosed(text, "\\text{", "}", true);
  for (const View name : {"x=", "y=", "z=", "x\\in", "y\\in", "z\\in", "x\\to", "y\\to", "z\\to"}) {
    replace_all(text, name, "");
  }
  replace_all(text, "\\emptyset", "{}");
  replace_all(text, "(-\\infty,\\infty)", "\\mathbb{R}");
  replace_all(text, "\\%", "");
  replace_all(text, "%", "");
  replace_all(text, " .", " 0.");
  replace_all(text, "{.", "{0.");
  replace_all(text, "infinity", "\\infty");
  if (!holds(text, "\\infty")) replace_all(text, "inf", "\\infty");
  replace_all(text, "+\\inity", "\\infty");  // as released
  replace_all(text, "and", "");
  replace_all(text, "\\mathbf", "");
  replace_enclosed(text, "\\mbox{", "}", false);
  if (holds(text, "j") && !holds(text, "i")) replace_all(text, "j", "i");
}

View behind_last(View text, View marker) {
  return trim(text.substr(text.rfind(marker) + marker.size()));
}

// What the last "boxed" holds, with balanced braces; to the end where they are not closed.
View boxed(View text) {
  const View behind = text.substr(text.rfind("boxed") + 5);
  if (!behind.starts_with("{")) return trim(behind.substr(0, behind.find('$')));
  size_t depth = 1, end = 1;
  for (; end < behind.size(); ++end) {
    if (behind[end] == '{') ++depth;
    if (behind[end] == '}' && --depth == 0) break;
  }
  return behind.substr(1, end - 1);
}

std::string last_number(View text) {
  std::string digits(text);
  replace_all(digits, ",", "");
  const View all = digits;
  View last;
  for (size_t at = 0; at < all.size();) {
    const size_t whole = all[at] == '-' ? at + 1 : at;
    size_t end = digits_end(all, whole);
    const bool point = end < all.size() && all[end] == '.' && digits_end(all, end + 1) > end + 1;
    if (point) end = digits_end(all, end + 1);
    if (end == whole) {
      at += code_point_at(all, at).bytes;
      continue;
    }
    last = all.substr(at, end - at);
    at = end;
  }
  return std::string(last);
}

std::string marked_answer(View text) {
  constexpr View kBefore = "final answer is $", kAfter = "$. I hope", kChinese = "答案是";
  if (holds(text, kBefore) && holds(text, kAfter)) {
    const View behind = text.substr(text.find(kBefore) + kBefore.size());
    return std::string(trim(behind.substr(0, behind.find(kAfter))));
  }
  if (holds(text, "boxed")) return std::string(boxed(text));
  for (const View marker : {"he answer is", "final answer is"}) {
    if (holds(text, marker)) return std::string(behind_last(text, marker));
  }
  if (holds(text, kChinese)) {
    const View behind = trim(pieces_between(text, kChinese)[1]);
    return std::string(trim(behind.substr(0, behind.find("\n\n"))));
  }
  return last_number(text);
}

}  // namespace

std::string published_form(View answer, bool keep_units) {
  std::string text(trim(answer));
  replace_all(text, "\n", "");
  while (text.ends_with(".")) text.pop_back();
  plain_latex(text);
  if (!text.empty()) remove_trailing_text(text);
  if (!keep_units) remove_units(text);
  plain_signs(text);
  text = without_zero_decimals(without_zero_decimals(text, false), true);
  if (text.empty()) return text;
  if (text[0] == '.') text.insert(0, "0");
  remove_name(text);
  text = with_root_braces(text);
  replace_all(text, " ", "");
  text = with_fraction_braces(text);
  slash_as_fraction(text);
  return text;
}

std::string stated_answer(View completion) {
  std::string text(completion);
  replace_all(text, "ки", "");  // the step tag of a process reward model
  const std::string answer = marked_answer(text);
  std::string line;
  for (size_t at = 0; at < answer.size();) {
    if (answer[at] == '\n') {
      at = skip_space(answer, at);
    } else {
      line += answer[at++];
    }
  }
  if (line.starts_with(":")) line.erase(0, 1);
  if (line.ends_with(".")) line.pop_back();
  if (line.ends_with("/")) line.pop_back();
  return line;
}

std::string published_answer(View text, bool keep_units) {
  return published_form(stated_answer(text), keep_units);
}

}  // namespace gradus
