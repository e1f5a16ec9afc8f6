#include "gradus/reward/answer/real_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/reward/answer/exact.h"
#include "gradus/reward/answer/numeric.h"

namespace gradus {

namespace {

using Kind = AnswerNode::Kind;

constexpr long double kInfinite = std::numeric_limits<long double>::infinity();
constexpr size_t kMostIntervals = 64;

bool same_place(long double a, long double b) {
  if (std::isinf(a) || std::isinf(b)) return a == b;
  return a == b || std::abs(a - b) <= 1e-15L * std::max(std::abs(a), std::abs(b));
}

bool before(const RealCut& a, const RealCut& b) {
  return same_place(a.at, b.at) ? !a.behind && b.behind : a.at < b.at;
}

RealCut infinite_cut(int sign) {
  return {.at = sign < 0 ? -kInfinite : kInfinite, .behind = sign < 0, .limit = std::nullopt};
}

std::optional<RealCut> cut(const AnswerPart& limit, int infinite, bool behind) {
  if (infinite != 0) return infinite_cut(infinite);
  if (!is_scalar(limit)) return std::nullopt;
  const std::optional<long double> at = real_constant(*limit.tree, limit.index);
  if (!at) return std::nullopt;
  return RealCut{.at = *at, .behind = behind, .limit = limit};
}

RealSet united(const RealSet& a, const RealSet& b) {
  std::vector<RealInterval> all = a.intervals;
  all.insert(all.end(), b.intervals.begin(), b.intervals.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const RealInterval& x, const RealInterval& y) { return before(x.first, y.first); });
  RealSet out{.name = a.name.empty() ? b.name : a.name};
  for (const RealInterval& next : all) {
    if (out.intervals.empty() || before(out.intervals.back().second, next.first)) {
      out.intervals.push_back(next);
    } else if (before(out.intervals.back().second, next.second)) {
      out.intervals.back().second = next.second;
    }
  }
  return out;
}

RealSet complement(const RealSet& of) {
  RealSet out{.name = of.name};
  RealCut from = infinite_cut(-1);
  for (const auto& [low, high] : of.intervals) {
    if (before(from, low)) out.intervals.emplace_back(from, low);
    from = high;
  }
  if (before(from, infinite_cut(1))) out.intervals.emplace_back(from, infinite_cut(1));
  return out;
}

RealSet intersected(const RealSet& a, const RealSet& b) {
  RealSet out = complement(united(complement(a), complement(b)));
  out.name = a.name.empty() ? b.name : a.name;
  return out;
}

std::optional<RealSet> point(const AnswerPart& at) {
  const auto low = cut(at, 0, false), high = cut(at, 0, true);
  if (!low || !high) return std::nullopt;
  return RealSet{.intervals = {{*low, *high}}};
}

std::optional<RealSet> interval(const AnswerPart& part) {
  const std::optional<AnswerBounds> bounds = bounds_of(part);
  if (!bounds || bounds->low_infinite > 0 || bounds->high_infinite < 0) return std::nullopt;
  const auto low = cut(bounds->low, bounds->low_infinite, bounds->low_open);
  const auto high = cut(bounds->high, bounds->high_infinite, !bounds->high_open);
  if (!low || !high || !before(*low, *high)) return std::nullopt;
  return RealSet{.intervals = {{*low, *high}}, .name = bounds->name, .plain = part.is(Kind::bracketed)};
}

// A variable with rational numbers: its name ("" of a number), and what is made of it.
struct LinearSide {
  std::string name;
  LinearForm form;
};

std::optional<LinearSide> linear(const AnswerPart& part) {
  if (part.is(Kind::number)) {
    ExactValues values;
    const std::optional<ExactValue> exact = values.of(*part.tree, part.index);
    if (!exact) return std::nullopt;
    return LinearSide{"", {.factor = 0, .shift = *ExactValues::rational(*exact)}};
  }
  if (part.is(Kind::name)) {
    const std::string name = variable_name(part);
    return name.empty() ? std::nullopt : std::optional(LinearSide{name, {}});
  }
  const bool several = part.is(Kind::sum) || part.is(Kind::product) || part.is(Kind::quotient);
  if (!several && !part.is(Kind::negative)) return std::nullopt;
  std::optional<LinearSide> out = linear(part.child(0));
  if (out && part.is(Kind::negative)) out->form = {-out->form.factor, -out->form.shift};
  for (size_t i = 1; out && i < part.size(); ++i) {
    const std::optional<LinearSide> next = linear(part.child(i));
    if (!next) return std::nullopt;
    const bool both = !out->name.empty() && !next->name.empty();
    if (part.is(Kind::sum)) {
      if (both && out->name != next->name) return std::nullopt;
      out->form = {out->form.factor + next->form.factor, out->form.shift + next->form.shift};
    } else if (part.is(Kind::product)) {
      if (both) return std::nullopt;
      const mpq_class by = next->name.empty() ? next->form.shift : out->form.shift;
      const LinearForm of = next->name.empty() ? out->form : next->form;
      out->form = {of.factor * by, of.shift * by};
    } else {
      if (!next->name.empty() || next->form.shift == 0) return std::nullopt;
      out->form = {out->form.factor / next->form.shift, out->form.shift / next->form.shift};
    }
    if (out->name.empty()) out->name = next->name;
  }
  return out;
}

// Of a side with a variable, where that is `sign` times the limit.
std::optional<RealCut> solved(const LinearSide& side, const AnswerPart& limit, int sign, bool behind) {
  const int turned = side.form.factor < 0 ? -sign : sign;
  std::optional<RealCut> out = cut(limit, turned * infinite_sign(limit), behind);
  if (!out || !out->limit) return out;
  out->form = {sign / side.form.factor, -side.form.shift / side.form.factor};
  out->at = out->at * static_cast<long double>(out->form.factor.get_d()) +
            static_cast<long double>(out->form.shift.get_d());
  return out;
}

bool rises(char sign) {
  return sign == '<' || sign == 'l';
}
bool is_open(char sign) {
  return sign == '<' || sign == '>';
}

// "|x - 1| < 3", "3 \ge |x|", "1 < 2x + 1 \le 5", of one variable.
std::optional<RealSet> linear_bounds(const AnswerPart& part) {
  const std::string& signs = part.text();
  if (signs.find_first_not_of("<>lg") != std::string::npos) return std::nullopt;
  const auto is_distance = [](const AnswerPart& side) { return side.is(Kind::call) && side.text() == "abs"; };
  const bool single = signs.size() == 1;
  if (!single && (signs.size() != 2 || rises(signs[0]) != rises(signs[1]))) return std::nullopt;
  const size_t middle = !single || !is_distance(part.child(0)) ? 1 : 0;
  const AnswerPart inside = part.child(middle);
  if (single && !is_distance(inside)) return std::nullopt;
  const std::optional<LinearSide> side = linear(single ? inside.child(0) : inside);
  if (!side || side->form.factor == 0) return std::nullopt;
  const bool up = rises(signs[0]), within = !single || up == (middle == 0);
  const AnswerPart low = single ? part.child(1 - middle) : part.child(up ? 0 : 2),
                   high = single ? low : part.child(up ? 2 : 0);
  const bool low_open = is_open(signs[single || up ? 0 : 1]) == within,
             high_open = is_open(signs[single || !up ? 0 : 1]) == within;
  const bool falls = side->form.factor < 0;
  std::optional<RealCut> from = solved(*side, low, single ? -1 : 1, falls ? !low_open : low_open),
                         to = solved(*side, high, 1, falls ? high_open : !high_open);
  if (falls) std::swap(from, to);
  if (!from || !to || !before(*from, *to)) return std::nullopt;
  RealSet out{.intervals = {{*from, *to}}, .name = side->name};
  return within ? out : complement(out);
}

std::optional<RealSet> relation(const AnswerPart& part) {
  if (auto between = interval(part)) return between;
  if (auto bounded = linear_bounds(part)) return bounded;
  const std::string& signs = part.text();
  if (signs.size() != 1) return std::nullopt;
  const std::string name = variable_name(part.child(0));
  if (name.empty()) return std::nullopt;
  std::optional<RealSet> out;
  if (signs == "i") out = real_set(part.child(1));
  if (signs == "=" || signs == "n") out = point(part.child(1));
  if (!out || !out->name.empty()) return std::nullopt;
  if (signs == "n") out = complement(*out);
  out->name = name;
  out->plain = false;
  return out;
}

// Of all children: united, intersected or without the second.
std::optional<RealSet> combined(const AnswerParts& parts, Kind kind) {
  std::optional<RealSet> out;
  if (parts.empty() || parts.size() > kMostIntervals) return std::nullopt;
  for (const AnswerPart& part : parts) {
    const std::optional<RealSet> next = real_set(part);
    if (!next || (out && !out->name.empty() && !next->name.empty() && out->name != next->name))
      return std::nullopt;
    if (!out) {
      out = next;
    } else if (kind == Kind::set_union) {
      out = united(*out, *next);
    } else {
      out = intersected(*out, kind == Kind::difference ? complement(*next) : *next);
    }
    if (out->intervals.size() > kMostIntervals) return std::nullopt;
  }
  out->plain = false;
  return out;
}

// "x \ne 0, 1": all but these.
std::optional<RealSet> all_but(AnswerParts parts) {
  RealSet out{.name = variable_name(parts[0].child(0))};
  if (out.name.empty() || parts.size() > kMostIntervals) return std::nullopt;
  parts[0] = parts[0].child(1);
  for (const AnswerPart& part : parts) {
    const std::optional<RealSet> one = point(part);
    if (!one) return std::nullopt;
    out.intervals.push_back(one->intervals[0]);
  }
  return complement(united(out, {}));
}

std::optional<RealSet> list(const AnswerPart& part) {
  const AnswerParts parts = child_parts(part);
  const bool first_only = std::count_if(parts.begin(), parts.end(),
                                        [](const AnswerPart& one) { return one.is(Kind::relation); }) == 1 &&
                          parts[0].is(Kind::relation) && parts[0].text() == "n";
  if (first_only && part.text() != "or") return all_but(parts);
  const auto all = [&](auto&& holds) { return std::all_of(parts.begin(), parts.end(), holds); };
  if (!all([](const AnswerPart& one) { return one.is(Kind::relation); })) return std::nullopt;
  if (part.text() == "or") return combined(parts, Kind::set_union);
  const bool excluded = all([](const AnswerPart& one) { return one.text() == "n"; });
  if (part.text() == "and" || (part.text() == "," && excluded)) {
    // "x = 1 and x = 2" lists two numbers.
    if (all([](const AnswerPart& one) { return one.text() == "="; })) return combined(parts, Kind::set_union);
    return combined(parts, Kind::intersection);
  }
  return std::nullopt;
}

std::optional<RealSet> points(const AnswerPart& part) {
  RealSet out{.plain = true};
  if (part.size() > kMostIntervals) return std::nullopt;
  for (const AnswerPart& element : child_parts(part)) {
    const std::optional<RealSet> one = point(element);
    if (!one) return std::nullopt;
    out.intervals.push_back(one->intervals[0]);
  }
  out = united(out, {});
  out.plain = true;
  return out;
}

}  // namespace

std::optional<RealSet> real_set(const AnswerPart& part) {
  switch (part.node().kind) {
    case Kind::name:
      if (part.text() != "mathbb R") return std::nullopt;
      return RealSet{.intervals = {{infinite_cut(-1), infinite_cut(1)}}};
    case Kind::bracketed:
      return interval(part);
    case Kind::set:
      return points(part);
    case Kind::list:
      return list(part);
    case Kind::set_union:
    case Kind::intersection:
    case Kind::difference:
      return combined(child_parts(part), part.node().kind);
    case Kind::relation:
      return relation(part);
    case Kind::sum: {  // \mathbb{R} - {2}
      const bool without = part.size() == 2 && part.child(1).is(Kind::negative) && is_set_name(part.child(0));
      if (!without) return std::nullopt;
      return combined({part.child(0), part.child(1).child(0)}, Kind::difference);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace gradus
