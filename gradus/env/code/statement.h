// The grammar of the statements that policies write, without a C compiler: one statement, one tree.
//
//   Statement s = read_statement("const int t0 = a < b ;");
//   s.declares;                     // true; s.name is "t0", s.value the tree of a < b
//   std::set<std::string> names;  add_names(s.value, names);   // a, b
//
//   statement  [const] int NAME [= E] ;  |  NAME = E ;  |  return E ;  |  E ;
//   E          L | L ? E : E             L  S | L < S             S  U | S + U | S - U
//   U          - U | + U | NAME | NUMBER | ( E )
//
// What is not of this grammar, and what has more than kStatementLimit words, is `broken`: nothing is known of
// it but its words. Parentheses leave no node.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

inline constexpr size_t kStatementLimit = 64;  // words; a body has no more tokens

struct Term {
  std::string word;  // a name, a number, or one of  ?  <  +  -
  std::vector<Term> args;

  bool leaf() const { return args.empty(); }
  bool is(std::string_view operation, size_t count) const {
    return word == operation && args.size() == count;
  }
  bool operator==(const Term&) const = default;
};

struct Statement {
  bool broken = false, declares = false, returns = false;
  std::string name;  // declared or assigned; "": neither
  bool has_value = false;
  Term value;                      // where has_value
  std::vector<std::string> words;  // as they stand

  bool stores() const { return !name.empty() && has_value; }
};

Statement read_statement(std::string_view text);

bool is_name(std::string_view word);  // of a variable

void add_names(const Term& term, std::set<std::string>& names);

}  // namespace gradus
