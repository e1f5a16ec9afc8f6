#include "gradus/rollout/float_file.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>
#include <unistd.h>

#include "tests/refused.h"

namespace gradus {
namespace {

class FloatFileTest : public ::testing::Test {
 protected:
  FloatFileTest()
      : path_((std::filesystem::temp_directory_path() / ("gradus_floats_" + std::to_string(getpid())))
                  .string()) {}
  ~FloatFileTest() override { std::filesystem::remove(path_); }

  std::string bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  std::string path_;
};

RolloutBatch structure(const std::vector<std::pair<std::string, int>>& rollouts) {
  RolloutBatch batch;
  for (const auto& [id, tokens] : rollouts) {
    batch.add_rollout({.id = id});
    batch.add_step(StepKind::act, "x");
    for (int t = 0; t < tokens; ++t) batch.add_token(t);
  }
  return batch;
}

RolloutBatch three() {
  RolloutBatch batch = structure({{"a", 3}, {"b", 0}, {"c", 2}});
  Column& logprob = batch.add_column("token.logprob");
  for (size_t t = 0; t < 5; ++t) logprob.set(t, -0.5 * static_cast<double>(t));
  Column& entropy = batch.add_column("token.entropy");
  entropy.set(1, 0.25);
  return batch;
}

TEST_F(FloatFileTest, RowsColumnsAndMissingValuesComeBack) {
  write_floats(three(), {"token.logprob", "token.entropy"}, path_);
  const FloatFile file(path_);
  EXPECT_EQ(file.rollouts(), 3u);
  EXPECT_EQ(file.id(2), "c");
  ASSERT_EQ(file.row("token.logprob", 2).size(), 2u);
  EXPECT_EQ(file.row("token.logprob", 2)[1], -2.0f);
  EXPECT_TRUE(file.row("token.logprob", 1).empty());
  RolloutBatch batch = structure({{"a", 3}, {"b", 0}, {"c", 2}});
  file.attach(batch);
  EXPECT_TRUE(batch.column("token.logprob").all_valid());
  EXPECT_EQ(batch.column("token.entropy").missing(), 4u);
  EXPECT_EQ(batch.column("token.entropy")[1], 0.25);
}

TEST_F(FloatFileTest, ColumnsOutliveTheFileAndChangeOnTheirOwn) {
  write_floats(three(), {"token.logprob"}, path_);
  RolloutBatch batch = structure({{"a", 3}, {"b", 0}, {"c", 2}});
  FloatFile(path_).attach(batch);
  std::filesystem::remove(path_);
  Column& column = batch.column("token.logprob");
  EXPECT_EQ(column[4], -2.0);
  column.set(4, 7);
  EXPECT_EQ(column[4], 7.0);
  EXPECT_EQ(column[3], -1.5);
}

TEST_F(FloatFileTest, RolloutsAreFoundById) {
  write_floats(three(), {"token.logprob"}, path_);
  RolloutBatch batch = structure({{"c", 2}, {"new", 1}, {"a", 3}});
  FloatFile(path_).attach(batch);
  const Column& column = batch.column("token.logprob");
  EXPECT_EQ(column[0], -1.5);
  EXPECT_FALSE(column.valid(2));
  EXPECT_EQ(column[5], -1.0);
}

TEST_F(FloatFileTest, AnotherNumberOfTokensIsRefused) {
  write_floats(three(), {"token.logprob"}, path_);
  RolloutBatch batch = structure({{"a", 4}});
  try {
    FloatFile(path_).attach(batch);
    FAIL() << "attached";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("3 tokens"), std::string::npos) << error.what();
  }
}

TEST_F(FloatFileTest, EveryTornTailIsRefused) {
  write_floats(three(), {"token.logprob", "token.entropy"}, path_);
  const std::string whole = bytes();
  for (size_t length = 0; length < whole.size(); ++length) {
    put(whole.substr(0, length));
    EXPECT_REFUSED(FloatFile{path_}, "") << length;
  }
  put(whole + "x");
  EXPECT_REFUSED(FloatFile{path_}, "");
}

TEST_F(FloatFileTest, EveryByteOfTheStructureIsChecked) {
  write_floats(three(), {"token.logprob"}, path_);
  const std::string whole = bytes();
  const size_t floats = whole.size() - 8 - 64;  // one column of 5 tokens takes 64 bytes
  for (size_t at = 0; at < floats; ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    put(changed);
    EXPECT_REFUSED(FloatFile{path_}, "") << "byte " << at;
  }
}

TEST_F(FloatFileTest, SizesThatLieAreRefusedBeforeTheyAreUsed) {
  write_floats(three(), {"token.logprob"}, path_);
  const std::string whole = bytes();
  for (size_t word = 1; word < 6; ++word) {
    for (const uint64_t lie : {uint64_t{0}, uint64_t{1} << 39, std::numeric_limits<uint64_t>::max()}) {
      std::string changed = whole;
      std::memcpy(changed.data() + word * 8, &lie, 8);
      put(changed);
      EXPECT_REFUSED(FloatFile{path_}, "") << "word " << word << " is " << lie;
    }
  }
}

TEST_F(FloatFileTest, OnlyTokenColumns) {
  RolloutBatch batch = three();
  batch.add_column("rollout.outcome");
  EXPECT_REFUSED(write_floats(batch, {"rollout.outcome"}, path_), "rollout.outcome");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace gradus
