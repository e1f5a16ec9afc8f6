// Choice among samples, published text forms, pass@k.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/refused.h"

#include "gradus/base/error.h"
#include "gradus/reward/aggregate.h"
#include "gradus/reward/answer/choose.h"
#include "gradus/reward/answer/published_form.h"
#include "gradus/reward/class_margin.h"

namespace gradus {
namespace {

using Texts = std::vector<std::string>;

TEST(Choose, FirstOfEqualsByEveryRule) {
  const Texts keys = {"b", "a", "a", "b"};
  const std::vector<double> scores = {0.5, 0.5, 0.25, 0.25};
  for (const Choice rule : {Choice::best, Choice::majority, Choice::weighted}) {
    EXPECT_EQ(chosen_answer(keys, scores, rule), 0u);
    EXPECT_EQ(tied_answers(keys, scores, rule), 2u);
  }
}

TEST(Choose, TheRulesDiffer) {
  const Texts keys = {"a", "b", "b", "b", "c", "c"};
  const std::vector<double> scores = {0.9, 0.1, 0.1, 0.1, 0.5, 0.6};
  EXPECT_EQ(chosen_answer(keys, scores, Choice::best), 0u);
  EXPECT_EQ(chosen_answer(keys, {}, Choice::majority), 1u);
  EXPECT_EQ(chosen_answer(keys, scores, Choice::weighted), 4u);
  EXPECT_EQ(tied_answers(keys, scores, Choice::weighted), 1u);
}

TEST(Choose, NegativeScoresAreSummed) {
  EXPECT_EQ(chosen_answer(Texts{"a", "a", "b"}, std::vector<double>{-1, -1, -1.5}, Choice::weighted), 2u);
}

TEST(Choose, RefusesNothingAndMissingScores) {
  EXPECT_REFUSED(chosen_answer({}, {}, Choice::majority), "");
  EXPECT_REFUSED(chosen_answer(Texts{"a", "b"}, std::vector<double>{1}, Choice::weighted), "");
  EXPECT_REFUSED(choice_from_name("most"), "");
}

TEST(Choose, TheChosenGroupIsNeverWeakerThanAnother) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<uint8_t, int8_t>>& drawn) {
    RC_PRE(!drawn.empty());
    Texts keys;
    std::vector<double> scores;
    for (const auto& [key, score] : drawn) {
      keys.push_back(std::to_string(key % 4));
      scores.push_back(score);
    }
    const std::string most = keys[chosen_answer(keys, scores, Choice::majority)];
    const std::string heaviest = keys[chosen_answer(keys, scores, Choice::weighted)];
    double sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) sum += keys[i] == heaviest ? scores[i] : 0;
    for (const AnswerGroup& group : answer_groups(keys, scores)) {
      RC_ASSERT(static_cast<long>(group.count) <= std::count(keys.begin(), keys.end(), most));
      RC_ASSERT(group.score <= sum);
    }
  }));
}

TEST(Aggregate, FormsOfRewardMath) {
  const std::vector<double> p = {0.5, 0.8};
  EXPECT_NEAR(aggregate("geometric_mean", p), std::sqrt(0.4), 1e-15);
  EXPECT_NEAR(aggregate("mean_logit", p), 2.0 / 3, 1e-15);  // odds 1 and 4: the geometric mean is 2
  EXPECT_NEAR(aggregate("mean_odds", p), 2.5, 1e-12);
  EXPECT_TRUE(std::isnan(aggregate("mean_odds", std::vector<double>{0.0 / 0.0})));
  EXPECT_REFUSED(aggregate("mean", {}), "");
  EXPECT_REFUSED(aggregate("mode", p), "");
}

TEST(TagScores, TheReleasedReaderBreaksAtAProbabilityOfZero) {
  const std::vector<TwoLogits> logits = {{-200, 200}, {0, 0}};
  const std::vector<uint8_t> tags = {1, 1};
  EXPECT_EQ(released_tag_scores(logits, tags, Precision::full), (std::vector<double>{1, 0.5}));
  EXPECT_REFUSED(released_tag_scores(logits, tags, Precision::single), "");
}

TEST(PublishedForm, KeepsTheQuirks) {
  EXPECT_EQ(published_form("10\\%"), "10");
  EXPECT_EQ(published_form("0.5"), "0.5");  // not 1/2: nothing is computed
  EXPECT_EQ(published_form("5 kg"), "5");
  EXPECT_EQ(published_form("5 kg", true), "5kg");
  EXPECT_EQ(published_form("kg"), "kg");  // never empty because of a unit
  EXPECT_EQ(published_form("\\frac1"), "\\frac1");
  EXPECT_EQ(published_form("-0/4"), "-0/4");
  EXPECT_EQ(published_form("\\sqrt{2}/2"), "\\frac{\\sqrt{2}}{2}");
  EXPECT_EQ(published_form("2.000x"), "2x");
  EXPECT_EQ(published_form("2.050"), "2.050");
  EXPECT_EQ(published_form("5 m per s"), "5");
  EXPECT_EQ(published_form("abc=5"), "abc=5");
  EXPECT_EQ(published_form("3+4j"), "3+4i");
}

TEST(PublishedAnswer, TakesTheFirstRuleThatApplies) {
  EXPECT_EQ(published_answer("The final answer is $7$. I hope it is. \\boxed{8}"), "7");
  EXPECT_EQ(published_answer("\\boxed{\\frac{1}{2}"), "\\frac{1}{2}");
  EXPECT_EQ(published_answer("The answer is 3. The answer is 4."), "4");
  EXPECT_EQ(published_answer("答案是 12\n\nrest"), "12");
  EXPECT_EQ(published_answer("from -1,200 to -3.5."), "-3.5");
  EXPECT_EQ(published_answer(""), "");
}

TEST(PublishedForm, EndsOnAnyText) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    const std::string form = published_form(text);
    RC_ASSERT(form.size() <= 8 * text.size() + 16);
    published_answer(text);
  }));
}

}  // namespace
}  // namespace gradus
