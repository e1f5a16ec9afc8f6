#include "gradus/lsp/commit_range.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gradus/base/error.h"
#include "gradus/base/scratch_folder.h"
#include "gradus/lsp/git_store.h"
#include "gradus/lsp/jail.h"
#include "gradus/lsp/work_tree.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

// A repository whose history a test writes.
class Repository {
 public:
  explicit Repository(const std::string& options = "") { git("init -q " + options); }

  std::string root() const { return folder_.root(); }
  fs::path path(const std::string& name) const { return folder_.path(name); }
  void put(const std::string& name, const std::optional<std::string>& text) const { folder_.put(name, text); }

  void git(const std::string& words) const {
    const std::string line =
        "git -C '" + root() + "' -c user.name=t -c user.email=t@example.org " + words + " > /dev/null 2>&1";
    ASSERT_EQ(std::system(line.c_str()), 0) << line;
  }

  void commit(const std::string& subject) const {
    git("add -A");
    git("commit -q --allow-empty -m '" + subject + "'");
  }

 private:
  ScratchFolder folder_;
};

std::string complaint(const std::string& folder, const std::string& range) {
  try {
    trajectory_from_git(folder, range, "pyright");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CommitRange, StatesStepsAndSubjects) {
  const Repository repository;
  repository.put("a.py", "x = 1\n");
  repository.put("data.csv", "1,2\n");
  repository.commit("first");
  repository.put("a.py", "x = 2\n");
  repository.put("README", "text\n");
  repository.commit("second");
  repository.put("a.py", std::nullopt);
  repository.put("image.png", std::string("\x89PNG\0", 5));
  repository.commit("third");
  const CommitRange range = trajectory_from_git(repository.root(), "HEAD~2..HEAD", "");
  EXPECT_EQ(range.server, "pyright");
  EXPECT_EQ(range.subjects, (std::vector<std::string>{"second", "third"}));
  EXPECT_EQ(range.trajectory.start, (std::map<std::string, std::string>{{"a.py", "x = 1\n"}}))
      << "data is none of the server's";
  EXPECT_EQ(range.trajectory.steps[0].files.at("a.py"), "x = 2\n");
  EXPECT_EQ(range.trajectory.steps[0].files.at("README"), "text\n") << "a step that edits something";
  EXPECT_EQ(range.trajectory.steps[1].files.size(), 1u);
  EXPECT_EQ(range.trajectory.steps[1].files.at("a.py"), std::nullopt);
}

TEST(CommitRange, FromTheFirstCommitOn) {
  const Repository repository;
  repository.put("a.py", "x = 1\n");
  repository.commit("first");
  repository.put("a.py", "x = 2\n");
  repository.commit("second");
  const CommitRange all = trajectory_from_git(repository.root(), "HEAD", "pyright");
  EXPECT_TRUE(all.trajectory.start.empty());
  ASSERT_EQ(all.trajectory.steps.size(), 2u);
  EXPECT_EQ(all.trajectory.steps[0].files.at("a.py"), "x = 1\n");
  EXPECT_EQ(trajectory_from_git(repository.root(), "HEAD~1", "pyright").subjects,
            std::vector<std::string>{"first"});
  repository.git("branch -M main");
  repository.git("checkout -q --detach");
  EXPECT_EQ(trajectory_from_git(repository.root(), "main", "pyright").subjects.size(), 2u);
}

TEST(CommitRange, EveryKindOfRepository) {
  const Repository repository;
  repository.put("src/a.py", "x = 1\n");
  repository.commit("first");
  repository.put("src/a.py", "x = 2\n");
  repository.commit("second");
  repository.git("pack-refs --all");
  repository.git("gc -q");
  EXPECT_EQ(trajectory_from_git(repository.path("src"), "HEAD~1..HEAD", "").subjects.size(), 1u);
  const ScratchFolder other;
  repository.git("worktree add -q '" + other.path("tree") + "' HEAD");
  EXPECT_EQ(trajectory_from_git(other.path("tree"), "HEAD~1..HEAD", "").subjects.size(), 1u);
  repository.git("clone -q --bare . '" + other.path("bare.git") + "'");
  EXPECT_EQ(trajectory_from_git(other.path("bare.git"), "HEAD", "").subjects.size(), 2u);
  repository.git("clone -q --shared . '" + other.path("shared") + "'");  // borrows its objects
  EXPECT_EQ(trajectory_from_git(other.path("shared"), "origin/HEAD~1..HEAD", "").subjects.size(), 1u);
  repository.git("clone -q --depth 1 'file://" + repository.root() + "' '" + other.path("shallow") + "'");
  EXPECT_NE(complaint(other.path("shallow"), "HEAD").find("shallow"), std::string::npos)
      << "its oldest commit is not the first one";
  const Repository longer("--object-format=sha256");
  longer.put("a.py", "x = 1\n");
  longer.commit("first");
  EXPECT_EQ(trajectory_from_git(longer.root(), "HEAD", "").subjects.size(), 1u);
}

TEST(CommitRange, SaysWhatGitSays) {
  const Repository repository;
  repository.put("a.py", "x = 1\n");
  repository.commit("first");
  EXPECT_NE(complaint(repository.root(), "nothing..HEAD").find("nothing..HEAD"), std::string::npos);
  EXPECT_NE(complaint(repository.root(), "HEAD~7..HEAD").find("HEAD~7"), std::string::npos);
  EXPECT_NE(complaint(repository.root(), "HEAD..HEAD").find("no commits"), std::string::npos);
  EXPECT_NE(complaint(repository.root(), "--all").find("not a range"), std::string::npos);
  const ScratchFolder none;
  EXPECT_NE(complaint(none.root(), "HEAD").find("no git repository"), std::string::npos);
}

TEST(CommitRange, MoreFilesThanAServerReads) {
  const Repository repository;
  for (int i = 0; i < 2100; ++i) repository.put("data/" + std::to_string(i) + ".json", std::to_string(i));
  for (int i = 0; i < 2100; ++i) repository.put("docs/" + std::to_string(i) + ".md", std::to_string(i));
  repository.put("a.py", "x = 1\n");
  repository.commit("first");
  repository.put("a.py", "x = 2\n");
  repository.commit("second");
  EXPECT_EQ(trajectory_from_git(repository.root(), "HEAD~1..HEAD", "pyright").trajectory.start.size(), 1u);
  for (int i = 0; i < 2100; ++i) repository.put("m" + std::to_string(i) + ".py", std::to_string(i));
  repository.commit("third");
  repository.put("a.py", "x = 3\n");
  repository.commit("fourth");
  EXPECT_EQ(trajectory_from_git(repository.root(), "HEAD~1..HEAD", "").trajectory.start.size(), 2101u);
}

TEST(CommitRange, WhatASourceIncludesAndItsConfigurationAreTaken) {
  const Repository repository;
  repository.put("a.cc", "#include \"table.inc\"\n# include <lib/Core>\nint x;\n");
  repository.put("table.inc", "int y;\n");
  repository.put("lib/Core", "int z;\n");
  repository.put("sub/.clang-tidy", "Checks: '*'\n");
  repository.put("notes.txt", "no\n");
  repository.commit("first");
  repository.put("a.cc", "int x;\n");
  repository.commit("second");
  const auto start = trajectory_from_git(repository.root(), "HEAD~1..HEAD", "clangd").trajectory.start;
  for (const char* name : {"a.cc", "table.inc", "lib/Core", "sub/.clang-tidy"})
    EXPECT_TRUE(start.count(name)) << name;
  EXPECT_FALSE(start.count("notes.txt"));
}

TEST(CommitRange, ANameThatIsNoUtf8IsLeftOutAndSaid) {
  const Repository repository;
  repository.put("caf\xe9.py", "x = 1\n");
  repository.put("a.py", "x = 1\n");
  repository.commit("first");
  repository.put("caf\xe9.py", "x = 2\n");
  repository.put("a.py", "x = 2\n");
  repository.commit("second");
  const CommitRange range = trajectory_from_git(repository.root(), "HEAD", "");
  EXPECT_EQ(range.trajectory.steps[1].files.size(), 1u);
  ASSERT_EQ(range.left_out.size(), 1u);
  EXPECT_NE(range.left_out[0].find("1 files"), std::string::npos) << range.left_out[0];
}

// Commits with the files "NAME BLOB" each, made at once.
void commit_at_once(const Repository& repository, const std::vector<std::string>& blobs,
                    const std::vector<std::vector<std::string>>& commits,
                    const std::string& message = "m\n") {
  const std::string name = repository.path(".git/stream");
  {
    std::ofstream out(name, std::ios::binary);
    for (size_t i = 0; i < blobs.size(); ++i)
      out << "blob\nmark :" << i + 1 << "\ndata " << blobs[i].size() << "\n" << blobs[i] << "\n";
    for (const auto& files : commits) {
      out << "commit refs/heads/copies\ncommitter t <t@example.org> 0 +0000\ndata " << message.size() << "\n"
          << message << "\n";
      for (const std::string& file : files) out << "M 100644 :" << file << "\n";
    }
  }
  const std::string line = "git -C '" + repository.root() + "' fast-import --quiet < '" + name + "'";
  ASSERT_EQ(std::system(line.c_str()), 0);
}

TEST(CommitRange, CopiesOfOneTextCountEach) {
  std::vector<std::string> files;
  for (int i = 0; i < 20'001; ++i) files.push_back("1 f" + std::to_string(i) + ".py");
  const Repository many;
  commit_at_once(many, {"x = 1\n"}, {files});
  EXPECT_NE(complaint(many.root(), "copies").find("20001 files"), std::string::npos)
      << complaint(many.root(), "copies");
  const Repository back_and_forth;
  std::vector<std::vector<std::string>> commits;
  for (int i = 0; i < 300; ++i) commits.push_back({std::to_string(i % 2 + 1) + " a.py"});
  commit_at_once(back_and_forth, {std::string(1 << 20, '#'), std::string(1 << 20, ' ')}, commits);
  EXPECT_NE(complaint(back_and_forth.root(), "copies").find("300 MiB"), std::string::npos)
      << complaint(back_and_forth.root(), "copies");
  EXPECT_EQ(complaint(back_and_forth.root(), "copies~250"), "accepted");
}

TEST(CommitRange, AHugeMessageIsRefused) {
  const Repository repository;
  commit_at_once(repository, {"x = 1\n"}, {{"1 a.py"}}, std::string(2 << 20, 'm'));
  EXPECT_NE(complaint(repository.root(), "copies").find("commit is too large"), std::string::npos);
}

TEST(CommitRange, MergesAndEmptyCommitsAreSteps) {
  const Repository repository;
  repository.put("a.py", "x = 1\n");
  repository.commit("first");
  repository.git("checkout -q -b other");
  repository.put("b.py", "y = 1\n");
  repository.commit("beside");
  repository.git("checkout -q -");
  repository.put("a.py", "x = 2\n");
  repository.commit("second");
  repository.git("merge -q --no-ff -m merged other");
  repository.commit("nothing");
  const CommitRange range = trajectory_from_git(repository.root(), "HEAD", "pyright");
  EXPECT_EQ(range.subjects, (std::vector<std::string>{"first", "second", "merged", "nothing"}));
  ASSERT_EQ(range.trajectory.steps.size(), 4u);
  EXPECT_EQ(range.trajectory.steps[2].files.size(), 1u);
  EXPECT_EQ(range.trajectory.steps[2].files.at("b.py"), "y = 1\n");
  EXPECT_TRUE(range.trajectory.steps[3].files.empty());
}

// What would keep a reader waiting for ever, or fill its memory.
TEST(CommitRange, FilesOfGitThatAreNoSmallFiles) {
  for (const char* name : {".git/HEAD", ".git/commondir", ".git/config", ".git/packed-refs"}) {
    const Repository repository;
    repository.put("a.py", "x = 1\n");
    repository.commit("first");
    repository.git("branch -M main");
    fs::remove(repository.path(name));
    ASSERT_EQ(mkfifo(repository.path(name).c_str(), 0600), 0);
    complaint(repository.root(), "main");  // whatever it says, it says it
  }
  for (const char* name : {".git/HEAD", ".git/commondir"}) {
    const Repository repository;
    repository.put("a.py", "x = 1\n");
    repository.commit("first");
    std::ofstream(repository.path(name)) << std::string(1 << 20, 'x');
    EXPECT_NE(complaint(repository.root(), "HEAD").find("too large"), std::string::npos) << name;
  }
}

// Every key of a repository's configuration that makes git start a program, each with a program that leaves
// a file behind.
struct Trap {
  const char *name, *configuration;
};

constexpr Trap kTraps[] = {
    {"signature",
     "[log]\nshowSignature = true\n[gpg]\nprogram = CANARY\n[gpg \"ssh\"]\nprogram = CANARY\n"
     "[gpg \"x509\"]\nprogram = CANARY\n"},
    {"monitor", "[core]\nfsmonitor = CANARY\nfsmonitorHookVersion = 2\n"},
    {"hooks", "[core]\nhooksPath = HOOKS\n"},
    {"pager", "[core]\npager = CANARY\n[pager]\nlog = CANARY\nrev-list = CANARY\nstatus = CANARY\n"},
    {"alias", "[alias]\nrev-list = !CANARY\ncat-file = !CANARY\nls-tree = !CANARY\nstatus = !CANARY\n"},
    {"filter", "[filter \"evil\"]\nclean = CANARY\nsmudge = CANARY\nprocess = CANARY\nrequired = true\n"},
    {"diff", "[diff]\nexternal = CANARY\n[diff \"evil\"]\ncommand = CANARY\ntextconv = CANARY\n"},
    {"merge", "[merge \"evil\"]\ndriver = CANARY\n"},
    {"ssh",
     "[core]\nsshCommand = CANARY\naskPass = CANARY\ngitProxy = CANARY\n[credential]\nhelper = !CANARY\n"},
    {"promisor",
     "[extensions]\npartialClone = origin\n[remote \"origin\"]\npromisor = true\n"
     "url = ext::CANARY\nuploadpack = CANARY\n[protocol \"ext\"]\nallow = always\n"},
    {"include", "[include]\npath = INCLUDED\n"},
    {"editor", "[core]\neditor = CANARY\n[sequence]\neditor = CANARY\n[trailer \"x\"]\ncommand = CANARY\n"},
    {"attributes", "[core]\nattributesFile = ATTRIBUTES\n[filter \"evil\"]\nclean = CANARY\n"},
    {"worktree", "[extensions]\nworktreeConfig = true\n"},
};

class Trapped {
 public:
  explicit Trapped(const Trap& trap) {
    outside_.put("canary.sh", "#!/bin/sh\ntouch '" + mark() + "'\ncat\n");
    fs::permissions(outside_.path("canary.sh"), fs::perms::owner_all);
    outside_.put("attributes", "* filter=evil diff=evil merge=evil\n");
    outside_.put("included", "[core]\nfsmonitor = " + outside_.path("canary.sh") + "\n");
    for (const char* hook :
         {"post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"})
      fs::create_symlink(outside_.path("canary.sh"), make("hooks") / hook);
    repository_.put("a.py", "x = 1\n");
    repository_.put(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    repository_.commit("first");
    repository_.put("a.py", "x = 2\n");
    repository_.commit("second");
    sign();
    std::string text = trap.configuration;
    replace(text, "CANARY", outside_.path("canary.sh"));
    replace(text, "HOOKS", outside_.path("hooks"));
    replace(text, "INCLUDED", outside_.path("included"));
    replace(text, "ATTRIBUTES", outside_.path("attributes"));
    std::ofstream(repository_.path(".git/config"), std::ios::app) << text;
    std::ofstream(repository_.path(".git/config.worktree"))
        << "[core]\nfsmonitor = " << outside_.path("canary.sh") << "\n";
    for (const auto& hook : fs::directory_iterator(outside_.path("hooks")))
      fs::create_symlink(outside_.path("canary.sh"), repository_.path(".git/hooks") / hook.path().filename());
  }

  const Repository& repository() const { return repository_; }
  bool sprung() const { return fs::exists(mark()); }

 private:
  std::string mark() const { return outside_.path("sprung"); }
  fs::path make(const char* name) {
    fs::create_directories(outside_.path(name));
    return outside_.path(name);
  }
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
  // HEAD gets a signature that nobody made.
  void sign() {
    const std::string line =
        "cd '" + repository_.root() +
        "' && git cat-file commit HEAD | sed '0,/^$/s//gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n x\\n "
        "-----END PGP SIGNATURE-----\\n/' > ../signed.$$ && git update-ref HEAD "
        "$(git hash-object -t commit -w ../signed.$$) && rm ../signed.$$";
    ASSERT_EQ(std::system(line.c_str()), 0);
  }

  ScratchFolder outside_;
  Repository repository_;
};

TEST(CommitRange, NothingThatTheRepositoryConfiguresIsStarted) {
  for (const Trap& trap : kTraps) {
    const Trapped trapped(trap);
    const CommitRange range = trajectory_from_git(trapped.repository().root(), "HEAD", "pyright");
    EXPECT_EQ(range.trajectory.steps.size(), 2u) << trap.name;
    EXPECT_EQ(range.subjects[1], "second") << trap.name;
    EXPECT_FALSE(trapped.sprung()) << trap.name;
  }
}

TEST(CommitRange, NorByTheQuestionWhetherAWorkTreeIsClean) {
  for (const Trap& trap : kTraps) {
    const Trapped trapped(trap);
    trapped.repository().put("a.py", "x = 3\n");  // its content has to be compared
    const Jail jail(trapped.repository().root());
    EXPECT_THROW(require_clean_work_tree(jail, {"a.py"}), Error) << trap.name;
    EXPECT_FALSE(trapped.sprung()) << trap.name;
  }
}

TEST(CommitRange, NorByAnObjectThatIsMissing) {
  const Trapped trapped(kTraps[9]);
  const std::string line =
      "cd '" + trapped.repository().root() +
      "' && id=$(printf 'x = 1\\n' | git hash-object --stdin) && rm -f .git/objects/$(echo $id | "
      "cut -c1-2)/$(echo $id | cut -c3-)";
  ASSERT_EQ(std::system(line.c_str()), 0);
  EXPECT_NE(complaint(trapped.repository().root(), "HEAD").find("partial clone"), std::string::npos);
  EXPECT_FALSE(trapped.sprung());
}

TEST(CommitRange, TheCallersVariablesDoNotCount) {
  const Trapped trapped(kTraps[0]);
  const Repository other;
  setenv("GIT_DIR", other.path(".git").c_str(), 1);
  setenv("GIT_EXTERNAL_DIFF", "/bin/false", 1);
  setenv("GIT_CONFIG_COUNT", "1", 1);
  setenv("GIT_CONFIG_KEY_0", "log.showSignature", 1);
  setenv("GIT_CONFIG_VALUE_0", "true", 1);
  const size_t steps =
      trajectory_from_git(trapped.repository().root(), "HEAD", "pyright").trajectory.steps.size();
  for (const char* name :
       {"GIT_DIR", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"})
    unsetenv(name);
  EXPECT_EQ(steps, 2u);
  EXPECT_FALSE(trapped.sprung());
}

TEST(CommitRange, NoProgramOfTheCurrentFolder) {
  const Repository repository;
  repository.put("a.py", "x = 1\n");
  repository.put("git", "#!/bin/sh\ntouch sprung\n");
  fs::permissions(repository.path("git"), fs::perms::owner_all);
  repository.commit("first");
  const fs::path before = fs::current_path();
  const std::string path = getenv("PATH");
  setenv("PATH", (".::" + path).c_str(), 1);
  fs::current_path(repository.root());
  const size_t steps = trajectory_from_git(".", "HEAD", "pyright").trajectory.steps.size();
  fs::current_path(before);
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(steps, 1u);
  EXPECT_FALSE(fs::exists(repository.path("sprung")));
}

}  // namespace
}  // namespace gradus
