#include "gradus/study/run.h"

#include <atomic>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>
#include <vector>

#include "tests/study/small_study.h"

#include "gradus/study/study.h"

namespace gradus {
namespace {

class StudyRun : public testing::Test {
 protected:
  StudyRun() : spec(study_of(with("demonstrations = 100", "demonstrations = 400\nepochs = 2\nbatch = 10"))) {
    std::filesystem::remove_all(folder);
    events.phase = [](const std::string&, size_t) {};
    events.progress = [this](const std::string&, double share) {
      shares.push_back(share);
      if (stop_at > 0 && share >= stop_at) stop = true;
    };
    events.note = [this](const std::string& text) { notes.push_back(text); };
  }
  ~StudyRun() override { std::filesystem::remove_all(folder); }

  std::string file(const char* name) const { return (folder / name).string(); }

  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("gradus-run-" + std::to_string(getpid()));
  StudySpec spec;
  StudyEvents events;
  std::atomic<bool> stop{false};
  std::vector<double> shares;
  std::vector<std::string> notes;
  double stop_at = 0;  // share of a unit of work after which the user stops the study
};

TEST_F(StudyRun, ABasePolicyThatWasStoppedGoesOnToTheSameBytes) {
  const auto environment = spec.make_environment();
  const auto whole_store = Store::open(file("whole.sqlite"));
  const std::string whole = base_policy({spec, *environment, *whole_store, events, stop}, 1);
  ASSERT_EQ(shares.size(), 80u);
  for (const double at : {0.15, 0.5, 0.72}) {  // in the first epoch, at its end, in the second
    const auto store = Store::open(file("stopped.sqlite"));
    const RunContext context{spec, *environment, *store, events, stop};
    stop_at = at;
    EXPECT_THROW(base_policy(context, 1), Error);
    stop = false;
    stop_at = 0;
    shares.clear();
    EXPECT_EQ(base_policy(context, 1), whole);
    ASSERT_FALSE(shares.empty());
    EXPECT_GT(shares.front(), at - 0.1) << "at most a tenth of it is done twice";
    EXPECT_EQ(store->artifact("unfinished " + spec.key_of_base(1)), std::nullopt) << "nothing is left behind";
    store->drop_artifact(spec.key_of_base(1));
  }
}

TEST_F(StudyRun, RunsOfOtherKernelsAreRefusedAndLeftAlone) {
  { Store::open(file("store.sqlite"))->put_artifact("kernels", "kernels", "other-7"); }
  try {
    run_study(spec, {.folder = folder.string()}, events, stop);
    FAIL() << "runs of different kernels would have been merged";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_EQ(error.file(), file("store.sqlite"));
    EXPECT_NE(std::string(error.what()).find("other-7"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(kernels_of("cpu")), std::string::npos) << error.what();
  }
  EXPECT_TRUE(shares.empty());
  EXPECT_EQ(Store::open(file("store.sqlite"))->artifact("kernels"), "other-7");
}

TEST_F(StudyRun, AnOlderStoreIsSaidToBeComputedAgain) {
  { Store::open(file("store.sqlite"))->put_artifact("0123", "base policy", "bytes"); }
  stop = true;
  EXPECT_THROW(run_study(spec, {.folder = folder.string()}, events, stop), Error);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("computed again"), std::string::npos);
  EXPECT_THROW(run_study(spec, {.folder = folder.string()}, events, stop), Error);
  EXPECT_EQ(notes.size(), 1u) << "said once: from now on the store says its kernels";
}

TEST_F(StudyRun, TheResultsSayTheKernels) {
  const Json results = run_study(study_of(kSmallStudy), {.folder = folder.string()}, events, stop);
  EXPECT_EQ(results["study"]["kernels"], kernels_of("cpu"));
  EXPECT_EQ(Store::open(file("store.sqlite"))->artifact("kernels"), kernels_of("cpu"));
}

}  // namespace
}  // namespace gradus
