#include "gradus/reward/answer/read_answer.h"

#include "gradus/base/text.h"
#include "gradus/reward/answer/compare.h"
#include "gradus/reward/answer/marks.h"
#include "gradus/reward/answer/tokens.h"

namespace gradus {

ReadAnswer::ReadAnswer(std::string_view text)
    : trimmed_(trim(text)), plain_(plain_answer(text)), tree_(parse_answer(text)) {
  const bool ambiguous =
      tree_ ? tree_->ambiguous_comma || tree_->ambiguous_letter || tree_->ambiguous_degree : false;
  if (ambiguous) other_ = parse_answer(text, true);
}

AnswerEquality ReadAnswer::compare(const ReadAnswer& other) const {
  if (plain_.empty() || other.plain_.empty()) return {false, AnswerEvidence::text};
  if (plain_ == other.plain_)
    return {true, tree_ && other.tree_ ? AnswerEvidence::exact : AnswerEvidence::text};
  if (!tree_ || !other.tree_) return {false, AnswerEvidence::text};
  const AnswerEquality first = AnswerComparison().run(*tree_, *other.tree_);
  if (first.equal) return first;
  const auto holds = [](const std::optional<AnswerTree>& a, const std::optional<AnswerTree>& b) {
    return a && b && AnswerComparison().run(*a, *b).equal;
  };
  // The second reading counts where the other answer has one only: "125,216" is not "216,125". Two letters
  // may both be units.
  const bool both = other_ && other.other_;
  const bool letters = both && tree_->ambiguous_letter && other.tree_->ambiguous_letter;
  if (both ? letters && holds(other_, other.other_)
           : holds(other_, other.tree_) || holds(tree_, other.other_))
    return {true, AnswerEvidence::exact};
  return first;
}

std::optional<std::vector<AnswerMark>> ReadAnswer::marks() const {
  std::vector<AnswerMark> out = {{"text " + plain_, 0}};
  if (tree_ && !add_marks(*tree_, out)) return std::nullopt;
  if (other_ && !add_marks(*other_, out)) return std::nullopt;
  return out;
}

}  // namespace gradus
