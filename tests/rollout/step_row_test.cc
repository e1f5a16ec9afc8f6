#include "gradus/rollout/step_row.h"

#include <gtest/gtest.h>

#include "tests/refused.h"

#include "gradus/base/error.h"

namespace gradus {
namespace {

Json step(const Json& ratings, const Json& chosen, const Json& written = nullptr) {
  Json completions = Json::array();
  for (size_t i = 0; i < ratings.size(); ++i) {
    completions.push_back({{"text", "c" + std::to_string(i)}, {"rating", ratings[i]}});
  }
  return {{"completions", completions}, {"chosen_completion", chosen}, {"human_completion", written}};
}

TEST(Prm800k, AStepThatAPersonWroteIsRight) {
  const auto rows = prm800k_rows(
      Json::array({step({-1, 0}, nullptr, {{"text", "h"}, {"rating", nullptr}}), step({0}, 0)}), "q", {});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].completions, std::vector<std::string>{"c1"});
  EXPECT_EQ(rows[2].completions, (std::vector<std::string>{"h", "c0"}));
  EXPECT_EQ(rows[2].labels, (std::vector<double>{1, 0}));
}

TEST(Prm800k, NeutralIsRightWhereAsked) {
  const auto rows = prm800k_rows(Json::array({step({0}, 0)}), "q", {.neutral_is_right = true});
  EXPECT_EQ(rows[0].labels, std::vector<double>{1});
}

TEST(Prm800k, EndsWhereNobodyChose) {
  const auto rows = prm800k_rows(Json::array({step({1}, nullptr), step({1}, 0)}), "q", {});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows[1].completions.empty());
}

TEST(Prm800k, RefusesWhatIsNotAsPublished) {
  EXPECT_REFUSED(prm800k_rows(Json::array({step({1}, 3)}), "q", {}), "label.steps[0].chosen_completion");
  EXPECT_REFUSED(prm800k_rows(Json::array({step({1}, -1)}), "q", {}), "label.steps[0].chosen_completion");
  EXPECT_REFUSED(prm800k_rows(Json::array({step({"good"}, 0)}), "q", {}), "label.steps[0].rating");
  EXPECT_REFUSED(prm800k_rows(Json::array({5}), "q", {}), "label.steps[0]");
  EXPECT_THROW(
      prm800k_rows(Json::array({{{"completions", {{{"rating", 1}}}}, {"chosen_completion", 0}}}), "q", {}),
      Error);
}

}  // namespace
}  // namespace gradus
