#include "gradus/env/math/environment.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <set>

#include "gradus/env/math/checker.h"
#include "gradus/env/math/injection.h"
#include "gradus/env/math/vocabulary.h"

namespace gradus {
namespace {

std::unique_ptr<Environment> make(const Json& params = Json::object()) {
  EnvironmentRegistry registry("environment");
  register_math_environment(registry);
  return registry.make("math", params);
}

Sample sample_of(std::vector<int32_t> tokens) {
  Sample sample;
  sample.logprob.assign(tokens.size(), -0.5f);
  sample.observed.assign(tokens.size(), 0);
  sample.finished = !tokens.empty() && tokens.back() == math::Vocabulary::kEnd;
  sample.tokens = std::move(tokens);
  return sample;
}

RolloutBatch judged(const Environment& env, const std::vector<Task>& tasks,
                    const std::vector<Sample>& samples) {
  RolloutBatch batch = env.rollouts(tasks, samples);
  env.reward_columns(batch, tasks);
  env.truth_columns(batch, tasks);
  return batch;
}

TEST(MathEnvironment, DemonstrationsAreSoundAndFitTheLimits) {
  const auto env = make({{"padded", 0.5}});
  std::vector<Task> tasks;
  std::vector<Sample> samples;
  for (const Demonstration& shown : env->demonstrations(300, Stream(1))) {
    EXPECT_LE(shown.task.prompt_tokens.size(), static_cast<size_t>(env->info().max_prompt));
    EXPECT_LE(shown.response.size(), static_cast<size_t>(env->info().max_response));
    tasks.push_back(shown.task);
    samples.push_back(sample_of(shown.response));
  }
  const RolloutBatch batch = judged(*env, tasks, samples);
  size_t padded = 0;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    EXPECT_EQ(batch.column("rollout.outcome")[r], 1.0f);
    EXPECT_EQ(batch.column("rollout.sound")[r], 1.0f);
    EXPECT_FALSE(batch.column("rollout.first_error").valid(r));
    const size_t steps = batch.step_end(r) - batch.step_begin(r);
    EXPECT_EQ(batch.kind(batch.step_end(r) - 1), StepKind::answer);
    padded += steps > 5 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(padded) / 300, 0.5, 0.12);
}

TEST(MathEnvironment, EveryDeclaredColumnIsWrittenAndNoOther) {
  const auto env = make();
  const auto shown = env->demonstrations(1, Stream(1));
  const std::vector<Task> tasks{shown[0].task};
  RolloutBatch batch = env->rollouts(tasks, std::vector<Sample>{sample_of(shown[0].response)});
  const auto columns = [&]() {
    const auto names = batch.column_names();
    return std::set<std::string>(names.begin(), names.end());
  };
  std::set<std::string> expected{"token.logprob"};
  expected.insert(env->info().reward_columns.begin(), env->info().reward_columns.end());
  env->reward_columns(batch, tasks);
  EXPECT_EQ(columns(), expected);
  expected.insert(env->info().truth_columns.begin(), env->info().truth_columns.end());
  env->truth_columns(batch, tasks);
  EXPECT_EQ(columns(), expected);
  for (const MetricSpec& metric : env->info().metrics)
    EXPECT_TRUE(expected.count(metric.column)) << metric.id;
  for (const std::string& name : env->info().reward_columns)
    EXPECT_TRUE(env->info().evaluators.count(name)) << name;
  EXPECT_TRUE(expected.count(env->info().style_column));
}

TEST(MathEnvironment, ProcessMetricsShareNothingWithTheOutcome) {
  const auto env = make();
  for (const MetricSpec& metric : env->info().metrics) {
    if (metric.axis == "outcome") continue;
    EXPECT_NE(metric.evaluator, "math.answer");
    for (const std::string& component : metric.components) EXPECT_NE(component, "math.answer");
  }
  // A wrong answer after a sound derivation, and a right one after an unsound derivation.
  const auto shown = env->demonstrations(1, Stream(4));
  const math::Problem problem = math::parse_problem(shown[0].task.prompt);
  const auto lines = math::reference_solution(problem);
  const math::Vocabulary vocabulary(17, 10);
  const auto wrong = math::inject(problem, lines, math::Flaw::wrong_answer, lines.size() - 1, Stream(1));
  const std::vector<std::string> guess{"answer " + std::to_string(shown[0].task.detail["answer"].get<int>())};
  const std::vector<Task> tasks{shown[0].task};
  const std::vector<Sample> samples{sample_of(vocabulary.encode(math::join_lines(wrong->lines))),
                                    sample_of(vocabulary.encode(guess[0]))};
  const RolloutBatch batch = judged(*env, tasks, samples);
  EXPECT_EQ(batch.column("rollout.correct")[0], 0.0f);
  EXPECT_EQ(batch.column("rollout.sound")[0], 1.0f);
  EXPECT_EQ(batch.column("rollout.first_error")[0], static_cast<float>(lines.size() - 1));
  EXPECT_EQ(batch.column("rollout.correct")[1], 1.0f);
  EXPECT_FALSE(batch.column("rollout.sound").valid(1));  // nothing was derived: missing, not zero
  EXPECT_EQ(batch.column("rollout.first_error")[1], 0.0f);
}

TEST(MathEnvironment, SplitsAreDisjointAndDeterministic) {
  const auto env =
      make({{"steps", 1}, {"distractors", 0}, {"modulus", 5}});  // few problems: overlaps would show
  std::map<std::string, Split> seen;
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    for (const Task& task : env->tasks(split, 300, Stream(3))) {
      const auto [it, fresh] = seen.emplace(task.id, split);
      EXPECT_TRUE(fresh || it->second == split) << task.prompt;
    }
  }
  const auto one = env->tasks(Split::test, 5, Stream(3)), more = env->tasks(Split::test, 9, Stream(3));
  for (size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].prompt, more[i].prompt);
}

RC_GTEST_PROP(MathEnvironment, AnyTokensAreJudged, (uint64_t key)) {
  static const auto env = make();
  Stream stream(key);
  const auto tasks = env->tasks(Split::train, 2, stream.child("tasks"));
  std::vector<Sample> samples;
  for (int i = 0; i < 4; ++i) {
    std::vector<int32_t> tokens(stream.below(60));
    for (int32_t& token : tokens) token = static_cast<int32_t>(stream.below(env->info().vocabulary.size()));
    samples.push_back(sample_of(tokens));
  }
  const RolloutBatch batch = judged(*env, tasks, samples);
  size_t token = 0;
  for (const Sample& sample : samples) {
    for (const int32_t id : sample.tokens) RC_ASSERT(batch.token(token++) == id);
  }
  RC_ASSERT(batch.tokens() == token);
  RC_ASSERT(batch.column("step.valid").missing() == 0u);
  for (size_t r = 0; r < batch.rollouts(); ++r) RC_ASSERT(batch.column("rollout.correct").valid(r));
}

RC_GTEST_PROP(Vocabulary, TokensRoundTrip, (uint64_t key)) {
  const math::Vocabulary vocabulary(17, 10);
  Stream stream(key);
  std::vector<int32_t> ids(stream.below(80));
  for (int32_t& id : ids) id = static_cast<int32_t>(stream.below(vocabulary.texts().size()));
  RC_ASSERT(vocabulary.encode(vocabulary.decode(ids)) == ids);
}

TEST(Vocabulary, UnknownWordsAndIdsAreRefused) {
  const math::Vocabulary vocabulary(17, 10);
  EXPECT_EQ(vocabulary.decode(vocabulary.encode("a = 4\nanswer 17")), "a = 4\nanswer 17");
  EXPECT_THROW(vocabulary.encode("18"), Error);
  EXPECT_THROW(vocabulary.encode("z"), Error);
  EXPECT_THROW(vocabulary.decode(std::vector<int32_t>{-1}), Error);
  EXPECT_THROW(vocabulary.decode(std::vector<int32_t>{1 << 30}), Error);
}

// Flawed policies of growing sloppiness: each metric moves with its own flaw and with no other.
TEST(MathEnvironment, MetricsReactToTheirFlaw) {
  const auto env = make({{"padded", 0.0}});
  const math::Vocabulary vocabulary(17, 10);
  const auto share = [&](math::Flaw flaw, const std::string& column) {
    std::vector<Task> tasks;
    std::vector<Sample> samples;
    for (const Demonstration& shown : env->demonstrations(60, Stream(2))) {
      const math::Problem problem = math::parse_problem(shown.task.prompt);
      const auto flawed =
          math::inject(problem, math::reference_solution(problem), flaw, 1, Stream(samples.size()));
      if (!flawed) continue;
      tasks.push_back(shown.task);
      samples.push_back(sample_of(vocabulary.encode(math::join_lines(flawed->lines))));
    }
    const RolloutBatch batch = judged(*env, tasks, samples);
    double sum = 0, count = 0;
    for (size_t i = 0; i < batch.column(column).size(); ++i) {
      if (!batch.column(column).valid(i)) continue;
      sum += batch.column(column)[i];
      ++count;
    }
    return count == 0 ? -1 : sum / count;
  };
  EXPECT_DOUBLE_EQ(share(math::Flaw::repeated_step, "step.repeated"), 0.2);  // one of four steps and itself
  EXPECT_DOUBLE_EQ(share(math::Flaw::repeated_step, "step.redundant"), 0.0);
  EXPECT_DOUBLE_EQ(share(math::Flaw::repeated_step, "rollout.correct"), 1.0);
  EXPECT_DOUBLE_EQ(share(math::Flaw::redundant_step, "step.redundant"), 0.2);
  EXPECT_DOUBLE_EQ(share(math::Flaw::redundant_step, "rollout.valid_share"), 1.0);
  EXPECT_DOUBLE_EQ(share(math::Flaw::wrong_arithmetic, "rollout.first_error"), 1.0);
  EXPECT_DOUBLE_EQ(share(math::Flaw::wrong_arithmetic, "rollout.sound"), 0.0);
  EXPECT_LT(share(math::Flaw::wrong_arithmetic, "rollout.correct"), 0.2);
}

}  // namespace
}  // namespace gradus
