#include "gradus/base/input_file.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "gradus/base/error.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

class InputPath : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-input-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  fs::path folder_;
};

TEST_F(InputPath, FilesAndPipesGiveTheirWholeText) {
  const std::string text(3 << 20, 'x');
  std::ofstream(path("file")) << text;
  EXPECT_EQ(read_input(path("file"), 4 << 20), text);
  EXPECT_THROW(read_input(path("file"), 2 << 20), Error);
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path("pipe")) << text; });
  EXPECT_EQ(read_input(path("pipe"), 4 << 20), text);
  writer.join();
}

TEST_F(InputPath, ADashIsStandardInput) {
  EXPECT_EQ(input_name("-"), "standard input");
  EXPECT_EQ(input_name("./-"), "./-");
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "one\ntwo\n", 8), 8);
  close(ends[1]);
  const int kept = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  const std::unique_ptr<std::istream> in = open_input("-");
  std::string line;
  EXPECT_TRUE(std::getline(*in, line));
  EXPECT_EQ(line, "one");
  EXPECT_TRUE(std::getline(*in, line));
  EXPECT_FALSE(std::getline(*in, line));
  EXPECT_FALSE(in->bad());
  EXPECT_EQ(read_input("-", 100), "one\ntwo\n") << "it can be read again";
  dup2(kept, STDIN_FILENO);
  close(kept);
  close(ends[0]);
}

TEST_F(InputPath, ADescriptorIsReadFromWhereItStands) {
  std::ofstream(path("file")) << "head tail";
  const int descriptor = open(path("file").c_str(), O_RDONLY | O_CLOEXEC);
  char head[5];
  ASSERT_EQ(read(descriptor, head, 5), 5);
  const std::string name = "/dev/fd/" + std::to_string(descriptor);
  EXPECT_EQ(read_input(name, 100), "tail");
  EXPECT_EQ(read_input(name, 100), "tail");
  close(descriptor);
  EXPECT_THROW(read_input(name, 100), Error);
}

TEST_F(InputPath, WhatCannotBeReadIsSaid) {
  for (const std::string& name : {path("absent"), folder_.string(), std::string("")}) {
    try {
      open_input(name, "a JSONL file");
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_NE(std::string(error.what()).find("expected a JSONL file"), std::string::npos) << error.what();
    }
  }
  // Reading the memory of a process at address 0 fails after a good open.
  EXPECT_THROW(read_input("/proc/self/mem", 100), Error);
}

}  // namespace
}  // namespace gradus
