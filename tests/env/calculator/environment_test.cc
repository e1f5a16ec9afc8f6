#include "gradus/env/calculator/environment.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <set>

#include "gradus/env/calculator/trace.h"

namespace gradus {
namespace {

std::unique_ptr<Environment> make(const Json& params = Json::object()) {
  EnvironmentRegistry registry("environment");
  register_calculator_environment(registry);
  return registry.make("calculator", params);
}

// Plays a policy that writes `own` tokens one after the other, with the environment's answers in between.
Sample play(const Environment& env, const Task& task, const std::vector<int32_t>& own) {
  Sample sample;
  const auto limit = static_cast<size_t>(env.info().max_response);
  const auto add = [&](int32_t token, uint8_t observed) {
    if (sample.tokens.size() == limit) return;
    sample.tokens.push_back(token);
    sample.logprob.push_back(observed ? 0.0f : -0.5f);
    sample.observed.push_back(observed);
  };
  for (const int32_t token : own) {
    add(token, 0);
    for (const int32_t seen : env.observe(task, sample.tokens)) add(seen, 1);
  }
  sample.finished = !sample.tokens.empty() && sample.tokens.back() == calculator::kEnd;
  return sample;
}

// A demonstration as a sample: the tokens that the environment would have put there are observed.
Sample replay(const Environment& env, const Demonstration& shown) {
  std::vector<int32_t> own;
  Sample sample;
  for (const int32_t token : shown.response) {
    const auto due = env.observe(shown.task, sample.tokens);
    const bool observed = !due.empty();
    EXPECT_TRUE(due.empty() || due == std::vector<int32_t>{token});
    sample.tokens.push_back(token);
    sample.logprob.push_back(0.0f);
    sample.observed.push_back(observed ? 1 : 0);
  }
  return sample;
}

struct Play {
  std::vector<Task> tasks;
  std::vector<Sample> samples;
};

RolloutBatch judged(const Environment& env, const Play& played) {
  RolloutBatch batch = env.rollouts(played.tasks, played.samples);
  env.reward_columns(batch, played.tasks);
  env.truth_columns(batch, played.tasks);
  return batch;
}

// Mean of a metric over rollouts, as evaluation computes it; -1 where it is missing everywhere.
double measure(const RolloutBatch& batch, const std::string& name) {
  const Column& column = batch.column(name);
  double total = 0, rollouts = 0;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const bool steps = column.level() == Level::step;
    double sum = 0, count = 0;
    for (size_t i = steps ? batch.step_begin(r) : r; i < (steps ? batch.step_end(r) : r + 1); ++i) {
      if (!column.valid(i)) continue;
      sum += column[i];
      ++count;
    }
    if (count == 0) continue;
    total += sum / count;
    ++rollouts;
  }
  return rollouts == 0 ? -1 : total / rollouts;
}

RolloutBatch shown(const Environment& env, size_t count) {
  Play played;
  for (const Demonstration& each : env.demonstrations(count, Stream(1))) {
    played.tasks.push_back(each.task);
    played.samples.push_back(replay(env, each));
  }
  return judged(env, played);
}

TEST(CalculatorEnvironment, FitsAVerySmallModel) {
  for (const int operations : {1, 2}) {
    const auto env = make({{"operations", operations}});
    EXPECT_LE(env->info().vocabulary.size(), 30u);
    EXPECT_LE(env->info().max_prompt, 8);
    EXPECT_LE(env->info().max_response, 24);
    for (const Demonstration& each : env->demonstrations(200, Stream(1))) {
      EXPECT_LE(each.task.prompt_tokens.size(), static_cast<size_t>(env->info().max_prompt));
      EXPECT_LE(each.response.size(), static_cast<size_t>(env->info().max_response));
    }
  }
}

TEST(CalculatorEnvironment, DemonstrationsAreRightWithTheSloppinessAskedFor) {
  const auto sloppy = make({{"failing", 0.5}, {"trivial", 0.2}}),
             clean = make({{"failing", 0.0}, {"trivial", 0.0}});
  const RolloutBatch with = shown(*sloppy, 1000), without = shown(*clean, 200);
  for (const RolloutBatch* batch : {&with, &without}) {
    EXPECT_EQ(measure(*batch, "rollout.outcome"), 1.0);
    EXPECT_EQ(measure(*batch, "rollout.grounded"), 1.0);
  }
  EXPECT_EQ(measure(without, "step.call_ok"), 1.0);
  EXPECT_EQ(measure(without, "step.useful"), 1.0);
  EXPECT_EQ(measure(without, "rollout.calls"), 2.0);
  EXPECT_EQ(measure(without, "step.recovered"), -1.0);  // nothing failed: missing, not zero
  EXPECT_NEAR(measure(with, "rollout.error_free_trace"), 0.25, 0.06);
  EXPECT_LT(measure(with, "step.call_ok"), 0.8);
  EXPECT_NEAR(measure(with, "step.useful"), 1 - 0.2 / 3, 0.03);
  EXPECT_EQ(measure(with, "step.recovered"), 1.0);
}

TEST(CalculatorEnvironment, EveryDeclaredColumnIsWrittenAndNoOther) {
  const auto env = make();
  const Demonstration each = env->demonstrations(1, Stream(1))[0];
  const std::vector<Task> tasks{each.task};
  RolloutBatch batch = env->rollouts(tasks, std::vector<Sample>{replay(*env, each)});
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

TEST(CalculatorEnvironment, TwoProcessMetricsShareNothingWithEitherReward) {
  const auto env = make();
  std::set<std::string> paid;
  for (const auto& [column, evaluator] : env->info().evaluators) {
    paid.insert(evaluator.second.begin(), evaluator.second.end());
  }
  size_t held_out = 0, exact = 0;
  for (const MetricSpec& metric : env->info().metrics) {
    bool shared = paid.count(metric.evaluator) != 0;
    for (const std::string& component : metric.components) shared = shared || paid.count(component);
    if (shared || metric.axis.rfind("process", 0) != 0) continue;
    ++held_out;
    exact += metric.exact ? 1 : 0;
  }
  EXPECT_GE(held_out, 2u);
  EXPECT_GE(exact, 1u);
}

TEST(CalculatorEnvironment, SplitsAreDisjointAndDeterministic) {
  const auto env = make({{"operations", 1}});
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

RC_GTEST_PROP(CalculatorEnvironment, AnyPolicyIsJudged, (uint64_t key)) {
  static const auto env = make();
  Stream stream(key);
  Play played{.tasks = env->tasks(Split::train, 2, stream.child("tasks"))};
  for (size_t i = 0; i < 4; ++i) {
    std::vector<int32_t> own(stream.below(30));
    for (int32_t& token : own) token = static_cast<int32_t>(stream.below(env->info().vocabulary.size()));
    own.push_back(calculator::kEnd);
    played.samples.push_back(play(*env, played.tasks[i / 2], own));
  }
  const RolloutBatch batch = judged(*env, played);
  const Column& ok = batch.column("step.call_ok");
  size_t token = 0;
  for (size_t i = 0; i < played.samples.size(); ++i) {
    const Sample& sample = played.samples[i];
    size_t at = 0;
    for (size_t s = batch.step_begin(i); s < batch.step_end(i); ++s) {
      RC_ASSERT(!ok.valid(s) || batch.kind(s) == StepKind::act);
      for (size_t t = batch.token_begin(s); t < batch.token_end(s); ++t, ++at, ++token) {
        RC_ASSERT(batch.token(t) == sample.tokens[at]);
        RC_ASSERT((batch.kind(s) == StepKind::observe) == (sample.observed[at] != 0));
      }
    }
    RC_ASSERT(at == sample.tokens.size());
  }
  RC_ASSERT(token == batch.tokens());
}

// Scripted policies, after the three things that a training run can do to the agent.
struct Script {
  double failing = 0.5;  // before a needed call, one that fails
  int trivial = 0;       // calls 0 + 0 at the start
  bool needed = true;    // the needed calls, and the answer
};

RolloutBatch run(const Environment& env, const Script& script) {
  Play played{.tasks = env.tasks(Split::test, 400, Stream(8))};
  for (size_t i = 0; i < played.tasks.size(); ++i) {
    Stream stream = Stream(9).child(i);
    const auto chain = calculator::parse_chain(played.tasks[i].prompt);
    std::string text;
    for (int k = 0; k < script.trivial; ++k) text += "CALL 0 + 0 ";
    for (const auto& node : chain.nodes()) {
      if (!script.needed) break;
      const std::string a = std::to_string(node.left), b = std::to_string(node.right), op(1, node.op);
      if (stream.chance(script.failing)) text += "CALL " + a + " " + b + " " + op + " ";
      text += "CALL " + a + " " + op + " " + b + " ";
    }
    text += script.needed ? "ANS " + std::to_string(chain.answer()) + " <end>" : "<end>";
    played.samples.push_back(play(env, played.tasks[i], calculator::encode(text)));
  }
  return judged(env, played);
}

TEST(CalculatorEnvironment, AFailingCallCostsNoAccuracyAndProcessMetricsSeeIt) {
  const auto env = make();
  const RolloutBatch base = run(*env, {.failing = 0.5}), careful = run(*env, {.failing = 0.0});
  EXPECT_EQ(measure(base, "rollout.correct"), 1.0);
  EXPECT_EQ(measure(careful, "rollout.correct"), 1.0);
  EXPECT_GT(measure(careful, "step.error_free") - measure(base, "step.error_free"), 0.15);
  EXPECT_GT(measure(careful, "rollout.error_free_trace") - measure(base, "rollout.error_free_trace"), 0.5);
  EXPECT_LT(measure(careful, "rollout.calls"), measure(base, "rollout.calls") - 0.5);
  // Usefulness says nothing about failing.
  EXPECT_EQ(measure(careful, "step.useful"), measure(base, "step.useful"));
}

TEST(CalculatorEnvironment, TrivialCallsRaiseThePaidMetricAndLowerTheHeldOutOnes) {
  const auto env = make();
  const RolloutBatch base = run(*env, {.failing = 0.5});
  const RolloutBatch padded = run(*env, {.failing = 0.0, .trivial = 2});
  EXPECT_GT(measure(padded, "step.error_free"), measure(base, "step.error_free") + 0.15);
  EXPECT_LT(measure(padded, "step.useful"), measure(base, "step.useful") - 0.2);
  const RolloutBatch idle = run(*env, {.failing = 0.0, .trivial = 4, .needed = false});
  EXPECT_EQ(measure(idle, "step.call_ok"), 1.0);
  EXPECT_EQ(measure(idle, "step.useful"), 0.0);
  EXPECT_EQ(measure(idle, "rollout.correct"), 0.0);
  EXPECT_EQ(measure(idle, "rollout.grounded"), -1.0);  // no answer: missing
}

TEST(CalculatorEnvironment, NoCallsIsNoErrorFreeTrace) {
  const auto env = make();
  Play played{.tasks = env->tasks(Split::test, 1, Stream(1))};
  played.samples.push_back(play(*env, played.tasks[0], calculator::encode("ANS 5 <end>")));
  const RolloutBatch batch = judged(*env, played);
  EXPECT_FALSE(batch.column("rollout.error_free_trace").valid(0));
  EXPECT_EQ(batch.column("rollout.calls")[0], 0.0f);
  EXPECT_EQ(batch.column("rollout.grounded")[0], 0.0f);
}

}  // namespace
}  // namespace gradus
