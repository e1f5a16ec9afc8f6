#include "gradus/reward/answer/exact.h"

#include <algorithm>

#include "gradus/reward/answer/exact_numbers.h"

namespace gradus {

namespace {

constexpr size_t kMostSteps = 50000;  // of one pair of answers
constexpr size_t kMostBits = 8192;    // of a number
constexpr unsigned kTrialDivision = 5000;

size_t bits(const mpq_class& number) {
  return mpz_sizeinbase(number.get_num_mpz_t(), 2) + mpz_sizeinbase(number.get_den_mpz_t(), 2);
}

std::optional<mpq_class> constant_of(const Polynomial& polynomial) {
  if (polynomial.empty()) return mpq_class(0);
  if (polynomial.size() > 1 || !polynomial.begin()->first.empty()) return std::nullopt;
  return polynomial.begin()->second;
}

}  // namespace

// Terms.

uint32_t ExactValues::generator(Kind kind, const std::string& key, const mpz_class& number) {
  const auto [at, fresh] = numbers_.emplace(key, static_cast<uint32_t>(generators_.size()));
  if (fresh) generators_.push_back({kind, number});
  return at->second;
}

ExactValue ExactValues::atom(Kind kind, const std::string& key, bool sure) {
  const uint32_t number = generator(kind, key);
  generators_[number].sure = generators_[number].sure && sure;
  return single(1, {{number, 1}});
}

void ExactValues::spend(const mpq_class& coefficient) {
  const size_t size = bits(coefficient);
  steps_ += 1 + size / 512;
  if (size > kMostBits || steps_ > kMostSteps) throw NoExactValue{};
}

void ExactValues::add_term(Polynomial& to, const Monomial& monomial, const mpq_class& coefficient) {
  if (coefficient == 0) return;
  const auto [at, fresh] = to.emplace(monomial, coefficient);
  if (fresh) return;
  at->second += coefficient;
  spend(at->second);
  if (at->second == 0) to.erase(at);
}

// Whole powers of what is a root of a number go into the coefficient; i^2 is -1.
void ExactValues::reduce(mpq_class& coefficient, Monomial& monomial) {
  Monomial kept;
  for (auto& [number, exponent] : monomial) {
    const Generator& one = generators_[number];
    if (one.kind == Kind::imaginary && is_whole(exponent)) {
      const mpz_class turns = exponent.get_num() - 4 * floor_of(exponent / 4);
      if (turns >= 2) coefficient = -coefficient;
      exponent = turns % 2;
    } else if (one.kind == Kind::root) {
      const mpz_class whole = floor_of(exponent);
      const std::optional<long> times = small(whole);
      if (!times) throw NoExactValue{};
      if (*times != 0) coefficient *= power(mpq_class(one.number), *times);
      exponent -= whole;
    }
    if (exponent != 0) kept.emplace_back(number, exponent);
  }
  monomial = std::move(kept);
  spend(coefficient);
}

std::pair<mpq_class, Monomial> ExactValues::multiply(const Monomial& a, const Monomial& b) {
  Monomial out;
  auto left = a.begin(), right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && left->first < right->first)) {
      out.push_back(*left++);
    } else if (left == a.end() || right->first < left->first) {
      out.push_back(*right++);
    } else {
      out.emplace_back(left->first, left->second + right->second);
      if (bits(out.back().second) > 256) throw NoExactValue{};
      ++left;
      ++right;
    }
  }
  mpq_class coefficient = 1;
  reduce(coefficient, out);
  return {coefficient, out};
}

Polynomial ExactValues::multiply(const Polynomial& a, const Polynomial& b) {
  Polynomial out;
  for (const auto& [m, c] : a) {
    for (const auto& [n, d] : b) {
      auto [factor, monomial] = multiply(m, n);
      factor *= c * d;
      spend(factor);
      add_term(out, monomial, factor);
    }
  }
  return out;
}

Polynomial ExactValues::add(const Polynomial& a, const Polynomial& b, int sign) {
  Polynomial out = a;
  for (const auto& [m, c] : b) add_term(out, m, sign * c);
  return out;
}

// Values.

ExactValue ExactValues::constant(const mpq_class& number) {
  return single(number, {});
}

ExactValue ExactValues::single(const mpq_class& coefficient, Monomial monomial) {
  mpq_class reduced = coefficient;
  reduce(reduced, monomial);
  Value out;
  add_term(out.above, monomial, reduced);
  out.below.emplace(Monomial{}, 1);
  return out;
}

// Divides both by the first term of the denominator, so that it is 1 where it is a single term.
ExactValue ExactValues::normal(Polynomial above, Polynomial below) {
  if (below.empty()) throw NoExactValue{};
  Monomial inverse = below.begin()->first;
  for (auto& [number, exponent] : inverse) exponent = -exponent;
  mpq_class coefficient = 1 / below.begin()->second;
  reduce(coefficient, inverse);
  if (inverse.empty() && coefficient == 1) return {std::move(above), std::move(below)};
  const Polynomial factor = {{inverse, coefficient}};
  return {multiply(above, factor), multiply(below, factor)};
}

ExactValue ExactValues::add(const Value& a, const Value& b, int sign) {
  if (a.below == b.below) return normal(add(a.above, b.above, sign), a.below);
  return normal(add(multiply(a.above, b.below), multiply(b.above, a.below), sign),
                multiply(a.below, b.below));
}

ExactValue ExactValues::multiply(const Value& a, const Value& b) {
  return normal(multiply(a.above, b.above), multiply(a.below, b.below));
}

ExactValue ExactValues::divide(const Value& a, const Value& b) {
  return normal(multiply(a.above, b.below), multiply(a.below, b.above));
}

std::optional<mpq_class> ExactValues::rational(const ExactValue& value) {
  return constant_of(value.below) ? constant_of(value.above) : std::nullopt;  // below is then 1
}

std::string ExactValues::key_of(const Value& value) const {
  std::string out;
  for (const Polynomial* part : {&value.above, &value.below}) {
    for (const auto& [monomial, coefficient] : *part) {
      out += "+" + coefficient.get_str();
      for (const auto& [number, exponent] : monomial) {
        out += "*g" + std::to_string(number) + "^" + exponent.get_str();
      }
    }
    out += "/";
  }
  return out;
}

std::optional<std::string> ExactValues::written(const ExactValue& value) const {
  if (!constant_of(value.below)) return std::nullopt;
  std::vector<std::string> names(generators_.size());
  for (const auto& [name, number] : numbers_) names[number] = name;
  std::vector<std::string> terms;
  for (const auto& [monomial, coefficient] : value.above) {
    std::vector<std::string> powers;
    for (const auto& [number, exponent] : monomial) {
      if (names[number].find("*g") != std::string::npos) return std::nullopt;
      powers.push_back("*" + names[number] + "^" + exponent.get_str());
    }
    std::sort(powers.begin(), powers.end());
    terms.push_back("+" + coefficient.get_str());
    for (const std::string& power : powers) terms.back() += power;
  }
  std::sort(terms.begin(), terms.end());
  std::string out;
  for (const std::string& term : terms) out += term;
  return out;
}

// Powers.

mpq_class ExactValues::power(const mpq_class& base, long exponent) {
  const unsigned long times = static_cast<unsigned long>(std::labs(exponent));
  if ((bits(base) - 1) * times > kMostBits || (base == 0 && exponent < 0)) throw NoExactValue{};
  mpq_class out;
  mpz_pow_ui(out.get_num_mpz_t(), base.get_num_mpz_t(), times);
  mpz_pow_ui(out.get_den_mpz_t(), base.get_den_mpz_t(), times);
  if (exponent < 0) out = 1 / out;
  spend(out);
  return out;
}

std::optional<ExactValue> ExactValues::whole_power(const Value& base, const mpz_class& exponent) {
  if (exponent == 0) {
    if (base.above.empty()) throw NoExactValue{};  // 0^0
    return constant(1);
  }
  const std::optional<long> times = small(exponent);
  if (base.above.size() == 1 && base.below.size() == 1) {
    const auto& [monomial, coefficient] = *base.above.begin();
    const bool unit = coefficient == 1 || coefficient == -1;
    if (!unit && (!times || (bits(coefficient) - 1) * static_cast<size_t>(std::labs(*times)) > kMostBits)) {
      return std::nullopt;
    }
    Monomial raised = monomial;
    for (auto& [number, e] : raised) e *= exponent;
    const mpq_class sign = exponent % 2 == 0 ? mpq_class(1) : coefficient;
    return single(unit ? sign : power(coefficient, *times), raised);
  }
  if (!times || std::labs(*times) > 64) return std::nullopt;
  Value out = constant(1), square = *times < 0 ? divide(constant(1), base) : base;
  for (long left = std::labs(*times); left > 0; left /= 2) {
    if (left % 2 != 0) out = multiply(out, square);
    if (left > 1) square = multiply(square, square);
  }
  return out;
}

// Primes by trial division; what is left is a power of one number, taken for a prime.
std::vector<std::pair<mpz_class, long>> ExactValues::factors(mpz_class number) {
  std::vector<std::pair<mpz_class, long>> out;
  const auto strip = [&](unsigned long prime) {
    const mpz_class divisor = prime;
    const auto times =
        static_cast<long>(mpz_remove(number.get_mpz_t(), number.get_mpz_t(), divisor.get_mpz_t()));
    if (times > 0) out.emplace_back(divisor, times);
  };
  for (unsigned long prime = 2; prime <= kTrialDivision && number > 1; prime += prime == 2 ? 1 : 2) {
    if (number < prime * prime) break;
    strip(prime);
    steps_ += prime % 64 == 1;
  }
  if (number == 1) return out;
  for (long degree = static_cast<long>(mpz_sizeinbase(number.get_mpz_t(), 2)); degree > 1; --degree) {
    mpz_class root;
    if (degree > 256 ||
        mpz_root(root.get_mpz_t(), number.get_mpz_t(), static_cast<unsigned long>(degree)) == 0)
      continue;
    out.emplace_back(root, degree);
    return out;
  }
  out.emplace_back(number, 1);
  return out;
}

// |number|^exponent with the sign of an odd root of a negative number, and i for a square root.
std::optional<ExactValue> ExactValues::root_of_number(const mpq_class& number, const mpq_class& exponent) {
  if (number == 0) return exponent > 0 ? std::optional(constant(0)) : throw NoExactValue{};
  Value out = constant(1);
  if (number < 0) {
    if (exponent.get_den() == 2) {
      out = single(1, {{generator(Kind::imaginary, "i"), mpq_class(exponent.get_num())}});
    } else if (exponent.get_den() % 2 != 0) {
      if (exponent.get_num() % 2 != 0) out = constant(-1);
    } else {
      return std::nullopt;
    }
  }
  for (const int side : {1, -1}) {
    for (const auto& [prime, times] : factors(abs(side > 0 ? number.get_num() : number.get_den()))) {
      const mpq_class raised = exponent * (side * times);
      const uint32_t root = generator(Kind::root, "root " + prime.get_str(), prime);
      generators_[root].sure = is_prime(prime);
      out = multiply(out, single(1, {{root, raised}}));
    }
  }
  return out;
}

std::optional<ExactValue> ExactValues::fractional_power(const Value& base, const mpq_class& exponent) {
  if (base.above.empty()) return root_of_number(0, exponent);
  if (base.above.size() != 1 || base.below.size() != 1) return std::nullopt;
  const auto& [monomial, coefficient] = *base.above.begin();
  Monomial positive, rest;
  for (const auto& [number, e] : monomial) {
    const Kind kind = generators_[number].kind;
    const bool sure = kind == Kind::positive || kind == Kind::root;
    (sure ? positive : rest).emplace_back(number, sure ? mpq_class(e * exponent) : e);
  }
  // sqrt(x y) and sqrt(-x) are not products of roots for every sign of x; sqrt(x^2) is |x|.
  const bool plain = rest.empty() || (rest.size() == 1 && rest[0].second == 1 && coefficient > 0 &&
                                      generators_[rest[0].first].kind == Kind::variable);
  if (!plain) return std::nullopt;
  for (auto& [number, e] : rest) e = exponent;
  const std::optional<Value> number = root_of_number(coefficient, exponent);
  if (!number) return std::nullopt;
  return multiply(*number, multiply(single(1, positive), single(1, rest)));
}

// e^(sum of terms) and 2^(sum of terms) as products.
std::optional<ExactValue> ExactValues::exponential(const Value& base, const Value& exponent) {
  std::vector<std::pair<std::string, long>> bases;  // names and powers of what is raised
  const std::optional<mpq_class> number = rational(base);
  if (number && *number > 0) {
    for (const auto& [prime, times] : factors(number->get_num())) bases.emplace_back(prime.get_str(), times);
    for (const auto& [prime, times] : factors(number->get_den())) bases.emplace_back(prime.get_str(), -times);
  } else if (key_of(base) == key_of(name("e"))) {
    bases.emplace_back("e", 1);
  } else {
    return std::nullopt;
  }
  if (exponent.below.size() != 1 || bases.size() > 16) return std::nullopt;
  Value out = constant(1);
  for (const auto& [monomial, coefficient] : exponent.above) {
    if (monomial.empty()) {
      out = multiply(out, power(base, constant(coefficient)));
      continue;
    }
    const std::string key = key_of(single(1, monomial));
    for (const auto& [prime, times] : bases) {
      const uint32_t raised = generator(Kind::unknown, prime + " to the " + key);
      out = multiply(out, single(1, {{raised, coefficient * times}}));
    }
  }
  return out;
}

ExactValue ExactValues::power(const Value& base, const Value& exponent) {
  const std::optional<mpq_class> rational_exponent = rational(exponent);
  std::optional<Value> out;
  if (rational_exponent && is_whole(*rational_exponent)) {
    out = whole_power(base, rational_exponent->get_num());
  } else if (rational_exponent && rational_exponent->get_den() <= 1000) {
    out = fractional_power(base, *rational_exponent);
  } else if (!rational_exponent) {
    out = exponential(base, exponent);
  }
  return out ? *out : atom(Kind::unknown, "power " + key_of(base) + ";" + key_of(exponent));
}

// Names, numbers and functions.

ExactValue ExactValues::number(const AnswerNode& node) {
  std::string text = node.text;
  long exponent = 0;
  if (const size_t e = node.base == 10 ? text.find_first_of("eE") : std::string::npos;
      e != std::string::npos) {
    if (text.size() - e > 6) throw NoExactValue{};
    exponent = std::stol(text.substr(e + 1));
    text.resize(e);
  }
  const size_t point = text.find('.');
  const size_t decimals = point == std::string::npos ? 0 : text.size() - point - 1;
  if (point != std::string::npos) text.erase(point, 1);
  mpz_class digits;
  if (text.empty() || digits.set_str(text, node.base) != 0) throw NoExactValue{};
  mpq_class out(digits);
  const mpq_class ten(10);
  if (node.repeating > 0) {  // 0.1(6) = (16 - 1) / 90
    mpz_class fixed;
    const std::string front = text.substr(0, text.size() - node.repeating);
    if (!front.empty()) fixed.set_str(front, 10);
    out = mpq_class(digits - fixed) / (power(ten, static_cast<long>(node.repeating)) - 1);
    exponent += static_cast<long>(node.repeating);
  }
  out *= power(ten, exponent - static_cast<long>(decimals));
  out.canonicalize();
  spend(out);
  return constant(out);
}

ExactValue ExactValues::name(const std::string& text) {
  if (text == "infinity" || text.starts_with("mathbb")) throw NoExactValue{};
  if (text == "i") return atom(Kind::imaginary, "i");
  if (text == "pi" || text == "e") return atom(Kind::positive, text);
  return atom(Kind::variable, "name " + text);
}

ExactValue ExactValues::value(const AnswerTree& tree, uint32_t index) {
  using Node = AnswerNode::Kind;
  const AnswerNode& node = tree.nodes[index];
  if (++steps_ > kMostSteps) throw NoExactValue{};
  const auto child = [&](size_t i) { return value(tree, node.children[i]); };
  switch (node.kind) {
    case Node::number:
      return number(node);
    case Node::name:
      return name(node.text);
    case Node::word:
      return atom(Kind::variable, "word " + node.text);
    case Node::negative:
      return multiply(constant(-1), child(0));
    case Node::product:
      return multiply(child(0), child(1));
    case Node::quotient:
      return divide(child(0), child(1));
    case Node::power:
      return power(child(0), child(1));
    case Node::sum: {
      Value out = child(0);
      for (size_t i = 1; i < node.children.size(); ++i) out = add(out, child(i), 1);
      return out;
    }
    case Node::call:
    case Node::application: {
      if (node.text == "det" && node.kind == Node::call) return determinant(tree, node.children[0]);
      std::vector<Value> arguments;
      for (size_t i = 0; i < node.children.size(); ++i) arguments.push_back(child(i));
      return call(node.kind == Node::call ? node.text : "apply " + node.text, arguments);
    }
    default:
      throw NoExactValue{};
  }
}

std::optional<ExactValue> ExactValues::of(const AnswerTree& tree, uint32_t node) {
  try {
    return value(tree, node);
  } catch (const NoExactValue&) {
    return std::nullopt;
  }
}

Sameness ExactValues::compare(const ExactValue& a, const ExactValue& b) {
  try {
    const Polynomial difference = add(multiply(a.above, b.below), multiply(b.above, a.below), -1);
    if (difference.empty()) return Sameness::same;
    for (const Polynomial* part : {&a.above, &a.below, &b.above, &b.below}) {
      for (const auto& [monomial, unused] : *part) {
        for (const auto& [number, exponent] : monomial) {
          if (generators_[number].kind == Kind::unknown || !generators_[number].sure)
            return Sameness::unknown;
        }
      }
    }
    return Sameness::different;
  } catch (const NoExactValue&) {
    return Sameness::unknown;
  }
}

std::optional<ExactValue> ExactValues::scaled_difference(const ExactValue& a, const ExactValue& b,
                                                         bool keep_sign) {
  try {
    const Value difference = add(a, b, -1);
    if (difference.above.empty()) return std::nullopt;
    if (keep_sign && !constant_of(difference.below)) return std::nullopt;  // its sign is not known
    mpq_class scale = 1 / difference.above.begin()->second;
    if (keep_sign) scale = abs(scale);
    const Value whole{difference.above, {{Monomial{}, 1}}};
    return multiply(whole, constant(scale));
  } catch (const NoExactValue&) {
    return std::nullopt;
  }
}

std::optional<ExactValue> ExactValues::linear(const ExactValue& a, const mpq_class& factor,
                                              const mpq_class& shift) {
  try {
    return add(multiply(a, constant(factor)), constant(shift), 1);
  } catch (const NoExactValue&) {
    return std::nullopt;
  }
}

}  // namespace gradus
