#include "gradus/lsp/apply.h"

#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

#include "tests/lsp/small_workspace.h"

#include "gradus/base/random.h"
#include "gradus/lsp/journal.h"
#include "gradus/lsp/work_tree.h"

namespace gradus {
namespace {

PlannedFile planned(const Jail& jail, const std::string& path, const std::optional<std::string>& after) {
  PlannedFile file;
  file.path = path;
  try {
    file.before = jail.read(jail.place(path));
  } catch (const LspError&) {
    file.before.reset();  // its folder is not there
  }
  file.after = after;
  if (file.before) file.mode = file.before->mode;
  return file;
}

// Twelve files in three folders: most are replaced, one is removed, two are made, one in a new folder.
constexpr int kFiles = 12;

std::string content(int file, bool after) {
  return fmt::format("{} {}\n", after ? "new" : "old", file) +
         std::string(static_cast<size_t>(file) * 997, after ? 'n' : 'o');
}

std::string name_of(int file) {
  return fmt::format("{}file{}", file % 3 == 0 ? "" : file % 3 == 1 ? "src/" : "src/deep/", file);
}

EditPlan big_plan(const Jail& jail) {
  EditPlan plan;
  for (int i = 0; i < kFiles - 1; ++i) plan.files.push_back(planned(jail, name_of(i), content(i, true)));
  plan.files.push_back(planned(jail, name_of(kFiles - 1), std::nullopt));
  plan.files.push_back(planned(jail, "src/made", "made"));
  plan.files.push_back(planned(jail, "fresh/folder/made", "made"));
  return plan;
}

void write_old(const SmallWorkspace& workspace) {
  std::filesystem::remove_all(workspace.path("fresh"));
  std::filesystem::remove(workspace.path("src/made"));
  for (int i = 0; i < kFiles; ++i) workspace.write(name_of(i), content(i, false));
}

// "old" or "new" where the whole set is, and what is mixed else.
std::string state_of(const SmallWorkspace& workspace) {
  bool all_old = true, all_new = true;
  for (int i = 0; i < kFiles - 1; ++i) {
    const std::string text = workspace.read(name_of(i));
    all_old = all_old && text == content(i, false);
    all_new = all_new && text == content(i, true);
    if (text != content(i, false) && text != content(i, true)) return name_of(i) + " is neither old nor new";
  }
  namespace fs = std::filesystem;
  const bool removed = !fs::exists(workspace.path(name_of(kFiles - 1)));
  const bool made = workspace.read("src/made") == "made" && workspace.read("fresh/folder/made") == "made";
  const bool none = !fs::exists(workspace.path("src/made")) && !fs::exists(workspace.path("fresh"));
  if (all_old && !removed && none) return "old";
  if (all_new && removed && made) return "new";
  return fmt::format("mixed: old {} new {} removed {} made {} none {}", all_old, all_new, removed, made,
                     none);
}

bool leftovers(const SmallWorkspace& workspace) {
  return workspace.listing().find(".gradus-apply") != std::string::npos;
}

TEST(Apply, PutsAWholePlanInPlaceAndLeavesNothingBehind) {
  const SmallWorkspace workspace;
  write_old(workspace);
  chmod(workspace.path(name_of(4)).c_str(), 0751);
  const Jail jail(workspace.root());
  apply_plan(jail, big_plan(jail));
  EXPECT_EQ(state_of(workspace), "new");
  EXPECT_FALSE(leftovers(workspace)) << workspace.listing();
  EXPECT_EQ(jail.read_existing(name_of(4)).mode, mode_t{0751});
  EXPECT_FALSE(apply_pending(jail));
  EXPECT_FALSE(recover(jail).found);
}

TEST(Apply, APlanMadeOfItsOwnResultChangesNothing) {
  const SmallWorkspace workspace;
  write_old(workspace);
  const Jail jail(workspace.root());
  apply_plan(jail, big_plan(jail));
  apply_plan(jail, big_plan(jail));
  EXPECT_EQ(state_of(workspace), "new");
  EXPECT_FALSE(leftovers(workspace)) << workspace.listing();
}

TEST(Apply, AFileThatChangedSinceThePlanStopsItWithHunks) {
  const SmallWorkspace workspace;
  write_old(workspace);
  const Jail jail(workspace.root());
  const EditPlan plan = big_plan(jail);
  workspace.write(name_of(7), "somebody else\n");
  try {
    apply_plan(jail, plan);
    FAIL() << "applied";
  } catch (const ConflictError& error) {
    EXPECT_EQ(error.status(), Status::content_modified);
    EXPECT_EQ(error.hunks().at(0).at("path"), name_of(7));
    EXPECT_EQ(error.hunks().at(0).at("hunks").at(0).at("lines").back(), "+somebody else\n");
  }
  EXPECT_EQ(workspace.read(name_of(7)), "somebody else\n");
  workspace.write(name_of(7), content(7, false));
  EXPECT_EQ(state_of(workspace), "old");
  EXPECT_FALSE(leftovers(workspace));
}

TEST(Apply, AFileThatAppearedOrBecameALinkStopsIt) {
  const SmallWorkspace workspace;
  write_old(workspace);
  const Jail jail(workspace.root());
  const EditPlan plan = big_plan(jail);
  workspace.write("src/made", "by somebody else");
  EXPECT_EQ(status_of([&] { apply_plan(jail, plan); }), Status::content_modified);
  EXPECT_EQ(workspace.read("src/made"), "by somebody else");
  std::filesystem::remove(workspace.path("src/made"));
  std::filesystem::rename(workspace.path("src"), workspace.path("elsewhere"));
  std::filesystem::create_directory_symlink("elsewhere", workspace.path("src"));
  EXPECT_EQ(status_of([&] { apply_plan(jail, plan); }), Status::content_modified);
  EXPECT_EQ(state_of(workspace), "old");
}

TEST(Apply, ReadOnlyFilesAndFiltersStopItBeforeAnythingIsWritten) {
  const SmallWorkspace workspace;
  write_old(workspace);
  chmod(workspace.path(name_of(5)).c_str(), 0444);
  const Jail jail(workspace.root());
  EXPECT_EQ(status_of([&] { apply_plan(jail, big_plan(jail)); }), Status::fs_permissions);
  chmod(workspace.path(name_of(5)).c_str(), 0644);
  const Jail narrow(workspace.root(), {.deny = {"fresh"}});
  EXPECT_EQ(status_of([&] { apply_plan(narrow, big_plan(narrow)); }), Status::fs_permissions);
  EXPECT_EQ(state_of(workspace), "old");
  EXPECT_FALSE(leftovers(workspace));
}

// Runs in a process of its own; gives its exit code, or minus the signal that ended it.
template <class Action>
int in_child(Action action) {
  const pid_t child = fork();
  if (child == 0) {
    int code = 99;
    try {
      code = action();
    } catch (const LspError& error) {
      code = static_cast<int>(error.status());
    } catch (...) {
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Apply, AWriteThatFailsAtAnySizeChangesNothing) {
  const SmallWorkspace workspace;
  write_old(workspace);
  // The largest content has some 10 kB, the journal some 4 kB: every limit below hits another write.
  for (rlim_t limit = 0; limit < 10'000; limit += 500) {
    const int code = in_child([&] {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit most{limit, limit};
      setrlimit(RLIMIT_FSIZE, &most);
      const Jail jail(workspace.root());
      apply_plan(jail, big_plan(jail));
      return 0;
    });
    EXPECT_EQ(code, static_cast<int>(Status::fs_permissions)) << limit;
    EXPECT_EQ(state_of(workspace), "old") << limit;
    EXPECT_FALSE(leftovers(workspace)) << limit << ": " << workspace.listing();
  }
}

bool become_root_of_a_namespace() {
  const std::string user = fmt::format("0 {} 1", getuid()), group = fmt::format("0 {} 1", getgid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << user;
  std::ofstream("/proc/self/gid_map") << group;
  return getuid() == 0;
}

TEST(Apply, AFullDiskChangesNothing) {
  const SmallWorkspace workspace;
  const auto on_small_disk = [&](int pages) {
    return in_child([&] {
      if (unshare(CLONE_NEWNS) != 0 && !become_root_of_a_namespace()) return 77;
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
      const std::string size = fmt::format("size={}k", 4 * pages);
      if (mount("none", workspace.root().c_str(), "tmpfs", 0, size.c_str()) != 0) return 77;
      write_old(workspace);
      const Jail jail(workspace.root());
      const EditPlan plan = big_plan(jail);
      const Status status = status_of([&] { apply_plan(jail, plan); });
      const std::string state = state_of(workspace);
      if (leftovers(workspace)) return 1;
      if (status == Status::ok) return state == "new" ? 0 : 2;
      return status == Status::fs_permissions && state == "old" ? 71 : 3;
    });
  };
  const int roomy = on_small_disk(400);
  if (roomy == 77) GTEST_SKIP() << "this host lets nobody mount a small disk";
  EXPECT_EQ(roomy, 0);
  int refused = 0;
  for (int pages = 31; pages < 100; pages += 3) {  // the old files fill some 30 pages
    const int code = on_small_disk(pages);
    EXPECT_TRUE(code == 0 || code == 71) << pages << " pages: " << code;
    refused += code == 71;
  }
  EXPECT_GE(refused, 5);
}

TEST(Apply, KilledAtTwoHundredMomentsTheSetIsOldOrNewAfterRecovery) {
  // In memory where that is offered: a kill loses nothing that fsync would have kept, and it is fast.
  const bool memory = access("/dev/shm", W_OK) == 0;
  const SmallWorkspace workspace(memory ? "/dev/shm" : std::filesystem::temp_directory_path());
  const auto apply_all = [&] {
    const Jail jail(workspace.root());
    apply_plan(jail, big_plan(jail));
    return 0;
  };
  write_old(workspace);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(in_child(apply_all), 0);
  const auto whole = std::chrono::steady_clock::now() - start;
  Stream moments(20261121);
  int interrupted = 0, restored = 0, completed = 0;
  for (int kill_number = 0; kill_number < 200; ++kill_number) {
    write_old(workspace);
    const pid_t child = fork();
    if (child == 0) _exit(apply_all());
    std::this_thread::sleep_for(whole * moments.uniform());
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    const Jail jail(workspace.root());
    const Recovery recovery = recover(jail);
    EXPECT_TRUE(recovery.kept.empty());
    const std::string state = state_of(workspace);
    EXPECT_TRUE(state == "old" || state == "new") << state;
    EXPECT_FALSE(leftovers(workspace)) << workspace.listing();
    EXPECT_TRUE(!recovery.completed || state == "new");
    interrupted += recovery.found;
    completed += recovery.completed;
    restored += !recovery.restored.empty();
  }
  RecordProperty("interrupted", interrupted);
  RecordProperty("restored", restored);
  EXPECT_GE(interrupted, 1) << "no moment hit the apply";
}

// The moments of a crash that a timer seldom hits: after every single replacement.
TEST(Apply, InterruptedAfterEveryReplacementItIsRestored) {
  const SmallWorkspace workspace;
  for (int replaced = 0; replaced <= kFiles; ++replaced) {
    write_old(workspace);
    const Jail jail(workspace.root());
    Journal journal;
    for (int i = 0; i < kFiles; ++i) {
      const std::string temp = fmt::format(".gradus-apply-{}.new", i),
                        backup = fmt::format(".gradus-apply-{}.old", i);
      const JailPlace place = jail.place(name_of(i));
      write_durable(place.folder, backup, content(i, false), 0644);
      journal.files.push_back(
          {name_of(i), temp, backup, sha256_hex(content(i, false)), sha256_hex(content(i, true))});
      if (i < replaced) {
        workspace.write(name_of(i), content(i, true));
      } else {
        write_durable(place.folder, temp, content(i, true), 0644);
      }
    }
    write_journal(jail, journal);
    EXPECT_TRUE(apply_pending(jail));
    const Recovery recovery = recover(jail);
    EXPECT_EQ(recovery.restored.size(), static_cast<size_t>(replaced));
    EXPECT_EQ(state_of(workspace), "old");
    EXPECT_FALSE(leftovers(workspace));
  }
}

TEST(Recover, WhatOthersChangedIsLeftAloneWithItsBackup) {
  const SmallWorkspace workspace;
  workspace.write("a", "edited by hand");
  workspace.write(".gradus-apply-1.old", "old");
  const Jail jail(workspace.root());
  write_journal(
      jail,
      {.files = {{"a", ".gradus-apply-1.new", ".gradus-apply-1.old", sha256_hex("old"), sha256_hex("new")}}});
  const Recovery recovery = recover(jail);
  EXPECT_EQ(recovery.kept, std::vector<std::string>{"a"});
  EXPECT_EQ(workspace.read("a"), "edited by hand");
  EXPECT_EQ(workspace.listing(), ".gradus-apply-1.old a");
}

TEST(Recover, AHostileJournalReachesNothing) {
  const SmallWorkspace workspace, other;
  other.write("precious", "p");
  workspace.write("a", "a");
  const std::string hash = sha256_hex("p");
  const Json entry = {{"path", other.path("precious").string()},
                      {"temp", ".gradus-apply-1.new"},
                      {"backup", ".gradus-apply-1.old"},
                      {"before", nullptr},
                      {"after", hash}};
  const auto recovering = [&](const Json& files) {
    const Json journal = {
        {"format", "gradus-apply/1"}, {"done", false}, {"files", files}, {"folders", Json::array()}};
    workspace.write(kJournalName, journal.dump());
    return status_of([&] { recover(Jail(workspace.root())); });
  };
  EXPECT_EQ(recovering(Json::array({entry})), Status::fs_permissions);
  Json name = entry;
  name["path"] = "a";
  name["temp"] = "a";
  EXPECT_EQ(recovering(Json::array({name})), Status::apply_conflict);
  name["temp"] = ".gradus-apply-/../../a";
  EXPECT_EQ(recovering(Json::array({name})), Status::apply_conflict);
  EXPECT_EQ(recovering(Json::array({1})), Status::apply_conflict);
  workspace.write(kJournalName, "{\"format\":");
  EXPECT_EQ(status_of([&] { recover(Jail(workspace.root())); }), Status::apply_conflict);
  EXPECT_EQ(other.read("precious"), "p");
  EXPECT_EQ(workspace.read("a"), "a");
}

TEST(Apply, TwoAppliersDoNotInterleave) {
  const SmallWorkspace workspace;
  write_old(workspace);
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      int code = 99;
      try {
        const Jail jail(workspace.root());
        code = static_cast<int>(status_of([&] { apply_plan(jail, big_plan(jail)); }));
      } catch (...) {
      }
      _exit(code);
    }
    children.push_back(child);
  }
  int applied = 0;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    // One that read the new files finds nothing that differs, or a target that is gone already.
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    EXPECT_TRUE(code == 0 || code == static_cast<int>(Status::content_modified)) << code;
    applied += code == 0;
  }
  EXPECT_GE(applied, 1);
  EXPECT_EQ(state_of(workspace), "new");
  EXPECT_FALSE(leftovers(workspace));
}

TEST(WorkTree, DirtyTreesAreRefused) {
  const SmallWorkspace workspace;
  workspace.write("src/a.cc", "int a;\n");
  const Jail jail(workspace.root());
  EXPECT_EQ(status_of([&] { require_clean_work_tree(jail, {"src/a.cc"}); }), Status::ok) << "no work tree";
  const std::string git =
      "git -C " + workspace.root() + " -c user.name=t -c user.email=t@example.org -c init.defaultBranch=m ";
  ASSERT_EQ(std::system((git + "init -q && " + git + "add src && " + git + "commit -qm t").c_str()), 0);
  EXPECT_EQ(status_of([&] { require_clean_work_tree(jail, {"src/a.cc"}); }), Status::ok);
  workspace.write("notes.txt", "n");
  EXPECT_EQ(status_of([&] { require_clean_work_tree(jail, {"src/a.cc"}); }), Status::ok) << "not a target";
  std::string text;
  EXPECT_EQ(status_of([&] { require_clean_work_tree(jail, {"notes.txt"}); }, &text), Status::fs_permissions);
  EXPECT_NE(text.find("notes.txt"), std::string::npos) << text;
  workspace.write("src/a.cc", "int b;\n");
  EXPECT_EQ(status_of([&] { require_clean_work_tree(jail, {}); }, &text), Status::fs_permissions);
  EXPECT_NE(text.find("src/a.cc"), std::string::npos) << text;
  const Jail inner(workspace.path("src").string());
  EXPECT_EQ(status_of([&] { require_clean_work_tree(inner, {}); }, &text), Status::fs_permissions);
  workspace.write("src/a.cc", "int a;\n");
  EXPECT_EQ(status_of([&] { require_clean_work_tree(inner, {"a.cc"}); }), Status::ok);
  std::filesystem::remove_all(workspace.path(".git/objects"));
  EXPECT_EQ(status_of([&] { require_clean_work_tree(jail, {}); }), Status::fs_permissions);
}

}  // namespace
}  // namespace gradus
