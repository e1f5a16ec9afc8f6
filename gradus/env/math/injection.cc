#include "gradus/env/math/injection.h"

#include <algorithm>

#include "gradus/base/error.h"

namespace gradus::math {
namespace {

class Injector {
 public:
  Injector(const Problem& problem, std::span<const std::string> lines, size_t at, Stream stream)
      : problem_(problem), at_(at), stream_(stream), needed_(needed(problem)), truth_(values(problem)) {
    const SolutionVerdict verdict = check_solution(problem, lines);
    const bool sound = !verdict.first_error && verdict.answer &&
                       std::none_of(verdict.steps.begin(), verdict.steps.end(), [](const StepVerdict& step) {
                         return step.label == StepLabel::repeated;
                       });
    if (!sound) throw Error::input("a flaw goes into a sound solution without repeated steps");
    if (at >= lines.size()) throw Error::input("the solution has no such line").found(std::to_string(at));
    for (const std::string& line : lines) lines_.push_back(*parse_line(line));
    known_ = given_values(problem);
    for (size_t i = 0; i < at; ++i) known_[index_of(lines_[i].subject)] = lines_[i].result;
  }

  std::optional<Flawed> run(Flaw flaw) {
    if (flaw == Flaw::wrong_answer) return lines_[at_].answer ? std::optional(wrong_answer()) : std::nullopt;
    if (flaw == Flaw::redundant_step) return redundant_step();
    if (lines_[at_].answer) return std::nullopt;
    if (flaw == Flaw::repeated_step) return inserted(at_ + 1, lines_[at_], StepLabel::repeated);
    if (flaw == Flaw::skipped_step) return skipped_step();
    if (flaw == Flaw::malformed_step) return malformed_step();
    const auto line = changed(flaw, lines_[at_]);
    if (!line) return std::nullopt;
    return propagated(*line);
  }

 private:
  // What an unflawed line is labelled.
  StepLabel label_of(const SolutionLine& line) const {
    return line.answer || needed_[index_of(line.subject)] ? StepLabel::valid : StepLabel::redundant;
  }

  int other_number(int number) {
    const int m = problem_.modulus;
    return static_cast<int>((number + stream_.between(1, m - 1)) % m);
  }

  void recalculate(SolutionLine& line) const {
    line.result = calculate(line.left_value, line.op, line.right_value, problem_.modulus);
  }

  // One of `names` other than the names in the line's formula; 0 where there is none.
  char other_name(const std::vector<char>& names, const SolutionLine& line) {
    std::vector<char> fit;
    for (const char name : names) {
      if (name != line.left.name && name != line.right.name) fit.push_back(name);
    }
    return fit.empty() ? '\0' : fit[stream_.below(fit.size())];
  }

  std::vector<char> names_where(bool known) const {
    std::vector<char> names;
    for (const Quantity& quantity : problem_.quantities) {
      if (known_[index_of(quantity.name)].has_value() == known) names.push_back(quantity.name);
    }
    return names;
  }

  // Whether the left operand of the line is the one to change: a quantity, either where both are.
  bool change_left(const SolutionLine& line) {
    if (!line.left.name || !line.right.name) return line.left.name != 0;
    return stream_.chance(0.5);
  }

  std::optional<SolutionLine> changed(Flaw flaw, SolutionLine line) {
    if (flaw == Flaw::wrong_arithmetic) {
      line.result = other_number(line.result);
      return line;
    }
    if (flaw == Flaw::wrong_operation) {
      const std::string others = line.op == '+' ? "-*" : line.op == '-' ? "+*" : "+-";
      line.op = line.shown_op = others[stream_.below(2)];
      recalculate(line);
      return line;
    }
    const bool left = change_left(line);
    Operand& operand = left ? line.left : line.right;
    int& number = left ? line.left_value : line.right_value;
    if (!operand.name) return std::nullopt;
    if (flaw == Flaw::wrong_substitution) {
      number = other_number(number);
    } else {
      const bool known = flaw == Flaw::wrong_operand;
      const char name = other_name(names_where(known), line);
      if (!name) return std::nullopt;
      operand = {.name = name};
      number = *truth_[index_of(name)];
    }
    recalculate(line);
    return line;
  }

  // The lines from `from` on, with the numbers that were stated before; a line is invalid iff it uses,
  // directly or through others, a quantity that is in `tainted`.
  void append_rest(size_t from, Needed tainted, Values stated, Flawed& out) const {
    for (size_t i = from; i < lines_.size(); ++i) {
      SolutionLine line = lines_[i];
      bool invalid = false;
      if (line.answer) {
        const size_t target = index_of(problem_.target);
        invalid = tainted[target];
        line.result = stated[target].value_or(line.result);
        out.correct = line.result == *truth_[target];
      } else {
        const auto carry = [&](const Operand& operand, int& number) {
          if (!operand.name) return;
          invalid = invalid || tainted[index_of(operand.name)];
          number = stated[index_of(operand.name)].value_or(number);
        };
        carry(line.left, line.left_value);
        carry(line.right, line.right_value);
        recalculate(line);
        tainted[index_of(line.subject)] = invalid;
        stated[index_of(line.subject)] = line.result;
      }
      out.lines.push_back(to_text(line));
      out.labels.push_back(invalid ? StepLabel::invalid : label_of(line));
    }
    const auto first = std::find(out.labels.begin(), out.labels.end(), StepLabel::invalid);
    if (first != out.labels.end()) out.first_error = static_cast<size_t>(first - out.labels.begin());
  }

  Flawed head() const {
    Flawed out;
    for (size_t i = 0; i < at_; ++i) {
      out.lines.push_back(to_text(lines_[i]));
      out.labels.push_back(label_of(lines_[i]));
    }
    return out;
  }

  Needed tainted_subject() const {
    Needed tainted{};
    tainted[index_of(lines_[at_].subject)] = true;
    return tainted;
  }

  Flawed propagated(const SolutionLine& line) const {
    Flawed out = head();
    out.lines.push_back(to_text(line));
    out.labels.push_back(StepLabel::invalid);
    Values stated = known_;
    stated[index_of(line.subject)] = line.result;
    append_rest(at_ + 1, tainted_subject(), stated, out);
    return out;
  }

  Flawed malformed_step() const {
    Flawed out = head();
    std::string text = to_text(lines_[at_]);
    text.erase(text.find('='), 1);
    out.lines.push_back(text);
    out.labels.push_back(StepLabel::invalid);
    append_rest(at_ + 1, tainted_subject(), known_, out);
    return out;
  }

  std::optional<Flawed> skipped_step() const {
    Flawed out = head();
    append_rest(at_ + 1, tainted_subject(), known_, out);
    return out.first_error ? std::optional(out) : std::nullopt;
  }

  Flawed wrong_answer() {
    Flawed out = head();
    SolutionLine line = lines_[at_];
    line.result = other_number(line.result);
    out.lines.push_back(to_text(line));
    out.labels.push_back(StepLabel::invalid);
    out.first_error = at_;
    out.correct = false;
    return out;
  }

  Flawed inserted(size_t where, const SolutionLine& line, StepLabel label) const {
    Flawed out;
    for (const SolutionLine& each : lines_) {
      out.lines.push_back(to_text(each));
      out.labels.push_back(label_of(each));
    }
    const auto offset = static_cast<std::ptrdiff_t>(where);
    out.lines.insert(out.lines.begin() + offset, to_text(line));
    out.labels.insert(out.labels.begin() + offset, label);
    return out;
  }

  std::optional<Flawed> redundant_step() {
    std::vector<const Quantity*> fit;
    for (const Quantity& quantity : problem_.quantities) {
      const size_t index = index_of(quantity.name);
      const bool derived = std::any_of(lines_.begin(), lines_.end(), [&](const SolutionLine& line) {
        return !line.answer && line.subject == quantity.name;
      });
      if (!needed_[index] && !derived && derivable(quantity, known_)) fit.push_back(&quantity);
    }
    if (fit.empty()) return std::nullopt;
    const Quantity& quantity = *fit[stream_.below(fit.size())];
    return inserted(at_, derive(problem_, quantity, known_), StepLabel::redundant);
  }

  Problem problem_;
  size_t at_;
  Stream stream_;
  Needed needed_;
  Values truth_;
  std::vector<SolutionLine> lines_;
  Values known_;  // before line at_
};

}  // namespace

std::string_view flaw_name(Flaw flaw) {
  switch (flaw) {
    case Flaw::wrong_arithmetic:
      return "wrong_arithmetic";
    case Flaw::wrong_substitution:
      return "wrong_substitution";
    case Flaw::wrong_operand:
      return "wrong_operand";
    case Flaw::wrong_operation:
      return "wrong_operation";
    case Flaw::undefined_operand:
      return "undefined_operand";
    case Flaw::malformed_step:
      return "malformed_step";
    case Flaw::skipped_step:
      return "skipped_step";
    case Flaw::wrong_answer:
      return "wrong_answer";
    case Flaw::repeated_step:
      return "repeated_step";
    case Flaw::redundant_step:
      return "redundant_step";
  }
  throw Error::internal("a flaw without a name");
}

std::optional<Flawed> inject(const Problem& problem, std::span<const std::string> lines, Flaw flaw, size_t at,
                             Stream stream) {
  return Injector(problem, lines, at, stream).run(flaw);
}

}  // namespace gradus::math
