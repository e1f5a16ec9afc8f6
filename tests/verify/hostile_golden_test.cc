// Golden inputs that lack a field or hold something else than their adapter expects are reported as
// mismatches: an adapter is never thrown out of its depth.
#include <gtest/gtest.h>

#include "gradus/base/error.h"
#include "gradus/verify/adapter.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/verify.h"

namespace gradus {
namespace {

constexpr size_t kCasesOfAFunction = 2;  // enough to reach every adapter

const std::vector<Json>& strangers() {
  static const std::vector<Json> all{nullptr,        "x",       -1,   3,   1e300, Json::array(),
                                     Json::object(), {-5, "x"}, {{}}, true};
  return all;
}

// What is no exception (a crash, an endless loop) ends the test program, as it would end the command.
void run(const Adapter& adapter, const Json& inputs) {
  try {
    adapter(inputs, {});
  } catch (const std::exception&) {
  }
}

TEST(HostileGolden, NoFieldOfAnyFunctionCanBreakItsAdapter) {
  size_t runs = 0;
  for (const std::string& file : golden_files({GRADUS_SOURCE_DIR "/tests/golden"})) {
    for (const GoldenSet& set : read_golden(file)) {
      const Adapter* const adapter = adapters().find(set.method, set.function);
      ASSERT_NE(adapter, nullptr) << set.method << " / " << set.function;
      for (size_t c = 0; c < std::min(kCasesOfAFunction, set.cases.size()); ++c) {
        for (const auto& [key, unused] : set.cases[c].inputs.items()) {
          SCOPED_TRACE(set.method + " / " + set.function + ", case " + set.cases[c].name + ", " + key);
          Json inputs = set.cases[c].inputs;
          inputs.erase(key);
          run(*adapter, inputs);
          for (const Json& stranger : strangers()) {
            inputs[key] = stranger;
            run(*adapter, inputs);
            ++runs;
          }
        }
      }
    }
  }
  EXPECT_GT(runs, 1000u);
}

}  // namespace
}  // namespace gradus
