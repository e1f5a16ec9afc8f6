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

}  // namespace
}  // namespace gradus
