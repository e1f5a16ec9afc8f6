#include "gradus/env/code/statement.h"

#include <algorithm>
#include <cctype>

namespace gradus {

namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Recursive descent over a few words; `failed` stays set. No deeper than there are words.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& words, size_t at) : words_(words), at_(at) {}

  Term expression() {
    Term condition = comparison();
    if (!take("?")) return condition;
    Term yes = expression();
    if (!take(":")) failed = true;
    return {"?", {std::move(condition), std::move(yes), expression()}};
  }

  bool take(std::string_view word) {
    if (failed || at_ >= words_.size() || words_[at_] != word) return false;
    ++at_;
    return true;
  }

  bool ended() const { return !failed && at_ == words_.size(); }

  bool failed = false;

 private:
  Term comparison() {
    Term left = sum();
    while (take("<")) left = {"<", {std::move(left), sum()}};
    return left;
  }

  Term sum() {
    Term left = signed_term();
    while (true) {
      if (take("+")) {
        left = {"+", {std::move(left), signed_term()}};
      } else if (take("-")) {
        left = {"-", {std::move(left), signed_term()}};
      } else {
        return left;
      }
    }
  }

  Term signed_term() {
    if (take("-")) return {"-", {signed_term()}};
    if (take("+")) return {"+", {signed_term()}};
    if (take("(")) {
      Term inner = expression();
      if (!take(")")) failed = true;
      return inner;
    }
    if (failed || at_ >= words_.size() || !(is_name(words_[at_]) || is_number(words_[at_]))) {
      failed = true;
      return {};
    }
    return {words_[at_++], {}};
  }

  const std::vector<std::string>& words_;
  size_t at_;
};

}  // namespace

bool is_name(std::string_view word) {
  return !word.empty() && std::isalpha(static_cast<unsigned char>(word[0])) != 0 && word != "int" &&
         word != "const" && word != "return";
}

void add_names(const Term& term, std::set<std::string>& names) {
  if (term.leaf()) {
    if (is_name(term.word)) names.insert(term.word);
    return;
  }
  for (const Term& arg : term.args) add_names(arg, names);
}

Statement read_statement(std::string_view text) {
  Statement out;
  out.words = split(text);
  const auto broken = [&] {
    Statement nothing;
    nothing.broken = true;
    nothing.words = std::move(out.words);
    return nothing;
  };
  const std::vector<std::string>& words = out.words;
  if (words.size() > kStatementLimit || words.empty()) return broken();
  size_t at = 0;
  bool typed = false;
  while (at < words.size() && (words[at] == "int" || words[at] == "const"))
    typed = words[at++] == "int" || typed;
  out.declares = at > 0;
  const bool named = at < words.size() && is_name(words[at]);
  if (out.declares && !(typed && named)) return broken();
  const bool assigned = named && at + 1 < words.size() && words[at + 1] == "=";
  if (out.declares || assigned) out.name = words[at++];
  Reader reader(words, at);
  if (!out.declares && !assigned && reader.take("return")) out.returns = true;
  if (out.name.empty() || reader.take("=")) {
    out.value = reader.expression();
    out.has_value = true;
  }
  return reader.take(";") && reader.ended() ? out : broken();
}

}  // namespace gradus
