#include "gradus/env/math/generator.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus::math {
namespace {

// While a problem is drawn, its quantities are named a, b, c ... in the order of the dependency graph: an
// operand always has an earlier letter than the quantity that uses it.
char letter(size_t index) {
  return static_cast<char>('a' + index);
}

char draw_operation(Stream& stream) {
  return "+-*"[stream.below(3)];
}

Operand constant(int modulus, Stream& stream) {
  return {.number = static_cast<int>(stream.between(2, modulus - 1))};
}

struct Draft {
  Quantity quantity;
  bool left_taken = false, right_taken = false;
};

// Gives every defined quantity but the last one a consumer further on, so that all of them are needed. Going
// backwards there is always a free slot: k quantities offer 2k slots, and all but the last of them took one
// each.
void connect(std::vector<Draft>& drafts, size_t givens, Stream& stream) {
  for (size_t i = drafts.size() - 1; i-- > givens;) {
    std::vector<std::pair<size_t, bool>> slots;
    for (size_t j = i + 1; j < drafts.size(); ++j) {
      if (!drafts[j].left_taken) slots.emplace_back(j, true);
      if (!drafts[j].right_taken) slots.emplace_back(j, false);
    }
    const auto [consumer, left] = slots[stream.below(slots.size())];
    Draft& draft = drafts[consumer];
    (left ? draft.quantity.left : draft.quantity.right) = {.name = letter(i)};
    (left ? draft.left_taken : draft.right_taken) = true;
  }
}

// A quantity below `limit`, other than `other` where there is one.
Operand earlier(size_t limit, const Operand& other, Stream& stream) {
  const bool skip = other.name && index_of(other.name) < limit && limit > 1;
  size_t pick = static_cast<size_t>(stream.below(limit - (skip ? 1 : 0)));
  if (skip && pick >= index_of(other.name)) ++pick;
  return {.name = letter(pick)};
}

// Half of the free operands are given quantities, a quarter any earlier quantity, a quarter numbers; one
// operand at least is a quantity.
void fill(std::vector<Draft>& drafts, size_t givens, int modulus, Stream& stream) {
  const auto draw = [&](size_t j, const Operand& other) {
    const double u = stream.uniform();
    if (other.name && u < 0.25) return constant(modulus, stream);
    return earlier(u < 0.5 ? j : givens, other, stream);
  };
  for (size_t j = givens; j < drafts.size(); ++j) {
    Quantity& quantity = drafts[j].quantity;
    if (!drafts[j].left_taken) quantity.left = draw(j, quantity.right);
    if (!drafts[j].right_taken) quantity.right = draw(j, quantity.left);
  }
}

std::vector<Quantity> draw_needed(const DrawOptions& options, Stream& stream) {
  const auto givens = static_cast<size_t>(given_count(options.steps));
  std::vector<Draft> drafts(givens + static_cast<size_t>(options.steps));
  for (size_t i = 0; i < drafts.size(); ++i) {
    Quantity& quantity = drafts[i].quantity;
    quantity.name = letter(i);
    quantity.given = i < givens;
    if (quantity.given) quantity.value = static_cast<int>(stream.between(1, options.modulus - 1));
    if (!quantity.given) quantity.op = draw_operation(stream);
  }
  connect(drafts, givens, stream);
  fill(drafts, givens, options.modulus, stream);
  std::vector<Quantity> out;
  for (const Draft& draft : drafts) out.push_back(draft.quantity);
  return out;
}

void drop_unused(Problem& problem) {
  const Needed wanted = needed(problem);
  std::erase_if(problem.quantities,
                [&](const Quantity& quantity) { return !wanted[index_of(quantity.name)]; });
}

std::string operand_core(const Operand& operand, const std::array<uint64_t, kMaxNames>& cores) {
  return operand.name ? fmt::format("{:016x}", cores[index_of(operand.name)])
                      : std::to_string(operand.number);
}

// A hash of the target as an expression over numbers: names and order left out, + and * turned into one
// order. The quantities come in the order of the graph.
uint64_t core_of(const Problem& problem) {
  std::array<uint64_t, kMaxNames> cores{};
  for (const Quantity& quantity : problem.quantities) {
    std::string text = std::to_string(quantity.value);
    if (!quantity.given) {
      std::string left = operand_core(quantity.left, cores), right = operand_core(quantity.right, cores);
      if (quantity.op != '-' && right < left) std::swap(left, right);
      text = left + quantity.op + right;
    }
    // The numbers of a formula and given quantities of the same value are told apart by this word.
    cores[index_of(quantity.name)] = hash64((quantity.given ? "given " : "defined ") + text);
  }
  return hash64(fmt::format("{} {:016x}", problem.modulus, cores[index_of(problem.target)]));
}

void add_distractors(Problem& problem, const DrawOptions& options, Stream& stream) {
  const size_t first = static_cast<size_t>(given_count(options.steps) + options.steps);
  const auto any = [&](const Operand& other) {
    for (;;) {
      const char name = problem.quantities[stream.below(problem.quantities.size())].name;
      if (name != other.name || problem.quantities.size() == 1) return Operand{.name = name};
    }
  };
  for (size_t i = 0; i < static_cast<size_t>(options.distractors); ++i) {
    Quantity quantity{.name = letter(first + i), .given = false, .op = draw_operation(stream)};
    quantity.left = any({});
    quantity.right = stream.chance(0.25) ? constant(options.modulus, stream) : any(quantity.left);
    problem.quantities.push_back(quantity);
  }
}

void rename(Problem& problem, size_t names, Stream& stream) {
  std::string letters;
  for (size_t i = 0; i < names; ++i) letters += letter(i);
  stream.shuffle(std::span<char>(letters));
  const auto renamed = [&](char& name) {
    if (name) name = letters[index_of(name)];
  };
  for (Quantity& quantity : problem.quantities) {
    renamed(quantity.name);
    renamed(quantity.left.name);
    renamed(quantity.right.name);
  }
  renamed(problem.target);
}

}  // namespace

DrawnProblem draw_problem(const DrawOptions& options, Stream& stream) {
  require(options.steps >= 1 && options.steps <= kMaxSteps && options.distractors >= 0 &&
              options.distractors <= kMaxDistractors && options.modulus >= 5 && options.modulus <= 97,
          "options of draw_problem are within their limits");
  DrawnProblem drawn;
  Problem& problem = drawn.problem;
  problem.modulus = options.modulus;
  problem.quantities = draw_needed(options, stream);
  problem.target = problem.quantities.back().name;
  drop_unused(problem);
  drawn.core = core_of(problem);
  add_distractors(problem, options, stream);
  rename(problem, static_cast<size_t>(given_count(options.steps) + options.steps + options.distractors),
         stream);
  stream.shuffle(std::span<Quantity>(problem.quantities));
  return drawn;
}

}  // namespace gradus::math
