#include "gradus/reward/answer/answer_equal.h"

#include <algorithm>
#include <optional>

#include "gradus/base/text.h"
#include "gradus/reward/answer/exact.h"
#include "gradus/reward/answer/numeric.h"
#include "gradus/reward/answer/published_form.h"
#include "gradus/reward/answer/syntax.h"
#include "gradus/reward/answer/tokens.h"
#include "gradus/reward/answer/units.h"
#include "gradus/reward/markup.h"

namespace gradus {

namespace {

using Kind = AnswerNode::Kind;

constexpr uint64_t kSeed = 2025;      // of the points
constexpr size_t kMostElements = 64;  // of a set
constexpr size_t kMostSigns = 4;      // plus-minus signs of an answer
constexpr size_t kMostDigits = 12;    // of a decimal that evaluation may compare

// A node of an answer, with the tree that it is in.
struct Part {
  const AnswerTree* tree;
  uint32_t index;
  const AnswerNode& node() const { return tree->nodes[index]; }
  Part child(size_t i) const { return {tree, node().children[i]}; }
  size_t size() const { return node().children.size(); }
  bool is(Kind kind) const { return node().kind == kind; }
};
using Parts = std::vector<Part>;

bool is_scalar(const Part& part) {
  switch (part.node().kind) {
    case Kind::number:
    case Kind::name:
    case Kind::sum:
    case Kind::negative:
    case Kind::product:
    case Kind::quotient:
    case Kind::power:
    case Kind::call:
      return true;
    default:
      return false;
  }
}

bool is_infinite(const Part& part) {
  return part.is(Kind::negative) ? is_infinite(part.child(0))
                                 : part.is(Kind::name) && part.node().text == "infinity";
}

Parts children(const Part& part) {
  Parts out;
  for (size_t i = 0; i < part.size(); ++i) out.push_back(part.child(i));
  return out;
}

// The answer with one sign in place of every plus-minus.
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

struct Bounds {
  Part low, high;
  bool low_open, high_open;
  bool low_infinite, high_infinite;
};

class Comparison {
 public:
  AnswerEquality run(const AnswerTree& a, const AnswerTree& b) {
    if (!same_units(a, b)) return {};
    const auto signs = [](const AnswerTree& tree) {
      return static_cast<size_t>(std::count_if(tree.nodes.begin(), tree.nodes.end(), [](const AnswerNode& n) {
        return n.kind == Kind::plus_minus;
      }));
    };
    if (signs(a) + signs(b) == 0) return {same_named(root(a), root(b)), evidence_};
    if (signs(a) > kMostSigns || signs(b) > kMostSigns) return {false, AnswerEvidence::undecided};
    const AnswerTree versions[] = {with_sign(a, true), with_sign(a, false), with_sign(b, true),
                                   with_sign(b, false)};
    Parts left, right;
    for (int i = 0; i < 4; ++i) {
      for (const Part& element : elements(unnamed(root(versions[i]))))
        (i < 2 ? left : right).push_back(element);
    }
    return {same_sets(left, right), evidence_};
  }

 private:
  static Part root(const AnswerTree& tree) { return {&tree, tree.root}; }

  bool same_units(const AnswerTree& a, const AnswerTree& b) {
    if (a.unit.empty() || b.unit.empty()) return true;
    const Unit left = unit_of(a.unit), right = unit_of(b.unit);
    scale_a_ = left.factor;
    scale_b_ = right.factor;
    return left.dimension == right.dimension;
  }

  // An equation is compared as one first, then by the value that it gives to its name.
  bool same_named(const Part& a, const Part& b) {
    if (a.is(Kind::relation) && b.is(Kind::relation) && same_relations(a, b)) return true;
    const std::string left = name_of(a), right = name_of(b);
    if (!left.empty() && !right.empty() && left != right) return false;
    return same(unnamed(a), unnamed(b));
  }

  // "x", and "f(x)" for the usual names of functions.
  static bool is_name(const Part& part) {
    if (part.is(Kind::product) && part.child(0).is(Kind::name)) {
      const std::string& function = part.child(0).node().text;
      return part.child(1).is(Kind::name) && function.size() == 1 &&
             std::string_view("fghFGHPQ").find(function[0]) != std::string_view::npos;
    }
    return part.is(Kind::name) && part.node().text != "pi" && part.node().text != "e";
  }

  // "x = 5", "5 = x", "f(x) = 5" and "x \in A" without the name.
  static Part unnamed(const Part& part) {
    if (!part.is(Kind::relation) || part.size() != 2) return part;
    const char sign = part.node().text[0];
    if ((sign == '=' || sign == 'i') && is_name(part.child(0))) return part.child(1);
    return sign == '=' && is_name(part.child(1)) ? part.child(0) : part;
  }

  static std::string name_of(const Part& part) {
    if (!part.is(Kind::relation) || part.size() != 2 || part.node().text != "=") return "";
    for (size_t side = 0; side < 2; ++side) {
      if (part.child(side).is(Kind::name) && is_name(part.child(side))) return part.child(side).node().text;
    }
    return "";
  }

  // Of a set or list; a single value is its own element. Names of a list fall where all have the same.
  static Parts elements(const Part& part) {
    if (!part.is(Kind::set) && !part.is(Kind::list)) return {part};
    Parts out = children(part);
    const bool one_name = std::all_of(out.begin(), out.end(), [&](const Part& element) {
      return !name_of(element).empty() && name_of(element) == name_of(out[0]);
    });
    for (Part& element : out) {
      if (one_name) element = unnamed(element);
    }
    // "x = 1, 2": the name stands in front of all of them.
    if (part.is(Kind::list) && !name_of(out[0]).empty() &&
        std::all_of(out.begin() + 1, out.end(),
                    [](const Part& element) { return !element.is(Kind::relation); })) {
      out[0] = unnamed(out[0]);
    }
    return out;
  }

  bool same(const Part& a, const Part& b) {
    if (is_scalar(a) && is_scalar(b)) return same_values(a, b);
    const bool set_like = (a.is(Kind::set) || a.is(Kind::list)) && (b.is(Kind::set) || b.is(Kind::list));
    if (set_like) return same_sets(elements(a), elements(b));
    if (a.is(Kind::set_union) && b.is(Kind::set_union)) return same_sets(children(a), children(b));
    const std::optional<Bounds> left = bounds(a), right = bounds(b);
    if (left && right) return same_bounds(*left, *right);
    if (a.is(Kind::relation) && b.is(Kind::relation)) return same_relations(a, b);
    if (!a.is(b.node().kind) || a.node().text != b.node().text || a.size() != b.size()) return false;
    if (!a.is(Kind::bracketed) && !a.is(Kind::matrix)) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!same(a.child(i), b.child(i))) return false;
    }
    return true;
  }

  // Every element of one is in the other.
  bool same_sets(const Parts& a, const Parts& b) {
    if (a.size() > kMostElements || b.size() > kMostElements) return undecided();
    const auto within = [&](const Parts& inner, const Parts& outer, bool turned) {
      return std::all_of(inner.begin(), inner.end(), [&](const Part& x) {
        return std::any_of(outer.begin(), outer.end(),
                           [&](const Part& y) { return turned ? same(y, x) : same(x, y); });
      });
    };
    return within(a, b, false) && within(b, a, true);
  }

  // Intervals and inequalities.

  static std::optional<Bounds> bounds(const Part& part) {
    if (part.is(Kind::bracketed) && part.size() == 2 && part.node().text.size() == 3) {
      return Bounds{part.child(0),
                    part.child(1),
                    part.node().text[0] == '(',
                    part.node().text[2] == ')',
                    is_infinite(part.child(0)),
                    is_infinite(part.child(1))};
    }
    if (!part.is(Kind::relation)) return std::nullopt;
    const std::string& signs = part.node().text;
    const auto rises = [](char sign) { return sign == '<' || sign == 'l'; };
    const auto falls = [](char sign) { return sign == '>' || sign == 'g'; };
    const auto open = [](char sign) { return sign == '<' || sign == '>'; };
    if (signs.size() == 2 && is_name(part.child(1))) {
      if (rises(signs[0]) && rises(signs[1])) {
        return Bounds{part.child(0), part.child(2), open(signs[0]), open(signs[1]), false, false};
      }
      if (falls(signs[0]) && falls(signs[1])) {
        return Bounds{part.child(2), part.child(0), open(signs[1]), open(signs[0]), false, false};
      }
    }
    if (signs.size() != 1 || !(rises(signs[0]) || falls(signs[0]))) return std::nullopt;
    for (size_t side = 0; side < 2; ++side) {
      if (!is_name(part.child(side)) || is_name(part.child(1 - side))) continue;
      const bool below = rises(signs[0]) == (side == 0);  // the name is below the other side
      const Part limit = part.child(1 - side);
      return Bounds{limit, limit, below || open(signs[0]), !below || open(signs[0]), below, !below};
    }
    return std::nullopt;
  }

  bool same_bounds(const Bounds& a, const Bounds& b) {
    const auto matches = [&](bool infinite_a, bool infinite_b, bool open_a, bool open_b, const Part& x,
                             const Part& y) {
      if (infinite_a || infinite_b) return infinite_a == infinite_b;
      return open_a == open_b && same(x, y);
    };
    return matches(a.low_infinite, b.low_infinite, a.low_open, b.low_open, a.low, b.low) &&
           matches(a.high_infinite, b.high_infinite, a.high_open, b.high_open, a.high, b.high);
  }

  // Two sides each: the differences are multiples of each other (positive ones for inequalities).
  bool same_relations(const Part& a, const Part& b) {
    const auto turned = [](const std::string& sign) -> std::string {
      return sign == ">" ? "<" : sign == "g" ? "l" : sign;
    };
    const std::string left = a.node().text, right = b.node().text;
    if (left.size() == 1 && right.size() == 1 && left != "i" && right != "i") {
      if (turned(left) != turned(right)) return false;
      const auto difference = [&](const Part& part) -> std::optional<ExactValue> {
        const bool turn = part.node().text != turned(part.node().text);
        const auto x = values_.of(*part.tree, part.child(turn ? 1 : 0).index);
        const auto y = values_.of(*part.tree, part.child(turn ? 0 : 1).index);
        const bool order = turned(part.node().text) == "<" || turned(part.node().text) == "l";
        return x && y ? values_.scaled_difference(*x, *y, order) : std::nullopt;
      };
      const auto d = difference(a), e = difference(b);
      if (d && e && values_.compare(*d, *e) == Sameness::same) return true;
    }
    if (left != right) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!same(a.child(i), b.child(i))) return false;
    }
    return true;
  }

  // Values.

  bool undecided() {
    evidence_ = AnswerEvidence::undecided;
    return false;
  }

  static bool has_long_decimal(const AnswerTree& tree) {
    return std::any_of(tree.nodes.begin(), tree.nodes.end(), [](const AnswerNode& node) {
      return node.kind == Kind::number && node.text.find('.') != std::string::npos &&
             node.text.size() > kMostDigits + 1;
    });
  }

  bool same_values(const Part& a, const Part& b) {
    std::optional<ExactValue> x = values_.of(*a.tree, a.index), y = values_.of(*b.tree, b.index);
    if (x && scale_a_ != 1) x = values_.product(*x, scale_a_);
    if (y && scale_b_ != 1) y = values_.product(*y, scale_b_);
    const Sameness exact = x && y ? values_.compare(*x, *y) : Sameness::unknown;
    if (exact != Sameness::unknown) return exact == Sameness::same;
    if (has_long_decimal(*a.tree) || has_long_decimal(*b.tree) || scale_a_ != scale_b_) return undecided();
    if (!agree_at_points(*a.tree, a.index, *b.tree, b.index, Stream(kSeed))) return undecided();
    if (evidence_ == AnswerEvidence::exact) evidence_ = AnswerEvidence::points;
    return true;
  }

  ExactValues values_;
  mpq_class scale_a_ = 1, scale_b_ = 1;
  AnswerEvidence evidence_ = AnswerEvidence::exact;
};

}  // namespace

AnswerEquality answers_equal(std::string_view a, std::string_view b) {
  const std::string plain_a = plain_answer(a), plain_b = plain_answer(b);
  if (plain_a.empty() || plain_b.empty()) return {false, AnswerEvidence::text};
  if (plain_a == plain_b && trim(a) == trim(b)) return {true, AnswerEvidence::exact};
  const std::optional<AnswerTree> left = parse_answer(a), right = parse_answer(b);
  if (!left || !right) return {plain_a == plain_b, AnswerEvidence::text};
  return Comparison().run(*left, *right);
}

std::vector<size_t> answer_classes(std::span<const std::string> answers) {
  std::vector<size_t> out, firsts;
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto known = std::find_if(firsts.begin(), firsts.end(), [&](size_t first) {
      return answers[first] == answers[i] || answers_equal(answers[first], answers[i]).equal;
    });
    out.push_back(static_cast<size_t>(known - firsts.begin()));
    if (known == firsts.end()) firsts.push_back(i);
  }
  return out;
}

namespace {

class AnswerEqual : public Operator {
 public:
  explicit AnswerEqual(const Params& params)
      : reference_("rollout." + params.text("reference")), into_("rollout." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column out(Level::rollout, batch.rollouts(),
               {.estimates = "outcome", .evaluator = "answer_equal", .online = false}, batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::string& known = batch.note(reference_, r);
      if (known.empty()) continue;
      out.set(r, answers_equal(stated_answer(written_text(batch, r)), known).equal ? 1 : 0);
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string reference_, into_;
};

}  // namespace

void register_answer_equal(OperatorRegistry& registry) {
  registry.add({.name = "reward.answer_equal",
                .summary = "1 where the stated answer is mathematically equal to a known one, else 0",
                .paper = "",
                .params = {text_param("reference", "answer", "note with the known answer"),
                           text_param("into", "outcome", "rollout channel to write")},
                .reads = {},
                .writes = {"rollout.{into}"},
                .evaluator = "answer_equal",
                .components = {"known answer"}},
               [](const Params& params) { return std::make_unique<AnswerEqual>(params); });
}

}  // namespace gradus
