#include "gradus/lsp/identifier.h"

#include <algorithm>
#include <fmt/format.h>

namespace gradus {

namespace {

constexpr std::string_view kPython =
    " False None True __debug__ and as assert async await break class continue def del elif else except "
    "finally for "
    "from global if import in is lambda nonlocal not or pass raise return try while with yield ";
constexpr std::string_view kC =
    " auto break case char const continue default do double else enum extern float for goto if inline int "
    "long "
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile "
    "while "
    "_Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local ";
constexpr std::string_view kCpp =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t "
    "class "
    "compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield "
    "decltype "
    "default delete do double dynamic_cast else enum explicit export extern false float for friend goto if "
    "inline "
    "int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public "
    "register "
    "reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch "
    "template "
    "this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile "
    "wchar_t "
    "while xor xor_eq ";
constexpr std::string_view kGo =
    " _ break case chan const continue default defer else fallthrough for func go goto if import interface "
    "map "
    "package range return select struct switch type var ";
constexpr std::string_view kJava =
    " _ abstract assert boolean break byte case catch char class const continue default do double else enum "
    "extends "
    "false final finally float for goto if implements import instanceof int interface long native new null "
    "package "
    "private protected public return short static strictfp super switch synchronized this throw throws "
    "transient "
    "true try void volatile while ";
constexpr std::string_view kRust =
    " _ Self abstract as async await become box break const continue crate do dyn else enum extern false "
    "final fn "
    "for if impl in let loop macro match mod move mut override priv pub ref return self static struct super "
    "trait "
    "true try type typeof unsafe unsized use virtual where while yield ";
constexpr std::string_view kScript =
    " await break case catch class const continue debugger default delete do else enum export extends false "
    "finally "
    "for function if implements import in instanceof interface let new null package private protected public "
    "return "
    "static super switch this throw true try typeof var void while with yield ";

struct Lexer {
  std::string_view language, keywords;
  std::string_view line_comment;  // and /* */ where it is "//"
  bool dollar = false;            // `$` is a letter
  bool keyword_members = false;   // a keyword may name a member
};

constexpr Lexer kLexers[] = {
    {"python", kPython, "#"},
    {"c", kC, "//"},
    {"cpp", kCpp, "//"},
    {"objective-c", kC, "//"},
    {"objective-cpp", kCpp, "//"},
    {"go", kGo, "//"},
    {"java", kJava, "//", true},
    {"rust", kRust, "//"},
    {"javascript", kScript, "//", true, true},
    {"javascriptreact", kScript, "//", true, true},
    {"typescript", kScript, "//", true, true},
    {"typescriptreact", kScript, "//", true, true},
    {"shellscript", "", "#"},
    {"yaml", "", "#"},
};

const Lexer* lexer_of(std::string_view language) {
  const auto* const it = std::find_if(std::begin(kLexers), std::end(kLexers),
                                      [&](const Lexer& one) { return one.language == language; });
  return it == std::end(kLexers) ? nullptr : it;
}

bool is_digit_char(char c) {
  return c >= '0' && c <= '9';
}

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit_char(c) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Walks over comments and strings and reports what lies between them.
class Code {
 public:
  Code(std::string_view text, const Lexer* lexer) : text_(text), lexer_(lexer) {}

  // The next byte of code at or after `at`, or the end.
  size_t skip(size_t at) const {
    while (lexer_ != nullptr && at < text_.size()) {
      const size_t behind = behind_other(at);
      if (behind == at) return at;
      at = behind;
    }
    return at;
  }

 private:
  bool starts(size_t at, std::string_view part) const { return text_.substr(at, part.size()) == part; }

  size_t behind(size_t at, std::string_view end) const {
    const size_t found = text_.find(end, at);
    return found == std::string_view::npos ? text_.size() : found + end.size();
  }

  // Behind the comment or string that begins at `at`; `at` itself where none does.
  size_t behind_other(size_t at) const {
    const char c = text_[at];
    const bool slashes = lexer_->line_comment == "//";
    if (slashes && starts(at, "/*")) return behind(at + 2, "*/");
    const bool mark = starts(at, lexer_->line_comment);
    if (mark && (slashes || lexer_->language == "python" || at == 0 || !is_word_char(text_[at - 1])))
      return std::min(text_.find_first_of("\r\n", at), text_.size());
    if (c == '"' || c == '\'' || (c == '`' && (lexer_->language == "go" || lexer_->keyword_members)))
      return behind_string(at);
    return at;
  }

  size_t behind_string(size_t at) const {
    const char c = text_[at];
    const char before = at > 0 ? text_[at - 1] : ' ';
    const bool c_like = lexer_->language == "cpp" || lexer_->language == "objective-cpp";
    if (c_like && c == '"' && before == 'R') return behind_raw(at);
    if (c == '\'' && c_like && is_word_char(before) && at + 1 < text_.size() && is_word_char(text_[at + 1]) &&
        !(before == 'u' || before == 'U' || before == 'L' || before == '8'))
      return at + 1;  // separates digits
    if (c == '\'' && lexer_->language == "rust") {
      const bool is_character = at + 2 < text_.size() && (text_[at + 1] == '\\' || text_[at + 2] == '\'');
      if (!is_character) return at + 1;  // a lifetime
    }
    if (lexer_->language == "python" && (starts(at, "\"\"\"") || starts(at, "'''")))
      return behind_quote(at + 3, text_.substr(at, 3), true, true);
    return behind_quote(at + 1, text_.substr(at, 1), c == '`' || lexer_->language == "shellscript",
                        !(c == '`' && lexer_->language == "go"));
  }

  size_t behind_quote(size_t at, std::string_view quote, bool many_lines, bool escapes) const {
    for (; at < text_.size(); ++at) {
      if (escapes && text_[at] == '\\') {
        ++at;
      } else if (starts(at, quote)) {
        return at + quote.size();
      } else if (!many_lines && text_[at] == '\n') {
        return at;  // it never ended: the text is broken there, and goes on as code
      }
    }
    return text_.size();
  }

  size_t behind_raw(size_t at) const {
    const size_t open = text_.find('(', at);
    if (open == std::string_view::npos) return text_.size();
    return behind(open, ")" + std::string(text_.substr(at + 1, open - at - 1)) + "\"");
  }

  std::string_view text_;
  const Lexer* lexer_;
};

}  // namespace

std::string refused_name(std::string_view language, std::string_view name, bool is_member) {
  const bool control = std::any_of(name.begin(), name.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (name.empty() || control) return "a name is not empty and has no control characters";
  const Lexer* const lexer = lexer_of(language);
  if (lexer == nullptr || lexer->keywords.empty()) return "";
  const bool is_private = lexer->keyword_members && name[0] == '#';
  const std::string_view word = name.substr(is_private ? 1 : 0);
  if (!is_word(word) || (!lexer->dollar && word.find('$') != std::string_view::npos))
    return fmt::format("'{}' is no name of {}: letters, digits and '_', and no digit first", name, language);
  const bool keyword = lexer->keywords.find(fmt::format(" {} ", word)) != std::string_view::npos;
  if (!keyword || is_private || (is_member && lexer->keyword_members)) return "";
  return fmt::format("'{}' is a keyword of {}", name, language);
}

bool is_word(std::string_view name) {
  return !name.empty() && !is_digit_char(name[0]) && std::all_of(name.begin(), name.end(), is_word_char);
}

std::string_view word_at(std::string_view text, size_t byte) {
  size_t begin = std::min(byte, text.size()), end = begin;
  while (begin > 0 && is_word_char(text[begin - 1])) --begin;
  while (end < text.size() && is_word_char(text[end])) ++end;
  return text.substr(begin, end - begin);
}

bool is_whole_word(std::string_view text, size_t begin, size_t size) {
  const size_t end = begin + size;
  const bool before = begin > 0 && size > 0 && is_word_char(text[begin]) && is_word_char(text[begin - 1]);
  const bool after = end < text.size() && size > 0 && is_word_char(text[end - 1]) && is_word_char(text[end]);
  return !before && !after;
}

std::vector<size_t> places_in_code(std::string_view text, std::string_view language, std::string_view name) {
  std::vector<size_t> out;
  if (!is_word(name) || text.find(name) == std::string_view::npos) return out;
  const Code code(text, lexer_of(language));
  for (size_t at = code.skip(0); at < text.size(); at = code.skip(at)) {
    if (!is_word_char(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && is_word_char(text[end])) ++end;
    if (text.substr(at, end - at) == name) out.push_back(at);
    at = end;
  }
  return out;
}

}  // namespace gradus
