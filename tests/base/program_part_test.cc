#include "gradus/base/program_part.h"

#include <cstdlib>
#include <gtest/gtest.h>

#include "gradus/base/program_folder.h"
#include "gradus/base/scratch_folder.h"

namespace gradus {
namespace {

std::string part_with_path(const std::string& path, const std::string& name) {
  const std::string before = std::getenv("PATH");
  setenv("PATH", path.c_str(), 1);
  const std::string found = program_part(name);
  setenv("PATH", before.c_str(), 1);
  return found;
}

TEST(ProgramPart, IsBesideThisProgramOrNamedThere) {
  EXPECT_EQ(part_with_path("", "test_base"), program_folder() / "test_base");
  EXPECT_EQ(part_with_path("", "no-such-part"), program_folder() / "no-such-part");
}

TEST(ProgramPart, IsWhereTheCommandOnPathHasIt) {
  const ScratchFolder folder;
  folder.put("own/bin/gradus", "#!/bin/sh\n");
  folder.put("own/lib/gradus/some-part", "");
  folder.put("own/bin/other-part", "");
  std::filesystem::permissions(folder.path("own/bin/gradus"), std::filesystem::perms::owner_all);
  std::filesystem::create_directory(folder.path("links"));
  std::filesystem::create_symlink(folder.path("own/bin/gradus"), folder.path("links/gradus"));
  EXPECT_EQ(part_with_path(folder.path("own/bin"), "some-part"), folder.path("own/lib/gradus/some-part"));
  EXPECT_EQ(part_with_path(folder.path("links"), "some-part"), folder.path("own/lib/gradus/some-part"));
  EXPECT_EQ(part_with_path(folder.path("links"), "other-part"), folder.path("own/bin/other-part"));
}

}  // namespace
}  // namespace gradus
