#include "gradus/base/scratch_folder.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include "gradus/base/atomic_file.h"
#include "gradus/base/error.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ScratchFolder, HoldsFilesAndGoesAwayWithItsOwner) {
  std::string root;
  {
    const ScratchFolder folder;
    root = folder.root();
    EXPECT_TRUE(fs::path(root).is_absolute());
    folder.put("src/deep/a.c", "int x;\n");
    EXPECT_EQ(content(folder.path("src/deep/a.c")), "int x;\n");
    folder.put("src/deep/a.c", std::nullopt);
    EXPECT_FALSE(fs::exists(folder.path("src/deep/a.c")));
    folder.put("b", "");
  }
  EXPECT_FALSE(fs::exists(root));
}

TEST(ScratchFolder, TwoOfThemAreTwoPlaces) {
  const ScratchFolder one, other;
  EXPECT_NE(one.root(), other.root());
}

TEST(ScratchFolder, WhatCannotBeWrittenIsSaid) {
  const ScratchFolder folder;
  folder.put("a", "file");
  EXPECT_THROW(folder.put("a/b", "below a file"), Error);
}

TEST(ScratchFolder, ANameIsInsideOrNot) {
  for (const char* name : {"a", "src/a.c", ".hidden", "a..b"})
    EXPECT_TRUE(ScratchFolder::is_inside(name)) << name;
  for (const char* name : {"", "/a", "..", "a/../b", "a/./b", "a//b", "a/", ".git/config", "a/.git"})
    EXPECT_FALSE(ScratchFolder::is_inside(name)) << name;
  EXPECT_FALSE(ScratchFolder::is_inside(std::string("a\0b", 3)));
}

TEST(ScratchFile, HasNoNameAndKeepsWhatIsWritten) {
  const int file = scratch_file();
  ASSERT_GE(file, 0);
  const std::string text(3 << 20, 'x');
  EXPECT_TRUE(write_all(file, text));
  struct stat status = {};
  ASSERT_EQ(fstat(file, &status), 0);
  EXPECT_EQ(status.st_nlink, 0u);
  EXPECT_EQ(static_cast<size_t>(status.st_size), text.size());
  close(file);
  EXPECT_FALSE(write_all(file, "x"));
}

}  // namespace
}  // namespace gradus
