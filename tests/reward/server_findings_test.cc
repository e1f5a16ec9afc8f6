#include "gradus/reward/server_findings.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "gradus/base/input_file.h"

namespace gradus {
namespace {

ServerProfile failing_server() {
  ServerProfile profile = server_profile("clangd");
  profile.executables = {"/bin/false"};
  return profile;
}

TEST(ServerFindings, AServerThatFailsLeavesSourcesUnjudged) {
  const ServerFindings findings(failing_server(), {});
  const auto lines = findings.lines_of({"int f(void) {\n  return 1;\n}\n", ""});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].failure, "") << "a failed call is no clean program";
  EXPECT_EQ(lines[1].failure, "") << "there was no source";
}

TEST(ServerFindings, AServerThatIsGoneIsAskedOnceForAllSources) {
  const auto starts = [](int count) {
    const ScratchFolder folder;
    folder.put("server", "#!/bin/sh\necho start >> '" + folder.path("log") + "'\n");
    std::filesystem::permissions(folder.path("server"), std::filesystem::perms::owner_all);
    folder.put("log", "");
    ServerProfile profile = failing_server();
    profile.executables = {folder.path("server")};
    std::vector<std::string> sources;
    for (int i = 0; i < count; ++i)
      sources.push_back("int f(void) {\n  return " + std::to_string(i) + ";\n}\n");
    for (const FoundLines& found : ServerFindings(profile, {}).lines_of(sources))
      EXPECT_NE(found.failure, "");
    return read_input(folder.path("log"), 1 << 20).size();
  };
  EXPECT_EQ(starts(200), starts(1));
}

TEST(ServerFindings, ClangdFlagsTheStatementsItWarnsAbout) {
  const ServerProfile profile = server_profile("clangd");
  try {
    executable_of(profile);
  } catch (const LspError&) {
    GTEST_SKIP() << "clangd is not installed";
  }
  const ServerFindings findings(profile, {"-std=c17", "-Wall", "-Wextra"});
  std::vector<std::string> sources{"int f(int a, int b) {\n  int unused = 3;\n  return a + b;\n}\n",
                                   "int f(int a, int b) {\n  return a + b;\n}\n",
                                   "int f(int a, int b) {\n  return a + c;\n}\n"};
  for (int i = 0; i < 40; ++i)
    sources.push_back("int f(int a) {\n  return a + " + std::to_string(i) + ";\n}\n");
  const auto lines = findings.lines_of(sources);
  EXPECT_EQ(lines[0].lines, (std::vector<int64_t>{1}));
  EXPECT_EQ(lines[1].lines, std::vector<int64_t>{});
  EXPECT_EQ(lines[2].lines.back(), 1);
  for (size_t i = 3; i < lines.size(); ++i) EXPECT_EQ(lines[i].lines, std::vector<int64_t>{});

  RolloutBatch batch;
  batch.add_rollout({.id = "r"});
  batch.add_step(StepKind::act, "int unused = 3;");
  batch.add_step(StepKind::act, "return a + b;");
  batch.add_rollout({.id = "none"});
  batch.add_step(StepKind::act, "return 0;");
  batch.set_note("rollout.source", 0, sources[0]);
  OperatorRegistry registry("operator");
  register_server_findings(registry);
  registry.make("reward.server_findings", Json::object())->apply(batch, {});
  const Column& style = batch.column("step.style");
  EXPECT_EQ(style[0], -1);
  EXPECT_EQ(style[1], 0);
  EXPECT_FALSE(style.valid(2));
}

}  // namespace
}  // namespace gradus
