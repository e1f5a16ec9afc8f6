// Choice among samples of a file: rules, both columns, curves.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/base/error.h"
#include "gradus/eval/sample_file.h"
#include "gradus/eval/selection_curves.h"

namespace gradus {
namespace {

std::string written(const std::string& name, const std::string& text) {
  const std::string path = (std::filesystem::temp_directory_path() / ("gradus_" + name)).string();
  std::ofstream(path) << text;
  return path;
}

const std::string kRows =
    R"({"id": "a", "answer": "1/2", "completions": ["\\boxed{0.5}", "\\boxed{3}", "\\boxed{\\frac12}"], "scores": [[0.2, 0.9], [0.9, 0.8], [0.5]]})"
    "\n"
    R"({"id": "b", "answer": "7", "completions": ["no idea", "The answer is 7."], "scores": [[0.9], []]})"
    "\n";

TEST(SampleFile, KeysByTextAndByEquality) {
  const std::string path = written("samples.jsonl", kRows);
  const SampleFile text = read_samples(path, AnswerKeys::text, {}),
                   equal = read_samples(path, AnswerKeys::equal, {});
  ASSERT_EQ(text.questions.size(), 2u);
  EXPECT_NE(text.questions[0].samples[0].key, text.questions[0].samples[2].key);
  EXPECT_EQ(equal.questions[0].samples[0].key, equal.questions[0].samples[2].key);
  EXPECT_EQ(text.questions[0].samples[0].right, 0);
  EXPECT_EQ(equal.questions[0].samples[0].right, 1);
  EXPECT_EQ(text.without_answer, 1u);
  EXPECT_EQ(text.without_scores, 1u);
  std::filesystem::remove(path);
}

TEST(SampleFile, BadRowsAreCountedOrRefused) {
  const std::string path =
      written("bad_samples.jsonl", R"({"answer": "1", "completions": ["1"], "scores": []})"
                                   "\n"
                                   R"({"answer": "1"})"
                                   "\n"
                                   R"({"completions": ["1"], "correct": [true]})"
                                   "\n");
  const SampleFile file = read_samples(path, AnswerKeys::text, {});
  EXPECT_EQ(file.rows, 3u);
  EXPECT_EQ(file.bad_rows, 2u);
  ASSERT_EQ(file.questions.size(), 1u);
  EXPECT_EQ(file.questions[0].samples[0].right, 1);
  EXPECT_THROW(read_samples(path, AnswerKeys::text, {.strict = true}), Error);
  std::filesystem::remove(path);
}

TEST(SampleFile, WhatTheTextFormLeavesNothingOfIsNoAnswer) {
  const std::string path = written("empty_form.jsonl", R"({"answer": "$$", "preds": ["$$", "\\text{}", "1"]})"
                                                       "\n");
  for (const AnswerKeys keys : {AnswerKeys::text, AnswerKeys::equal}) {
    const SampleFile file = read_samples(path, keys, {});
    for (const ScoredSample& one : file.questions.at(0).samples) EXPECT_EQ(one.right, 0) << one.key;
  }
  std::filesystem::remove(path);
}

ScoredSample sample(const std::string& key, bool right, std::vector<double> steps) {
  return {key, static_cast<uint8_t>(right), std::move(steps)};
}

TEST(Selection, DropsWhatHasNoVoteOrNoScore) {
  SampledQuestion question{"q", {sample("", false, {9}), sample("1", true, {}), sample("2", false, {0.1})}};
  question.samples[0].votes = false;
  EXPECT_EQ(pick_sample(question, {Choice::best, "min"}, 3).first, 0);
  EXPECT_EQ(pick_sample(question, {Choice::majority, ""}, 3).first, 1);
  EXPECT_TRUE(pick_sample(question, {Choice::majority, ""}, 3).tied);
  EXPECT_EQ(pick_sample(question, {Choice::majority, ""}, 3).expected, 0.5);
  EXPECT_EQ(pick_sample(question, {Choice::best, "min"}, 1).first, 0) << "nothing is left: wrong";
  question.samples[0].votes = true;
  EXPECT_EQ(pick_sample(question, {Choice::best, "min"}, 3).first, 0);
  question.samples[0].right = 1;
  EXPECT_EQ(pick_sample(question, {Choice::best, "min"}, 3).first, 1) << "it votes like any other";
}

TEST(Selection, WhatIsNoNumberUnderTheFormTakesNoPart) {
  for (const char* form : {"mean_logit", "mean_odds", "product", "sum", "mean", "geometric_mean"}) {
    const std::vector<double> odd = std::string(form) == "mean_logit" || std::string(form) == "mean_odds"
                                        ? std::vector{1.0, 0.0}
                                    : std::string(form) == "geometric_mean" ? std::vector{-0.5, 0.5}
                                                                            : std::vector{1.5e308, 1.5e308};
    const ScoredSample none = sample("2", false, odd), good = sample("1", true, {0.9, 0.9});
    for (const Choice choice : {Choice::best, Choice::weighted}) {
      for (const SampledQuestion& question :
           {SampledQuestion{"q", {none, good}}, SampledQuestion{"q", {good, none}}}) {
        const Pick pick = pick_sample(question, {choice, form}, 2);
        EXPECT_EQ(pick.first, 1) << form;
        EXPECT_EQ(pick.expected, 1) << form;
        EXPECT_EQ(pick.not_finite, 1u) << form;
      }
    }
  }
}

TEST(Selection, TheExpectationLiesBetweenAllWrongAndAllRight) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<uint8_t, uint8_t>>& drawn) {
    std::vector<double> scores;
    std::vector<uint8_t> right;
    for (const auto& [score, is_right] : drawn) {
      scores.push_back(score % 3);
      right.push_back(is_right % 2);
    }
    const Pick pick = pick_best(scores, right);
    RC_ASSERT(pick.expected >= 0 && pick.expected <= 1);
    RC_ASSERT(pick.tied || pick.first == pick.expected);
  }));
}

TEST(Curves, PassIsOfAllSamplesAndRulesOfTheFirst) {
  const std::vector<SampledQuestion> questions = {
      {"a", {sample("1", true, {0.1}), sample("2", false, {0.9})}},
      {"b", {sample("1", false, {0.2}), sample("2", false, {0.1})}}};
  const Json curves = selection_curves(
      questions, questions, {.rules = {{Choice::best, "last"}}, .sizes = {1, 2, 4}, .bootstrap = 200});
  const auto value = [&](size_t i) { return curves.at(i).at("compat").at("value"); };
  EXPECT_EQ(curves.at(0).at("rule"), "pass");
  EXPECT_EQ(value(0), 0.25);
  EXPECT_EQ(value(1), 0.5);
  EXPECT_EQ(value(2), 0.5);
  EXPECT_EQ(value(3), 0.0);
  EXPECT_TRUE(value(4).is_null()) << "nobody has four samples";
  EXPECT_EQ(doubling_sizes(questions), (std::vector<size_t>{1, 2}));
}

}  // namespace
}  // namespace gradus
