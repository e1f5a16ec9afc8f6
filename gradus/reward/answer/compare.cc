#include "gradus/reward/answer/compare.h"

#include <algorithm>

#include "gradus/reward/answer/units.h"

namespace gradus {

namespace {

using Kind = AnswerNode::Kind;

constexpr uint64_t kSeed = 2025;                      // of the points
constexpr size_t kMostElements = 64;                  // of a set
constexpr size_t kMostComparisons = size_t{1} << 17;  // of parts of two answers
constexpr size_t kMostDigits = 12;                    // of a decimal that evaluation may compare

// Two names that are not the same: of variables, or of functions. "f(x) = 2x" may be called y.
bool other_name(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b && a.ends_with("()") == b.ends_with("()");
}

// The name that an answer gives to what it states.
std::string name_of(const AnswerPart& part) {
  std::string name;
  if (part.is(Kind::set) || part.is(Kind::list)) {
    element_parts(part, name);
  } else {
    stated_value(part, name);
  }
  if (!name.empty()) return name;
  if (const auto bounds = bounds_of(part)) return bounds->name;
  const auto set = real_set(part);
  return set ? set->name : "";
}

// Is each of `a` the same as one of `b`, and each of those as one of these? Every pair is asked for once.
template <class Same>
bool each_in_other(size_t a, size_t b, const Same& same) {
  std::vector<bool> found(b);
  for (size_t i = 0; i < a; ++i) {
    bool matched = false;
    for (size_t j = 0; j < b; ++j) {
      if ((matched && found[j]) || !same(i, j)) continue;
      matched = found[j] = true;
    }
    if (!matched) return false;
  }
  return std::all_of(found.begin(), found.end(), [](bool one) { return one; });
}

bool has_long_decimal(const AnswerTree& tree) {
  return std::any_of(tree.nodes.begin(), tree.nodes.end(), [](const AnswerNode& node) {
    return node.kind == Kind::number && node.text.find('.') != std::string::npos &&
           node.text.size() > kMostDigits + 1;
  });
}

}  // namespace

AnswerTree with_sign(AnswerTree tree, bool plus) {
  for (size_t i = 0, count = tree.nodes.size(); i < count; ++i) {
    if (tree.nodes[i].kind != Kind::plus_minus) continue;
    std::vector<uint32_t> operands = tree.nodes[i].children;
    if (!plus) {
      tree.nodes.push_back({.kind = Kind::negative, .children = {operands.back()}});
      operands.back() = static_cast<uint32_t>(tree.nodes.size() - 1);
    }
    tree.nodes[i].kind = Kind::sum;
    tree.nodes[i].children = operands;
  }
  return tree;
}

size_t plus_minus_signs(const AnswerTree& tree) {
  return static_cast<size_t>(std::count_if(tree.nodes.begin(), tree.nodes.end(),
                                           [](const AnswerNode& n) { return n.kind == Kind::plus_minus; }));
}

AnswerEquality AnswerComparison::run(const AnswerTree& a, const AnswerTree& b) {
  const size_t left_signs = plus_minus_signs(a), right_signs = plus_minus_signs(b);
  if (left_signs + right_signs == 0) return concluded(same_named(root_part(a), root_part(b)));
  if (left_signs > kMostSigns || right_signs > kMostSigns) return concluded(undecided());
  if (other_name(name_of(root_part(a)), name_of(root_part(b)))) return concluded(false);
  const AnswerTree versions[] = {with_sign(a, true), with_sign(a, false), with_sign(b, true),
                                 with_sign(b, false)};
  AnswerParts left, right;
  std::string unused;
  for (int i = 0; i < 4; ++i) {
    for (const AnswerPart& element : element_parts(stated_value(root_part(versions[i]), unused), unused))
      (i < 2 ? left : right).push_back(element);
  }
  return concluded(same_sets(left, right));
}

AnswerEquality AnswerComparison::concluded(bool equal) const {
  if (!equal && undecided_) return {false, AnswerEvidence::undecided};
  return {equal, by_points_ ? AnswerEvidence::points : AnswerEvidence::exact};
}

// An equation is compared as one first, then by the value that it gives to its name.
bool AnswerComparison::same_named(const AnswerPart& a, const AnswerPart& b) {
  if (a.is(Kind::relation) && b.is(Kind::relation) && same_relations(a, b)) return true;
  if (other_name(name_of(a), name_of(b))) return false;
  std::string unused;
  return same(stated_value(a, unused), stated_value(b, unused));
}

bool AnswerComparison::same(const AnswerPart& a, const AnswerPart& b) {
  if (++comparisons_ > kMostComparisons) return undecided();
  if (a.is(Kind::measured) || b.is(Kind::measured)) return same_measured(a, b);
  if (const int left = infinite_sign(a), right = infinite_sign(b); left != 0 || right != 0)
    return left == right;
  if (is_set_name(a) && is_set_name(b)) return a.text() == b.text();
  if (a.is(Kind::congruence) && b.is(Kind::congruence)) return same_congruences(a, b);
  const std::optional<RealSet> left = real_set(a), right = real_set(b);
  if (left && right && !(left->plain && right->plain)) return same_real_sets(*left, *right);
  if (is_scalar(a) && is_scalar(b)) return same_values(a, b);
  const bool set_like = (a.is(Kind::set) || a.is(Kind::list)) && (b.is(Kind::set) || b.is(Kind::list));
  if (set_like) return same_elements(a, b);
  const bool joined = a.is(Kind::set_union) || a.is(Kind::intersection);
  if (joined && a.is(b.node().kind)) return same_sets(child_parts(a), child_parts(b));
  const std::optional<AnswerBounds> low = bounds_of(a), high = bounds_of(b);
  if (low && high) return same_bounds(*low, *high);
  if (a.is(Kind::relation) && b.is(Kind::relation)) return same_relations(a, b);
  const bool by_place = a.is(Kind::bracketed) || a.is(Kind::matrix) || a.is(Kind::difference);
  return by_place && a.is(b.node().kind) && a.text() == b.text() && same_children(a, b);
}

bool AnswerComparison::same_children(const AnswerPart& a, const AnswerPart& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!same(a.child(i), b.child(i))) return false;
  }
  return true;
}

// A unit on one side only is accepted.
bool AnswerComparison::same_measured(const AnswerPart& a, const AnswerPart& b) {
  const AnswerPart x = a.is(Kind::measured) ? a.child(0) : a, y = b.is(Kind::measured) ? b.child(0) : b;
  if (!a.is(Kind::measured) || !b.is(Kind::measured)) return same(x, y);
  const Unit left = unit_of(a.text()), right = unit_of(b.text());
  if (left.dimension != right.dimension) return false;
  if (left.factor == right.factor) return same(x, y);
  return is_scalar(x) && is_scalar(y) && same_values(x, y, {.factor = left.factor}, {.factor = right.factor});
}

bool AnswerComparison::same_elements(const AnswerPart& a, const AnswerPart& b) {
  std::string left, right;
  const AnswerParts x = element_parts(a, left), y = element_parts(b, right);
  return !other_name(left, right) && same_sets(x, y);
}

// Every element of one is in the other.
bool AnswerComparison::same_sets(const AnswerParts& a, const AnswerParts& b) {
  if (a.size() > kMostElements || b.size() > kMostElements) return undecided();
  return each_in_other(a.size(), b.size(), [&](size_t i, size_t j) { return same(a[i], b[j]); });
}

bool AnswerComparison::same_real_sets(const RealSet& a, const RealSet& b) {
  if (other_name(a.name, b.name) || a.intervals.size() != b.intervals.size()) return false;
  const auto same_cuts = [&](const RealCut& x, const RealCut& y) {
    if (!x.limit || !y.limit) return !x.limit && !y.limit && x.at == y.at;
    return x.behind == y.behind && same_values(*x.limit, *y.limit, x.form, y.form);
  };
  for (size_t i = 0; i < a.intervals.size(); ++i) {
    if (!same_cuts(a.intervals[i].first, b.intervals[i].first) ||
        !same_cuts(a.intervals[i].second, b.intervals[i].second)) {
      return false;
    }
  }
  return true;
}

bool AnswerComparison::same_bounds(const AnswerBounds& a, const AnswerBounds& b) {
  const auto matches = [&](int infinite_a, int infinite_b, bool open_a, bool open_b, const AnswerPart& x,
                           const AnswerPart& y) {
    if (infinite_a != 0 || infinite_b != 0) return infinite_a == infinite_b;
    return open_a == open_b && same(x, y);
  };
  return !other_name(a.name, b.name) &&
         matches(a.low_infinite, b.low_infinite, a.low_open, b.low_open, a.low, b.low) &&
         matches(a.high_infinite, b.high_infinite, a.high_open, b.high_open, a.high, b.high);
}

// The same modulus, and residues that are the same up to it.
bool AnswerComparison::same_congruences(const AnswerPart& a, const AnswerPart& b) {
  const size_t from_a = a.text().empty() ? 0 : 1, from_b = b.text().empty() ? 0 : 1;
  if (from_a + from_b == 2) {
    const std::string left = variable_name(a.child(0)), right = variable_name(b.child(0));
    if (left.empty() != right.empty() || left != right) return false;
    if (left.empty() && !same(a.child(0), b.child(0))) return false;
  } else if (from_a + from_b == 1 && variable_name((from_a == 1 ? a : b).child(0)).empty()) {
    return false;
  }
  const AnswerPart modulus_a = a.child(a.size() - 1), modulus_b = b.child(b.size() - 1);
  if (!same(modulus_a, modulus_b)) return false;
  const auto number = [&](const AnswerPart& part) -> std::optional<mpq_class> {
    const auto value = is_scalar(part) ? values_.of(*part.tree, part.index) : std::nullopt;
    return value ? ExactValues::rational(*value) : std::nullopt;
  };
  const std::optional<mpq_class> modulus = number(modulus_a);
  const auto congruent = [&](const AnswerPart& x, const AnswerPart& y) {
    const std::optional<mpq_class> left = number(x), right = number(y);
    if (!left || !right || !modulus || *modulus == 0) return same(x, y);
    return mpq_class((*left - *right) / *modulus).get_den() == 1;
  };
  return each_in_other(a.size() - 1 - from_a, b.size() - 1 - from_b, [&](size_t i, size_t j) {
    return congruent(a.child(from_a + i), b.child(from_b + j));
  });
}

// Two sides each: the differences are multiples of each other (positive ones for inequalities).
bool AnswerComparison::same_relations(const AnswerPart& a, const AnswerPart& b) {
  const auto turned = [](const std::string& sign) -> std::string {
    return sign == ">" ? "<" : sign == "g" ? "l" : sign;
  };
  const std::string left = a.text(), right = b.text();
  if (left.size() == 1 && right.size() == 1 && left != "i" && right != "i" && left != "~" && right != "~") {
    if (turned(left) != turned(right)) return false;
    const auto difference = [&](const AnswerPart& part) -> std::optional<ExactValue> {
      const bool turn = part.text() != turned(part.text());
      const auto x = values_.of(*part.tree, part.child(turn ? 1 : 0).index);
      const auto y = values_.of(*part.tree, part.child(turn ? 0 : 1).index);
      const bool order = turned(part.text()) == "<" || turned(part.text()) == "l";
      return x && y ? values_.scaled_difference(*x, *y, order) : std::nullopt;
    };
    const auto d = difference(a), e = difference(b);
    if (d && e && values_.compare(*d, *e) == Sameness::same) return true;
  }
  return left == right && same_children(a, b);
}

// Values.

bool AnswerComparison::undecided() {
  undecided_ = true;
  return false;
}

bool AnswerComparison::same_values(const AnswerPart& a, const AnswerPart& b, const LinearForm& of_a,
                                   const LinearForm& of_b) {
  std::optional<ExactValue> x = values_.of(*a.tree, a.index), y = values_.of(*b.tree, b.index);
  if (x && !(of_a == LinearForm{})) x = values_.linear(*x, of_a.factor, of_a.shift);
  if (y && !(of_b == LinearForm{})) y = values_.linear(*y, of_b.factor, of_b.shift);
  const Sameness exact = x && y ? values_.compare(*x, *y) : Sameness::unknown;
  if (exact != Sameness::unknown) return exact == Sameness::same;
  if (has_long_decimal(*a.tree) || has_long_decimal(*b.tree) || !(of_a == of_b)) return undecided();
  const PointAgreement points =
      agree_at_points(*a.tree, a.index, *b.tree, b.index, Stream(kSeed), evaluations_);
  if (points == PointAgreement::unknown) return undecided();
  by_points_ = true;
  return points == PointAgreement::agree;
}

}  // namespace gradus
