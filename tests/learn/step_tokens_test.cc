#include "gradus/learn/step_tokens.h"

#include <gtest/gtest.h>

#include "tests/refused.h"

#include "gradus/base/error.h"

namespace gradus {
namespace {

std::vector<int64_t> letters(const std::string& text) {
  return {text.begin(), text.end()};
}

TEST(StepTokens, TheLabelSitsOnTheLastTokenOfTheSeparator) {
  const StepTokens row = step_tokens({"p", {"ab", ""}, {1, 0}}, letters, {.bos = 1, .separator = "\n\n"});
  EXPECT_EQ(row.ids, (std::vector<int64_t>{1, 'p', 'a', 'b', '\n', '\n', '\n', '\n'}));
  EXPECT_EQ(row.labels, (std::vector<int64_t>{-100, -100, -100, -100, -100, 1, -100, 0}));
}

TEST(StepTokens, CutsLabelsWithTheTokens) {
  const StepTokens row =
      step_tokens({"pp", {"a", "b"}, {1, 1}}, letters, {.max_length = 3, .max_completion = 3});
  EXPECT_EQ(row.ids, (std::vector<int64_t>{'p', 'p', 'a'}));
  EXPECT_EQ(row.labels, (std::vector<int64_t>{-100, -100, -100}));
}

TEST(StepTokens, RefusesALabelWithoutAPlace) {
  EXPECT_REFUSED(step_tokens({"p", {"a"}, {1, 0}}, letters, {}), "labels");
  EXPECT_REFUSED(step_tokens({"p", {""}, {1}}, letters, {.separator = ""}), "completions[0]");
}

TEST(StepClassLoss, SlopeIsThatOfTheLoss) {
  const std::vector<std::vector<double>> logits = {{0.3, -0.7, 0.1}, {2, 1, 0}, {0.5, 0.5, 0.5}};
  const std::vector<int64_t> labels = {2, kIgnoredLabel, 0};
  const StepClassLoss at = step_class_loss(logits, labels);
  for (size_t i = 0; i < logits.size(); ++i) {
    for (size_t c = 0; c < 3; ++c) {
      auto moved = logits;
      moved[i][c] += 1e-6;
      const double up = *step_class_loss(moved, labels).loss;
      moved[i][c] -= 2e-6;
      EXPECT_NEAR(at.slope[i][c], (up - *step_class_loss(moved, labels).loss) / 2e-6, 1e-8);
    }
  }
  EXPECT_EQ(*at.accuracy, 0.5);  // the first of equals is class 0
}

TEST(StepClassLoss, NothingLabelledIsMissingAndAStrangeLabelRefused) {
  EXPECT_FALSE(step_class_loss({{1, 2}}, {kIgnoredLabel}).loss);
  EXPECT_REFUSED(step_class_loss({{1, 2}}, {2}), "labels[0]");
  EXPECT_REFUSED(step_class_loss({{1, 2}}, {}), "");
  EXPECT_NEAR(*step_class_loss({{1000, 0}}, {1}).loss, 1000, 1e-9);
}

}  // namespace
}  // namespace gradus
