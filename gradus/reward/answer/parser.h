// The parser of syntax.h, in three files: lists, relations and sets (parser.cc), sums, products and brackets
// (parse_terms.cc), names, functions, words and units (parse_names.cc).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/reward/answer/syntax.h"
#include "gradus/reward/answer/tokens.h"

namespace gradus {

struct UnreadableAnswer {};  // thrown by the parser, never leaves parse_answer

class AnswerParser {
 public:
  AnswerParser(AnswerTokens tokens, bool other_reading);
  AnswerTree run();

 private:
  using Kind = AnswerNode::Kind;
  using Token = AnswerToken;
  using View = std::string_view;

  class Level {
   public:
    explicit Level(int& depth);
    ~Level() { --depth_; }

   private:
    int& depth_;
  };

  Token& now() { return tokens_[at_]; }
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead(size_t count = 1) const { return tokens_[std::min(at_ + count, tokens_.size() - 1)]; }
  static bool is(const Token& token, Token::Kind kind, View text) {
    return token.kind == kind && token.text == text;
  }
  static bool is_sign(const Token& token, View text) { return is(token, Token::Kind::sign, text); }
  static bool is_command(const Token& token, View text) { return is(token, Token::Kind::command, text); }
  bool sign(View text) const { return is_sign(now(), text); }
  bool command(View text) const { return is_command(now(), text); }
  bool letters() const { return now().kind == Token::Kind::letters; }
  bool at_end() const { return now().kind == Token::Kind::end; }
  bool take(bool there);
  void expect(bool there);
  uint32_t add(Kind kind, std::vector<uint32_t> children = {}, std::string text = "");
  uint32_t whole(const std::string& digits) { return add(Kind::number, {}, digits); }
  AnswerNode& node(uint32_t index) { return tree_.nodes[index]; }

  // Lists, relations, sets.
  bool separator(std::string& kind);
  uint32_t answer();
  void join_residues(std::vector<uint32_t>& elements);
  char relation_sign();
  uint32_t relation();
  uint32_t side();
  std::optional<uint32_t> modulus();
  bool modulus_follows() const;
  uint32_t unite();
  uint32_t set();
  std::optional<uint32_t> conditions();

  // Sums, products, brackets.
  uint32_t sum();
  uint32_t term();
  bool is_residue(uint32_t left);
  uint32_t unary();
  uint32_t mixed_number(uint32_t left);
  bool begins_factor(uint32_t left);
  uint32_t power();
  bool degrees_follow() const;
  uint32_t degrees(uint32_t of, size_t start);
  static bool is_ordinal(const Token& token);
  uint32_t exponent();
  uint32_t primary();
  uint32_t number();
  int base_behind();
  std::vector<uint32_t> elements(const std::vector<std::pair<Token::Kind, View>>& closers,
                                 std::string& closer);
  uint32_t bracket();
  uint32_t group();
  uint32_t bars();
  uint32_t matrix();
  uint32_t fraction();
  uint32_t fraction_part();
  uint32_t root();

  // Names, functions, words, units.
  void find_functions();
  bool simple_argument(size_t open, bool start) const;
  bool boundary() const;
  bool boundary_at(const Token& token) const;
  bool word_here() const;
  bool unit_here();
  bool unit_at(size_t place) const;
  bool letter_unit_at(size_t place) const;
  bool small_word_here() const;
  uint32_t letters_primary();
  uint32_t phrase();
  uint32_t name(std::string text);
  std::string subscript();
  uint32_t command_primary(const std::string& text);
  std::optional<uint32_t> decorated(const std::string& text);
  std::string derivative();
  std::string derivative_part(size_t& at) const;
  uint32_t call(const std::string& function);
  uint32_t call_of_several(const std::string& function);
  uint32_t argument();
  bool starts_function() const;
  std::string currency();
  uint32_t measured(uint32_t value, const std::string& currency);
  uint32_t counted(uint32_t value);
  uint32_t compound(uint32_t value, const std::string& unit);
  std::string unit();
  std::string unit_exponent();

  std::vector<Token> tokens_;
  AnswerTree tree_;
  std::vector<uint32_t> heights_;  // of the nodes; what walks the tree later recurs that deep
  std::set<std::string> functions_;
  size_t at_ = 0, side_start_ = 0;
  int depth_ = 0, bars_ = 0, arguments_ = 0;
  bool conditions_ = false, congruent_ = false, other_reading_;
};

bool is_function_name(std::string_view name);
bool is_greek_name(std::string_view name);
bool is_product_run(std::string_view letters);  // "xy", "abc", "mgh": a product of variables

}  // namespace gradus
