#include <gtest/gtest.h>
#include <set>

#include "gradus/env/calculator/environment.h"
#include "gradus/env/code/environment.h"
#include "gradus/env/code/expression.h"
#include "gradus/env/math/environment.h"

namespace gradus {
namespace {

std::unique_ptr<Environment> make(const std::string& name, const Json& params = Json::object()) {
  EnvironmentRegistry registry("environment");
  register_code_environment(registry);
  register_calculator_environment(registry);
  register_math_environment(registry);
  return registry.make(name, params);
}

TEST(DistinctTasks, NoTwoAreTwinsInAnyEnvironment) {
  for (const char* name : {"code", "calculator", "math"}) {
    const std::unique_ptr<Environment> environment = make(name);
    for (const Split split : {Split::train, Split::test}) {
      std::set<std::string> twins;
      const std::vector<Task> tasks = distinct_tasks(*environment, split, 30, Stream(3));
      for (const Task& task : tasks) {
        EXPECT_FALSE(task.twin.empty()) << name;
        EXPECT_TRUE(twins.insert(task.twin).second) << name << ": " << task.id;
      }
      EXPECT_EQ(tasks.size(), 30u);
      EXPECT_EQ(distinct_tasks(*environment, split, 30, Stream(3))[29].id, tasks[29].id);
    }
  }
}

TEST(DistinctTasks, ExchangedOperandsAreATwin) {
  const std::unique_ptr<Environment> code = make("code");
  const auto twin = [&](const char* prompt) { return code->task_of(prompt).twin; };
  EXPECT_EQ(twin("max a add b 5"), twin("max add 5 b a"));
  EXPECT_EQ(twin("min abs c b"), twin("min b abs c"));
  EXPECT_NE(twin("sub a max b c"), twin("sub max b c a"));
  // Of the calculator's tasks one in two begins with a sum, whose operands may be exchanged.
  const std::unique_ptr<Environment> calculator = make("calculator");
  std::map<std::string, std::set<std::string>> writings;
  for (const Task& task : calculator->tasks(Split::train, 2000, Stream(1)))
    writings[task.twin].insert(task.prompt);
  size_t pairs = 0;
  for (const auto& [key, prompts] : writings) {
    EXPECT_LE(prompts.size(), 2u) << key;
    pairs += prompts.size() == 2;
    if (prompts.size() < 2) continue;
    const std::string &first = *prompts.begin(), &second = *prompts.rbegin();
    EXPECT_EQ(first[0], second[4]) << key;
    EXPECT_EQ(first.substr(5), second.substr(5)) << key;
    EXPECT_EQ(first[2], '+') << key;
  }
  EXPECT_GT(pairs, 20u);
}

TEST(DistinctTasks, APoolThatIsUsedUpIsRefused) {
  const std::unique_ptr<Environment> calculator = make("calculator", {{"operations", 1}});
  try {
    distinct_tasks(*calculator, Split::test, 60, Stream(1));
    FAIL() << "one operation has 72 tasks in all splits together";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_NE(std::string(error.what()).find("60 asked for"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("at most"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gradus
