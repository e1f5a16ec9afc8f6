#include "gradus/reward/answer/numeric.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <numbers>

namespace gradus {

namespace {

using Number = std::complex<long double>;
using Kind = AnswerNode::Kind;

constexpr long double kRounding = 1e-15L, kCancelled = 1e-9L;
constexpr long double kNone = std::numeric_limits<long double>::quiet_NaN();

bool is_real(const Number& value) {
  return std::abs(value.imag()) <= 1e-15L * std::max(1.0L, std::abs(value.real()));
}

// At one point: the values of variables, and the largest magnitude that was met.
class Point {
 public:
  explicit Point(Stream random, bool positive) : random_(random), positive_(positive) {}

  Number value(const AnswerTree& tree, uint32_t index) {
    const Number out = computed(tree, index);
    largest_ = std::max(largest_, std::abs(out));
    return out;
  }

  long double largest() const { return largest_; }
  bool imaginary() const { return imaginary_; }

 private:
  Number variable(const std::string& name) {
    if (name == "pi") return std::numbers::pi_v<long double>;
    if (name == "e") return std::numbers::e_v<long double>;
    if (name == "infinity" || name.starts_with("mathbb")) return kNone;
    if (name == "i") {
      imaginary_ = true;
      return {0, 1};
    }
    // By name: the same on both sides whatever is met first.
    Stream drawn = random_.child(name);
    const long double size = static_cast<long double>(drawn.between(256, 4096)) / 1024;
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
    const Number x = value(tree, node.children[0]);
    const bool two = node.children.size() > 1;
    const Number second = two ? value(tree, node.children[1]) : Number(0);
    if (f == "sqrt") {
      if (!two) return std::sqrt(x);
      return power(x, Number(1) / second, is_real(second) ? std::lround(second.real()) : 0);
    }
    if (f == "exp") return std::exp(x);
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
    if (f == "abs") return std::abs(x);
    if (!is_real(x)) return kNone;
    if (f == "floor") return std::floor(x.real());
    if (f == "ceil") return std::ceil(x.real());
    if (f == "factorial") return x.real() >= 0 ? std::tgamma(x.real() + 1) : kNone;
    return kNone;
  }

  Number computed(const AnswerTree& tree, uint32_t index) {
    const AnswerNode& node = tree.nodes[index];
    const auto child = [&](size_t i) { return value(tree, node.children[i]); };
    switch (node.kind) {
      case Kind::number:
        return number(node);
      case Kind::name:
        return variable(node.text);
      case Kind::negative:
        return -child(0);
      case Kind::product:
        return child(0) * child(1);
      case Kind::quotient:
        return child(0) / child(1);
      case Kind::power:
        return power(child(0), child(1), denominator(tree, node.children[1]));
      case Kind::call:
        return call(tree, node);
      case Kind::sum: {
        Number out = 0;
        for (size_t i = 0; i < node.children.size(); ++i) out += child(i);
        return out;
      }
      default:
        return kNone;
    }
  }

  Stream random_;
  bool positive_;
  bool imaginary_ = false;
  long double largest_ = 0;
};

bool is_finite(const Number& value) {
  return std::isfinite(value.real()) && std::isfinite(value.imag());
}

enum class Verdict { agree, differ, skipped };

Verdict compare_at(Point& point, const Number& a, const Number& b) {
  if (!is_finite(a) || !is_finite(b)) return Verdict::skipped;
  if (!point.imaginary() && is_real(a) != is_real(b)) return Verdict::skipped;
  const long double tolerance = kRounding * point.largest();
  const long double size = std::max(std::abs(a), std::abs(b));
  if (!(tolerance <= std::max(kCancelled, kCancelled * size))) return Verdict::skipped;
  return std::abs(a - b) <= tolerance ? Verdict::agree : Verdict::differ;
}

}  // namespace

bool agree_at_points(const AnswerTree& a, uint32_t node_a, const AnswerTree& b, uint32_t node_b,
                     const Stream& random) {
  int agreed = 0;
  for (int i = 0; i < kMostPoints; ++i) {
    Point point(random.child(static_cast<uint64_t>(i)), i % 2 == 0);
    const Number left = point.value(a, node_a), right = point.value(b, node_b);
    const Verdict verdict = compare_at(point, left, right);
    if (verdict == Verdict::differ) return false;
    agreed += verdict == Verdict::agree;
  }
  return agreed >= kLeastPoints;
}

}  // namespace gradus
