#include <bit>

#include "gradus/reward/answer/exact.h"
#include "gradus/reward/answer/exact_numbers.h"

namespace gradus {

namespace {

constexpr long kMostFactorial = 500;

}  // namespace

std::optional<ExactValue> ExactValues::logarithm(const Value& value) {
  if (value.above.empty()) throw NoExactValue{};
  if (value.above.size() != 1 || value.below.size() != 1) return std::nullopt;
  const auto& [monomial, coefficient] = *value.above.begin();
  if (coefficient < 0) return std::nullopt;
  Value out = constant(0);
  const auto add_log = [&](const mpz_class& of, const mpq_class& times) {
    const Value one = atom(Kind::positive, "ln " + of.get_str(), is_prime(of));
    out = add(out, multiply(one, constant(times)), 1);
  };
  for (const auto& [prime, times] : factors(coefficient.get_num())) add_log(prime, times);
  for (const auto& [prime, times] : factors(coefficient.get_den())) add_log(prime, -times);
  for (const auto& [number, exponent] : monomial) {
    const Generator& one = generators_[number];
    if (one.kind == Kind::root) {
      add_log(one.number, exponent);
    } else if (numbers_.count("e") != 0 && numbers_.at("e") == number) {
      out = add(out, constant(exponent), 1);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

// sin(angle + quarter turns) of a multiple of pi / 12, exactly.
std::optional<ExactValue> ExactValues::sine(const Value& angle, int quarter_turns) {
  const std::optional<mpq_class> of_pi = rational(divide(angle, name("pi")));
  if (!of_pi || !is_whole(mpq_class(*of_pi * 12))) return std::nullopt;
  const mpz_class turn = mpq_class(*of_pi * 12).get_num() + 6 * quarter_turns;
  mpz_class place;
  mpz_fdiv_r_ui(place.get_mpz_t(), turn.get_mpz_t(), 24);
  const long at = place.get_si(), folded = at % 12 > 6 ? 12 - at % 12 : at % 12;
  const auto root = [&](long of, long below) {
    return multiply(*root_of_number(of, mpq_class(1, 2)), constant(mpq_class(1, below)));
  };
  Value out = constant(0);
  if (folded == 1) out = add(root(6, 4), root(2, 4), -1);
  if (folded == 2) out = constant(mpq_class(1, 2));
  if (folded == 3) out = root(2, 2);
  if (folded == 4) out = root(3, 2);
  if (folded == 5) out = add(root(6, 4), root(2, 4), 1);
  if (folded == 6) out = constant(1);
  return at >= 12 ? multiply(constant(-1), out) : out;
}

std::optional<ExactValue> ExactValues::known_call(const std::string& function,
                                                  const std::vector<Value>& arguments) {
  const Value& first = arguments[0];
  const std::optional<mpq_class> number = rational(first);
  if (function == "sqrt") {
    const Value degree = arguments.size() > 1 ? arguments[1] : constant(2);
    return power(first, divide(constant(1), degree));
  }
  if (function == "exp") return power(name("e"), first);
  if (function == "ln") return logarithm(first);
  if (function == "log" || function == "lg") {
    const std::optional<Value> of = logarithm(first),
                               base = logarithm(arguments.size() > 1 ? arguments[1] : constant(10));
    return of && base ? std::optional(divide(*of, *base)) : std::nullopt;
  }
  if (function == "sin") return sine(first, 0);
  if (function == "cos") return sine(first, 1);
  if (function == "tan" || function == "cot" || function == "sec" || function == "csc") {
    const std::optional<Value> s = sine(first, 0), c = sine(first, 1);
    if (!s || !c) return std::nullopt;
    if (function == "tan") return divide(*s, *c);
    if (function == "cot") return divide(*c, *s);
    return divide(constant(1), function == "sec" ? *c : *s);
  }
  if (function == "gcd" || function == "lcm" || function == "max" || function == "min")
    return of_several(function, arguments);
  if (!number) return std::nullopt;
  if (function == "mod") {
    const std::optional<mpq_class> by = rational(arguments[1]);
    if (!by || *by <= 0) return std::nullopt;
    return constant(*number - *by * mpq_class(floor_of(*number / *by)));
  }
  if (function == "abs") return constant(abs(*number));
  if (function == "floor") return constant(mpq_class(floor_of(*number)));
  if (function == "ceil") return constant(-mpq_class(floor_of(-*number)));
  const std::optional<long> n = is_whole(*number) ? small(number->get_num()) : std::nullopt;
  if (!n || *n < 0 || *n > kMostFactorial) return std::nullopt;
  mpz_class out;
  if (function == "factorial") {
    mpz_fac_ui(out.get_mpz_t(), static_cast<unsigned long>(*n));
    return constant(out);
  }
  const std::optional<mpq_class> k = function == "binom" ? rational(arguments[1]) : std::nullopt;
  if (!k || !is_whole(*k) || *k < 0 || *k > *n) return std::nullopt;
  mpz_bin_uiui(out.get_mpz_t(), static_cast<unsigned long>(*n), k->get_num().get_ui());
  return constant(out);
}

std::optional<ExactValue> ExactValues::of_several(const std::string& function,
                                                  const std::vector<Value>& arguments) {
  std::optional<mpq_class> out;
  for (const Value& argument : arguments) {
    const std::optional<mpq_class> number = rational(argument);
    const bool whole = function == "gcd" || function == "lcm";
    if (!number || (whole && !is_whole(*number))) return std::nullopt;
    if (!out) {
      out = whole ? mpq_class(abs(*number)) : *number;
    } else if (function == "gcd") {
      out = mpq_class(gcd(out->get_num(), number->get_num()));
    } else if (function == "lcm") {
      out = mpq_class(lcm(out->get_num(), number->get_num()));
    } else if (function == "max" ? *number > *out : *number < *out) {
      out = *number;
    }
    spend(*out);
  }
  return out ? std::optional(constant(*out)) : std::nullopt;
}

// By the first row; small ones only.
ExactValue ExactValues::determinant(const AnswerTree& tree, uint32_t index) {
  const AnswerNode& matrix = tree.nodes[index];
  const size_t size = matrix.children.size();
  if (matrix.kind != AnswerNode::Kind::matrix || size == 0 || size > 6) throw NoExactValue{};
  std::vector<std::vector<Value>> cells;
  for (const uint32_t row : matrix.children) {
    if (tree.nodes[row].children.size() != size) throw NoExactValue{};
    cells.emplace_back();
    for (const uint32_t cell : tree.nodes[row].children) cells.back().push_back(value(tree, cell));
  }
  std::vector<Value> minors(size_t{1} << size,
                            constant(0));  // of the last rows, by the columns that they use
  minors[0] = constant(1);
  for (size_t columns = 1; columns < minors.size(); ++columns) {
    const std::vector<Value>& row = cells[size - static_cast<size_t>(std::popcount(columns))];
    int sign = 1;
    for (size_t column = 0; column < size; ++column) {
      if ((columns >> column & 1) == 0) continue;
      minors[columns] =
          add(minors[columns], multiply(row[column], minors[columns ^ size_t{1} << column]), sign);
      sign = -sign;
    }
  }
  return minors.back();
}

ExactValue ExactValues::call(const std::string& function, const std::vector<Value>& arguments) {
  if (std::optional<Value> known = known_call(function, arguments)) return *known;
  std::string key = function;
  for (const Value& argument : arguments) key += "(" + key_of(argument) + ")";
  return atom(Kind::unknown, key);
}

}  // namespace gradus
