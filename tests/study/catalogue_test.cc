// The catalogue is the operators on columns, which tests/learn/conformance_test.cc walks, and those that need
// a tool.
#include "gradus/study/catalogue.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "gradus/learn/operators.h"

namespace gradus {
namespace {

// Each has tests of its own in tests/reward: what needs a compiler or a server is not run on random batches.
TEST(Catalogue, OnlyTheOperatorsThatNeedAToolAreLeftOutOfTheConformanceTests) {
  std::vector<std::string> left_out;
  for (const std::string& name : catalogue().operators.names()) {
    const std::vector<std::string> walked = operators().names();
    if (std::find(walked.begin(), walked.end(), name) == walked.end()) left_out.push_back(name);
  }
  EXPECT_EQ(left_out, (std::vector<std::string>{"reward.c_style", "reward.server_findings"}));
  for (const std::string& name : operators().names())
    EXPECT_NO_THROW(catalogue().operators.spec(name)) << name;
}

}  // namespace
}  // namespace gradus
