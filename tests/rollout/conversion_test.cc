// From every schema into every other and back: a label never moves, a question and a step never change
// places, and what a schema cannot hold is refused and not written wrongly.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <rapidcheck.h>
#include <sstream>

#include "tests/refused.h"

#include "gradus/base/text.h"
#include "gradus/rollout/schema/schema.h"

namespace gradus {
namespace {

std::vector<Solution> read_text(const Schema& schema, const std::string& text) {
  std::istringstream in(text);
  std::vector<Solution> out;
  read_rows(in, "file", {.nested = schema.form == FileForm::lists_by_key, .strict = true},
            [&](const JsonRow& row) {
              for (Solution& s : schema.read(row, true)) out.push_back(std::move(s));
            });
  for (Solution& s : out) s.schema = schema.name;
  return out;
}

// Written as a row of the schema and read again; nothing where the schema refuses it.
std::optional<Solution> through(const Schema& schema, const Solution& s) {
  Json row;
  try {
    row = schema.write(s);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return std::nullopt;
  }
  const std::vector<Solution> back = read_text(schema, row.dump());
  EXPECT_EQ(back.size(), 1u) << schema.name << row.dump();
  return back.empty() ? std::nullopt : std::optional(back.back());
}

struct Step {
  std::string text;
  StepLabel label;
  bool first_error;
};

// Blank entries may go, and white space around texts.
std::vector<Step> steps_of(const Solution& s) {
  std::vector<Step> out;
  for (size_t i = 0; i < s.steps.size(); ++i) {
    if (trim(s.steps[i]).empty()) continue;
    out.push_back({std::string(trim(s.steps[i])), s.labels[i], s.first_error == i});
  }
  return out;
}

// "" where `after` says the same as `before`, as far as it says anything.
std::string difference(const Solution& before, const Solution& after) {
  if (trim(before.question) != trim(after.question)) return "question: " + after.question;
  const std::vector<Step> a = steps_of(before), b = steps_of(after);
  if (b.size() > a.size()) return "more steps";
  bool found = false;
  for (size_t i = 0; i < b.size(); ++i) {
    if (!b[i].text.ends_with(a[i].text)) return "step: " + b[i].text + " for " + a[i].text;
    if (a[i].first_error != b[i].first_error) return "first error at " + b[i].text;
    const bool good = a[i].label == StepLabel::right;
    if (b[i].label == StepLabel::wrong && a[i].label != StepLabel::wrong) return "label of " + b[i].text;
    if (b[i].label == StepLabel::right && !good && a[i].label != StepLabel::unknown)
      return "label of " + b[i].text;
    found = found || b[i].first_error;
  }
  if (before.first_error && !found && after.sound == true) return "the error is lost";
  if (!before.first_error && before.sound == true && after.sound == false) return "an error appeared";
  return "";
}

const std::vector<std::string> kQuestions = {"What?",
                                             "Do this. Step 1: double 3. Step 2: add 1. What is it?",
                                             "Do:\n\nStep 1: double 3.\n\nStep 2: add 1.",
                                             "What does Step 1: say?",
                                             "No mark at all",
                                             "Is it? Or not?\n\nSay.",
                                             "line\r\nline",
                                             "the tag ки in it?",
                                             "step 1: small?",
                                             ""};
const std::vector<std::string> kTexts = {
    "Let us start.",      "Step 1: take 2+2=5.", "Step 2: so 5.", "",
    "As Step 1: said, 3", "Step 0: prepare",     "a\r\nb",        "ки",
    "  padded \n",        "plain + and -",       "Step 3",        "step 2: small"};

Solution drawn() {
  Solution s;
  s.id = "id-7";
  s.source = "m";
  s.question = *rc::gen::elementOf(kQuestions);
  s.steps = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kTexts)));
  const size_t first = *rc::gen::inRange<size_t>(0, s.steps.size() + 1);
  if (first < s.steps.size()) s.first_error = first;
  s.sound = !s.first_error;
  s.answer_right = s.sound;
  s.labels = labels_up_to(s.steps.size(), s.first_error);
  if (s.first_error) s.stated_errors = {static_cast<int64_t>(first)};
  return s;
}

TEST(Conversion, NoLabelMovesBetweenAnyTwoSchemas) {
  std::map<std::pair<std::string, std::string>, size_t> written;
  EXPECT_TRUE(rc::check([&] {
    const Solution s = drawn();
    for (const Schema& from : schemas()) {
      const std::optional<Solution> a = through(from, s);
      if (!a) continue;
      const std::string first = difference(s, *a);
      if (!first.empty()) RC_FAIL(from.name + ": " + first);
      for (const Schema& to : schemas()) {
        const std::optional<Solution> b = through(to, *a);
        if (!b) continue;
        const std::string second = difference(*a, *b);
        if (!second.empty()) RC_FAIL(from.name + " to " + to.name + ": " + second);
        const std::optional<Solution> c = through(from, *b);
        if (!c) continue;
        const std::string third = difference(*a, *c);
        if (!third.empty()) RC_FAIL(from.name + " to " + to.name + " and back: " + third);
        ++written[{from.name, to.name}];
      }
    }
  }));
  for (const char* from :
       {"processbench", "mr_gsm8k", "mr_ben", "trl", "rlhflow", "math_shepherd", "prmbench"}) {
    for (const char* to : {"trl", "rlhflow", "math_shepherd", "prm800k"}) {
      EXPECT_GT((written[{from, to}]), 0u) << from << " to " << to;
    }
  }
}

Solution solution(std::vector<std::string> steps, std::optional<size_t> first) {
  Solution s;
  s.id = "x";
  s.question = "q?";
  s.steps = std::move(steps);
  s.first_error = first;
  s.sound = !first;
  s.labels = labels_up_to(s.steps.size(), first);
  s.schema = "processbench";
  if (first) s.stated_errors = {static_cast<int64_t>(*first)};
  return s;
}

TEST(Conversion, AWrongStepIsNamedByTheNumberThatItPrints) {
  const std::vector<std::string> steps = {"Let us start.", "Step 1: take 2+2=5.", "Step 2: so 5."};
  for (const auto& [name, field] : {std::pair("mr_gsm8k", "model_output_solution_first_error_step"),
                                    std::pair("mr_ben", "Model_Solution_First_Error_Step")}) {
    const Schema& schema = schema_named(name);
    EXPECT_EQ(schema.write(solution(steps, 1)).at(field), "1");
    EXPECT_EQ(schema.write(solution(steps, 2)).at(field), "2");
    EXPECT_EQ(through(schema, solution(steps, 1))->first_error, 1u);
    EXPECT_REFUSED(schema.write(solution(steps, 0)), "") << "the first step has no number";
    EXPECT_REFUSED(schema.write(solution({"Step 1: a", "Step 1: b"}, 1)), "")
        << "the number is another step's";
    EXPECT_EQ(schema.write(solution({"a", "b"}, 1)).at(field), "2") << "no step prints a number";
    EXPECT_EQ(schema.write(solution({"Step 3: a", "Step 7: b"}, 1)).at(field), "7");
    EXPECT_EQ(schema.write(solution(steps, std::nullopt)).at(field), "N/A");
  }
}

TEST(Conversion, OfTheOtherSchemasThatCountFromOneToo) {
  // Stated numbers of PRMBench and of displayed steps are places, not what the steps print.
  Solution prmbench = solution({"Start.", "Step 1: a", "Step 2: b"}, 1);
  prmbench.schema = "prmbench";
  prmbench.index_base = 1;
  prmbench.stated_errors = {2};
  EXPECT_EQ(through(schema_named("mr_gsm8k"), prmbench)->first_error, 1u);
  const std::vector<Solution> displayed =
      read_text(schema_named("reasoneval"),
                R"({"id":3,"question":"q","model_output_step_format":[["a","b"],["c"]],)"
                R"("model_output_solution_correctness":"wrong","model_output_solution_first_error_step":2})");
  EXPECT_EQ(through(schema_named("mr_ben"), displayed.at(0))->first_error, 2u);
}

TEST(Conversion, BlankEntriesThatNobodyJudgedAreDropped) {
  const std::string text =
      R"({"u":[{"Question_UUID":"u","Question":"q?","Sampled_Model":"m","Model_Solution_Correctness":"incorrect",)"
      R"("Model_Solution_Steps":["Step 1: a","","Step 2: b","  ","Step 3: c"],"Model_Solution_First_Error_Step":"2"}]})";
  const Solution s = read_text(schema_named("mr_ben"), text).at(0);
  EXPECT_EQ(schema_named("trl").write(s).at("completions"), Json({"Step 1: a", "Step 2: b"}));
  EXPECT_EQ(schema_named("trl").write(s).at("labels"), Json({true, false}));
  EXPECT_EQ(through(schema_named("rlhflow"), s)->first_error, 1u);
  EXPECT_EQ(through(schema_named("math_shepherd"), s)->first_error, 1u);
  EXPECT_EQ(through(schema_named("mr_gsm8k"), s)->steps, s.steps) << "this one keeps them";
  EXPECT_EQ(through(schema_named("processbench"), s)->first_error, 2u) << "a place among all entries";
  Solution blank = solution({"Step 1: a", ""}, 1);
  blank.labels[1] = StepLabel::unknown;
  EXPECT_REFUSED(schema_named("trl").write(blank), "") << "the wrong step itself is blank";
  EXPECT_REFUSED(schema_named("prmbench").write(blank), "");
}

TEST(Conversion, AQuestionKeepsItsOwnSteps) {
  for (const char* name : {"rlhflow", "math_shepherd"}) {
    for (const char* question : {"Do this. Step 1: double 3. Step 2: add 1. What is it?",
                                 "Do:\n\nStep 1: double 3.\n\nStep 2: add 1.", "What does Step 1: say",
                                 "Step 1: is all", "plain", "Why? Because?"}) {
      for (const char* step : {"It is 7.", "Step 1: it is 7.", "As Step 1: says, 7.", "Step 4: late"}) {
        Solution s = solution({step, "b"}, 1);
        s.question = question;
        const std::optional<Solution> back = through(schema_named(name), s);
        ASSERT_TRUE(back.has_value()) << question << step;
        EXPECT_EQ(back->question, question) << name << ": " << step;
        EXPECT_TRUE(back->steps.at(0).ends_with(step)) << back->steps.at(0);
      }
    }
  }
}

TEST(Conversion, ATagInTheQuestionIsRefused) {
  Solution s = solution({"a"}, std::nullopt);
  s.question = "What is ки?";
  EXPECT_REFUSED(schema_named("math_shepherd").write(s), "");
  EXPECT_EQ(through(schema_named("rlhflow"), s)->question, s.question);
}

TEST(Conversion, NullIsNoTextOfAnyField) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"processbench", R"({"id":null,"problem":"q","steps":["a"],"label":-1})"},
      {"processbench", R"({"id":"x","problem":null,"steps":["a"],"label":-1})"},
      {"processbench", R"({"id":"x","problem":"q","steps":["a",null],"label":-1})"},
      {"processbench", R"({"id":true,"problem":"q","steps":["a"],"label":-1})"},
      {"prmbench",
       R"({"modified_question":"q","modified_process":["a"],"error_steps":[],"idx":null,"classification":"c"})"},
      {"mr_gsm8k",
       R"({"uuid":[],"question":"q","model_output_steps":["a"],"model_output_solution_correctness":"correct"})"},
      {"mr_ben",
       R"({"u":[{"Question_UUID":{},"Question":"q","Model_Solution_Steps":["a"],"Model_Solution_Correctness":"correct"}]})"},
      {"trl", R"({"prompt":"p","completions":[null],"labels":[true]})"},
      {"rlhflow", R"({"conversations":[{"role":"user","content":null},{"role":"assistant","content":"+"}]})"},
      {"prm800k", R"({"question":{"problem":null},"label":{"steps":[]}})"},
      {"reasoneval", R"({"id":null,"question":"q","model_output_step_format":[["a"]],"rating":[1]})"}};
  for (const auto& [schema, text] : rows) {
    EXPECT_THROW(read_text(schema_named(schema), text), Error) << schema << ": " << text;
  }
}

TEST(Conversion, ResultFilesOfMrBenHaveTheirSubjectsAsKeys) {
  const std::string row =
      R"([{"Question_UUID":"u","Subject":"college_physics","Question":"q","Model_Solution_Steps":["a"],)"
      R"("Model_Solution_Correctness":"correct"}])";
  EXPECT_EQ(read_text(schema_named("mr_ben"), R"({"physics":)" + row + "}").at(0).split, "physics");
  EXPECT_EQ(read_text(schema_named("mr_ben"), R"({"u":)" + row + "}").at(0).split, "");
}

}  // namespace
}  // namespace gradus
