// The part of a text that states the answer, as strict evaluations take it (the published rule, with its
// quirks, is stated_answer in published_form.h).
//
//   answer_of("So x is \\boxed{3}, \\boxed{5}.");                     // "3, 5"
//   answer_of("The final answer is 143. I hope it is correct.");      // "143"
//   answer_of("**Answer:** $\\frac{1}{2}$");                          // "$\frac{1}{2}$"
//
// The first rule that applies: the last box that is not empty (\boxed, \fbox) with the boxes in front of it
// that only commas, "and", "or" or a name ("x =") divide from it; behind the last "final answer is" or
// "answer is"; behind the last "Answer:", "答案是" or "####" (of any case, with or without stars); the last
// number or fraction of the text. What stands behind a marker ends with its line or sentence, and begins with
// the first dollar where words stand in front of it. A text that holds empty boxes only and no marker has no
// answer.
#pragma once

#include <string>
#include <string_view>

namespace gradus {

std::string answer_of(std::string_view text);

}  // namespace gradus
