// Published files of judged solutions: what is read, what is counted, what is refused, and that every schema
// gives back what it was given.
#include "gradus/rollout/schema/schema.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sstream>

#include "tests/refused.h"

namespace gradus {
namespace {

// Rows of a text as a file of a schema.
std::vector<Solution> read_text(const std::string& schema, const std::string& text,
                                RowReport* report = nullptr, bool keep = false) {
  std::istringstream in(text);
  std::vector<Solution> out;
  const Schema& known = schema_named(schema);
  const RowReport got =
      read_rows(in, "file", {.nested = known.form == FileForm::lists_by_key}, [&](const JsonRow& row) {
        for (Solution& s : known.read(row, keep)) out.push_back(std::move(s));
      });
  if (report) *report = got;
  for (Solution& s : out) s.schema = schema;
  return out;
}

const std::string kProcessBench =
    R"({"id":"gsm8k-0","generator":"m","problem":"q","steps":["a","b","c"],"final_answer_correct":true,"label":1})";
const std::string kRewardMath =
    R"({"problem":"q","answer":"1","eval_solution":["a","b"],"solution_reference":"m","solution_type":"rejected",)"
    R"("subject":"Algebra","level":2,"problem_id":3,"id":31})";
const std::string kRewardMathPair =
    R"({"problem":"q","answer":"q","eval_solution_A":["a","b"],"eval_solution_B":["c"],"solution_reference":"m",)"
    R"("chosen_position":"B","subject":"Algebra","level":2,"problem_id":3,"id":28})";
const std::string kPrmBench =
    R"({"original_question":"o","modified_question":"q","original_process":["x"],"modified_process":["a","b","c"],)"
    R"("modified_steps":[2],"error_steps":[2,9],"reason":"r","idx":"p1_0","question":"o","classification":"circular"})";

TEST(Schema, ProcessBenchCountsFromZero) {
  const Solution s = read_text("processbench", kProcessBench).at(0);
  EXPECT_EQ(s.first_error, 1u);
  EXPECT_EQ(s.labels, (std::vector{StepLabel::right, StepLabel::wrong, StepLabel::unknown}));
  EXPECT_EQ(s.answer_right, true);
  EXPECT_EQ(s.sound, false);
}

TEST(Schema, RewardMathSaysWhichSolutionIsWrongAndNotWhere) {
  const Solution direct = read_text("rewardmath", kRewardMath).at(0);
  EXPECT_EQ(direct.id, "31");
  EXPECT_EQ(direct.sound, false);
  EXPECT_EQ(direct.labels, std::vector(2, StepLabel::unknown));
  const Solution pair = read_text("rewardmath_pairwise", kRewardMathPair).at(0);
  EXPECT_EQ(pair.steps, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(pair.original_steps, std::vector<std::string>{"c"});
  EXPECT_EQ(pair.sound, false);
  Solution foreign = direct;
  foreign.schema = "processbench";
  EXPECT_REFUSED(schema_named("rewardmath").write(foreign), "");
  EXPECT_REFUSED(schema_named("rewardmath_pairwise").write(direct), "");
}

TEST(Schema, AnErrorNeverCutsACharacter) {
  std::string row = kRewardMath;
  row.replace(row.find("rejected"), 8, std::string(59, 'x') + "\u00e9");
  RowReport report;
  EXPECT_TRUE(read_text("rewardmath", "[" + row + "]", &report).empty());
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_NO_THROW(Json(report.errors[0].what()).dump());
}

TEST(Schema, AnErrorBeyondTheStepsIsKeptAndCounted) {
  const Solution s = read_text("prmbench", kPrmBench).at(0);
  EXPECT_EQ(s.id, "circular_p1_0");
  EXPECT_EQ(s.stated_errors, (std::vector<int64_t>{2, 9}));
  EXPECT_EQ(s.first_error, 1u);
  OddityCounter counter;
  EXPECT_TRUE(counter.add(s));
  EXPECT_FALSE(counter.add(s));
  EXPECT_EQ(counter.counts.errors_out_of_range, 2u);
  EXPECT_EQ(counter.counts.duplicate_ids, 1u);
  Solution late = read_text("processbench", R"({"id":"a","problem":"q","steps":["a",""],"label":7})").at(0);
  EXPECT_EQ(late.first_error, std::nullopt);
  EXPECT_EQ(late.labels, std::vector(2, StepLabel::unknown));
  counter.add(late);
  EXPECT_EQ(counter.counts.blank_steps, 1u);
  EXPECT_EQ(counter.counts.errors_out_of_range, 3u);
}

TEST(Schema, MrBenFindsThePrintedNumberAmongBlankEntries) {
  const std::string text =
      "{\n \"u1\": "
      "[{\"Question_UUID\":\"u1\",\"Subject\":\"physics\",\"Question\":\"q\",\"Sampled_Model\":\"m\","
      "\"Model_Solution_Steps\":[\"Step 1: a\",\"\",\"Step 2: b\",\"\",\"Solution: c\"],"
      "\"Model_Solution_Correctness\":\"incorrect\",\"Model_Solution_First_Error_Step\":\"2\"}]}";
  const Solution s = read_text("mr_ben", text).at(0);
  EXPECT_EQ(s.id, "u1/m");
  EXPECT_EQ(s.first_error, 2u);
  EXPECT_EQ(s.labels[1], StepLabel::unknown);
  EXPECT_EQ(s.number_of(2), 2);
}

TEST(Schema, MathShepherdKeepsSignsWithinSteps) {
  const Solution s = read_text("math_shepherd", R"({"input":"1+1? Step 1: 1+1 = 2 ки)"
                                                "\\nStep 2: -3 ки\","
                                                R"("label":"1+1? Step 1: 1+1 = 2 +)"
                                                "\\nStep 2: -3 -\",\"task\":\"GSM8K\"}")
                         .at(0);
  EXPECT_EQ(s.question, "1+1?");
  EXPECT_EQ(s.steps, (std::vector<std::string>{"Step 1: 1+1 = 2", "Step 2: -3"}));
  EXPECT_EQ(s.labels, (std::vector{StepLabel::right, StepLabel::wrong}));
}

TEST(Schema, Prm800kGivesOnePathPerAlternative) {
  const std::string text =
      R"({"question":{"problem":"q"},"label":{"finish_reason":"solution","steps":[)"
      R"({"completions":[{"text":"a","rating":1},{"text":"b","rating":-1}],"human_completion":null,"chosen_completion":0},)"
      R"({"completions":[{"text":"c","rating":0}],"human_completion":{"text":"h"},"chosen_completion":null}]}})";
  const std::vector<Solution> all = read_text("prm800k", text);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].steps, (std::vector<std::string>{"b"}));
  EXPECT_EQ(all[0].sound, false);
  EXPECT_EQ(all[1].labels, (std::vector{StepLabel::right, StepLabel::neutral}));
  EXPECT_EQ(all[2].steps, (std::vector<std::string>{"a", "h"}));
  EXPECT_EQ(all[2].sound, true);
}

TEST(Schema, ReasonEvalSaysWhichDisplayedStep) {
  const Solution s =
      read_text("reasoneval", R"({"id":3,"question":"q","model_output_step_format":[["a"],["b","c"],["d"]],)"
                              R"("model_output_solution_correctness":"wrong",)"
                              R"("model_output_solution_first_error_step":2})")
          .at(0);
  EXPECT_EQ(s.numbers, (std::vector<int64_t>{1, 2, 2, 3}));
  EXPECT_EQ(s.labels,
            (std::vector{StepLabel::right, StepLabel::unknown, StepLabel::unknown, StepLabel::unknown}));
  EXPECT_EQ(s.first_error, 1u);
}

TEST(Schema, ABadRowIsCountedAndNamed) {
  RowReport report;
  const std::string text =
      kProcessBench + "\n" + R"({"id":"x","problem":"q","steps":["a",3],"label":0})" + "\n{\n";
  EXPECT_EQ(read_text("processbench", text, &report).size(), 1u);
  ASSERT_EQ(report.bad_rows, 2u);
  const std::string what = report.errors[0].what();
  for (const char* word : {"file:2", "steps[1]", "a text"})
    EXPECT_NE(what.find(word), std::string::npos) << what;
}

TEST(Schema, ListsAndBareNanAreRead) {
  EXPECT_EQ(read_text("processbench", "[" + kProcessBench + ",\n" + kProcessBench + "]").size(), 2u);
  EXPECT_EQ(read_text("processbench", "[\n]").size(), 0u);
  std::istringstream in("{\"a\":NaN,\"b\":\"NaN \\\" -Infinity\",\"c\":-Infinity}");
  read_rows(in, "file", {.strict = true}, [](const JsonRow& row) {
    EXPECT_EQ(row.text("a"), "NaN");
    EXPECT_EQ(row.text("b"), "NaN \" -Infinity");
    EXPECT_EQ(row.text("c"), "-Infinity");
  });
}

TEST(Schema, EveryRowComesBackAsItWas) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"processbench", kProcessBench},
      {"prmbench", kPrmBench},
      {"rewardmath", kRewardMath},
      {"rewardmath_pairwise", kRewardMathPair},
      {"mr_gsm8k",
       R"({"uuid":"u","question":"q","ground_truth_answer":5,"model_output_steps":["Step 1: a","Step 2: b"],)"
       R"("model_output_answer_correctness":"wrong","model_output_solution_correctness":"wrong",)"
       R"("model_output_solution_first_error_step":2,"question_type":"POT"})"},
      {"reasoneval",
       R"({"id":4,"question":"q","generator":"g","model_output_step_format":[["a"],["b","c"]],"rating":[1,0,1]})"},
      {"trl", R"({"prompt":"p","completions":["a","b"],"labels":[true,false],"extra":1})"},
      {"rlhflow",
       R"({"conversations":[{"role":"user","content":"q? Step 1: a"},{"role":"assistant","content":"+"}]})"}};
  for (const auto& [schema, text] : rows) {
    const Solution s = read_text(schema, text, nullptr, true).at(0);
    EXPECT_EQ(canonical(schema_named(schema).write(s)), canonical(Json::parse(text))) << schema;
    // And through the columns of a batch.
    const Solution again = solutions_of(batch_of_solutions({s})).at(0);
    EXPECT_EQ(canonical(schema_named(schema).write(again)), canonical(Json::parse(text))) << schema;
  }
}

TEST(Schema, WhatASchemaCannotSayIsRefused) {
  Solution s;
  s.id = "x";
  s.steps = {"a", "b"};
  s.labels = {StepLabel::unknown, StepLabel::right};
  for (const char* schema : {"trl", "prmbench", "math_shepherd", "processbench", "mr_gsm8k", "rewardmath",
                             "rewardmath_pairwise"}) {
    EXPECT_REFUSED(schema_named(schema).write(s), "") << schema;
  }
}

TEST(Schema, LabelsSurviveTheWayThroughTrainingRows) {
  EXPECT_TRUE(rc::check([] {
    Solution s;
    s.question = "What?";
    const size_t first = *rc::gen::inRange<size_t>(0, 6), steps = *rc::gen::inRange<size_t>(1, 6);
    for (size_t i = 0; i < steps; ++i) s.steps.push_back("s" + std::to_string(i));
    s.first_error = first < steps ? std::optional(first) : std::nullopt;
    s.labels = labels_up_to(steps, s.first_error);
    for (const char* name : {"trl", "rlhflow", "math_shepherd"}) {
      const Solution back = read_text(name, schema_named(name).write(s).dump()).at(0);
      RC_ASSERT(back.first_error == s.first_error);
      RC_ASSERT(back.question == s.question);
      RC_ASSERT(back.steps.size() == (s.first_error ? first + 1 : steps));
    }
  }));
}

}  // namespace
}  // namespace gradus
