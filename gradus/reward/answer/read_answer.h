// An answer that has been read once, to be compared with many.
//
//   const ReadAnswer a("x = \\frac{1}{2}"), b("0.5");
//   a.compare(b).equal;                    // true
//   if (const auto marks = a.marks()) use(*marks);
//
// Marks are what equal answers must share, so that classes are found without comparing every answer with
// every other: two answers can be equal only where a mark of one has the kind of a mark of the other and
// about its value, or where one of them may equal anything. A mark is a text, a value at one fixed point, a
// limit of an interval, a sum over the elements of a set.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/syntax.h"

namespace gradus {

struct AnswerMark {
  std::string kind;
  long double value = 0;

  // How far the values of equal answers may be apart.
  long double width() const { return 1e-9L * (1 + (value < 0 ? -value : value)); }
};

class ReadAnswer {
 public:
  explicit ReadAnswer(std::string_view text);

  AnswerEquality compare(const ReadAnswer& other) const;
  bool empty() const { return plain_.empty(); }
  // None where it may equal answers that share no mark with it.
  std::optional<std::vector<AnswerMark>> marks() const;

 private:
  std::string plain_;
  std::optional<AnswerTree> tree_, other_;  // the second reading, where there is one
};

}  // namespace gradus
