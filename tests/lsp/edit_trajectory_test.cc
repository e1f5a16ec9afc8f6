#include "gradus/lsp/edit_trajectory.h"

#include <gtest/gtest.h>

#include "tests/lsp/small_workspace.h"

namespace gradus {
namespace {

bool is_installed(const std::string& server) {
  try {
    executable_of(server_profile(server));
    return true;
  } catch (const LspError&) {
    return false;
  }
}

EditStep step_of(std::map<std::string, std::optional<std::string>> files, std::string target = "") {
  return {std::move(files), std::move(target)};
}

TEST(EditTrajectory, ReadsBackFromJson) {
  const char* const text =
      R"({"start":{"a.py":"x = 1\n"},"steps":[{"files":{"a.py":"x = 2\n"},"target":"a.py@L1:C1"},{"files":{"a.py":null}},{}]})";
  const EditTrajectory read = trajectory_from_json(Json::parse(text));
  ASSERT_EQ(read.steps.size(), 3u);
  EXPECT_EQ(read.steps[1].files.at("a.py"), std::nullopt);
  EXPECT_TRUE(read.steps[2].files.empty());
  EXPECT_EQ(trajectory_json(trajectory_from_json(trajectory_json(read))), trajectory_json(read));
}

TEST(EditTrajectory, RefusesAnythingElseByItsField) {
  const auto field = [](const char* text) {
    try {
      trajectory_from_json(Json::parse(text));
    } catch (const Error& error) {
      return error.field_name();
    }
    return std::string("accepted");
  };
  EXPECT_EQ(field("[]"), "workspace");
  EXPECT_EQ(field("{}"), "workspace.steps");
  EXPECT_EQ(field(R"({"steps":[],"begin":{}})"), "workspace.begin");
  EXPECT_EQ(field(R"({"start":{"a":1},"steps":[]})"), "workspace.start.a");
  EXPECT_EQ(field(R"({"steps":[{"file":{}}]})"), "workspace.steps[0].file");
  EXPECT_EQ(field(R"({"steps":[{"files":{"a":3}}]})"), "workspace.steps[0].files.a");
}

TEST(EditTrajectory, RefusesAStartOutsideTheWorkspace) {
  for (const char* path : {"/etc/x", "../x", "a/../../x", ".git/hooks/x", "", "a//b"}) {
    EXPECT_THROW(judge_trajectory({{{path, ""}}, {}}, server_profile("clangd"), {}), Error) << path;
  }
}

TEST(EditTrajectory, AServerThatCannotStartLeavesStepsMissing) {
  const ServerProfile profile = parse_server_profile(
      "name = \"none\"\ninstall = \"never\"\nexecutables = [\"/bin/false\"]\narguments = []\nconfig_files = "
      "[]\n"
      "[[language]]\nid = \"cpp\"\nendings = [\".cc\"]\n[initialization]\n[diagnostics]\nmode = \"push\"\n",
      "none.toml");
  const JudgedTrajectory judged =
      judge_trajectory({{{"a.cc", "int x;\n"}}, {step_of({{"a.cc", "int y;\n"}})}}, profile, {});
  ASSERT_EQ(judged.steps.size(), 1u);
  EXPECT_FALSE(judged.steps[0].diagnostics.has_value());
  EXPECT_FALSE(judged.steps[0].safe.has_value());
  EXPECT_FALSE(judged.failures[0].empty());
  EXPECT_FALSE(process_rewards(judged.steps, {})[0].reward.has_value()) << "absent, and not 0";
}

TEST(EditTrajectory, ClangdCountsWhatEveryStepLeaves) {
  if (!is_installed("clangd")) GTEST_SKIP() << "clangd is not installed";
  const std::string header = "int add(int a, int b);\n";
  const std::string broken = "#include \"add.h\"\nint main() { return ad(1, 2) + mul(3); }\n";
  const std::string half = "#include \"add.h\"\nint main() { return add(1, 2) + mul(3); }\n";
  const std::string whole = "#include \"add.h\"\nint main() { return add(1, 2); }\n";
  const EditTrajectory edits{
      {{"add.h", header}, {"main.cc", broken}},
      {step_of({{"main.cc", half}}, "cpp://main.cc#main"), step_of({}), step_of({{"../evil.cc", "x"}}),
       step_of({{"main.cc", whole}}, "cpp://main.cc#nowhere"), step_of({{"add.h", std::nullopt}})}};
  const JudgedTrajectory judged = judge_trajectory(edits, server_profile("clangd"), {});
  for (const std::string& failure : judged.failures) EXPECT_EQ(failure, "");
  EXPECT_EQ(judged.start.diagnostics, 2);
  EXPECT_EQ(judged.steps[0].diagnostics, 1);
  EXPECT_EQ(judged.steps[0].safe, true);
  EXPECT_EQ(judged.steps[0].confidence, 1);
  EXPECT_EQ(judged.steps[1].safe, std::nullopt) << "nothing was edited";
  EXPECT_EQ(judged.steps[2].safe, false);
  EXPECT_EQ(judged.steps[2].diagnostics, 1) << "it was not applied";
  EXPECT_EQ(judged.steps[3].diagnostics, 0);
  EXPECT_EQ(judged.steps[3].confidence, 0) << "no such symbol";
  EXPECT_TRUE(judged.steps[4].fatal) << "the header is gone";
  EXPECT_EQ(judged.steps[4].safe, false);
  EXPECT_GE(judged.steps[4].diagnostics, 1);
}

double total_of(const JudgedTrajectory& judged, std::vector<double>& each) {
  double total = 0;
  RewardPlan plan{.form = RewardForm::potential};
  plan.start = judged.start;
  for (const StepReward& one : process_rewards(judged.steps, plan)) {
    each.push_back(one.reward.value_or(-99));
    total += each.back();
  }
  return total;
}

// A header that this server does not find is nobody's but the step's that includes it first.
TEST(EditTrajectory, AnErrorThatHidesOthersIsTheStepsThatMakesIt) {
  if (!is_installed("clangd")) GTEST_SKIP() << "clangd is not installed";
  const std::string head = "#include \"third_party.h\"\n", body = "int f() { return 1; }\n";
  const EditTrajectory edits{
      {{"a.cc", head + body}, {"b.cc", "int g() { return x; }\nint h() { return y; }\n"}},
      {step_of({{"a.cc", head + body + "// c\n"}}), step_of({}), step_of({{"notes.txt", "x"}}),
       step_of({{"a.cc", "// moved down\n" + head + body}}), step_of({{"c.cc", head + body}}),
       step_of({{"a.cc", std::nullopt}, {"d.cc", "// moved down\n" + head + body}}),
       // Made here: it hides the two errors of b.cc, and goes on hiding them.
       step_of({{"b.cc", head + "int g() { return x; }\nint h() { return y; }\n"}}),
       step_of({{"notes.txt", "y"}}), step_of({{"b.cc", "int g() { return x; }\nint h() { return y; }\n"}})}};
  const JudgedTrajectory judged = judge_trajectory(edits, server_profile("clangd"), {});
  for (const std::string& failure : judged.failures) EXPECT_EQ(failure, "");
  for (const size_t t : {0, 2, 3, 4, 5}) {
    EXPECT_FALSE(judged.steps[t].fatal) << t;
    EXPECT_FALSE(judged.steps[t].fatal_stays) << t;
    EXPECT_EQ(judged.steps[t].safe, true) << t;
  }
  EXPECT_FALSE(judged.steps[1].safe.has_value());
  EXPECT_TRUE(judged.steps[6].fatal);
  EXPECT_EQ(judged.steps[6].safe, false);
  EXPECT_FALSE(judged.steps[7].fatal);
  EXPECT_TRUE(judged.steps[7].fatal_stays);
  EXPECT_EQ(judged.steps[7].safe, true);
  EXPECT_FALSE(judged.steps[8].fatal_stays);
  std::vector<double> each;
  total_of(judged, each);
  EXPECT_EQ(each[0], 0.4) << "the first edit is safe";
  for (const size_t t : {1, 2, 3, 5}) EXPECT_EQ(each[t], 0) << t;
  EXPECT_LT(each[6], -0.5);
}

TEST(EditTrajectory, BreakageInAnyFileIsSeenOrNothingIsPaid) {
  if (!is_installed("pyright")) GTEST_SKIP() << "pyright is not installed";
  const auto edits_of = [](int files) {
    EditTrajectory out{{{"f0.py", "v: int = 1\n"}}, {step_of({{"f0.py", "w: int = 1\n"}})}};
    for (int i = 1; i < files; ++i) out.start["f" + std::to_string(i) + ".py"] = "from f0 import v\n";
    return out;
  };
  const ServerProfile pyright = server_profile("pyright");
  const JudgedTrajectory judged = judge_trajectory(edits_of(150), pyright, {});
  EXPECT_EQ(judged.failures[0], "");
  EXPECT_EQ(judged.steps[0].diagnostics, 149);
  EXPECT_EQ(judged.watched, 150u);
  const JudgedTrajectory large = judge_trajectory(edits_of(501), pyright, {});
  EXPECT_FALSE(large.steps[0].diagnostics.has_value()) << "missing, not paid";
  EXPECT_NE(large.failures[0].find("501"), std::string::npos) << large.failures[0];
  const JudgedTrajectory touched = judge_trajectory(edits_of(501), pyright, {.touched_only = true});
  EXPECT_EQ(touched.steps[0].diagnostics, 0);
  EXPECT_EQ(touched.watched, 1u);
  EXPECT_EQ(touched.readable, 501u);
}

// Hiding is not paid: a marker counts as what it hides.
TEST(EditTrajectory, AMarkerThatHidesManyCountsAsMany) {
  if (!is_installed("pyright")) GTEST_SKIP() << "pyright is not installed";
  const std::string three = "x: int = ''\ny: int = ''\nz: int = ''\n";
  const std::string line = "x: int = ''; y: int = ''; z: int = ''";
  const std::string block = "def f():\n  x: int = ''\n  y: int = ''\n  z: int = ''\n";
  const std::pair<std::string, std::string> hidings[] = {
      {three, "# type: ignore\n" + three},
      {three, "# pyright: reportAssignmentType=false\n" + three},
      {three, "# pyright: basic, reportAssignmentType=none\n" + three},
      {line + "\n", line + "  # type:ignore\n"},
      {line + "\n", line + "  # pyright: ignore[reportAssignmentType]\n"},
      {"import typing\n" + block, "import typing\n@typing.no_type_check\n" + block}};
  for (const auto& [before, after] : hidings) {
    const EditTrajectory edits{
        {{"a.py", before}},
        {step_of({{"a.py", after}}), step_of({{"b.py", "b = 1\n"}}), step_of({{"a.py", before}})}};
    const JudgedTrajectory judged = judge_trajectory(edits, server_profile("pyright"), {});
    for (const std::string& failure : judged.failures) EXPECT_EQ(failure, "");
    std::vector<double> each;
    total_of(judged, each);
    EXPECT_EQ(judged.start.diagnostics, 3) << after;
    EXPECT_EQ(judged.steps[0].diagnostics.value_or(-1) + judged.steps[0].suppressions, 3) << after;
    EXPECT_EQ(each[0], 0.4) << "it is safe, and nothing else: " << after;
    EXPECT_EQ(each[1], 0) << after;
    EXPECT_EQ(each[2], 0) << after;
  }
  // One that hides nothing counts as one; what it hides from the start is hidden before and after.
  const EditTrajectory edits{
      {{"a.py", "# type: ignore\n" + three}, {"b.py", "b = 1\n"}},
      {step_of({{"b.py", "b = 1  # type: ignore\n"}}), step_of({{"a.py", "# type: ignore\n\n" + three}})}};
  const JudgedTrajectory judged = judge_trajectory(edits, server_profile("pyright"), {});
  EXPECT_EQ(judged.start.suppressions, 3);
  EXPECT_EQ(judged.steps[0].suppressions, 4);
  EXPECT_EQ(judged.steps[1].suppressions, 4);
}

TEST(EditTrajectory, APragmaThatHidesManyCountsAsMany) {
  if (!is_installed("clangd")) GTEST_SKIP() << "clangd is not installed";
  const std::string body = "int f() {\n  int a = 1;\n  int b = 1;\n  int c = 1;\n  return 0;\n}\n";
  for (const char* marker : {"#pragma clang diagnostic ignored \"-Wunused-variable\"\n",
                             "# pragma GCC diagnostic \\\nignored \"-Wunused-variable\"\n",
                             "_Pragma(\"GCC diagnostic ignored \\\"-Wunused-variable\\\"\")\n"}) {
    const EditTrajectory edits{{{"a.cc", body}, {"compile_flags.txt", "-Wall\n"}},
                               {step_of({{"a.cc", marker + body}})}};
    const JudgedTrajectory judged = judge_trajectory(edits, server_profile("clangd"), {});
    EXPECT_EQ(judged.start.diagnostics, 3) << marker;
    EXPECT_EQ(judged.steps[0].diagnostics, 0) << marker;
    EXPECT_EQ(judged.steps[0].suppressions, 3) << marker;
  }
}

TEST(EditTrajectory, ATargetThatCannotBeReadCostsItsStepAlone) {
  if (!is_installed("pyright")) GTEST_SKIP() << "pyright is not installed";
  for (const char* target : {"the function x", "py://", "a.py@L", "{\"a\": 1}"}) {
    const EditTrajectory edits{
        {{"a.py", "x: int = ''\n"}},
        {step_of({{"a.py", "x: int = 1\n"}}, target), step_of({{"a.py", "x: int = 2\n"}})}};
    const JudgedTrajectory judged = judge_trajectory(edits, server_profile("pyright"), {});
    EXPECT_FALSE(judged.failures[0].empty()) << target;
    EXPECT_FALSE(judged.steps[0].confidence.has_value()) << target;
    EXPECT_EQ(judged.failures[1], "") << target;
    EXPECT_EQ(judged.steps[1].diagnostics, 0) << target;
  }
}

}  // namespace
}  // namespace gradus
