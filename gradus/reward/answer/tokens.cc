#include "gradus/reward/answer/tokens.h"

#include <algorithm>
#include <array>

#include "gradus/base/text.h"
#include "gradus/reward/answer/latex_text.h"
#include "gradus/reward/answer/parser.h"
#include "gradus/reward/answer/spelling.h"
#include "gradus/reward/answer/units.h"

namespace gradus {

namespace {

using View = std::string_view;
using TokenKind = AnswerToken::Kind;

bool is_letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}
bool is_figure(char c) {
  return c >= '0' && c <= '9';
}

class AnswerScanner {
 public:
  explicit AnswerScanner(View text) : text_(text) {}

  std::vector<AnswerToken> run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void put(TokenKind kind, std::string token) {
    const bool upright = (!text_ends_.empty() || upright_word_) && kind == TokenKind::letters;
    out_.push_back({kind, std::move(token), spaced_, upright});
    spaced_ = upright_word_ = false;
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
    put(TokenKind::number, std::string(text_.substr(at_, end - at_)));
    at_ = end;
  }

  void skip_argument() {
    if (at_ < text_.size() && text_[at_] == '*') ++at_;
    if (at_ < text_.size() && text_[at_] == '[') at_ = std::min(text_.find(']', at_), text_.size() - 1) + 1;
    const size_t open = skip_space(text_, at_);
    if (open < text_.size() && text_[open] == '{')
      at_ = std::min(closing_brace(text_, open) + 1, text_.size());
  }

  void command() {
    const size_t end = run_of(at_ + 1, is_letter);
    if (end == at_ + 1) {
      escaped();
      return;
    }
    const View name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end;
    switch (look_of(name)) {
      case CommandLook::style:
        spaced_ = true;
        if ((name == "left" || name == "right") && at_ < text_.size() && text_[at_] == '.') ++at_;
        return;
      case CommandLook::spacing:
        spaced_ = true;
        skip_argument();
        return;
      case CommandLook::text: {
        if (at_ < text_.size() && text_[at_] == '*') ++at_;
        const size_t open = skip_space(text_, at_);
        upright_word_ = open >= text_.size() || text_[open] != '{';
        if (upright_word_) return;
        text_ends_.push_back(closing_brace(text_, open));
        at_ = open + 1;
        return;
      }
      case CommandLook::none:
        break;
    }
    const View plain = plain_command(name);
    const bool brace = plain == "{" || plain == "}";
    put(is_letter(plain[0]) || brace ? TokenKind::command : TokenKind::sign, std::string(plain));
  }

  // A backslash in front of a sign.
  void escaped() {
    const char sign = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
    at_ = std::min(at_ + 2, text_.size());
    if (sign == '{' || sign == '}' || sign == '\\') {
      put(TokenKind::command, std::string(1, sign));
    } else if (View("!,;:> ()[]\n\t").find(sign) != View::npos) {
      spaced_ = spaced_ || sign != '!';
    } else {
      put(TokenKind::sign, std::string(1, sign));
    }
  }

  void step() {
    while (!text_ends_.empty() && text_ends_.back() <= at_) {
      text_ends_.pop_back();
      if (text_[at_] == '}') {
        ++at_;
        return;
      }
    }
    const char c = text_[at_];
    const bool point = c == '.' && at_ + 1 < text_.size() && is_figure(text_[at_ + 1]);
    if (is_figure(c) || point) {
      number();
    } else if (is_letter(c)) {
      const size_t end = run_of(at_, is_letter);
      put(TokenKind::letters, std::string(text_.substr(at_, end - at_)));
      at_ = end;
    } else if (c == '\\') {
      command();
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '~' || c == '$') {
      spaced_ = true;
      ++at_;
    } else {
      const size_t bytes = code_point_at(text_, at_).bytes;
      put(TokenKind::sign, std::string(text_.substr(at_, bytes)));
      at_ += bytes;
    }
  }

  View text_;
  size_t at_ = 0;
  bool spaced_ = false, upright_word_ = false;
  std::vector<size_t> text_ends_;
  std::vector<AnswerToken> out_;
};

// Numbers with commas between them, from `at` on.
struct CommaRun {
  size_t last;         // the last token of it
  std::string digits;  // without the commas
  bool number = true;  // may be one number
  bool list = true;    // may be a list
};

CommaRun comma_run(const std::vector<AnswerToken>& tokens, size_t at) {
  const auto is_sign = [&](size_t i, View sign) {
    return i < tokens.size() && tokens[i].kind == TokenKind::sign && tokens[i].text == sign;
  };
  CommaRun run{.last = at, .digits = tokens[at].text};
  run.number = tokens[at].text[0] != '0' && tokens[at].text.size() <= 3 && is_whole_number(tokens[at].text);
  for (;;) {
    const bool braced =
        is_sign(run.last + 1, "{") && is_sign(run.last + 2, ",") && is_sign(run.last + 3, "}");
    const bool comma = !braced && is_sign(run.last + 1, ",");
    const size_t behind = run.last + (braced ? 4 : comma ? 2 : 1);
    if (behind >= tokens.size() || tokens[behind].kind != TokenKind::number) break;
    const AnswerToken& piece = tokens[behind];
    const std::string whole = piece.text.substr(0, piece.text.find('.'));
    const bool three = whole.size() == 3 && is_whole_number(whole);
    if (comma && piece.spaced) break;
    if (!comma && !braced) {  // "10 000", but not "5 125/1000"
      const bool index = at > 0 && (is_sign(at - 1, "_") || is_sign(at - 1, "^"));  // "\log_5 125"
      if (!three || !run.number || is_sign(behind + 1, "/") || !piece.spaced || index) break;
    }
    if (!comma || whole[0] == '0' || whole.size() != piece.text.size()) run.list = false;
    run.number = run.number && three;
    if (!comma && !run.number) break;
    run.digits += piece.text;
    run.last = behind;
    if (whole.size() != piece.text.size()) break;
  }
  return run;
}

void join_thousands(AnswerTokens& out, bool comma_lists) {
  const std::vector<AnswerToken> tokens = std::move(out.tokens);
  out.tokens.clear();
  std::vector<bool> open;  // brackets; does a comma in them divide?
  size_t dividing = 0;
  for (size_t at = 0; at < tokens.size(); ++at) {
    const AnswerToken& token = tokens[at];
    const bool sign = token.kind == TokenKind::sign || token.text == "{" || token.text == "}";
    if (sign && (token.text == "(" || token.text == "[" || token.text == "{")) {
      const bool argument = token.text == "{" && token.kind == TokenKind::sign && at > 0 &&
                            (tokens[at - 1].kind == TokenKind::command || tokens[at - 1].text == "}" ||
                             tokens[at - 1].text == "^" || tokens[at - 1].text == "]");
      open.push_back(!argument);
      dividing += argument ? 0 : 1;
    } else if (sign && (token.text == ")" || token.text == "]" || token.text == "}") && !open.empty()) {
      dividing -= open.back() ? 1 : 0;
      open.pop_back();
    }
    if (dividing != 0 || token.kind != TokenKind::number) {
      out.tokens.push_back(token);
      continue;
    }
    const CommaRun run = comma_run(tokens, at);
    const bool both = run.number && run.list && run.last != at;
    out.ambiguous_comma = out.ambiguous_comma || both;
    if (run.number && run.last != at && !(both && comma_lists)) {
      out.tokens.push_back({token.kind, run.digits, token.spaced});
    } else {
      out.tokens.insert(out.tokens.end(), tokens.begin() + static_cast<ptrdiff_t>(at),
                        tokens.begin() + static_cast<ptrdiff_t>(run.last) + 1);
    }
    at = run.last;
  }
}

// Words without case; names of one letter, products of two and units with it.
std::string folded(const std::vector<AnswerToken>& tokens, size_t at, bool only_words) {
  const std::string& run = tokens[at].text;
  const std::string lower = lower_case(run);
  if (only_words) return lower;
  if (run.size() == 1) {
    const bool article = lower == "a" && at + 1 < tokens.size() &&
                         tokens[at + 1].kind == TokenKind::letters && tokens[at + 1].spaced &&
                         tokens[at + 1].text.size() > 2;
    return article ? lower : run;
  }
  if (run.size() == 2) return is_small_word(lower) ? lower : run;
  if (is_product_run(lower)) return run;
  return run.size() < 5 && is_unit(run) && !is_unit(lower) ? run : lower;
}

}  // namespace

bool is_small_word(View lower) {
  constexpr std::array<View, 24> kSmall = {"no", "on", "of", "to", "is", "it", "if", "in",
                                           "at", "by", "as", "an", "or", "we", "so", "be",
                                           "do", "up", "us", "my", "he", "me", "am", "go"};
  return std::find(kSmall.begin(), kSmall.end(), lower) != kSmall.end();
}

bool is_whole_number(View digits) {
  return !digits.empty() && std::all_of(digits.begin(), digits.end(), is_figure);
}

AnswerTokens answer_tokens(View text, bool comma_lists) {
  AnswerTokens out;
  if (text.size() > kLongestAnswer) return out;
  std::string latex = in_latex(trim(text));
  while (!latex.empty() && View(". $,;:\n").find(latex.back()) != View::npos) latex.pop_back();
  const View amount = latex;  // one dollar in front of a number: money
  if (amount.size() > 1 && amount[0] == '$' && (is_figure(amount[1]) || amount[1] == '.') &&
      amount.find('$', 1) == View::npos && text.find('$') == text.rfind('$')) {
    latex.insert(0, "\\");
  }
  out.readable = true;
  out.tokens = AnswerScanner(latex).run();
  while (!out.tokens.empty() && out.tokens.back().kind == TokenKind::sign &&
         View(".,;:").find(out.tokens.back().text) != View::npos) {
    out.tokens.pop_back();
  }
  out.tokens.push_back({TokenKind::end, "", true});
  join_thousands(out, comma_lists);
  return out;
}

std::string plain_answer(View text, const AnswerTokens& read) {
  std::string out;
  if (!read.readable) {
    for (const View word : words_of(text)) out += lower_case(word);
    return out;
  }
  std::vector<AnswerToken> tokens;
  for (const AnswerToken& token : read.tokens) {
    tokens.push_back(token);
    const size_t size = tokens.size();
    if (size < 3 || token.text != "}" || token.kind != TokenKind::sign) continue;
    if (tokens[size - 3].text != "{" || tokens[size - 3].kind != TokenKind::sign) continue;
    if (tokens[size - 2].text.size() != 1) continue;
    tokens.erase(tokens.end() - 3);
    tokens.pop_back();
  }
  const auto is_word = [](const AnswerToken& t) {
    return t.text.size() > 2 && !is_function_name(t.text) && !is_product_run(t.text);
  };
  const bool only_words = std::any_of(tokens.begin(), tokens.end(), is_word) &&
                          std::all_of(tokens.begin(), tokens.end(), [](const AnswerToken& t) {
                            return (t.kind == TokenKind::letters && !is_function_name(t.text)) ||
                                   t.kind == TokenKind::end || t.text == "." || t.text == "'";
                          });
  for (size_t at = 0; at < tokens.size(); ++at) {
    const AnswerToken& token = tokens[at];
    if (token.kind == TokenKind::number && at > 0 && tokens[at - 1].kind == TokenKind::number) out += ' ';
    if (token.kind == TokenKind::letters) {
      if (!only_words && at > 0 && tokens[at - 1].kind == TokenKind::letters) out += ' ';
      out += folded(tokens, at, only_words);
    } else if (token.kind == TokenKind::command) {
      out += "\\" + token.text;
      if (at + 1 < tokens.size() && tokens[at + 1].kind == TokenKind::letters) out += ' ';
    } else {
      out += token.text;
    }
  }
  return out;
}

}  // namespace gradus
