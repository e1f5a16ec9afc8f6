#include "gradus/cli/progress_bar.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(ProgressLine, FitsEveryTerminal) {
  const std::string text = "base policies: 0 of 1 done, 2 %, 0:01, about 1:13 left";
  for (size_t columns = 0; columns < 200; ++columns) {
    for (const double share : {0.0, 0.02, 0.5, 1.0}) {
      const std::string line = progress_line(share, text, columns);
      EXPECT_LE(line.size(), columns == 0 ? 0 : columns - 1);
      // What is not shown is the end of the text, after all of the bar has gone.
      const bool whole = line.find(text) != std::string::npos;
      EXPECT_TRUE(whole || columns <= text.size()) << line;
      EXPECT_TRUE(line.starts_with("[") || text.starts_with(line)) << line;
    }
  }
}

TEST(ProgressLine, TheBarShowsTheShare) {
  EXPECT_EQ(progress_line(0.5, "x", 80), "[############------------] x");
  EXPECT_EQ(progress_line(0.0, "x", 80), "[------------------------] x");
  EXPECT_EQ(progress_line(1.0, "x", 14), "[#########] x");
}

}  // namespace
}  // namespace gradus
