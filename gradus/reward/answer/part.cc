#include "gradus/reward/answer/part.h"

#include <algorithm>
#include <set>

namespace gradus {

namespace {

using Kind = AnswerNode::Kind;

// Names, and whether something is applied, in an expression.
struct Contents {
  std::set<std::string> names;
  bool application = false;
};

void collect(const AnswerPart& part, Contents& out) {
  if (part.is(Kind::application)) {
    out.application = true;
    return;
  }
  if (part.is(Kind::word) ||
      (part.is(Kind::name) && part.text() != "pi" && part.text() != "e" && part.text() != "i"))
    out.names.insert(part.text());
  for (size_t i = 0; i < part.size(); ++i) collect(part.child(i), out);
}

bool is_constant(const AnswerPart& part) {
  return (is_scalar(part) || (part.is(Kind::measured) && is_scalar(part.child(0)))) && !has_variables(part);
}

// "AB", "AB^2": lengths between points.
bool is_length(const AnswerPart& part) {
  if (part.is(Kind::product)) return is_length(part.child(0)) && is_length(part.child(1));
  if (part.is(Kind::power)) return is_length(part.child(0)) && part.child(1).is(Kind::number);
  return part.is(Kind::name) && part.text()[0] >= 'A' && part.text()[0] <= 'Z';
}

// What a question asks for, not an equation of a curve.
bool is_quantity(const AnswerPart& part) {
  if (!is_scalar(part)) return false;
  if (part.is(Kind::product)) return is_length(part);
  Contents in;
  collect(part, in);
  for (const std::string& name : in.names) {
    if (name.size() == 1 && std::string_view("xyztuvw").find(name[0]) != std::string_view::npos) return false;
  }
  const bool several = in.names.size() > 1 || in.application;
  return several && (part.is(Kind::sum) || part.is(Kind::quotient) || part.is(Kind::call));
}

bool begins_chain(const AnswerPart& part) {
  return !variable_name(part).empty() || part.is(Kind::word) || is_quantity(part) || is_constant(part);
}

AnswerPart value_of_equation(const AnswerPart& part, size_t sides, std::string& name) {
  const AnswerPart first = part.child(0), last = part.child(sides - 1);
  if (sides == 1) return first;
  if (sides == 2) {
    if (!variable_name(first).empty()) {
      name = variable_name(first);
      return last;
    }
    if (!variable_name(last).empty()) {
      name = variable_name(last);
      return first;
    }
    if (first.is(Kind::word)) return last;
    if (is_constant(last) && (is_quantity(first) || is_constant(first))) return last;
    return is_constant(first) && is_quantity(last) ? first : part;
  }
  for (size_t i = 1; i + 1 < sides; ++i) {  // x = y = 5
    if (!variable_name(part.child(i)).empty()) return part;
  }
  if (!begins_chain(first)) {
    // "xy = 2 * 3 = 6": computed, then named by its value.
    return is_constant(last) && is_constant(part.child(sides - 2)) ? last : part;
  }
  name = variable_name(first);
  return last;
}

}  // namespace

AnswerParts child_parts(const AnswerPart& part) {
  AnswerParts out;
  for (size_t i = 0; i < part.size(); ++i) out.push_back(part.child(i));
  return out;
}

bool is_scalar(const AnswerPart& part) {
  switch (part.node().kind) {
    case Kind::number:
    case Kind::name:
    case Kind::word:
    case Kind::sum:
    case Kind::negative:
    case Kind::product:
    case Kind::quotient:
    case Kind::power:
    case Kind::call:
    case Kind::application:
      return true;
    default:
      return false;
  }
}

int infinite_sign(const AnswerPart& part) {
  if (part.is(Kind::negative)) return -infinite_sign(part.child(0));
  return part.is(Kind::name) && part.text() == "infinity" ? 1 : 0;
}

bool is_set_name(const AnswerPart& part) {
  return part.is(Kind::name) && part.text().starts_with("mathbb");
}

bool has_variables(const AnswerPart& part) {
  Contents in;
  collect(part, in);
  return in.application || !in.names.empty();
}

std::string variable_name(const AnswerPart& part) {
  if (part.is(Kind::application)) return part.text() + "()";
  const bool name = part.is(Kind::name) && part.text() != "pi" && part.text() != "e" &&
                    part.text() != "infinity" && !is_set_name(part);
  return name ? part.text() : "";
}

AnswerPart stated_value(const AnswerPart& part, std::string& name) {
  if (!part.is(Kind::relation)) return part;
  const std::string& signs = part.text();
  if (signs == "i" && !variable_name(part.child(0)).empty()) {
    name = variable_name(part.child(0));
    return part.child(1);
  }
  if (signs.find_first_not_of("=~") != std::string::npos) return part;
  const size_t rough = signs.find('~');
  if (rough == std::string::npos) return value_of_equation(part, part.size(), name);
  if (rough == 0 && !variable_name(part.child(0)).empty()) {
    name = variable_name(part.child(0));
    return part.child(1);
  }
  return value_of_equation(part, rough + 1, name);
}

AnswerParts element_parts(const AnswerPart& part, std::string& name) {
  if (!part.is(Kind::set) && !part.is(Kind::list)) return {part};
  AnswerParts out = child_parts(part), values;
  std::set<std::string> names;
  for (const AnswerPart& element : out) {
    std::string own;
    const bool equation = element.is(Kind::relation) && element.text() == "=";
    values.push_back(equation ? stated_value(element, own) : element);
    names.insert(equation ? own : "");
  }
  if (out.empty()) return out;
  if (names.size() == 1 && !names.begin()->empty()) {
    name = *names.begin();
    return values;
  }
  // "x = 1, 2": the name stands in front of all of them.
  const bool front = part.is(Kind::list) && values[0].index != out[0].index &&
                     std::all_of(out.begin() + 1, out.end(),
                                 [](const AnswerPart& element) { return !element.is(Kind::relation); });
  if (front) {
    stated_value(out[0], name);
    out[0] = values[0];
  }
  return out;
}

std::optional<AnswerBounds> bounds_of(const AnswerPart& part) {
  if (part.is(Kind::bracketed) && part.size() == 2 && part.text().size() == 3) {
    return AnswerBounds{part.child(0),
                        part.child(1),
                        part.text()[0] == '(',
                        part.text()[2] == ')',
                        infinite_sign(part.child(0)),
                        infinite_sign(part.child(1)),
                        ""};
  }
  if (!part.is(Kind::relation)) return std::nullopt;
  const std::string& signs = part.text();
  const auto rises = [](char sign) { return sign == '<' || sign == 'l'; };
  const auto falls = [](char sign) { return sign == '>' || sign == 'g'; };
  const auto open = [](char sign) { return sign == '<' || sign == '>'; };
  const auto between = [&](size_t low, size_t high, bool low_open, bool high_open) {
    return AnswerBounds{part.child(low),
                        part.child(high),
                        low_open,
                        high_open,
                        infinite_sign(part.child(low)),
                        infinite_sign(part.child(high)),
                        variable_name(part.child(1))};
  };
  if (signs.size() == 2 && !variable_name(part.child(1)).empty()) {
    if (rises(signs[0]) && rises(signs[1])) return between(0, 2, open(signs[0]), open(signs[1]));
    if (falls(signs[0]) && falls(signs[1])) return between(2, 0, open(signs[1]), open(signs[0]));
  }
  if (signs.size() != 1 || !(rises(signs[0]) || falls(signs[0]))) return std::nullopt;
  for (size_t side = 0; side < 2; ++side) {
    const std::string name = variable_name(part.child(side));
    if (name.empty() || !variable_name(part.child(1 - side)).empty()) continue;
    const bool below = rises(signs[0]) == (side == 0);  // the name is below the other side
    const AnswerPart limit = part.child(1 - side);
    const int infinite = infinite_sign(limit);
    return AnswerBounds{limit,
                        limit,
                        below || open(signs[0]),
                        !below || open(signs[0]),
                        below ? -1 : infinite,
                        below ? infinite : 1,
                        name};
  }
  return std::nullopt;
}

}  // namespace gradus
