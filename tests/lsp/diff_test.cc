#include "gradus/lsp/diff.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace gradus {
namespace {

// The text after the hunks, built from the text before: what 'patch' does.
std::string patched(const std::string& before, const std::vector<Hunk>& hunks) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < before.size();) {
    const size_t newline = before.find('\n', at);
    const size_t end = newline == std::string::npos ? before.size() : newline + 1;
    lines.push_back(before.substr(at, end - at));
    at = end;
  }
  std::string out;
  size_t next = 0, written = 0;
  for (const Hunk& hunk : hunks) {
    const size_t start = static_cast<size_t>(hunk.old_start) - (hunk.old_count > 0);
    for (; next < start; ++next, ++written) out += lines.at(next);
    RC_ASSERT(written == static_cast<size_t>(hunk.new_start) - (hunk.new_count > 0));
    int64_t old_count = 0, new_count = 0;
    for (const std::string& line : hunk.lines) {
      if (line[0] != '+') {
        RC_ASSERT(lines.at(next) == line.substr(1));
        ++next, ++old_count;
      }
      if (line[0] != '-') {
        out += line.substr(1);
        ++written, ++new_count;
      }
    }
    RC_ASSERT(old_count == hunk.old_count);
    RC_ASSERT(new_count == hunk.new_count);
  }
  for (; next < lines.size(); ++next) out += lines[next];
  return out;
}

std::string random_text() {
  std::string out;
  for (const int line : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4))) {
    out += static_cast<char>('a' + line);
    out += '\n';
  }
  if (!out.empty() && *rc::gen::inRange(0, 3) == 0) out.pop_back();
  return out;
}

TEST(Diff, HunksGiveTheTextAfter) {
  EXPECT_TRUE(rc::check("patched(before, hunks) == after", [] {
    const std::string before = random_text(), after = random_text();
    RC_ASSERT(patched(before, diff_hunks(before, after)) == after);
  }));
}

TEST(Diff, TheScriptIsAShortestOne) {
  // The length of the longest common subsequence by the textbook table.
  EXPECT_TRUE(rc::check("changed lines == n + m - 2 LCS", [] {
    const std::string before = random_text() + "\n", after = random_text() + "\n";
    std::vector<std::string> a, b;
    for (const auto& [text, lines] : {std::pair{&before, &a}, std::pair{&after, &b}}) {
      std::string line;
      for (const char c : *text) {
        line += c;
        if (c == '\n') lines->push_back(std::exchange(line, ""));
      }
    }
    std::vector<std::vector<size_t>> best(a.size() + 1, std::vector<size_t>(b.size() + 1, 0));
    for (size_t i = 0; i < a.size(); ++i) {
      for (size_t j = 0; j < b.size(); ++j) {
        best[i + 1][j + 1] = a[i] == b[j] ? best[i][j] + 1 : std::max(best[i][j + 1], best[i + 1][j]);
      }
    }
    size_t changed = 0;
    for (const Hunk& hunk : diff_hunks(before, after)) {
      for (const std::string& line : hunk.lines) changed += line[0] != ' ';
    }
    RC_ASSERT(changed == a.size() + b.size() - 2 * best[a.size()][b.size()]);
  }));
}

TEST(Diff, UnifiedText) {
  EXPECT_EQ(unified_diff("a.txt", "1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\nfive\n6\n"),
            "--- a/a.txt\n+++ b/a.txt\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+five\n 6\n");
  EXPECT_EQ(unified_diff("n", std::nullopt, "x"),
            "--- /dev/null\n+++ b/n\n@@ -0,0 +1,1 @@\n+x\n\\ No newline at end of file\n");
  EXPECT_EQ(unified_diff("n", "x\n", std::nullopt), "--- a/n\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n");
  EXPECT_EQ(unified_diff("n", "x\n", "x\n"), "");
  EXPECT_EQ(unified_diff("a \"\n", "x\n", "y\n").substr(0, 15), "--- \"a/a \\\"\\012");
  EXPECT_EQ(hunks_json(diff_hunks("a\n", "b\n"))[0]["lines"], Json({"-a\n", "+b\n"}));
}

TEST(Diff, TwoDistantChangesAreTwoHunks) {
  std::string before, after;
  for (int i = 0; i < 30; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 5 || i == 13 ? "x" : std::to_string(i)) + "\n";
  }
  EXPECT_EQ(diff_hunks(before, after).size(), 2u);
}

TEST(Diff, BeyondTheBoundItIsLongerAndRight) {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) {
    before += std::to_string(i) + "\n";
    after += std::to_string(i * 7919 % 5000) + "\n";
  }
  const std::vector<Hunk> hunks = diff_hunks(before, after);
  EXPECT_EQ(patched(before, hunks), after);
}

}  // namespace
}  // namespace gradus
