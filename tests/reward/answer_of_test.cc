#include "gradus/reward/answer/answer_of.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "gradus/reward/answer/published_form.h"

namespace gradus {
namespace {

TEST(AnswerOf, TakesWhatTheTextStates) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Final Answer: The final answer is 143. I hope it is correct.", "143"},
      {"Final Answer: The final answer is $\\frac{1}{2}$. I hope it is correct.", "$\\frac{1}{2}$"},
      {"the final answer is -3/4. I hope it is correct.", "-3/4"},
      {"So ... Answer: $\\frac{1}{2}$", "$\\frac{1}{2}$"},
      {"**Answer:** 5", "5"},
      {"**Final Answer**: 5.5 apples.", "5.5 apples"},
      {"ANSWER: B", "B"},
      {"Answer: 1,234.", "1,234"},
      {"Answer: \\(\\frac{2}{3}\\).", "\\(\\frac{2}{3}\\)"},
      {"3 * 24 = 72\n#### 72", "72"},
      {"#### 1/2", "1/2"},
      {"答案是 5。", "5"},
      {"The answer is 3.5.", "3.5"},
      {"The answer is 5. Therefore we are done with 7 steps.", "5"},
      {"The answer is 5 apples.\nMore text 7", "5 apples"},
      {"The answer is therefore $\\frac{1}{2}$.", "$\\frac{1}{2}$"},
      {"The answer is: $$\\frac{3}{4}$$ done", "$$\\frac{3}{4}$$"},
      {"The correct answer is (B).", "(B)"},
      {"The answer is $x = 5$.", "$x = 5$"},
      {"First \\boxed{3}. Therefore the answer is \\boxed{4}.", "4"},
      {"The final answer is $\\boxed{5}$. Recap: answer: 6", "5"},
      {"thus 7 and so 3/4.", "3/4"},
      {"so -\\frac{1}{2} it is", "-\\frac{1}{2}"},
      {"2 + 2 makes 4", "4"},
      {"3/1234 is small, so we get 1,234", "1,234"},
      {"it was 7/5 but now 5 is it", "5"},
      {"we take 5-3/4", "3/4"},
      {"from 10-7 to 2", "2"},
      {"that is 10-7", "7"},
      {"that is -7", "-7"},
      {"that is -3/4", "-3/4"},
      {"that is \\frac{-1}{2}", "\\frac{-1}{2}"},
      {"that is x-\\frac{1}{2}", "\\frac{1}{2}"},
      {"so -\\dfrac{1}{2}", "-\\frac{1}{2}"},
      {"page 1/2/3", "3"},
      {"we have 3.50.", "3.50"},
      {"in total 1,234.5 metres", "1,234.5"},
      {"5 of \\frac{1}{5} is 5", "5"},
      {"\\fbox{7}", "7"},
      {"\\boxed 5", "5"},
      {"\\boxed{5", "5"},
      {"\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"},
      {"no idea", ""},
      {"", ""},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(answer_of(text), expected) << text;
}

TEST(AnswerOf, BoxesInARowAreOneAnswer) {
  EXPECT_EQ(answer_of("The roots are \\boxed{3}, \\boxed{5}, \\boxed{7}."), "3, 5, 7");
  EXPECT_EQ(answer_of("The roots are $\\boxed{3}$, $\\boxed{5}$ and $\\boxed{7}$."), "3, 5, 7");
  EXPECT_EQ(answer_of("$\\boxed{3} \\text{ or } \\boxed{5}$"), "3, 5");
  EXPECT_EQ(answer_of("$x=\\boxed{3}$ and $x = \\boxed{4}$"), "x=3, x=4");
  EXPECT_EQ(answer_of("x = \\boxed{3}, y = \\boxed{4}"), "x=3, y=4");
  EXPECT_EQ(answer_of("\\boxed{3}, \\boxed{3}"), "3");
  EXPECT_EQ(answer_of("\\boxed{3} was wrong, so \\boxed{5}"), "5");
  EXPECT_EQ(answer_of("Step 1 gives \\boxed{3}. Step 2 gives \\boxed{5}."), "5");
}

TEST(AnswerOf, AnEmptyBoxIsNoAnswer) {
  EXPECT_EQ(answer_of("Put your final answer within \\boxed{}. Step 1: 5 + 3"), "");
  EXPECT_EQ(answer_of("Write it in \\boxed{}. It is \\boxed{8}."), "8");
  EXPECT_EQ(answer_of("Use \\boxed{}. The answer is 8."), "8");
}

TEST(AnswerOf, ThePublishedRuleStays) {
  EXPECT_EQ(stated_answer("The roots are \\boxed{3}, \\boxed{5}."), "5");
  EXPECT_EQ(stated_answer("Answer: $\\frac{1}{2}$"), "2");
  EXPECT_EQ(stated_answer("The final answer is 143. I hope it is correct."), "143. I hope it is correct");
}

TEST(AnswerOf, HostileTextsEnd) {
  for (const char* part : {"\\boxed{", "\\boxed{},", "answer is ", "$$", "#### ", "\\frac{1}{", "1/", "\\[",
                           "\\boxed{1}, ", "\\boxed|", "\\boxed |", "\\boxed \\boxed",
                           "\\boxed{1}\\text{ and }\\quad", "1,", "-", "1.", "$ ", "answer: *"}) {
    std::string text;
    for (int i = 0; i < 300000; ++i) text += part;
    answer_of(text);
    answer_of("\\boxed{1}" + text + "\\boxed{2}");
  }
}

}  // namespace
}  // namespace gradus
