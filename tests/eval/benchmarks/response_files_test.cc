// RewardBench 2, RewardMATH and ViLBench on small files in their published schemas, and the real RewardMATH
// files where they are.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "tests/refused.h"

#include "gradus/base/error.h"
#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/eval/benchmarks/rewardbench2_file.h"
#include "gradus/eval/benchmarks/rewardbench2_judge.h"
#include "gradus/eval/benchmarks/rewardmath_file.h"
#include "gradus/eval/benchmarks/vilbench.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

std::string written(const std::string& name, const std::string& text) {
  const std::string path = (fs::temp_directory_path() / ("gradus_" + name)).string();
  std::ofstream(path) << text;
  return path;
}

Json number(const Json& result, const std::string& part, const std::string& id, const char* column = "compat",
            const char* list = "numbers", const char* value = "value") {
  for (const Json& row : result.at(list)) {
    if (row.at("part") == part && row.at("id") == id) return row.at(column).at(value);
  }
  return "no such number";
}

std::string rewardbench2_prompts() {
  std::string out;
  for (const char* subset : {"Factuality", "Precise IF", "Math", "Safety", "Focus"}) {
    for (int i = 0; i < 2; ++i) {
      out += rewardbench2_json({.id = std::to_string(i),
                                .prompt = "p",
                                .subset = subset,
                                .chosen = {"right"},
                                .rejected = {"a", "b", "c"},
                                .fields = {{"models", {"m"}}}})
                 .dump() +
             "\n";
    }
  }
  out +=
      rewardbench2_json({.id = "ref:0", .prompt = "p", .subset = "Ties", .chosen = {"r"}, .rejected = {"w"}})
          .dump() +
      "\n";
  out += rewardbench2_json({.id = "tied:0",
                            .prompt = "p",
                            .subset = "Ties",
                            .chosen = {"r", "s"},
                            .rejected = {"w"},
                            .num_correct = 2})
             .dump() +
         "\n";
  return out;
}

// The first prompt of every domain is won, the second tied with one other.
std::string rewardbench2_scores() {
  std::string out;
  for (int domain = 0; domain < 5; ++domain) {
    out += R"({"id": "0", "scores": [3, 1, 0, 0]})"
           "\n"
           R"({"id": "1", "scores": [[2], [2], [0], [1]]})"
           "\n";
  }
  return out + R"({"id": "ref:0", "scores": [2, 1]})"
               "\n"
               R"({"id": "tied:0", "scores": [2, 2, 1]})"
               "\n";
}

TEST(RewardBench2File, JoinsByPlaceWhereIdsAreThereTwice) {
  const std::string prompts = written("rb2.jsonl", rewardbench2_prompts()),
                    scores = written("rb2_scores.jsonl", rewardbench2_scores());
  const Json result = rewardbench2_benchmark().run({.files = {prompts}, .scores = scores, .bootstrap = 200});
  EXPECT_EQ(number(result, "Math", "score"), 0.75);
  EXPECT_EQ(number(result, "Math", "accuracy_without_ties"), 0.5);
  EXPECT_EQ(number(result, "Math", "shared_first_place"), 0.5);
  EXPECT_DOUBLE_EQ(number(result, "Ties", "score").get<double>(), 1.01);
  EXPECT_DOUBLE_EQ(number(result, "Ties", "score", "strict").get<double>(), 1.0);
  EXPECT_DOUBLE_EQ(number(result, "all", "score").get<double>(), (5 * 0.75 + 1.01) / 6);
  EXPECT_DOUBLE_EQ(number(result, "all", "score", "strict").get<double>(), (5 * 0.75 + 1) / 6);
}

TEST(RewardBench2File, ResultFilesAreParallelLists) {
  const std::string path =
      written("rb2_results.json",
              R"({"model": "m", "id": ["0", "1"], "subset": ["Math", "Math"], "num_correct": [1, 1],
      "scores": [[1, 0, 0, 0], [0, 1, 0, 0]], "results": [1, 0]})");
  const Json result = rewardbench2_benchmark().run({.files = {path}, .bootstrap = 100});
  EXPECT_EQ(number(result, "Math", "score"), 0.5);
  EXPECT_TRUE(number(result, "all", "score", "strict").is_null()) << "five domains are missing";
}

TEST(RewardBench2File, WhatCannotBeScoredIsCountedOrRefused) {
  const std::string path = written(
      "rb2_odd.jsonl", R"({"id": "0", "subset": "Math", "chosen": ["a"], "rejected": ["b"], "scores": [1]})"
                       "\n"
                       R"({"id": "1", "subset": "Math", "scores": [1, null]})"
                       "\n"
                       R"({"id": "2", "subset": "Math"})"
                       "\n"
                       R"({"id": "tied-3", "subset": "Ties", "scores": [1, 0]})"
                       "\n"
                       R"({"subset": "Math", "scores": [1, 0]})"
                       "\n"
                       R"({"id": "4", "subset": "Math", "scores": [1, 0]})"
                       "\n");
  const Json result = rewardbench2_benchmark().run({.files = {path}, .bootstrap = 0});
  const Json& odd = result.at("counts").at("scores").at(0);
  EXPECT_EQ(odd.at("judged"), 1);
  EXPECT_EQ(odd.at("unusable"), 3);
  EXPECT_EQ(odd.at("missing"), 1);
  EXPECT_EQ(odd.at("bad_rows"), 1);
  EXPECT_THROW(rewardbench2_benchmark().run({.files = {path}, .strict = true}), Error);
}

TEST(RewardBench2File, RowsAreWrittenBack) {
  const Json row =
      Json::parse(R"({"id": "7", "prompt": "p", "chosen": ["a"], "rejected": ["b"], "num_correct": 1,
    "total_completions": 2, "subset": "Focus", "models": ["x"], "additional_metadata": {"k": 1}})");
  EXPECT_EQ(canonical(rewardbench2_json(rewardbench2_rows(row)[0])), canonical(row));
}

std::string judged(const std::string& name, const std::vector<Json>& rows) {
  std::string out;
  for (const Json& row : rows) out += row.dump() + "\n";
  return written(name, out);
}

std::string math_prompts(const std::string& name, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    out += rewardbench2_json({.id = std::to_string(i),
                              .prompt = "p",
                              .subset = "Math",
                              .chosen = {"right"},
                              .rejected = {"a", "b", "c"}})
               .dump() +
           "\n";
  }
  return written(name, out);
}

const Json& only_scores(const Json& result) {
  return result.at("counts").at("scores").at(0);
}

TEST(RewardBench2Judge, ARankingNamesThePlaceOfTheBest) {
  const std::string file = math_prompts("rb2_ranked.jsonl", 4),
                    said = judged("rb2_votes.jsonl",
                                  {{{"id", "0"}, {"chosen_position", "C"}, {"votes", {"C"}}},
                                   {{"id", "1"}, {"chosen_position", "A"}, {"votes", {"D"}}},
                                   {{"id", "2"}, {"chosen_position", "A"}, {"votes", {"error"}}},
                                   {{"id", "3"}, {"chosen_position", "B"}, {"votes", {"B", nullptr, "B"}}}});
  EvalRequest request{.files = {file}, .scores = said, .bootstrap = 50};
  const Json result = rewardbench2_benchmark().run(request);
  EXPECT_EQ(number(result, "Math", "score"), (1 + 0 + 0.25 + 1) / 4);
  EXPECT_DOUBLE_EQ(number(result, "Math", "score", "strict").get<double>(), 2.0 / 3)
      << "the unreadable prompt is left out";
  EXPECT_EQ(only_scores(result).at("protocol"), "ranking");
  EXPECT_EQ(only_scores(result).at("unreadable"), 2);
  request.strict = true;
  EXPECT_THROW(rewardbench2_benchmark().run(request), Error);
}

TEST(RewardBench2Judge, WinnersOfARatingShare) {
  const std::string file = math_prompts("rb2_rated.jsonl", 5),
                    said = judged("rb2_ratings.jsonl", {{{"id", "0"}, {"ratings", {9, 9, 2, 1}}},
                                                        {{"id", "1"}, {"ratings", {3, 4, 2, 1}}},
                                                        {{"id", "2"}, {"ratings", {8, nullptr, 2, 1}}},
                                                        {{"id", "3"}, {"ratings", {-1, "?", 99, nullptr}}},
                                                        {{"id", "4"}, {"ratings", {8, 7, 2}}}});
  const Json result = rewardbench2_benchmark().run({.files = {file}, .scores = said, .bootstrap = 50});
  EXPECT_EQ(number(result, "Math", "score"), (0.5 + 0 + 1 + 0.25) / 4);
  EXPECT_EQ(number(result, "Math", "score", "strict"), 0.25) << "of the two that were read whole";
  EXPECT_EQ(number(result, "Math", "shared_first_place"), 0.25);
  EXPECT_EQ(only_scores(result).at("unreadable"), 5);
  EXPECT_EQ(only_scores(result).at("unusable"), 1) << "three ratings for four answers";
  EXPECT_EQ(only_scores(result).at("protocol"), "ratings");
}

TEST(RewardBench2Judge, TiesIsRatedWhateverTheOthersAre) {
  const std::string file = written("rb2_judged.jsonl", rewardbench2_prompts());
  std::vector<Json> rows;
  for (int domain = 0; domain < 5; ++domain) {
    for (const char* id : {"0", "1"}) {
      rows.push_back({{"id", id}, {"chosen_position", "A"}, {"votes", {"A"}}});
    }
  }
  rows.push_back({{"id", "ref:0"}, {"ratings", {9, 2}}});
  rows.push_back({{"id", "tied:0"}, {"ratings", {9, 8, 2}}});
  const Json result = rewardbench2_benchmark().run(
      {.files = {file}, .scores = judged("rb2_judged_said.jsonl", rows), .bootstrap = 0});
  EXPECT_EQ(only_scores(result).at("protocol"), "ranking, Ties by ratings");
  EXPECT_EQ(number(result, "all", "score", "strict"), 1.0);
  rows.back() = {{"id", "tied:0"}, {"ratings", {nullptr, 8, 2}}};
  const Json unread = rewardbench2_benchmark().run(
      {.files = {file}, .scores = judged("rb2_judged_unread.jsonl", rows), .bootstrap = 0});
  EXPECT_EQ(number(unread, "Ties", "tied_accuracy"), 0.0) << "-1 in the official script";
  EXPECT_TRUE(number(unread, "Ties", "tied_accuracy", "strict").is_null());
  rows.back() = {{"id", "tied:0"}, {"chosen_position", "A"}, {"votes", {"A"}}};
  const Json ranked = rewardbench2_benchmark().run(
      {.files = {file}, .scores = judged("rb2_judged_ranked.jsonl", rows), .bootstrap = 0});
  EXPECT_EQ(only_scores(ranked).at("unusable"), 1);
  rows[0] = {{"id", "0"}, {"ratings", {9, 1, 1, 1}}};
  EXPECT_THROW(rewardbench2_benchmark().run(
                   {.files = {file}, .scores = judged("rb2_judged_mixed.jsonl", rows), .bootstrap = 0}),
               Error);
}

TEST(RewardBench2Judge, VotesWithoutAMajority) {
  using Votes = std::vector<std::optional<size_t>>;
  EXPECT_EQ(judge_ranking(Votes{1, 2}, 1).compat, 1.0) << "the place that was named first";
  EXPECT_EQ(judge_ranking(Votes{2, 1}, 1).compat, 0.0);
  EXPECT_EQ(judge_ranking(Votes{2, 1, 2, 1, 0}, 1).strict, 0.5);
  EXPECT_EQ(judge_ranking(Votes{std::nullopt, std::nullopt, 1}, 1).compat, 0.25)
      << "unreadable has most votes";
  EXPECT_EQ(judge_ranking(Votes{std::nullopt, std::nullopt, 1}, 1).strict, 1.0);
  EXPECT_EQ(judge_ranking(Votes{std::nullopt}, 1).strict, std::nullopt);
  EXPECT_THROW(judge_output(Json::parse(R"({"votes": ["A"]})"), 4), Error);
  EXPECT_THROW(judge_output(Json::parse(R"({"votes": [], "chosen_position": "A"})"), 4), Error);
  EXPECT_THROW(judge_output(Json::parse(R"({"votes": ["A"], "chosen_position": "E"})"), 4), Error);
  EXPECT_THROW(judge_output(Json::parse(R"({"votes": ["A"], "chosen_position": "A", "ratings": [1]})"), 4),
               Error);
}

// Two problems, each a right solution and wrong ones by `writers`; ids count rows.
std::string rewardmath_direct(const std::vector<std::string>& writers) {
  Json rows = Json::array();
  for (int problem = 0; problem < 2; ++problem) {
    for (size_t i = 0; i <= writers.size(); ++i) {
      rows.push_back({{"problem", problem == 0 ? "p" : "q"},
                      {"answer", "1"},
                      {"eval_solution", {"one", "two"}},
                      {"solution_reference", i == 0 ? "human_to_GPT-4" : writers[i - 1]},
                      {"solution_type", i == 0 ? "chosen" : "rejected"},
                      {"subject", "Algebra"},
                      {"level", 1},
                      {"problem_id", 7 * problem},
                      {"id", rows.size()}});
    }
  }
  return rows.dump();
}

std::string rewardmath_pairwise(const std::vector<std::string>& writers) {
  Json rows = Json::array();
  for (int problem = 0; problem < 2; ++problem) {
    for (size_t i = 0; i < writers.size(); ++i) {
      rows.push_back({{"problem", problem == 0 ? "p" : "q"},
                      {"answer", "p"},
                      {"eval_solution_A", {"one"}},
                      {"eval_solution_B", {"two", "three"}},
                      {"solution_reference", writers[i]},
                      {"chosen_position", i % 2 == 0 ? "A" : "B"},
                      {"subject", "Algebra"},
                      {"level", 1},
                      {"problem_id", 7 * problem},
                      {"id", rows.size()}});
    }
  }
  return rows.dump();
}

// JSON Lines of {id, score} with ids from 0.
std::string scores_of_ids(const std::vector<Json>& scores) {
  std::string out;
  for (size_t i = 0; i < scores.size(); ++i) out += Json{{"id", i}, {"score", scores[i]}}.dump() + "\n";
  return out;
}

std::string what_of(const EvalRequest& request) {
  try {
    rewardmath_benchmark().run(request);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(RewardMathFile, DirectFilesTakeScoresById) {
  const std::string file = written("rm_direct.json", rewardmath_direct({"m"})),
                    said = written("rm_scores.jsonl", scores_of_ids({Json{0.9, 0.5}, Json{0.4, 0.5},
                                                                     Json{0.9, 0.5}, Json{0.4, 0.99}}));
  const Json result = rewardmath_benchmark().run({.files = {file}, .scores = said, .bootstrap = 100});
  EXPECT_EQ(number(result, "min", "Acc"), 100.0);
  EXPECT_EQ(number(result, "last", "Acc"), 0.0);
  EXPECT_EQ(number(result, "last", "Acc (w/ tie)"), 50.0);
  EXPECT_EQ(number(result, "last", "Acc", "strict"), 25.0) << "a tie is won half the time";
  EXPECT_EQ(number(result, "last", "MRR"), 50.0);
  EXPECT_EQ(number(result, "last", "MRR", "strict"), 62.5);
}

TEST(RewardMathFile, PairsAreJudgedById) {
  const std::string file = written("rm_pairs.json", rewardmath_pairwise({"m", "n"})),
                    said = written("rm_verdicts.jsonl", scores_of_ids({"A", "B", "A", "A"}));
  const Json result = rewardmath_benchmark().run({.files = {file}, .scores = said, .bootstrap = 100});
  EXPECT_EQ(number(result, "all", "Acc"), 50.0) << "both pairs of p are won, one of q is lost";
  EXPECT_EQ(number(result, "all", "MRR"), 75.0);
  EXPECT_EQ(number(result, "all", "MRR", "strict"), 75.0);
}

TEST(RewardMathFile, AnUnreadableVerdictIsLostOrNoVerdict) {
  const std::string file = written("rm_pairs2.json", rewardmath_pairwise({"m", "n"})),
                    said = written("rm_verdicts2.jsonl", scores_of_ids({"A", "B", "A", "[[?]]"}));
  EvalRequest request{.files = {file}, .scores = said, .bootstrap = 0};
  const Json result = rewardmath_benchmark().run(request);
  EXPECT_EQ(number(result, "all", "Acc"), 50.0) << "the official script counts it as lost";
  EXPECT_EQ(number(result, "all", "Acc", "strict"), 100.0) << "a failed call says nothing of the problem";
  EXPECT_EQ(result.at("counts").at("scores").at(0).at("unreadable_verdicts"), 1);
  request.strict = true;
  EXPECT_NE(what_of(request).find("neither A nor B"), std::string::npos);
}

TEST(RewardMathFile, ScoresOfRowsAndResultFilesAreCompared) {
  const std::string file = written("rm_direct3.json", rewardmath_direct({"m"})),
                    good = written("rm_good.jsonl", scores_of_ids({1, 0, 1, 0})),
                    poor = written("rm_poor.jsonl", scores_of_ids({1, 0, 0, 1})),
                    results = written("rm_results3.json",
                                      Json::array({Json{{"problem", "q"},
                                                        {"solution_reference", {"m", "human_to_GPT-4"}},
                                                        {"score", {1, 0}}}})
                                          .dump());
  const auto difference = [&](const std::string& other) {
    return number(
        rewardmath_benchmark().run({.files = {file}, .scores = good, .compare = other, .bootstrap = 0}),
        "all", "Acc", "compat", "comparison", "difference");
  };
  EXPECT_EQ(difference(poor), 50.0);
  EXPECT_EQ(difference(results), 100.0) << "only q is in both";
  const std::string steps =
      written("rm_steps3.jsonl", scores_of_ids({Json{1, 1}, Json{0, 1}, Json{1, 1}, 0}));
  EXPECT_NE(what_of({.files = {file}, .scores = good, .compare = steps}).find("cannot be compared"),
            std::string::npos);
}

TEST(RewardMathFile, WhatDoesNotFitIsNamedCountedOrRefused) {
  Json rows = Json::parse(rewardmath_direct({"m"}));
  rows[1]["solution_type"] = "maybe";
  rows[3].erase("problem_id");
  const std::string file = written("rm_odd.json", rows.dump()),
                    said = written("rm_odd.jsonl", scores_of_ids({1, 0, 1, 0}));
  const std::string what = what_of({.files = {file}, .scores = said, .strict = true});
  for (const char* word : {"rm_odd.json", "[1].solution_type", "maybe", "chosen or rejected"}) {
    EXPECT_NE(what.find(word), std::string::npos) << what;
  }
  EXPECT_NE(what_of({.files = {file}, .scores = said}).find("no question has been judged"), std::string::npos)
      << "both problems have lost their wrong solution";
  const std::string pairs = written("rm_odd_pairs.json", rewardmath_pairwise({"m"}));
  EXPECT_NE(what_of({.files = {pairs, written("rm_odd2.json", rewardmath_direct({"m"}))}, .scores = said})
                .find("several schemas"),
            std::string::npos);
  EXPECT_NE(what_of({.files = {pairs}, .scores = written("rm_number.jsonl", scores_of_ids({1, 2}))})
                .find("judged by A or B"),
            std::string::npos);
}

TEST(RewardMathFile, ALongFaultyTextIsShownInWholeCharacters) {
  Json rows = Json::parse(rewardmath_direct({"m"}));
  std::string text = "x";
  for (int i = 0; i < 80; ++i) text += "\u00e9";
  rows.push_back({{"problem", text}, {"eval_solution", text}});
  rows.push_back({{"problem", text}, {"solution_reference", {"m"}}, {"score", {1}}});
  const std::string file = written("rm_long.json", rows.dump()),
                    said = written("rm_long.jsonl", scores_of_ids({1, 0, 1, 0}));
  const Json result = rewardmath_benchmark().run({.files = {file}, .scores = said, .bootstrap = 0});
  EXPECT_EQ(result.at("counts").at("scores").at(0).at("bad_rows"), 2);
  EXPECT_NO_THROW(result.dump());
}

TEST(RewardMathFile, TwoScorersAreComparedProblemByProblem) {
  const auto results = [](const char* name, double right) {
    return written(
        name,
        Json::array(
            {Json{{"problem", "p"}, {"solution_reference", {"human_to_GPT-4", "m"}}, {"score", {right, 0.5}}},
             Json{{"problem", "q"}, {"solution_reference", {"human_to_GPT-4", "m"}}, {"score", {1, 0.5}}}})
            .dump());
  };
  const Json result = rewardmath_benchmark().run(
      {.files = {results("rm_a.json", 1)}, .compare = results("rm_b.json", 0), .bootstrap = 100});
  EXPECT_EQ(number(result, "all", "Acc", "compat", "comparison", "difference"), 50.0);
}

TEST(RewardMathFile, RealFilesGiveTheOfficialNumbers) {
  const char* const given = std::getenv("GRADUS_SHARED_DATA");
  const fs::path data = given ? given : fs::path(GRADUS_SOURCE_DIR).parent_path() / "shared/data";
  if (!fs::exists(data / "rewardmath")) GTEST_SKIP() << "no real files at " << data;
  const auto run = [&](const char* name) {
    return rewardmath_benchmark().run({.files = {(data / "rewardmath" / name).string()}, .bootstrap = 0});
  };
  const Json steps = run("ReasonEval_7B_reward_first80.json");
  EXPECT_NEAR(number(steps, "product", "Acc").get<double>(), 23.75, 1e-9);
  EXPECT_NEAR(number(steps, "min", "MRR").get<double>(), 42.02033730158728, 1e-9);
  EXPECT_NEAR(number(steps, "max", "Acc (w/ tie)").get<double>(), 18.75, 1e-9);
  EXPECT_NEAR(number(steps, "mean_odds", "MRR").get<double>(), 39.2782738095238, 1e-9);
  EXPECT_NEAR(number(run("Eurus-RM_reward_first80.json"), "all", "MRR").get<double>(), 39.526289682539684,
              1e-9);
  EXPECT_NEAR(number(run("gpt4_pairwise_reward_first80.json"), "all", "MRR").get<double>(), 52.81944444444446,
              1e-9);
}

TEST(Vilbench, StepScoresAgainstOneScore) {
  std::string rows;
  const auto add = [&](const char* id, std::vector<double> steps, double score, bool right) {
    rows += Json{{"id", id},       {"question", "q"}, {"image", "never/opened.png"}, {"step_scores", steps},
                 {"score", score}, {"correct", right}}
                .dump() +
            "\n";
  };
  add("a", {5, 4}, 3, true);
  add("a", {2, 2}, 4, false);
  add("b", {4, 4}, 4, false);
  add("b", {4, 4}, 4, true);
  const Json result =
      vilbench_benchmark().run({.files = {written("vilbench.jsonl", rows)}, .bootstrap = 100});
  EXPECT_EQ(number(result, "response", "accuracy"), 0.0);
  EXPECT_EQ(number(result, "response", "accuracy", "strict"), 0.25);
  EXPECT_EQ(number(result, "steps mean", "accuracy"), 0.5);
  EXPECT_EQ(number(result, "steps mean", "accuracy", "strict"), 0.75);
  EXPECT_EQ(number(result, "steps mean", "tied"), 0.5);
  EXPECT_EQ(number(result, "all", "random"), 0.5);
  EXPECT_EQ(number(result, "all", "preference"), 0.75);
  EXPECT_EQ(vilbench_preference({{{5, 4}, 3.0, true}, {{1}, 5.0, false}}), 1.5);
  EXPECT_FALSE(vilbench_preference({{{5, 4}, 3.0, false}}));
}

TEST(Vilbench, AScoreThatIsNotFiniteIsCounted) {
  const std::string rows = R"({"id": "a", "step_scores": [1e200, 1e200], "score": 3, "correct": true})"
                           "\n"
                           R"({"id": "a", "step_scores": [2, 2], "score": 4, "correct": false})"
                           "\n";
  const std::string path = written("vilbench_large.jsonl", rows);
  const Json result = vilbench_benchmark().run({.files = {path}, .bootstrap = 0});
  EXPECT_EQ(result.at("counts").at("scores").at(0).at("not_finite"), 1);
  EXPECT_EQ(number(result, "steps product", "accuracy"), 0.0);
  EXPECT_REFUSED(vilbench_benchmark().run({.files = {path}, .strict = true, .bootstrap = 0}), "product");
}

}  // namespace
}  // namespace gradus
