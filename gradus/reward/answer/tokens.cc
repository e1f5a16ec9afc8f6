#include "gradus/reward/answer/tokens.h"

#include <algorithm>
#include <array>

#include "gradus/base/text.h"

namespace gradus {

namespace {

using View = std::string_view;

struct Spelling {
  View from, to;
};

// Signs of Unicode, and commands that have a plainer name.
constexpr std::array kUnicode = {Spelling{"π", "\\pi "},
                                 Spelling{"√", "\\sqrt "},
                                 Spelling{"×", "\\times "},
                                 Spelling{"·", "\\cdot "},
                                 Spelling{"⋅", "\\cdot "},
                                 Spelling{"÷", "\\div "},
                                 Spelling{"−", "-"},
                                 Spelling{"–", "-"},
                                 Spelling{"∞", "\\infty "},
                                 Spelling{"≤", "\\le "},
                                 Spelling{"≥", "\\ge "},
                                 Spelling{"≠", "\\ne "},
                                 Spelling{"°", "^\\circ "},
                                 Spelling{"²", "^{2}"},
                                 Spelling{"³", "^{3}"},
                                 Spelling{"½", "\\frac{1}{2}"},
                                 Spelling{"¼", "\\frac{1}{4}"},
                                 Spelling{"¾", "\\frac{3}{4}"},
                                 Spelling{"∪", "\\cup "},
                                 Spelling{"∈", "\\in "},
                                 Spelling{"±", "\\pm "},
                                 Spelling{"∅", "\\emptyset "},
                                 Spelling{"θ", "\\theta "},
                                 Spelling{"α", "\\alpha "},
                                 Spelling{"β", "\\beta "},
                                 Spelling{"ℝ", "\\mathbb{R}"},
                                 Spelling{"\u00a0", " "},
                                 Spelling{"，", ","}};

constexpr std::array kRenamed = {Spelling{"dfrac", "frac"},
                                 Spelling{"tfrac", "frac"},
                                 Spelling{"cfrac", "frac"},
                                 Spelling{"leq", "le"},
                                 Spelling{"leqslant", "le"},
                                 Spelling{"geq", "ge"},
                                 Spelling{"geqslant", "ge"},
                                 Spelling{"lt", "<"},
                                 Spelling{"gt", ">"},
                                 Spelling{"neq", "ne"},
                                 Spelling{"varnothing", "emptyset"},
                                 Spelling{"degree", "circ"},
                                 Spelling{"lbrace", "{"},
                                 Spelling{"rbrace", "}"},
                                 Spelling{"lvert", "|"},
                                 Spelling{"rvert", "|"},
                                 Spelling{"vert", "|"},
                                 Spelling{"mid", "|"},
                                 Spelling{"lbrack", "["},
                                 Spelling{"rbrack", "]"},
                                 Spelling{"langle", "("},
                                 Spelling{"rangle", ")"},
                                 Spelling{"dbinom", "binom"},
                                 Spelling{"tbinom", "binom"}};

// Commands without a meaning of their own.
constexpr std::array<View, 26> kLooks = {
    "left",   "right",  "big",       "Big",        "bigl",      "bigr",   "Bigl",   "Bigr",  "displaystyle",
    "bigg",   "Bigg",   "textstyle", "quad",       "qquad",     "mathbf", "boxed",  "bm",    "boldsymbol",
    "limits", "mathit", "phantom",   "ensuremath", "thinspace", "fbox",   "hspace", "vspace"};
constexpr std::array<View, 8> kTexts = {"text",   "textbf",       "textit", "mbox",
                                        "mathrm", "operatorname", "textrm", "rm"};

bool is_letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}
bool is_figure(char c) {
  return c >= '0' && c <= '9';
}

template <class List>
bool holds(const List& list, View word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string in_ascii(View text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const auto sign = std::find_if(kUnicode.begin(), kUnicode.end(), [&](const Spelling& spelling) {
      return text.substr(at).starts_with(spelling.from);
    });
    if (static_cast<uint8_t>(text[at]) < 0x80 || sign == kUnicode.end()) {
      out += text[at++];
    } else {
      out += sign->to;
      at += sign->from.size();
    }
  }
  return out;
}

class Scanner {
 public:
  explicit Scanner(View text) : text_(text) {}

  std::optional<std::vector<AnswerToken>> run() {
    while (at_ < text_.size()) {
      if (!step()) return std::nullopt;
    }
    return std::move(out_);
  }

 private:
  using Kind = AnswerToken::Kind;

  void put(Kind kind, std::string token) {
    out_.push_back({kind, std::move(token), spaced_});
    spaced_ = false;
  }

  size_t run_of(size_t from, bool (*part)(char)) const {
    while (from < text_.size() && part(text_[from])) ++from;
    return from;
  }

  // "12", "1.5", ".5", "1e5"; the point at the end of a sentence is none.
  void number() {
    size_t end = run_of(at_, is_figure);
    if (end + 1 < text_.size() && text_[end] == '.' && is_figure(text_[end + 1]))
      end = run_of(end + 1, is_figure);
    else if (end > at_ && end < text_.size() && text_.substr(end).starts_with(".\\overline"))
      ++end;
    size_t exponent = end + 1;
    if (end < text_.size() && (text_[end] | 32) == 'e') {
      if (exponent < text_.size() && (text_[exponent] == '-' || text_[exponent] == '+')) ++exponent;
      const size_t last = run_of(exponent, is_figure);
      if (last > exponent && (last == text_.size() || !is_letter(text_[last]))) end = last;
    }
    put(Kind::number, std::string(text_.substr(at_, end - at_)));
    at_ = end;
  }

  // What stands in braces at at_, without inner braces; the place is then behind them.
  std::string braced() {
    at_ = skip_space(text_, at_);
    if (at_ >= text_.size() || text_[at_] != '{') return "";
    const size_t close = std::min(text_.find('}', at_), text_.size() - 1);
    std::string inside(trim(text_.substr(at_ + 1, close - at_ - 1)));
    at_ = close + 1;
    return inside;
  }

  bool command() {
    const size_t end = run_of(at_ + 1, is_letter);
    if (end == at_ + 1) return escaped();
    std::string name(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end;
    if (holds(kLooks, name)) {
      spaced_ = true;
      return true;
    }
    if (holds(kTexts, name)) {
      put(Kind::text, braced());
      return true;
    }
    const auto renamed = std::find_if(kRenamed.begin(), kRenamed.end(),
                                      [&](const Spelling& spelling) { return spelling.from == name; });
    if (renamed != kRenamed.end()) name = renamed->to;
    if (name == "{" || name == "}") {
      put(Kind::command, name);
    } else {
      put(is_letter(name[0]) ? Kind::command : Kind::sign, name);
    }
    return true;
  }

  // A backslash in front of a sign.
  bool escaped() {
    if (at_ + 1 >= text_.size()) return false;
    const char sign = text_[at_ + 1];
    at_ += 2;
    if (sign == '{' || sign == '}') {
      put(Kind::command, std::string(1, sign));
    } else if (sign == '%') {
      put(Kind::sign, "%");
    } else if (sign == '\\') {
      put(Kind::command, "\\");
    } else if (sign == '|') {
      put(Kind::sign, "|");
    } else if (View("!,;: ()[]$").find(sign) != View::npos) {
      spaced_ = spaced_ || sign != '!';
    } else {
      return false;
    }
    return true;
  }

  bool step() {
    const char c = text_[at_];
    const bool point = c == '.' && at_ + 1 < text_.size() && is_figure(text_[at_ + 1]);
    if (is_figure(c) || point) {
      number();
    } else if (is_letter(c)) {
      const size_t end = run_of(at_, is_letter);
      put(Kind::letters, std::string(text_.substr(at_, end - at_)));
      at_ = end;
    } else if (c == '\\') {
      return command();
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '~' || c == '$') {
      spaced_ = true;
      ++at_;
    } else if (View("+-*/^_=<>!|()[]{},;:%&'").find(c) != View::npos) {
      put(Kind::sign, std::string(1, c));
      ++at_;
    } else {
      return false;
    }
    return true;
  }

  View text_;
  size_t at_ = 0;
  bool spaced_ = false;
  std::vector<AnswerToken> out_;
};

// The last token of a number with thousands separators that begins at `at`, or `at`; `digits`: the number.
size_t end_of_thousands(const std::vector<AnswerToken>& tokens, size_t at, std::string& digits) {
  const auto is_sign = [&](size_t i, View sign) {
    return i < tokens.size() && tokens[i].kind == AnswerToken::Kind::sign && tokens[i].text == sign;
  };
  digits = tokens[at].text;
  size_t last = at;
  for (;;) {
    const bool braced = is_sign(last + 1, "{") && is_sign(last + 2, ",") && is_sign(last + 3, "}");
    const size_t behind = last + (braced ? 4 : 2);
    if (behind >= tokens.size() || !(braced || is_sign(last + 1, ","))) break;
    const AnswerToken& piece = tokens[behind];
    if (piece.kind != AnswerToken::Kind::number || (piece.spaced && !braced)) break;
    const std::string whole = piece.text.substr(0, piece.text.find('.'));
    if (whole.size() != 3 || !is_whole_number(whole)) return at;  // a list
    digits += piece.text;
    last = behind;
    if (whole.size() != piece.text.size()) break;
  }
  return last;
}

std::vector<AnswerToken> joined_thousands(std::vector<AnswerToken> tokens) {
  std::vector<AnswerToken> out;
  int brackets = 0;
  for (size_t at = 0; at < tokens.size(); ++at) {
    const AnswerToken& token = tokens[at];
    const bool opens = token.text == "(" || token.text == "[" || token.text == "{";
    const bool closes = token.text == ")" || token.text == "]" || token.text == "}";
    brackets += opens ? 1 : closes ? -1 : 0;
    const bool front =
        token.kind == AnswerToken::Kind::number && is_whole_number(token.text) && token.text.size() <= 3;
    if (brackets == 0 && front && token.text[0] != '0') {
      std::string digits;
      const size_t last = end_of_thousands(tokens, at, digits);
      if (last != at) {
        out.push_back({token.kind, digits, token.spaced});
        at = last;
        continue;
      }
    }
    out.push_back(token);
  }
  return out;
}

}  // namespace

bool is_whole_number(View digits) {
  return !digits.empty() && std::all_of(digits.begin(), digits.end(), is_figure);
}

std::optional<std::vector<AnswerToken>> answer_tokens(View text) {
  if (text.size() > kLongestAnswer) return std::nullopt;
  std::string ascii = in_ascii(trim(text));
  while (!ascii.empty() && (ascii.back() == '.' || ascii.back() == ' ' || ascii.back() == '$'))
    ascii.pop_back();
  auto tokens = Scanner(ascii).run();
  if (!tokens) return std::nullopt;
  tokens->push_back({AnswerToken::Kind::end, "", true});
  return joined_thousands(std::move(*tokens));
}

std::string plain_answer(View text) {
  std::string out;
  const std::optional<std::vector<AnswerToken>> tokens = answer_tokens(text);
  if (!tokens) {
    for (const View word : words_of(text)) out += lower_case(word);
    return out;
  }
  for (const AnswerToken& token : *tokens) {
    for (const View word : words_of(token.text)) out += lower_case(word);
  }
  return out;
}

}  // namespace gradus
