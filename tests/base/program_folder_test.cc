#include "gradus/base/program_folder.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(ProgramFolder, HoldsThisTestProgram) {
  EXPECT_TRUE(program_folder().is_absolute());
  EXPECT_TRUE(std::filesystem::exists(program_folder() / "test_base"));
}

}  // namespace
}  // namespace gradus
