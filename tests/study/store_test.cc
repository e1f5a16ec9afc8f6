#include "gradus/study/store.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/base/random.h"

namespace gradus {
namespace {

// What a policy may look like: any bytes, zeros among them.
std::string bytes_of(size_t size, uint64_t key) {
  Stream stream(key);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(stream.below(256));
  return out;
}

class StoreFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("gradus-store-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    path_ = (folder_ / "deep" / "store.sqlite").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // 60 artifacts of 20 kB and 40 runs with two evaluations each, closed and in one file.
  void fill() const {
    const auto store = Store::open(path_);
    for (int i = 0; i < 60; ++i) store->put_artifact(artifact_key(i), "base policy", artifact_body(i));
    for (int i = 0; i < 40; ++i) {
      store->put_checkpoint(run_key(i), checkpoint(i, 10));
      store->put_checkpoint(run_key(i), checkpoint(i, 20));
    }
  }
  static std::string artifact_key(int i) { return sha256_hex("artifact " + std::to_string(i)); }
  static std::string artifact_body(int i) { return bytes_of(20000, static_cast<uint64_t>(i)); }
  static std::string run_key(int i) { return sha256_hex("run " + std::to_string(i)); }
  static Checkpoint checkpoint(int i, int update) {
    return {.update = update,
            .policy = bytes_of(5000, static_cast<uint64_t>(1000 + i + update)),
            .evaluation = {{"run", i}, {"update", update}},
            .progress = {{"tokens", i * 100 + update}}};
  }

  // How many records are there; everything that is must be right.
  static size_t whole_records(Store& store) {
    size_t count = 0;
    for (int i = 0; i < 60; ++i) {
      const auto body = store.artifact(artifact_key(i));
      if (body) {
        EXPECT_EQ(*body, artifact_body(i)) << "a damaged artifact was handed out";
      }
      count += body.has_value();
    }
    for (int i = 0; i < 40; ++i) {
      if (const auto found = store.newest_checkpoint(run_key(i))) {
        EXPECT_EQ(found->policy, checkpoint(i, 20).policy) << "a damaged checkpoint was handed out";
        EXPECT_EQ(found->progress, checkpoint(i, 20).progress);
        ++count;
      }
      for (const auto& [update, evaluation] : store.evaluations(run_key(i))) {
        EXPECT_EQ(evaluation, checkpoint(i, update).evaluation) << "a damaged evaluation was handed out";
        ++count;
      }
    }
    return count;
  }
  static constexpr size_t kAll = 60 + 40 + 80;

  std::string read() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  void execute(const std::string& sql) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(StoreFile, GivesBackWhatWasPut) {
  const auto store = Store::open(path_);
  EXPECT_EQ(store->recovered(), "");
  EXPECT_FALSE(store->artifact("a").has_value());
  store->put_artifact("a", "kind", std::string("\0x\0", 3));
  store->put_artifact("empty", "kind", "");
  EXPECT_EQ(store->artifact("a"), std::string("\0x\0", 3));
  EXPECT_EQ(store->artifact("empty"), "");
  store->put_artifact("a", "kind", "new");
  EXPECT_EQ(store->artifact("a"), "new");
}

TEST_F(StoreFile, TheNewestCheckpointAndEveryEvaluation) {
  const auto store = Store::open(path_);
  EXPECT_FALSE(store->newest_checkpoint("r").has_value());
  EXPECT_TRUE(store->evaluations("r").empty());
  for (const int update : {10, 20, 30}) {
    store->put_checkpoint("r",
                          {update, "policy " + std::to_string(update), {{"at", update}}, {{"n", update}}});
  }
  store->put_checkpoint("other", {5, "p", {{"at", 5}}, {}});
  const auto newest = store->newest_checkpoint("r");
  ASSERT_TRUE(newest.has_value());
  EXPECT_EQ(newest->update, 30);
  EXPECT_EQ(newest->policy, "policy 30");
  EXPECT_EQ(newest->progress, Json({{"n", 30}}));
  const auto evaluations = store->evaluations("r");
  ASSERT_EQ(evaluations.size(), 3u);
  EXPECT_EQ(evaluations[0].first, 10);
  EXPECT_EQ(evaluations[2].second, Json({{"at", 30}}));
}

TEST_F(StoreFile, IsThereAgainWhenOpenedAgain) {
  fill();
  const auto store = Store::open(path_);
  EXPECT_EQ(store->recovered(), "");
  EXPECT_EQ(whole_records(*store), kAll);
}

TEST_F(StoreFile, NumbersComeBackBitForBit) {
  const Json numbers = {0.1, 1.0 / 3, -0.0, 5e-324, 1.7976931348623157e308, nullptr, 9007199254740993};
  { Store::open(path_)->put_checkpoint("r", {1, "", numbers, numbers}); }
  const auto store = Store::open(path_);
  EXPECT_EQ(store->evaluations("r")[0].second.dump(), numbers.dump());
  EXPECT_EQ(store->newest_checkpoint("r")->progress.dump(), numbers.dump());
}

TEST_F(StoreFile, ASecondHandleIsRefused) {
  auto first = Store::open(path_);
  try {
    Store::open(path_);
    FAIL() << "two handles on one store";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_EQ(error.file(), path_);
    EXPECT_NE(std::string(error.what()).find("another process"), std::string::npos) << error.what();
  }
  first.reset();
  EXPECT_NO_THROW(Store::open(path_)) << "free again";
}

TEST_F(StoreFile, ASecondProcessIsRefusedAndADeadOneIsNot) {
  const auto store = Store::open(path_);
  const auto opens = [&] {
    const pid_t child = fork();
    if (child == 0) {
      try {
        Store::open(path_);
        _exit(0);
      } catch (const Error& error) {
        _exit(error.exit_code());
      }
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
  };
  EXPECT_EQ(opens(), 3);
}

TEST_F(StoreFile, AKilledWriterLeavesWholeRecords) {
  const pid_t child = fork();
  if (child == 0) {
    const auto store = Store::open(path_);
    for (int i = 0;; ++i) store->put_checkpoint(run_key(i % 40), checkpoint(i % 40, 20));
  }
  while (!std::filesystem::exists(path_ + "-wal") || std::filesystem::file_size(path_ + "-wal") < 200000)
    usleep(1000);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const auto store = Store::open(path_);
  EXPECT_EQ(store->recovered(), "") << "the journal mends it without losing anything";
  EXPECT_GT(whole_records(*store), 5u);
}

TEST_F(StoreFile, ACutFileKeepsWhatIsWhole) {
  fill();
  const std::string bytes = read();
  for (const double share : {0.9, 0.5}) {
    write(bytes.substr(0, static_cast<size_t>(static_cast<double>(bytes.size()) * share)));
    const auto store = Store::open(path_);
    EXPECT_NE(store->recovered(), "");
    const size_t kept = whole_records(*store);
    EXPECT_LT(kept, kAll);
    EXPECT_GE(kept, 30u) << "cut to " << share;
    EXPECT_NE(store->recovered().find(std::to_string(kept) + " whole records"), std::string::npos)
        << store->recovered() << " but " << kept;
    EXPECT_TRUE(std::filesystem::exists(path_ + ".damaged")) << "the old file is kept";
  }
}

TEST_F(StoreFile, ACutToNothingStartsAfresh) {
  fill();
  const std::string bytes = read();
  for (const size_t size : {size_t{0}, size_t{50}, size_t{1000}}) {
    write(bytes.substr(0, size));
    const auto store = Store::open(path_);
    EXPECT_EQ(whole_records(*store), 0u);
    store->put_artifact("a", "kind", "b");
    EXPECT_EQ(store->artifact("a"), "b");
  }
}

TEST_F(StoreFile, AFileOfAnotherKindIsSetAside) {
  std::filesystem::create_directories(folder_ / "deep");
  write("this is not a database, but somebody's notes about a database: " + std::string(5000, 'x'));
  const auto store = Store::open(path_);
  EXPECT_NE(store->recovered().find("0 whole records"), std::string::npos) << store->recovered();
  EXPECT_EQ(std::filesystem::file_size(path_ + ".damaged"), 5063u);
}

// Whatever is flipped, nothing wrong is ever handed out, and little is lost.
TEST_F(StoreFile, FlippedBytesCostLittle) {
  fill();
  const std::string bytes = read();
  Stream stream(11);
  for (int trial = 0; trial < 12; ++trial) {
    std::string damaged = bytes;
    const size_t at =
        4096 + stream.below(bytes.size() - 4096 - 8);  // past the first page, the table of tables
    for (size_t i = 0; i < 8; ++i) damaged[at + i] = static_cast<char>(damaged[at + i] ^ 0xff);
    write(damaged);
    const auto store = Store::open(path_);
    EXPECT_GE(whole_records(*store), kAll - 3) << "byte " << at << ": " << store->recovered();
    store->put_artifact("a", "kind", "b");
    EXPECT_EQ(store->artifact("a"), "b") << "and it goes on";
  }
}

TEST_F(StoreFile, ADamagedPageOfATableLosesOnlyItself) {
  fill();
  const std::string bytes = read();
  for (size_t page = 1; page < bytes.size() / 4096; page += 41) {
    std::string damaged = bytes;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(page * 4096), 4096, '\x5a');
    write(damaged);
    const auto store = Store::open(path_);
    EXPECT_GE(whole_records(*store), kAll / 2) << "page " << page << ": " << store->recovered();
    store->put_artifact("a", "kind", "b");
    EXPECT_EQ(store->artifact("a"), "b") << "and it goes on";
  }
}

TEST_F(StoreFile, ABodyThatDoesNotFitItsHashIsNotThere) {
  fill();
  execute("UPDATE artifact SET body = 'x' WHERE key = '" + artifact_key(3) + "'");
  execute("UPDATE evaluation SET body = 'x' WHERE at = 10 AND run = '" + run_key(3) + "'");
  execute("UPDATE checkpoint SET progress = 'x' WHERE run = '" + run_key(4) + "'");
  const auto store = Store::open(path_);
  EXPECT_EQ(store->recovered(), "") << "the file itself is sound";
  EXPECT_FALSE(store->artifact(artifact_key(3)).has_value());
  EXPECT_EQ(store->evaluations(run_key(3)).size(), 1u);
  EXPECT_FALSE(store->newest_checkpoint(run_key(4)).has_value());
  EXPECT_EQ(whole_records(*store), kAll - 3);
}

TEST_F(StoreFile, ACheckpointMayLackItsEvaluation) {
  fill();
  execute("DELETE FROM evaluation WHERE at = 20 AND run = '" + run_key(7) + "'");
  const auto store = Store::open(path_);
  EXPECT_EQ(store->newest_checkpoint(run_key(7))->update, 20);
  ASSERT_EQ(store->evaluations(run_key(7)).size(), 1u) << "the caller sees that one is missing";
  EXPECT_EQ(store->evaluations(run_key(7))[0].first, 10);
}

TEST_F(StoreFile, AFolderInItsPlaceIsSaid) {
  std::filesystem::create_directories(path_);
  try {
    Store::open(path_);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_EQ(error.file(), path_);
  }
  EXPECT_TRUE(std::filesystem::is_directory(path_)) << "and left alone";
}

}  // namespace
}  // namespace gradus
