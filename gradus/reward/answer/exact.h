// Exact values of answers: fractions of polynomials over the rationals in variables, constants, roots of
// primes, logarithms of primes and functions that nothing is known about.
//
//   ExactValues values;                          // shared by the two answers that are compared
//   auto a = values.of(tree_a, tree_a.root), b = values.of(tree_b, tree_b.root);
//   values.compare(*a, *b);                      // same, different or unknown
//
//   sqrt(8) = 2 * 2^(1/2)   x^2 / x = x   ln 8 = 3 ln 2   sin(pi/3) = 3^(1/2) / 2   e^(x+1) = e e^x
//
// N1 / D1 and N2 / D2 are the same where N1 D2 - N2 D1 has no term left. Monomials in roots of different
// primes, i, and independent variables are independent over the rationals, so otherwise they differ; that pi,
// e and logarithms of primes are too is assumed (believed, not proven in all cases). Where a term is left
// that holds a function nothing is known about (sqrt(3 + 2 sqrt 2), arctan 2), the answer is unknown:
// evaluate (numeric.h). Domains are those of formal expressions: x / x is 1.
//
// Work is limited in steps, not in time, so that the outcome is the same everywhere: kMostSteps products of
// terms, numbers of kMostBits bits; 10^(10^10) is a number that nothing is known about.
#pragma once

#include <cstdint>
#include <gmpxx.h>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gradus/reward/answer/syntax.h"

namespace gradus {

// Powers of generators, by number, none with exponent 0.
using Monomial = std::vector<std::pair<uint32_t, mpq_class>>;
using Polynomial = std::map<Monomial, mpq_class>;  // no coefficient is 0

struct ExactValue {
  Polynomial above, below;  // below is never empty; its first term is 1
};

enum class Sameness : uint8_t { same, different, unknown };

class ExactValues {
 public:
  // None where the node is no expression of numbers, divides by zero, or is too large.
  std::optional<ExactValue> of(const AnswerTree& tree, uint32_t node);
  Sameness compare(const ExactValue& a, const ExactValue& b);
  // A rational number, where the value is one.
  static std::optional<mpq_class> rational(const ExactValue& value);
  // The value as a text that is the same for equal values, whatever was read before; none where there is no
  // such form (a denominator of several terms, functions of functions).
  std::optional<std::string> written(const ExactValue& value) const;
  // The numerator of a - b with its first coefficient made 1 (up to sign where `keep_sign`).
  std::optional<ExactValue> scaled_difference(const ExactValue& a, const ExactValue& b, bool keep_sign);
  // factor * a + shift.
  std::optional<ExactValue> linear(const ExactValue& a, const mpq_class& factor, const mpq_class& shift);

 private:
  enum class Kind : uint8_t { variable, positive, imaginary, root, unknown };
  struct Generator {
    Kind kind;
    mpz_class number;  // of a root: what it is the root of
    bool sure = true;  // independent of the others: not a composite number that nobody factored
  };
  using Value = ExactValue;

  uint32_t generator(Kind kind, const std::string& key, const mpz_class& number = 0);
  Value constant(const mpq_class& number);
  Value single(const mpq_class& coefficient, Monomial monomial);
  Value atom(Kind kind, const std::string& key, bool sure = true);
  std::string key_of(const Value& value) const;

  void spend(const mpq_class& coefficient);
  void add_term(Polynomial& to, const Monomial& monomial, const mpq_class& coefficient);
  std::pair<mpq_class, Monomial> multiply(const Monomial& a, const Monomial& b);
  void reduce(mpq_class& coefficient, Monomial& monomial);
  Polynomial multiply(const Polynomial& a, const Polynomial& b);
  Polynomial add(const Polynomial& a, const Polynomial& b, int sign);
  Value normal(Polynomial above, Polynomial below);
  Value add(const Value& a, const Value& b, int sign);
  Value multiply(const Value& a, const Value& b);
  Value divide(const Value& a, const Value& b);

  mpq_class power(const mpq_class& base, long exponent);
  Value power(const Value& base, const Value& exponent);
  std::optional<Value> whole_power(const Value& base, const mpz_class& exponent);
  std::optional<Value> root_of_number(const mpq_class& number, const mpq_class& exponent);
  std::optional<Value> fractional_power(const Value& base, const mpq_class& exponent);
  std::optional<Value> exponential(const Value& base, const Value& exponent);
  std::vector<std::pair<mpz_class, long>> factors(mpz_class number);

  Value number(const AnswerNode& node);
  Value name(const std::string& text);
  Value call(const std::string& function, const std::vector<Value>& arguments);
  std::optional<Value> known_call(const std::string& function, const std::vector<Value>& arguments);
  std::optional<Value> logarithm(const Value& value);
  std::optional<Value> sine(const Value& angle, int quarter_turns);
  std::optional<Value> of_several(const std::string& function, const std::vector<Value>& arguments);
  Value determinant(const AnswerTree& tree, uint32_t matrix);
  Value value(const AnswerTree& tree, uint32_t node);

  std::map<std::string, uint32_t> numbers_;
  std::vector<Generator> generators_;
  size_t steps_ = 0;
};

}  // namespace gradus
