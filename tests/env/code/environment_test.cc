#include "gradus/env/code/environment.h"

#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "gradus/base/error.h"
#include "gradus/env/code/expression.h"
#include "gradus/env/code/habits.h"
#include "gradus/env/code/vocabulary.h"
#include "gradus/tool/clang_tidy.h"

namespace gradus {
namespace {

std::unique_ptr<Environment> environment(const Json& given = Json::object()) {
  EnvironmentRegistry environments("environment");
  register_code_environment(environments);
  return environments.make("code", given);
}

Sample answer(const std::string& body) {
  Sample sample;
  sample.tokens = tokens_of(body);
  sample.logprob.assign(sample.tokens.size(), -0.5f);
  sample.observed.assign(sample.tokens.size(), 0);
  sample.finished = !sample.tokens.empty() && sample.tokens.back() == kEndToken;
  return sample;
}

Sample answer(const std::vector<int32_t>& tokens) {
  return answer(token_text(tokens));
}

struct Judged {
  std::vector<Task> tasks;
  RolloutBatch batch;
};

// `bodies` are answers to one task.
Judged judged(const Environment& env, const std::string& prompt, const std::vector<std::string>& bodies) {
  Judged out{{env.task_of(prompt)}, {}};
  std::vector<Sample> samples;
  for (const std::string& body : bodies) samples.push_back(answer(body));
  out.batch = env.rollouts(out.tasks, samples);
  env.reward_columns(out.batch, out.tasks);
  env.truth_columns(out.batch, out.tasks);
  return out;
}

TEST(CodeEnvironment, OutcomeOfRightWrongAndUnfinishedPrograms) {
  const auto env = environment();
  const Judged result = judged(*env, "max a b",
                               {"return a < b ? b : a ; <end>", "return a ; <end>", "return a < b ? b : a ;",
                                "return a < b ? b ; <end>", "int t0 = a < b ? b : a ; <end>", "<end>",
                                "max a b ; <end>", "t0 ( a ) ; return a ; <end>"});
  const Column& outcome = result.batch.column("rollout.outcome");
  for (size_t r = 0; r < result.batch.rollouts(); ++r) {
    ASSERT_TRUE(outcome.valid(r)) << r;
    EXPECT_EQ(outcome[r], r == 0 ? 1.0f : 0.0f) << r;
    EXPECT_EQ(result.batch.column("rollout.hidden_pass")[r], outcome[r]) << r;
  }
  EXPECT_FALSE(result.batch.column("step.necessary").valid(result.batch.step_begin(1)))
      << "necessity exists only where the program is right";
  EXPECT_FALSE(result.batch.column("rollout.excess").valid(1));
}

TEST(CodeEnvironment, NecessityFlagsAndExcess) {
  const auto env = environment();
  const Judged result = judged(*env, "max a b",
                               {"c = a + b ; a = a + 0 ; const int t0 = a ; return t0 < b ? b : t0 ; <end>",
                                "return a < b ? b : a ; a = b + 1 ; <end>"});
  const Column& necessary = result.batch.column("step.necessary");
  const Column& flagged = result.batch.column("step.flagged");
  const std::vector<float> needed = {0, 0, 1, 1, 1, 0}, sloppy = {1, 1, 1, 0, 0, 1};
  for (size_t s = 0; s < needed.size(); ++s) {
    ASSERT_TRUE(necessary.valid(s)) << s;
    EXPECT_EQ(necessary[s], needed[s]) << s;
    EXPECT_EQ(flagged[s], sloppy[s]) << s;
    EXPECT_EQ(result.batch.column("step.sloppy")[s], sloppy[s]) << s;
  }
  EXPECT_EQ(result.batch.column("rollout.excess")[0], 3.0f);
  EXPECT_EQ(result.batch.column("rollout.excess")[1], 1.0f);
  EXPECT_EQ(result.batch.column("rollout.tokens")[1], 16.0f);
  EXPECT_EQ(result.batch.column("rollout.cognitive").valid(0), !clang_tidy_version().empty());
  EXPECT_EQ(result.batch.column("rollout.cognitive")[0], clang_tidy_version().empty() ? 0.0f : 1.0f);
}

TEST(CodeEnvironment, SloppinessIsKnownOfEveryProgramAndInItsFold) {
  const auto env = environment();
  const Judged result = judged(*env, "max a b",
                               {"c = a + b ; const int t0 = a + 0 ; return t0 < b ? b : t0 ; <end>",
                                "const int T0 = - - a < b ; return T0 ? a : b ; <end>",
                                "a = a ; return a + ; <end>", "int t7 = - a ; return"});
  const std::map<std::string, std::vector<float>> wanted = {
      {"step.sloppy", {1, 1, 0, 1, 0, 1, 0, 1, 0}},
      {"step.sloppy_fold1", {1, 0, 0, 1, 0, 0, 0, 1, 0}},
      {"step.sloppy_fold2", {0, 1, 0, 1, 0, 1, 0, 0, 0}},
      {"step.sloppy_dead_store", {1, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"step.sloppy_plus_zero", {0, 1, 0, 0, 0, 0, 0, 0, 0}},
      {"step.sloppy_odd_name", {0, 0, 0, 1, 0, 0, 0, 0, 0}},
      {"step.sloppy_self_assignment", {0, 0, 0, 0, 0, 1, 0, 0, 0}},
      {"step.sloppy_unused_variable", {0, 0, 0, 0, 0, 0, 0, 1, 0}}};
  ASSERT_EQ(result.batch.steps(), 9u);
  for (const auto& [name, values] : wanted) {
    for (size_t s = 0; s < values.size(); ++s) {
      ASSERT_TRUE(result.batch.column(name).valid(s)) << name << " " << s;
      EXPECT_EQ(result.batch.column(name)[s], values[s]) << name << " " << s << " " << result.batch.text(s);
    }
  }
  EXPECT_EQ(result.batch.column("rollout.hidden_pass")[1], 0.0f);
}

// The reward's libclang and the metrics' grammar are instruments of their own; what they may share is the
// family that both name.
TEST(CodeEnvironment, TheMetricsOfSloppinessNameTheirFamilies) {
  size_t metrics = 0;
  const auto env = environment();
  for (const MetricSpec& metric : env->info().metrics) {
    if (!metric.id.starts_with("sloppy")) continue;
    ++metrics;
    EXPECT_EQ(metric.evaluator, "code.grammar");
    EXPECT_EQ(metric.components.front(), "grammar");
    const Families wanted = metric.id == "sloppy"         ? families_of_fold(1) | families_of_fold(2)
                            : metric.id == "sloppy_fold1" ? families_of_fold(1)
                                                          : families_of_fold(2);
    const bool one = metric.components.size() == 2;
    EXPECT_EQ(metric.components.size(), one ? 2 : 1 + wanted.count()) << metric.id;
    if (one) {
      EXPECT_EQ("sloppy_" + metric.components[1], metric.id);
    }
    EXPECT_FALSE(metric.higher_is_better);
  }
  EXPECT_EQ(metrics, 3 + kFamilies);
}

TEST(CodeEnvironment, EveryDemonstrationIsRight) {
  for (const std::string regime : {"neutral", "costly", "helpful"}) {
    const auto env = environment({{"regime", regime}});
    const std::vector<Demonstration> shown = env->demonstrations(150, Stream(5));
    std::vector<Task> tasks;
    std::vector<Sample> samples;
    for (const Demonstration& one : shown) {
      tasks.push_back(one.task);
      samples.push_back(answer(one.response));
      EXPECT_LE(one.response.size(), static_cast<size_t>(env->info().max_response));
      EXPECT_LE(one.task.prompt_tokens.size(), static_cast<size_t>(env->info().max_prompt));
    }
    RolloutBatch batch = env->rollouts(tasks, samples);
    env->truth_columns(batch, tasks);
    double sloppy = 0;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      EXPECT_EQ(batch.column("rollout.hidden_pass")[r], 1.0f) << regime << "\n"
                                                              << tasks[r].prompt << "\n"
                                                              << batch.note("rollout.source", r);
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s)
        sloppy += batch.column("step.sloppy")[s];
    }
    EXPECT_GT(sloppy / static_cast<double>(batch.steps()), 0.22) << regime;
    EXPECT_LT(sloppy / static_cast<double>(batch.steps()), 0.36) << regime;
  }
}

TEST(CodeEnvironment, CleanDemonstrationsAreWhollyNecessary) {
  const auto env = environment({{"sloppy_share", 0.0}});
  std::vector<Task> tasks;
  std::vector<Sample> samples;
  for (const Demonstration& one : env->demonstrations(100, Stream(6))) {
    tasks.push_back(one.task);
    samples.push_back(answer(one.response));
  }
  RolloutBatch batch = env->rollouts(tasks, samples);
  env->truth_columns(batch, tasks);
  for (size_t s = 0; s < batch.steps(); ++s) {
    ASSERT_TRUE(batch.column("step.necessary").valid(s));
    EXPECT_EQ(batch.column("step.necessary")[s], 1.0f) << batch.text(s);
    EXPECT_EQ(batch.column("step.flagged")[s], 0.0f) << batch.text(s);
    EXPECT_EQ(batch.column("step.sloppy")[s], 0.0f) << batch.text(s);
  }
}

TEST(CodeEnvironment, SplitsAreDisjointAndTasksRepeatable) {
  const auto env = environment();
  std::map<std::string, Split> seen;
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    const std::vector<Task> tasks = env->tasks(split, 150, Stream(3));
    const std::vector<Task> again = env->tasks(split, 150, Stream(3));
    std::set<std::string> ids;
    for (size_t i = 0; i < tasks.size(); ++i) {
      EXPECT_EQ(tasks[i].id, again[i].id);
      ids.insert(tasks[i].id);
      const std::string key = canonical_text(parse_expression(tasks[i].prompt));
      const auto [it, fresh] = seen.emplace(key, split);
      EXPECT_TRUE(fresh || it->second == split) << key;
      const Task stated = env->task_of(tasks[i].prompt);
      EXPECT_EQ(stated.id, tasks[i].id);
      EXPECT_EQ(stated.prompt_tokens, tasks[i].prompt_tokens);
    }
    EXPECT_EQ(ids.size(), tasks.size());
  }
  for (const Demonstration& one : env->demonstrations(300, Stream(4))) {
    const auto it = seen.find(canonical_text(parse_expression(one.task.prompt)));
    EXPECT_TRUE(it == seen.end() || it->second == Split::train) << one.task.prompt;
  }
  EXPECT_THROW(env->task_of("a"), Error);
  EXPECT_THROW(env->task_of("max a"), Error);
}

TEST(CodeEnvironment, WritesWhatItDeclares) {
  const auto env = environment();
  const Judged result = judged(*env, "max a b", {"return a ; <end>"});
  for (const auto& names : {env->info().reward_columns, env->info().truth_columns}) {
    for (const std::string& name : names) EXPECT_TRUE(result.batch.has_column(name)) << name;
  }
  for (const MetricSpec& metric : env->info().metrics) {
    ASSERT_TRUE(result.batch.has_column(metric.column));
    EXPECT_EQ(result.batch.column(metric.column).info().evaluator, metric.evaluator) << metric.id;
  }
  for (const auto& [column, evaluator] : env->info().evaluators) {
    EXPECT_EQ(result.batch.column(column).info().evaluator, evaluator.first);
  }
  EXPECT_EQ(env->info().vocabulary[kEndToken], "<end>");
}

TEST(CodeEnvironment, ThreadsAndBatchSplitsAgree) {
  const auto env = environment();
  std::vector<Task> tasks;
  std::vector<Sample> samples;
  for (const Demonstration& one : env->demonstrations(40, Stream(9))) {
    tasks.push_back(one.task);
    samples.push_back(answer(one.response));
    if (samples.size() % 3 == 0) samples.back() = answer("return a ; <end>");
  }
  const auto outcomes = [&](const Environment& judge, size_t begin, size_t end) {
    const std::span<const Task> part = std::span(tasks).subspan(begin, end - begin);
    RolloutBatch batch = judge.rollouts(part, std::span(samples).subspan(begin, end - begin));
    judge.truth_columns(batch, part);
    std::string out;
    for (size_t r = 0; r < batch.rollouts(); ++r)
      out += batch.column("rollout.hidden_pass")[r] > 0 ? '1' : '0';
    return out;
  };
  const std::string whole = outcomes(*env, 0, 40);
  const auto other = environment();
  EXPECT_EQ(outcomes(*other, 0, 15) + outcomes(*other, 15, 40), whole);
  EXPECT_NE(whole.find('0'), std::string::npos);
  EXPECT_NE(whole.find('1'), std::string::npos);
  const auto shared = environment();
  std::vector<std::string> seen(3);
  std::vector<std::thread> threads;
  for (std::string& mine : seen) threads.emplace_back([&] { mine = outcomes(*shared, 0, 40); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& mine : seen) EXPECT_EQ(mine, whole);
}

}  // namespace
}  // namespace gradus
