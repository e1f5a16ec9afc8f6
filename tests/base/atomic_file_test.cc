#include "gradus/base/atomic_file.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "gradus/base/error.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

class OutputPath : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-output-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  static std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  size_t entries() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static void write(const std::string& path, const std::string& text) {
    AtomicFile file(path);
    file.write(text);
    file.commit();
  }
  static Error refusal(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::outside) << error.what();
      return error;
    }
    ADD_FAILURE() << "no error";
    return Error::internal("");
  }
  fs::path folder_;
};

TEST_F(OutputPath, ANewFileAppearsAtCommitOrNotAtAll) {
  {
    AtomicFile file(path("a"));
    file.write("half");
    EXPECT_FALSE(fs::exists(path("a")));
  }
  EXPECT_EQ(entries(), 0u);
  write(path("a"), "whole");
  EXPECT_EQ(text_of(path("a")), "whole");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(OutputPath, AFileThatIsThereKeepsItsPermissions) {
  const std::string name = put("a", "old");
  for (const mode_t mode : {0600, 0640, 0755}) {
    ASSERT_EQ(chmod(name.c_str(), mode), 0);
    write(name, "new");
    struct stat status = {};
    ASSERT_EQ(stat(name.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, mode);
    EXPECT_EQ(text_of(name), "new");
  }
}

TEST_F(OutputPath, ASymbolicLinkIsFollowed) {
  put("real", "old");
  fs::create_symlink("real", path("relative"));
  fs::create_symlink(path("relative"), path("chain"));
  fs::create_directory(path("deep"));
  fs::create_symlink("../real", path("deep/up"));
  fs::create_directory_symlink("deep", path("way"));
  int count = 0;
  for (const char* link : {"relative", "chain", "deep/up", "way/up"}) {
    const std::string text = "text " + std::to_string(++count);
    write(path(link), text);
    EXPECT_TRUE(fs::is_symlink(path(link))) << link;
    EXPECT_EQ(text_of(path("real")), text) << link;
  }
}

TEST_F(OutputPath, ALinkToNothingMakesItsTarget) {
  fs::create_directory(path("deep"));
  fs::create_symlink("deep/new", path("link"));
  write(path("link"), "text");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(text_of(path("deep/new")), "text");
  fs::create_symlink("absent/new", path("lost"));
  refusal([&] { write(path("lost"), "text"); });
}

TEST_F(OutputPath, LinksInACircleAreRefused) {
  fs::create_symlink("b", path("a"));
  fs::create_symlink("a", path("b"));
  refusal([&] { write(path("a"), "text"); });
  EXPECT_TRUE(fs::is_symlink(path("a")));
  EXPECT_EQ(entries(), 2u);
}

TEST_F(OutputPath, OtherHardLinksSeeTheNewText) {
  put("a", "a long old text");
  fs::create_hard_link(path("a"), path("b"));
  write(path("a"), "new");
  EXPECT_EQ(text_of(path("b")), "new");
  EXPECT_EQ(fs::hard_link_count(path("a")), 2u);
  { AtomicFile(path("a")).write("not committed"); }
  EXPECT_EQ(text_of(path("b")), "new");
  write(path("b"), std::string(3 << 20, 'x'));
  EXPECT_EQ(text_of(path("a")), std::string(3 << 20, 'x'));
  EXPECT_EQ(entries(), 2u);
}

TEST_F(OutputPath, APipeIsWrittenToAndStays) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", path("link"));
  for (const char* name : {"pipe", "link"}) {
    std::string got;
    std::thread reader([&] { got = text_of(path("pipe")); });
    write(path(name), "text");
    reader.join();
    EXPECT_EQ(got, "text");
  }
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  EXPECT_EQ(entries(), 2u);
}

TEST_F(OutputPath, ADeviceIsWrittenToAndStays) {
  // Numbers of /dev/null and /dev/full.
  if (mknod(path("null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) GTEST_SKIP() << "no right to mknod";
  ASSERT_EQ(mknod(path("full").c_str(), S_IFCHR | 0666, makedev(1, 7)), 0);
  const int allowed = open(path("null").c_str(), O_WRONLY | O_CLOEXEC);
  if (allowed < 0) GTEST_SKIP() << "devices do not open here";
  close(allowed);
  write(path("null"), "text");
  EXPECT_TRUE(fs::is_character_file(path("null")));
  const Error error = refusal([&] { write(path("full"), "text"); });
  EXPECT_EQ(std::string(error.what()).find("nothing was changed"), std::string::npos) << error.what();
  EXPECT_TRUE(fs::is_character_file(path("full")));
  EXPECT_EQ(entries(), 2u);
}

TEST_F(OutputPath, ASocketThatSomebodyListensToGetsTheText) {
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  refusal([&] { write(path("socket"), "text"); });
  ASSERT_EQ(listen(listener, 1), 0);
  write(path("socket"), "text");
  const int connection = accept(listener, nullptr, nullptr);
  char got[8] = {};
  EXPECT_EQ(read(connection, got, sizeof got), 4);
  EXPECT_STREQ(got, "text");
  EXPECT_TRUE(fs::is_socket(path("socket")));
  close(connection);
  close(listener);
}

TEST_F(OutputPath, AnOpenDescriptorIsWrittenToAtItsPlace) {
  put("a", "");
  const int descriptor = open(path("a").c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  ASSERT_EQ(::write(descriptor, "head ", 5), 5);
  const std::string number = std::to_string(descriptor);
  fs::create_symlink("/dev/fd/" + number, path("link"));
  write("/dev/fd/" + number, "one ");
  write("/proc/self/fd/" + number, "two ");
  write(path("link"), "three");
  EXPECT_EQ(text_of(path("a")), "head one two three");
  close(descriptor);
  refusal([&] { write("/proc/self/fd/" + number, "closed"); });
  EXPECT_TRUE(fs::is_symlink(path("link")));
}

TEST_F(OutputPath, AFolderIsRefused) {
  fs::create_directory(path("deep"));
  fs::create_symlink("deep", path("link"));
  for (const std::string& name : {path("deep"), path("link"), path("absent/"), std::string(".")}) {
    EXPECT_NE(std::string(refusal([&] { write(name, "text"); }).what()).find("folder"), std::string::npos);
  }
  refusal([&] { write("", "text"); });
  refusal([&] { write(path("absent/file"), "text"); });
  EXPECT_EQ(entries(), 2u);
}

TEST_F(OutputPath, WhatNeedsAFileRefusesTheRest) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  for (const std::string& name : {path("pipe"), std::string("-"), std::string("/dev/null")}) {
    refusal([&] { AtomicFile file(name, AtomicFile::Target::regular); });
  }
  put("real", "old");
  fs::create_symlink("real", path("link"));
  AtomicFile file(path("link"), AtomicFile::Target::regular);
  file.write("new");
  file.commit();
  EXPECT_EQ(text_of(path("real")), "new");
}

// As an ordinary user: nothing is forbidden to root. In a child, so that it ends with it.
void as_nobody(const std::function<bool()>& work) {
  if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(9);
  bool good = false;
  try {
    good = work();
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  _exit(good ? 0 : 1);
}

TEST_F(OutputPath, AFileInAReadOnlyFolderIsWrittenInPlace) {
  const std::string name = put("a", "old");
  fs::permissions(name, fs::perms(0666));
  fs::permissions(folder_, fs::perms(0555));
  EXPECT_EXIT(as_nobody([&] { return write(name, "new"), text_of(name) == "new"; }),
              testing::ExitedWithCode(0), "");
  EXPECT_EXIT(as_nobody([&] { return write(path("b"), "new"), true; }), testing::ExitedWithCode(1),
              "cannot create the file");
  fs::permissions(folder_, fs::perms(0755));
  EXPECT_EQ(text_of(name), "new");
}

TEST_F(OutputPath, AReadOnlyFileIsNotReplaced) {
  const std::string name = put("a", "old");
  fs::permissions(name, fs::perms(0444));
  fs::permissions(folder_, fs::perms(0777));
  EXPECT_EXIT(as_nobody([&] { return write(name, "new"), true; }), testing::ExitedWithCode(1),
              "cannot write the file");
  EXPECT_EQ(text_of(name), "old");
  EXPECT_EQ(entries(), 1u);
}

// A limit on the size of files stands for a full disk.
TEST_F(OutputPath, AFullDiskLeavesTheOldText) {
  const std::string name = put("a", "old");
  put("twin", "old");
  fs::create_hard_link(path("twin"), path("twin2"));
  const auto fill = [&](const std::string& target) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write(target, std::string(3 << 20, 'x'));
    } catch (const Error& error) {
      _exit(error.exit_code());
    }
    _exit(0);
  };
  EXPECT_EXIT(fill(name), testing::ExitedWithCode(3), "");
  EXPECT_EXIT(fill(path("twin")), testing::ExitedWithCode(3), "");
  EXPECT_EQ(text_of(name), "old");
  EXPECT_EQ(text_of(path("twin2")), "old");
  EXPECT_EQ(entries(), 3u);
}

TEST_F(OutputPath, WhatIsStandardOutput) {
  EXPECT_TRUE(is_standard_output("-"));
  EXPECT_TRUE(is_standard_output("/dev/stdout"));
  EXPECT_TRUE(is_standard_output("/dev/fd/1"));
  fs::create_symlink("/dev/stdout", path("link"));
  EXPECT_TRUE(is_standard_output(path("link")));
  EXPECT_FALSE(is_standard_output(path("file")));
  EXPECT_FALSE(is_standard_output(""));
  EXPECT_FALSE(is_standard_output("/dev/null"));
}

}  // namespace
}  // namespace gradus
