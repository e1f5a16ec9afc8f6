#include "gradus/reward/answer/marks.h"

#include <algorithm>
#include <cmath>

#include "gradus/reward/answer/compare.h"
#include "gradus/reward/answer/numeric.h"
#include "gradus/reward/answer/units.h"

namespace gradus {

namespace {

using Kind = AnswerNode::Kind;
using MarkValue = std::optional<long double>;

// In place of an infinite limit; and between elements, so that their order counts.
constexpr long double kInfiniteMark = 12345.678L, kPlaces = 0.6180339887L;

MarkValue scalar_value(const AnswerPart& part) {
  if (has_variables(part)) return fingerprint(*part.tree, part.index);
  ExactValues values;
  const std::optional<ExactValue> exact = values.of(*part.tree, part.index);
  const std::optional<mpq_class> rational = exact ? ExactValues::rational(*exact) : std::nullopt;
  if (!rational) return fingerprint(*part.tree, part.index);
  const double value = rational->get_d();
  if (std::isfinite(value) && std::abs(value) < 1e300) return value;
  // Too large for a number: what is left by a prime.
  const unsigned long above = mpz_fdiv_ui(rational->get_num_mpz_t(), 4294967291UL);
  const unsigned long below = mpz_fdiv_ui(rational->get_den_mpz_t(), 4294967291UL);
  return 1e300L * (1 + static_cast<long double>(above) / 4294967291.0L +
                   1000 * static_cast<long double>(below) / 4294967291.0L);
}

MarkValue part_value(const AnswerPart& part);

// By place.
MarkValue sum_by_place(const AnswerParts& parts) {
  long double out = 0, weight = 1;
  for (const AnswerPart& part : parts) {
    const MarkValue value = part_value(part);
    if (!value) return std::nullopt;
    out += weight * *value;
    weight += kPlaces;
  }
  return out;
}

// Whatever the order, each value once.
MarkValue sum_of_set(const AnswerParts& parts) {
  std::vector<long double> values;
  if (parts.size() > 256) return std::nullopt;
  for (const AnswerPart& part : parts) {
    const MarkValue value = part_value(part);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  std::sort(values.begin(), values.end());
  long double out = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values[i] - values[i - 1] <= 1e-9L * (1 + std::abs(values[i]))) continue;
    out += values[i] + kPlaces * values[i] * values[i];
  }
  return out;
}

MarkValue bounds_value(const AnswerBounds& bounds) {
  const auto limit = [](const AnswerPart& part, int infinite) {
    return infinite != 0 ? MarkValue(infinite * kInfiniteMark) : part_value(part);
  };
  const MarkValue low = limit(bounds.low, bounds.low_infinite),
                  high = limit(bounds.high, bounds.high_infinite);
  return low && high ? MarkValue(*low + (1 + kPlaces) * *high) : std::nullopt;
}

MarkValue part_value(const AnswerPart& part) {
  if (const int infinite = infinite_sign(part)) return infinite * kInfiniteMark;
  if (is_scalar(part)) return scalar_value(part);
  if (part.is(Kind::bracketed)) {
    const std::optional<AnswerBounds> bounds = bounds_of(part);
    return bounds ? bounds_value(*bounds) : sum_by_place(child_parts(part));
  }
  if (part.is(Kind::matrix)) return sum_by_place(child_parts(part));
  return std::nullopt;
}

long double real_value(const RealSet& set) {
  long double out = 0, weight = 1;
  for (const RealInterval& interval : set.intervals) {
    for (const RealCut& cut : {interval.first, interval.second}) {
      const long double at = cut.limit ? cut.at : std::copysign(kInfiniteMark, cut.at);
      out += weight * (at + (cut.behind ? 0.01L : 0));
      weight += kPlaces;
    }
  }
  return out;
}

bool divides_by_variable(const AnswerPart& part) {
  if (part.is(Kind::quotient) && has_variables(part.child(1))) return true;
  if (part.is(Kind::power) && !part.child(1).is(Kind::number)) return true;
  for (size_t i = 0; i < part.size(); ++i) {
    if (divides_by_variable(part.child(i))) return true;
  }
  return false;
}

// The difference of the sides at one point divided by that at another: the same for all multiples.
MarkValue relation_value(const AnswerPart& part) {
  if (!is_scalar(part.child(0)) || !is_scalar(part.child(1)) || divides_by_variable(part))
    return std::nullopt;
  AnswerTree tree = *part.tree;
  tree.nodes.push_back({.kind = Kind::negative, .children = {part.child(1).index}});
  const auto minus = static_cast<uint32_t>(tree.nodes.size() - 1);
  tree.nodes.push_back({.kind = Kind::sum, .children = {part.child(0).index, minus}});
  const auto difference = static_cast<uint32_t>(tree.nodes.size() - 1);
  const MarkValue here = fingerprint(tree, difference), there = fingerprint(tree, difference, "another");
  if (!here || !there || *there == 0) return std::nullopt;
  return *here / *there;
}

// Residues up to the modulus, each once; of letters only that there are some.
void add_congruence(const AnswerPart& part, std::vector<AnswerMark>& out) {
  const auto number = [](const AnswerPart& of) {
    return is_scalar(of) ? real_constant(*of.tree, of.index) : std::nullopt;
  };
  const MarkValue modulus = number(part.child(part.size() - 1));
  std::vector<long double> residues;
  for (size_t i = part.text().empty() ? 0 : 1; i + 1 < part.size(); ++i) {
    const MarkValue residue = number(part.child(i));
    if (!residue || !modulus || *modulus == 0) {
      out.push_back({"congruence of letters", 0});
      return;
    }
    residues.push_back(std::round(1e6L * (*residue - *modulus * std::floor(*residue / *modulus))));
  }
  std::sort(residues.begin(), residues.end());
  residues.erase(std::unique(residues.begin(), residues.end()), residues.end());
  long double sum = *modulus, weight = 1;
  for (const long double residue : residues) sum += (weight += kPlaces) * residue * 1e-6L;
  out.push_back({"congruence", sum});
}

// A number that is too large to be evaluated is equal to another only where exact arithmetic writes them
// alike.
bool add_exact(const AnswerPart& part, std::vector<AnswerMark>& out) {
  if (has_variables(part)) return false;
  ExactValues values;
  const std::optional<ExactValue> exact = values.of(*part.tree, part.index);
  if (!exact) return !real_constant(*part.tree, part.index);  // equal to nothing but its text
  const std::optional<std::string> written = values.written(*exact);
  if (written) out.push_back({"exact " + *written, 0});
  return written.has_value();
}

bool add(const char* kind, const MarkValue& value, std::vector<AnswerMark>& out) {
  if (value) out.push_back({kind, *value});
  return value.has_value();
}

bool add_value_marks(const AnswerPart& part, std::vector<AnswerMark>& out) {
  if (part.is(Kind::word)) {
    out.push_back({"word " + part.text(), 0});
    return true;
  }
  if (is_set_name(part)) out.push_back({"name " + part.text(), 0});
  if (part.is(Kind::measured)) {
    if (!is_scalar(part.child(0))) return false;
    const Unit unit = unit_of(part.text());
    const MarkValue value = scalar_value(part.child(0));
    if (!value) return false;
    out.push_back({"value", *value});
    out.push_back({"measured " + unit.dimension, *value * static_cast<long double>(unit.factor.get_d())});
    return true;
  }
  if (part.is(Kind::congruence)) {
    add_congruence(part, out);
    return true;
  }
  const std::optional<RealSet> real = real_set(part);
  if (real) out.push_back({"real", real_value(*real)});
  if (is_set_name(part)) return true;
  if (part.is(Kind::set) || part.is(Kind::list)) {
    std::string unused;
    return add("set", sum_of_set(element_parts(part, unused)), out) || (real && !real->plain);
  }
  if (part.is(Kind::bracketed) || part.is(Kind::matrix))
    return add(part.is(Kind::matrix) ? "matrix" : "tuple", part_value(part), out);
  if (const auto bounds = bounds_of(part)) return add("tuple", bounds_value(*bounds), out);
  if (is_scalar(part)) return add("value", part_value(part), out) || add_exact(part, out);
  return real.has_value();
}

bool add_signed_marks(const AnswerTree& tree, std::vector<AnswerMark>& out) {
  if (plus_minus_signs(tree) > AnswerComparison::kMostSigns) return true;  // equal to nothing but its text
  const AnswerTree plus = with_sign(tree, true), minus = with_sign(tree, false);
  AnswerParts all;
  std::string unused;
  for (const AnswerTree* version : {&plus, &minus}) {
    for (const AnswerPart& element : element_parts(stated_value(root_part(*version), unused), unused))
      all.push_back(element);
  }
  const MarkValue first = all.empty() ? std::nullopt : part_value(all[0]);
  if (first) out.push_back({"value", *first});
  return add("set", sum_of_set(all), out);
}

}  // namespace

bool add_marks(const AnswerTree& tree, std::vector<AnswerMark>& out) {
  if (plus_minus_signs(tree) > 0) return add_signed_marks(tree, out);
  const AnswerPart root = root_part(tree);
  std::string unused;
  const AnswerPart value = stated_value(root, unused);
  const bool sides = root.is(Kind::relation) && root.size() == 2 && root.text() != "i" && root.text() != "~";
  if (sides && !add("relation", relation_value(root), out)) return false;
  if (value.is(Kind::relation) && sides) {  // an inequality too
    const std::optional<RealSet> real = real_set(value);
    if (real) out.push_back({"real", real_value(*real)});
    const auto bounds = bounds_of(value);
    return !bounds || add("tuple", bounds_value(*bounds), out);
  }
  return add_value_marks(value, out);
}

}  // namespace gradus
