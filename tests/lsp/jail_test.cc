#include "gradus/lsp/jail.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>

#include "tests/lsp/small_workspace.h"

#include "gradus/base/json.h"

namespace gradus {
namespace {

Status reading(const Jail& jail, const std::string& path, std::string* text = nullptr) {
  return status_of([&] { jail.read_existing(path); }, text);
}

TEST(Jail, ReadsWithHashAndPermissions) {
  const SmallWorkspace workspace;
  workspace.write("src/a.cc", "int x;\n");
  chmod(workspace.path("src/a.cc").c_str(), 0640);
  const Jail jail(workspace.root());
  const FileState file = jail.read_existing(workspace.path("src/a.cc").string());
  EXPECT_EQ(file.bytes, "int x;\n");
  EXPECT_EQ(file.hash, sha256_hex("int x;\n"));
  EXPECT_EQ(file.mode, mode_t{0640});
  EXPECT_EQ(jail.place("./src//a.cc").path, "src/a.cc");
}

TEST(Jail, PathsThatLeaveTheRootAreRefused) {
  const SmallWorkspace workspace, other;
  other.write("secret", "s");
  workspace.write("a", "a");
  const Jail jail(workspace.root());
  EXPECT_EQ(reading(jail, "../" + other.path("").parent_path().filename().string() + "/secret"),
            Status::fs_permissions);
  EXPECT_EQ(reading(jail, "src/../a"), Status::fs_permissions);
  EXPECT_EQ(reading(jail, other.path("secret").string()), Status::fs_permissions);
  EXPECT_EQ(reading(jail, workspace.root() + "-beside/a"), Status::fs_permissions);
  EXPECT_EQ(reading(jail, ""), Status::fs_permissions);
  EXPECT_EQ(reading(jail, std::string("a\0b", 3)), Status::fs_permissions);
  EXPECT_EQ(reading(jail, std::string(5000, 'a')), Status::fs_permissions);
  EXPECT_EQ(reading(jail, "a"), Status::ok);
  EXPECT_EQ(reading(jail, "b"), Status::not_found);
  EXPECT_EQ(reading(jail, "no/folder/b"), Status::not_found);
}

TEST(Jail, LinksInsideAreFollowedAndLinksOutAreRefused) {
  const SmallWorkspace workspace, other;
  other.write("secret", "s");
  workspace.write("real/deep/a", "a");
  namespace fs = std::filesystem;
  fs::create_directory_symlink("real", workspace.path("short"));
  fs::create_symlink("../../short/deep/a", workspace.path("real/deep/back"));
  fs::create_symlink(workspace.path("real/deep/a"), workspace.path("absolute"));
  fs::create_symlink(other.path("secret"), workspace.path("out"));
  fs::create_directory_symlink("../../" + other.path("").parent_path().filename().string(),
                               workspace.path("real/up"));
  fs::create_directory_symlink("..", workspace.path("above"));
  fs::create_symlink("loop", workspace.path("loop"));
  const Jail jail(workspace.root());
  for (const char* name : {"short/deep/a", "real/deep/back", "absolute", "short/deep/back"}) {
    EXPECT_EQ(jail.place(name).path, "real/deep/a") << name;
    EXPECT_EQ(jail.read_existing(name).bytes, "a") << name;
  }
  std::string text;
  for (const char* name : {"out", "real/up/secret", "above/x", "loop"}) {
    EXPECT_EQ(reading(jail, name, &text), Status::fs_permissions) << name;
    EXPECT_NE(text.find("link"), std::string::npos) << text;
  }
}

TEST(Jail, ALinkPutThereAfterTheCheckIsNotFollowed) {
  const SmallWorkspace workspace, other;
  other.write("secret", "s");
  workspace.write("src/a", "a");
  const Jail jail(workspace.root());
  const JailPlace place = jail.place("src/a");
  std::filesystem::remove(workspace.path("src/a"));
  std::filesystem::create_symlink(other.path("secret"), workspace.path("src/a"));
  EXPECT_EQ(status_of([&] { jail.read(place); }), Status::fs_permissions);
  // A folder that was moved away and replaced by a link: the walk holds the folder that was checked.
  std::filesystem::rename(workspace.path("src"), workspace.path("moved"));
  std::filesystem::create_directory_symlink(other.root(), workspace.path("src"));
  std::filesystem::remove(workspace.path("moved/a"));
  EXPECT_FALSE(jail.read(place).has_value());
}

TEST(Jail, WhatIsNoPlainFileIsRefused) {
  const SmallWorkspace workspace;
  workspace.write("a", "a");
  workspace.write("folder/x", "x");
  ASSERT_EQ(mkfifo(workspace.path("pipe").c_str(), 0600), 0);
  std::filesystem::create_hard_link(workspace.path("a"), workspace.path("second"));
  std::filesystem::resize_file(workspace.path("folder/x"), (16 << 20) + 1);
  const Jail jail(workspace.root());
  EXPECT_EQ(reading(jail, "folder"), Status::fs_permissions);
  EXPECT_EQ(reading(jail, "pipe"), Status::fs_permissions);
  EXPECT_EQ(reading(jail, "folder/x"), Status::fs_permissions);
  std::string text;
  EXPECT_EQ(reading(jail, "a", &text), Status::fs_permissions);
  EXPECT_NE(text.find("2 hard links"), std::string::npos) << text;
  EXPECT_EQ(reading(Jail(workspace.root(), {.hard_links = true}), "a"), Status::ok);
}

TEST(Jail, ReadOnlyFilesAreNotWritable) {
  const SmallWorkspace workspace;
  workspace.write("a", "a");
  const Jail jail(workspace.root());
  EXPECT_EQ(status_of([&] { jail.check_writable(jail.place("a")); }), Status::ok);
  EXPECT_EQ(status_of([&] { jail.check_writable(jail.place("new")); }), Status::ok);
  chmod(workspace.path("a").c_str(), 0444);
  EXPECT_EQ(status_of([&] { jail.check_writable(jail.place("a")); }), Status::fs_permissions);
}

TEST(Jail, DenyWinsAndAnEmptyAllowListIsEverything) {
  const SmallWorkspace workspace;
  const auto permitted = [&](const JailRules& rules, const std::string& path) {
    return status_of([&] { Jail(workspace.root(), rules).permit(path); }) == Status::ok;
  };
  EXPECT_TRUE(permitted({}, "src/a.cc"));
  EXPECT_FALSE(permitted({}, ".git/hooks/pre-commit"));
  EXPECT_FALSE(permitted({}, "sub/.git/config"));
  EXPECT_FALSE(permitted({}, ".gradus-apply.json"));
  EXPECT_TRUE(permitted({.allow = {"src"}}, "src/a.cc"));
  EXPECT_FALSE(permitted({.allow = {"src"}}, "lib/a.cc"));
  EXPECT_FALSE(permitted({.allow = {"src"}, .deny = {"*.cc"}}, "src/a.cc"));
  EXPECT_FALSE(permitted({.deny = {"src/"}}, "src/deep/a.cc"));
}

TEST(Jail, Patterns) {
  for (const auto& [pattern, path] :
       std::vector<std::pair<std::string, std::string>>{{"*.py", "a/b/c.py"},
                                                        {"vendor", "x/vendor/a"},
                                                        {"src/*.cc", "src/a.cc"},
                                                        {"src/**/a", "src/a"},
                                                        {"src/**/a", "src/b/c/a"},
                                                        {"**/a", "a"},
                                                        {"**", "any/thing"},
                                                        {"a?c", "abc"},
                                                        {"./src/a", "src/a"},
                                                        {"src/**", "src/x/y"}}) {
    EXPECT_TRUE(matches_pattern(pattern, path)) << pattern << " " << path;
  }
  for (const auto& [pattern, path] :
       std::vector<std::pair<std::string, std::string>>{{"src/*.cc", "src/d/a.cc"},
                                                        {"*.py", "a.pyc"},
                                                        {"src/**/a", "src/xa"},
                                                        {"a?c", "a/c"},
                                                        {"b", "ab"},
                                                        {"src/a", "x/src/a"}}) {
    EXPECT_FALSE(matches_pattern(pattern, path)) << pattern << " " << path;
  }
  const std::string stars(2000, '*');
  EXPECT_FALSE(matches_pattern(stars + "b", std::string(2000, 'a')));  // ends soon, whatever the pattern
}

}  // namespace
}  // namespace gradus
