#include "gradus/reward/answer/read_answer.h"

#include "gradus/reward/answer/compare.h"
#include "gradus/reward/answer/marks.h"
#include "gradus/reward/answer/tokens.h"

namespace gradus {

ReadAnswer::ReadAnswer(std::string_view text) {
  AnswerTokens tokens = answer_tokens(text);
  plain_ = plain_answer(text, tokens);
  tree_ = parse_answer(std::move(tokens));
  const bool ambiguous =
      tree_ && (tree_->ambiguous_comma || tree_->ambiguous_letter || tree_->ambiguous_degree);
  if (ambiguous) other_ = parse_answer(text, true);
}

AnswerEquality ReadAnswer::compare(const ReadAnswer& other) const {
  if (plain_.empty() || other.plain_.empty()) return {false, AnswerEvidence::text};
  if (plain_ == other.plain_)
    return {true, tree_ && other.tree_ ? AnswerEvidence::exact : AnswerEvidence::text};
  if (!tree_ || !other.tree_) return {false, AnswerEvidence::text};
  const AnswerEquality first = AnswerComparison().run(*tree_, *other.tree_);
  if (first.equal) return first;
  // The second reading counts where the other answer has one only: "125,216" is not "216,125". Two letters
  // may both be units.
  const bool both = other_ && other.other_;
  if (both && !(tree_->ambiguous_letter && other.tree_->ambiguous_letter)) return first;
  if (!other_ && !other.other_) return first;
  const AnswerTree& a = other_ ? *other_ : *tree_;
  const AnswerTree& b = other.other_ ? *other.other_ : *other.tree_;
  const AnswerEquality second = AnswerComparison().run(a, b);
  return second.equal || second.evidence == AnswerEvidence::undecided ? second : first;
}

std::optional<std::vector<AnswerMark>> ReadAnswer::marks() const {
  std::vector<AnswerMark> out = {{"text " + plain_, 0}};
  if (tree_ && !add_marks(*tree_, out)) return std::nullopt;
  if (other_ && !add_marks(*other_, out)) return std::nullopt;
  return out;
}

}  // namespace gradus
