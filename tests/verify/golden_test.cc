// Every golden function of tests/golden is claimed by an operator and agrees with it.
#include <gtest/gtest.h>

#include "gradus/base/error.h"
#include "gradus/verify/verify.h"

namespace gradus {
namespace {

TEST(Golden, EveryFunctionAgrees) {
  const VerifyReport report = verify({GRADUS_SOURCE_DIR "/tests/golden"}, "");
  size_t cases = 0;
  for (const FunctionResult& f : report.functions) {
    cases += f.total;
    EXPECT_TRUE(f.claimed) << f.method << " / " << f.function << " is claimed by no operator";
    for (const std::string& line : f.failed) ADD_FAILURE() << f.method << " / " << f.function << ": " << line;
  }
  EXPECT_GT(cases, 500u);
}

}  // namespace
}  // namespace gradus
