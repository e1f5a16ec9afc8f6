#include "gradus/base/program_folder.h"

#include <cstdlib>
#include <gtest/gtest.h>

#include "gradus/base/scratch_folder.h"

namespace gradus {
namespace {

TEST(ProgramFolder, HoldsThisTestProgram) {
  EXPECT_TRUE(program_folder().is_absolute());
  EXPECT_TRUE(std::filesystem::exists(program_folder() / "test_base"));
}

TEST(ProgramOnPath, IsNeverOneOfTheCurrentFolder) {
  const ScratchFolder folder;
  folder.put("here/tool", "#!/bin/sh\n");
  folder.put("there/tool", "#!/bin/sh\n");
  folder.put("no/tool", "");
  std::filesystem::permissions(folder.path("here/tool"), std::filesystem::perms::owner_all);
  std::filesystem::permissions(folder.path("there/tool"), std::filesystem::perms::owner_all);
  const std::filesystem::path before = std::filesystem::current_path();
  const std::string path = std::getenv("PATH");
  std::filesystem::current_path(folder.path("here"));
  setenv("PATH", (":.:" + folder.path("no") + ":" + folder.path("there")).c_str(), 1);
  const std::optional<std::string> found = program_on_path("tool"), none = program_on_path("no-such-tool");
  setenv("PATH", path.c_str(), 1);
  std::filesystem::current_path(before);
  EXPECT_EQ(found, folder.path("there/tool"));
  EXPECT_EQ(none, std::nullopt);
  EXPECT_EQ(program_on_path("./tool"), "./tool");
}

}  // namespace
}  // namespace gradus
