#include "gradus/reward/answer/numeric.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>

namespace gradus {

namespace {

using Number = std::complex<long double>;
using Kind = AnswerNode::Kind;

constexpr long double kRounding = 1e-15L, kFarRounding = 1e-12L, kCancelled = 1e-9L;
constexpr long double kInfinite = std::numeric_limits<long double>::infinity();
constexpr long double kNone = std::numeric_limits<long double>::quiet_NaN();

bool is_real(const Number& value) {
  return std::abs(value.imag()) <= 1e-15L * std::max(1.0L, std::abs(value.real()));
}

// Where variables are taken from.
enum class Draw : uint8_t {
  near,      // magnitudes from 1/4 to 4
  far,       // from 2^-8 to 2^13
  few,       // whole numbers from 1 to 20
  many,      // whole numbers up to 10^9
  constant,  // nothing: an expression with variables has no value
};

// May it stand for a number that is not whole?
bool is_real_name(const std::string& name) {
  return std::string_view("xyztuvw").find(name[0]) != std::string_view::npos || name.size() > 2;
}

// At one point: the values of variables, and the largest magnitude that was met.
class Point {
 public:
  Point(Stream random, Draw draw, bool positive, bool whole_names)
      : random_(random), draw_(draw), positive_(positive), whole_names_(whole_names) {}

  Number value(const AnswerTree& tree, uint32_t index) {
    const Number out = computed(tree, index);
    largest_ = std::max(largest_, std::abs(out));
    return out;
  }

  long double largest() const { return largest_; }
  bool imaginary() const { return imaginary_; }
  // Is something of the expression not seen in its value: 1 + 10^-60, x^(10^-60), e^-99999, arctan 10^60?
  bool hidden() const { return hidden_; }

 private:
  Number variable(const std::string& name) {
    if (name == "pi") return std::numbers::pi_v<long double>;
    if (name == "e") return std::numbers::e_v<long double>;
    if (name == "infinity" || name.starts_with("mathbb")) return kNone;
    if (name == "i") {
      imaginary_ = true;
      return {0, 1};
    }
    if (draw_ == Draw::constant) return kNone;
    // By name: the same on both sides whatever is met first.
    Stream drawn = random_.child(name);
    if (draw_ == Draw::many) return std::floor(std::exp2(static_cast<long double>(drawn.uniform()) * 30));
    if (draw_ == Draw::few || (whole_names_ && !is_real_name(name))) return drawn.between(1, 20);
    const long double size = draw_ == Draw::near
                                 ? static_cast<long double>(drawn.between(256, 4096)) / 1024
                                 : std::exp2(static_cast<long double>(drawn.uniform()) * 21 - 8);
    return positive_ || drawn.chance(0.5) ? size : -size;
  }

  Number number(const AnswerNode& node) const {
    if (node.base != 10 || node.repeating > 0) {
      std::string text = node.text;
      const size_t point = std::min(text.find('.'), text.size());
      long double out = 0, place = 1;
      for (size_t i = 0; i < text.size(); ++i) {
        if (i == point) continue;
        const int digit = text[i] <= '9' ? text[i] - '0' : (text[i] | 32) - 'a' + 10;
        if (i > point) place /= node.base;
        out = i < point ? out * node.base + digit : out + place * digit;
      }
      if (node.repeating > 0) return kNone;  // exact arithmetic reads these
      return out;
    }
    return std::strtold(node.text.c_str(), nullptr);
  }

  // An odd root of a negative number is negative.
  static Number power(const Number& base, const Number& exponent, long odd_root) {
    if (base == Number(0)) return exponent.real() > 0 ? Number(0) : Number(kNone);
    if (is_real(exponent) && exponent.real() == std::round(exponent.real()) &&
        std::abs(exponent.real()) < 1e6L) {
      return std::pow(base, static_cast<int>(exponent.real()));
    }
    if (odd_root % 2 != 0 && is_real(base) && base.real() < 0) {
      const bool odd = std::fmod(std::round(exponent.real() * static_cast<long double>(odd_root)), 2.0L) != 0;
      const long double size = std::pow(-base.real(), exponent.real());
      return odd ? -size : size;
    }
    return std::pow(base, exponent);
  }

  // A power that is 0, or 1 since its exponent is nearly 0, says nothing of the exponent.
  Number seen(const Number& out, const Number& base, const Number& exponent) {
    if (base == Number(0) || base == Number(1) || exponent == Number(0)) return out;
    const bool one = std::abs(out - Number(1)) <= kRounding && std::abs(exponent * std::log(base)) < 1;
    if (one || out == Number(0)) hidden_ = true;
    return out;
  }

  Number raised(const Number& base, const Number& exponent, long odd_root) {
    return seen(power(base, exponent, odd_root), base, exponent);
  }

  // The denominator of an exponent that is a fraction of two whole numbers, else 0 (even: no odd root).
  static long denominator(const AnswerTree& tree, uint32_t index) {
    const AnswerNode& node = tree.nodes[index];
    if (node.kind == Kind::negative) return denominator(tree, node.children[0]);
    if (node.kind != Kind::quotient) return 0;
    long below = 0;
    for (const uint32_t child : node.children) {
      const AnswerNode& part = tree.nodes[child];
      if (part.kind != Kind::number || part.text.size() > 3 || part.text.find('.') != std::string::npos)
        return 0;
      below = std::stol(part.text);
    }
    return below;
  }

  Number call(const AnswerTree& tree, const AnswerNode& node) {
    const std::string& f = node.text;
    std::vector<Number> arguments;
    for (const uint32_t child : node.children) arguments.push_back(value(tree, child));
    const Number x = arguments[0];
    const bool two = arguments.size() > 1;
    const Number second = two ? arguments[1] : Number(0);
    if (f == "sqrt") {
      if (!two) return std::sqrt(x);
      return raised(x, Number(1) / second, is_real(second) ? std::lround(second.real()) : 0);
    }
    const long double size = std::abs(x);
    const bool even = f == "cos" || f == "sec" || f == "cosh";  // nearly 1 for arguments of nearly 0
    if ((even && size > 0 && size * size <= kRounding) || (f == "tanh" && size > 17) ||
        ((f == "arctan" || f == "atan" || f == "arccot") && size * kRounding >= 1)) {
      hidden_ = true;
    }
    if (f == "exp") return seen(std::exp(x), std::numbers::e_v<long double>, x);
    if (f == "ln") return std::log(x);
    if (f == "log" || f == "lg") return std::log(x) / std::log(two ? second : Number(10));
    if (f == "sin") return std::sin(x);
    if (f == "cos") return std::cos(x);
    if (f == "tan") return std::tan(x);
    if (f == "cot") return Number(1) / std::tan(x);
    if (f == "sec") return Number(1) / std::cos(x);
    if (f == "csc") return Number(1) / std::sin(x);
    if (f == "sinh") return std::sinh(x);
    if (f == "cosh") return std::cosh(x);
    if (f == "tanh") return std::tanh(x);
    if (f == "arcsin" || f == "asin") return std::asin(x);
    if (f == "arccos" || f == "acos") return std::acos(x);
    if (f == "arctan" || f == "atan") return std::atan(x);
    if (f == "arccot") return std::numbers::pi_v<long double> / 2 - std::atan(x);
    if (f == "arcsec") return std::acos(Number(1) / x);
    if (f == "arccsc") return std::asin(Number(1) / x);
    if (f == "arcsinh") return std::asinh(x);
    if (f == "arccosh") return std::acosh(x);
    if (f == "arctanh") return std::atanh(x);
    if (f == "abs") return std::abs(x);
    if (!is_real(x)) return kNone;
    if (f == "floor") return std::floor(nudged(x.real()));
    if (f == "ceil") return std::ceil(nudged(x.real()));
    if (f == "factorial") return x.real() >= 0 ? std::tgamma(x.real() + 1) : kNone;
    return two ? of_several(f, arguments) : Number(kNone);
  }

  // A number that rounding has moved off a whole one.
  static long double nudged(long double x) {
    const long double whole = std::round(x);
    return std::abs(x - whole) <= 1e-16L * std::max(1.0L, std::abs(x)) ? whole : x;
  }

  static Number of_several(const std::string& f, const std::vector<Number>& arguments) {
    long double out = arguments[0].real();
    for (size_t i = 1; i < arguments.size(); ++i) {
      if (!is_real(arguments[i])) return kNone;
      const long double y = arguments[i].real();
      if (f == "max") {
        out = std::max(out, y);
      } else if (f == "min") {
        out = std::min(out, y);
      } else if (f == "mod") {
        if (!(y > 0)) return kNone;
        out = out - y * std::floor(nudged(out / y));
      } else if (out != std::round(out) || y != std::round(y) || std::abs(out) > 1e15L ||
                 std::abs(y) > 1e15L) {
        return kNone;
      } else if (f == "gcd" || f == "lcm") {
        const auto a = static_cast<int64_t>(out), b = static_cast<int64_t>(y);
        if (f == "lcm" && b == 0) return 0;
        const int64_t divisor = std::gcd(a, b);
        out = f == "gcd" ? static_cast<long double>(divisor)
                         : std::abs(static_cast<long double>(a) / static_cast<long double>(divisor) * y);
      } else if (f == "binom") {
        if (y < 0 || y > 2000 || out < 0) return kNone;
        long double product = 1;
        for (long double k = 1; k <= y; ++k) product = std::round(product * (out - y + k) / k);
        out = y > out ? 0 : product;
      } else {
        return kNone;
      }
    }
    return out;
  }

  Number computed(const AnswerTree& tree, uint32_t index) {
    const AnswerNode& node = tree.nodes[index];
    const auto child = [&](size_t i) { return value(tree, node.children[i]); };
    switch (node.kind) {
      case Kind::number:
        return number(node);
      case Kind::name:
      case Kind::word:
        return variable(node.text);
      case Kind::negative:
        return Number(0) - child(0);  // no negative zero: it would choose another branch of a root
      case Kind::product:
        return child(0) * child(1);
      case Kind::quotient:
        return child(0) / child(1);
      case Kind::power:
        return raised(child(0), child(1), denominator(tree, node.children[1]));
      case Kind::call:
        return call(tree, node);
      case Kind::sum: {
        Number out = 0;
        long double least = kInfinite, most = 0;
        for (size_t i = 0; i < node.children.size(); ++i) {
          const Number term = child(i);
          const long double size = std::abs(term);
          if (size > 0) least = std::min(least, size);
          most = std::max(most, size);
          out += term;
        }
        if (least <= kRounding * most) hidden_ = true;
        return out;
      }
      default:
        return kNone;
    }
  }

  Stream random_;
  Draw draw_;
  bool positive_, whole_names_;
  bool imaginary_ = false, hidden_ = false;
  long double largest_ = 0;
};

bool is_finite(const Number& value) {
  return std::isfinite(value.real()) && std::isfinite(value.imag());
}

enum class Verdict { agree, differ, skipped };

Verdict compare_at(Point& point, const Number& a, const Number& b, long double rounding) {
  if (!is_finite(a) || !is_finite(b)) return Verdict::skipped;
  if (!point.imaginary() && is_real(a) != is_real(b)) return Verdict::skipped;
  const long double tolerance = rounding * point.largest();
  const long double size = std::max(std::abs(a), std::abs(b));
  if (!(tolerance <= std::max(kCancelled, kCancelled * size))) return Verdict::skipped;
  if (std::abs(a - b) > tolerance) return Verdict::differ;
  return point.hidden() ? Verdict::skipped : Verdict::agree;
}

// Does it hold a function of whole numbers; a variable; one that may be no whole number?
struct Holds {
  bool whole = false, variable = false, real = false;
  size_t nodes = 1;

  void add(const Holds& other) {
    whole = whole || other.whole;
    variable = variable || other.variable;
    real = real || other.real;
    nodes += other.nodes;
  }
};

Holds holds_in(const AnswerTree& tree, uint32_t index) {
  const AnswerNode& node = tree.nodes[index];
  Holds out;
  if (node.kind == Kind::name && node.text != "pi" && node.text != "e" && node.text != "i")
    out = {.variable = true, .real = is_real_name(node.text)};
  if (node.kind == Kind::call) {
    for (const char* name : {"floor", "ceil", "mod", "gcd", "lcm", "factorial", "binom"}) {
      out.whole = out.whole || node.text == name;
    }
  }
  const bool signs = node.kind == Kind::power && tree.nodes[node.children[0]].kind == Kind::negative;
  for (size_t i = 0; i < node.children.size(); ++i) {
    const Holds child = holds_in(tree, node.children[i]);
    out.add(child);
    if (signs && i == 1 && child.variable) out.whole = true;
  }
  return out;
}

}  // namespace

PointAgreement agree_at_points(const AnswerTree& a, uint32_t node_a, const AnswerTree& b, uint32_t node_b,
                               const Stream& random, size_t& evaluations) {
  Holds holds = holds_in(a, node_a);
  holds.add(holds_in(b, node_b));
  size_t counted = 0;  // points of the last round
  // Does no point of a round differ?
  const auto alike = [&](int count, const char* kind, Draw draw) {
    counted = 0;
    for (int i = 0; i < count; ++i) {
      const Stream at = kind[0] == 0 ? random.child(static_cast<uint64_t>(i))
                                     : random.child(kind).child(static_cast<uint64_t>(i));
      Point point(at, draw, i % 2 == 0, holds.whole);
      const Number left = point.value(a, node_a), right = point.value(b, node_b);
      const Verdict verdict = compare_at(point, left, right, draw == Draw::far ? kFarRounding : kRounding);
      if (verdict == Verdict::differ) return false;
      counted += verdict == Verdict::agree;
    }
    return true;
  };
  const size_t work = holds.nodes * (2 * kMostPoints + (holds.whole ? 2 * kMostWholePoints : 0));
  if (work > evaluations) return PointAgreement::unknown;
  evaluations -= work;
  if (holds.whole && holds.variable) {
    if (!alike(kMostWholePoints, "few", Draw::few)) return PointAgreement::differ;
    const size_t few = counted;
    if (!alike(kMostWholePoints, "many", Draw::many)) return PointAgreement::differ;
    if (few + counted < 2 * kLeastPoints) return PointAgreement::unknown;
    if (!holds.real) return PointAgreement::agree;
  }
  if (!alike(kMostPoints, "", Draw::near)) return PointAgreement::differ;
  const bool enough = counted >= kLeastPoints;
  if (holds.variable && !alike(kMostPoints, "far", Draw::far)) return PointAgreement::differ;
  return enough ? PointAgreement::agree : PointAgreement::unknown;
}

std::optional<long double> real_constant(const AnswerTree& tree, uint32_t node) {
  Point point(Stream(0), Draw::constant, true, false);
  const Number value = point.value(tree, node);
  if (!is_finite(value) || !is_real(value)) return std::nullopt;
  return value.real();
}

std::optional<long double> fingerprint(const AnswerTree& tree, uint32_t node, const char* name) {
  Point point(Stream(1).child(name), Draw::near, true, true);
  const Number value = point.value(tree, node);
  if (!is_finite(value)) return std::nullopt;
  const long double out = value.real() + 0.37L * value.imag();
  if (std::abs(out) <= 1e-13L * point.largest()) return 0.0L;
  return std::abs(out) < 1e-6L * point.largest() ? std::nullopt : std::optional(out);
}

}  // namespace gradus
