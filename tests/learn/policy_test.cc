#include "gradus/learn/policy.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <thread>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/base/random.h"

namespace gradus {
namespace {

constexpr int32_t kEnd = 2;
const PolicyConfig kSmall{.vocabulary = 12, .context = 24, .layers = 2, .heads = 2, .width = 32};

std::vector<int32_t> random_tokens(Stream& stream, int count) {
  std::vector<int32_t> out;
  for (int i = 0; i < count; ++i) out.push_back(static_cast<int32_t>(3 + stream.below(9)));
  return out;
}

// The response repeats the first prompt token, then ends. The prompt ends with token 0: else it could not be
// told from a shorter one with its answer.
std::vector<Example> copy_task(size_t count, uint64_t seed) {
  Stream stream(seed);
  std::vector<Example> out;
  for (size_t i = 0; i < count; ++i) {
    std::vector<int32_t> prompt = random_tokens(stream, static_cast<int>(stream.between(2, 5)));
    prompt.push_back(0);
    out.push_back({prompt, {prompt[0], kEnd}});
  }
  return out;
}

struct Requests {
  std::vector<std::vector<int32_t>> prompts;
  std::vector<SampleRequest> rows;
};

Requests make_requests(size_t prompts, size_t samples, uint64_t seed) {
  Requests out;
  Stream stream(seed);
  for (size_t i = 0; i < prompts; ++i) {
    out.prompts.push_back(random_tokens(stream, static_cast<int>(stream.between(1, 8))));
  }
  for (size_t i = 0; i < prompts * samples; ++i)
    out.rows.push_back({out.prompts[i / samples], stream.next()});
  return out;
}

// One step a rollout; every sampled token has this advantage.
RolloutBatch batch_of(const Requests& requests, const std::vector<Sample>& samples,
                      const std::function<float(const Sample&)>& advantage) {
  RolloutBatch batch;
  for (size_t r = 0; r < samples.size(); ++r) {
    const auto prompt = requests.rows[r].prompt;
    batch.add_rollout({.id = std::to_string(r), .prompt_tokens = {prompt.begin(), prompt.end()}});
    batch.add_step(StepKind::act, "");
    for (const int32_t token : samples[r].tokens) batch.add_token(token);
  }
  Column& to = batch.add_column("token.advantage");
  Column& logprob = batch.add_column("token.logprob");
  size_t t = 0;
  for (const Sample& sample : samples) {
    for (const float value : sample.logprob) {
      to.set(t, advantage(sample));
      logprob.set(t++, value);
    }
  }
  return batch;
}

TEST(Policy, SampledLogprobsEqualTeacherForcedOnes) {
  const auto policy = make_policy(kSmall, 5);
  const Requests requests = make_requests(7, 4, 1);
  const auto samples = policy->sample(requests.rows, {.temperature = 0.7, .max_tokens = 12});
  std::vector<std::vector<int32_t>> responses;
  for (const Sample& sample : samples) responses.push_back(sample.tokens);
  const auto scored = policy->logprobs(requests.rows, responses);
  for (size_t r = 0; r < samples.size(); ++r) {
    ASSERT_EQ(scored[r].size(), samples[r].tokens.size());
    for (size_t t = 0; t < scored[r].size(); ++t) {
      EXPECT_NEAR(scored[r][t], samples[r].logprob[t], 1e-4);
      EXPECT_GE(samples[r].tokens[t], kEnd);  // padding and begin are never said
    }
    EXPECT_EQ(samples[r].finished, samples[r].tokens.back() == kEnd);
  }
}

TEST(Policy, ARowDoesNotDependOnItsBatch) {
  const auto policy = make_policy({.vocabulary = 60, .context = 64, .layers = 3, .heads = 4, .width = 96}, 5);
  const Requests requests = make_requests(30, 4, 2);
  const SamplingOptions options{.max_tokens = 20};
  const auto together = policy->sample(requests.rows, options);
  for (const size_t row : {0u, 17u, 119u}) {
    const auto alone = policy->sample(std::span(requests.rows).subspan(row, 1), options);
    EXPECT_EQ(alone[0].tokens, together[row].tokens);
    EXPECT_EQ(alone[0].logprob, together[row].logprob);  // to the bit
  }
  std::vector<SampleRequest> backwards(requests.rows.rbegin(), requests.rows.rend());
  const auto reversed = policy->sample(backwards, options);
  for (size_t r = 0; r < together.size(); ++r) {
    EXPECT_EQ(reversed[together.size() - 1 - r].tokens, together[r].tokens);
  }
}

TEST(Policy, SamplesFollowTheDistribution) {
  const auto policy = make_policy(kSmall, 6);
  const std::vector<int32_t> prompt{4, 5, 6};
  std::vector<SampleRequest> rows;
  Stream stream(3);
  for (int i = 0; i < 20000; ++i) rows.push_back({prompt, stream.next()});
  std::vector<double> share(12);
  for (const Sample& sample : policy->sample(rows, {.max_tokens = 1})) share[sample.tokens[0]] += 1.0 / 20000;
  for (int32_t token = kEnd; token < 12; ++token) {
    const double p = std::exp(
        policy->logprobs(std::span(rows).first(1), std::vector<std::vector<int32_t>>{{token}})[0][0]);
    EXPECT_NEAR(share[static_cast<size_t>(token)], p, 5 * std::sqrt(p / 20000));
  }
}

TEST(Policy, ObservedTokensAreReadAndMarked) {
  const auto policy = make_policy(kSmall, 5);
  const Requests requests = make_requests(5, 2, 4);
  const SamplingOptions options{.max_tokens = 10};
  const Observer observer = [](size_t row, std::span<const int32_t> response) {
    return row % 2 == 0 && response.size() == 3 ? std::vector<int32_t>{7, 8} : std::vector<int32_t>{};
  };
  const auto plain = policy->sample(requests.rows, options),
             observed = policy->sample(requests.rows, options, observer);
  size_t injected = 0;
  for (size_t r = 0; r < observed.size(); ++r) {
    if (r % 2 == 1) {
      EXPECT_EQ(observed[r].tokens, plain[r].tokens);
      continue;
    }
    if (observed[r].tokens.size() <= 3) continue;
    ++injected;
    ASSERT_GE(observed[r].tokens.size(), 5u);
    EXPECT_EQ(std::vector<int32_t>(observed[r].tokens.begin() + 3, observed[r].tokens.begin() + 5),
              (std::vector<int32_t>{7, 8}));
    EXPECT_EQ(observed[r].observed[3] + observed[r].observed[4], 2);
    EXPECT_LE(observed[r].tokens.size(), 10u);
    const auto scored = policy->logprobs(std::span(requests.rows).subspan(r, 1),
                                         std::vector<std::vector<int32_t>>{observed[r].tokens})[0];
    for (size_t t = 0; t < scored.size(); ++t) {
      EXPECT_NEAR(observed[r].logprob[t], observed[r].observed[t] ? 0 : scored[t], 1e-4);
    }
  }
  EXPECT_GT(injected, 0u);
}

TEST(Policy, TheObserverIsToldTheRequestsNumber) {
  const auto policy = make_policy(kSmall, 5);
  const Requests requests = make_requests(700, 1, 4);  // more rows than go through the model at once
  std::vector<int> asked(requests.rows.size());
  const Observer observer = [&](size_t row, std::span<const int32_t>) {
    ++asked.at(row);
    return std::vector<int32_t>{};
  };
  const auto samples = policy->sample(requests.rows, {.max_tokens = 2}, observer);
  for (size_t r = 0; r < samples.size(); ++r) EXPECT_EQ(asked[r], samples[r].tokens[0] == kEnd ? 0 : 1);
}

TEST(Policy, FitLearnsToCopyTheFirstToken) {
  const auto policy = make_policy(kSmall, 1);
  int steps = 0;
  const double loss = policy->fit(copy_task(2000, 1), {.epochs = 6, .batch = 32, .learning_rate = 3e-3},
                                  [&](int step, int, double) { EXPECT_EQ(step, ++steps); });
  EXPECT_EQ(steps, 6 * 63);
  EXPECT_LT(loss, 0.05);
  const auto held_out = copy_task(200, 99);
  std::vector<SampleRequest> rows;
  for (const Example& example : held_out) rows.push_back({example.prompt, 0});
  const auto greedy = policy->sample(rows, {.temperature = 0, .max_tokens = 4});
  size_t right = 0;
  for (size_t i = 0; i < rows.size(); ++i) right += greedy[i].tokens == held_out[i].response;
  EXPECT_GE(right, 195u);
}

TEST(Policy, UpdateLearnsABandit) {
  const auto policy = make_policy(kSmall, 2);
  const Requests requests = make_requests(4, 16, 5);
  const auto reward = [](const Sample& sample) { return sample.tokens[0] == 9 ? 1.0 : 0.0; };
  double first = 0, last = 0;
  for (int round = 0; round < 40; ++round) {
    Requests fresh = requests;
    for (SampleRequest& row : fresh.rows) row.key = Stream(row.key).child(static_cast<uint64_t>(round)).key();
    const auto samples = policy->sample(fresh.rows, {.max_tokens = 1});
    double mean = 0;
    for (const Sample& sample : samples) mean += reward(sample) / static_cast<double>(samples.size());
    if (round == 0) first = mean;
    last = mean;
    policy->update(
        batch_of(fresh, samples, [&](const Sample& s) { return static_cast<float>(reward(s) - mean); }),
        {.learning_rate = 3e-3});
  }
  EXPECT_LT(first, 0.4);
  EXPECT_GT(last, 0.9);
}

TEST(Policy, TokensWithoutAdvantageAndObservationsAreNotTrained) {
  const Requests requests = make_requests(3, 1, 6);
  const auto bytes_after = [&](float observed_advantage, bool missing) {
    const auto policy = make_policy(kSmall, 3);
    RolloutBatch batch;
    for (const SampleRequest& row : requests.rows) {
      batch.add_rollout({.id = "r", .prompt_tokens = {row.prompt.begin(), row.prompt.end()}});
      batch.add_step(StepKind::act, "");
      batch.add_token(5);
      batch.add_step(StepKind::observe, "");
      batch.add_token(1);  // an observation may hold what the policy cannot say
      batch.add_step(StepKind::act, "");
      batch.add_token(6);
    }
    Column& advantage = batch.add_column("token.advantage");
    Column& logprob = batch.add_column("token.logprob");
    for (size_t t = 0; t < batch.tokens(); ++t) {
      if (t % 3 == 1) {
        advantage.set(t, observed_advantage);
      } else {
        logprob.set(t, -2.5f);
        if (!missing) advantage.set(t, 1);
      }
    }
    const UpdateStats stats = policy->update(batch, {});
    EXPECT_EQ(stats.grad_norm > 0, !missing);
    return policy->save();
  };
  EXPECT_EQ(bytes_after(1, false), bytes_after(-50, false));
  EXPECT_EQ(bytes_after(1, true), make_policy(kSmall, 3)->save());
  EXPECT_NE(bytes_after(1, false), bytes_after(1, true));
}

// Updates of every flavour, so that determinism and continuation are tested on all of them.
std::string train(uint64_t seed, bool reload) {
  auto policy = make_policy(kSmall, seed);
  policy->fit(copy_task(100, seed), {.epochs = 1, .batch = 16}, {});
  const Requests requests = make_requests(4, 4, seed);
  for (int round = 0; round < 4; ++round) {
    const auto samples = policy->sample(requests.rows, {.max_tokens = 8});
    RolloutBatch batch =
        batch_of(requests, samples, [](const Sample& s) { return s.finished ? 1.0f : -0.5f; });
    Column& reference = batch.add_column("token.ref_logprob");
    for (size_t t = 0; t < batch.tokens(); ++t) reference.set(t, -2.4f);
    policy->update(batch, {.loss = {.kl_weight = 0.1},
                           .aggregation = {.mode = static_cast<LossAggregation>(round % 3), .norm = 8},
                           .epochs = 2,
                           .minibatches = 3,
                           .entropy_weight = 0.01,
                           .key = seed});
    if (reload) {
      const std::string bytes = policy->save();
      policy = make_policy(kSmall, seed + 100);
      policy->load(bytes);
    }
  }
  return policy->save();
}

// On every processor and under every BLAS: whoever changes a kernel's rounding changes kCpuKernels and this.
TEST(Policy, TheBytesAreTheseOnEveryMachine) {
  EXPECT_EQ(sha256_hex(train(1, false)), "3d5e90a1aa92fbf98acec61620e361ff2f7c9f52ef03fd304dfef0d162b68060");
}

TEST(Policy, AFitThatWasStoppedGoesOnToTheSameBytes) {
  const auto examples = copy_task(103, 1);
  FitOptions options{.epochs = 3, .batch = 10, .key = 5};
  const auto whole = make_policy(kSmall, 1);
  whole->fit(examples, options, {});
  for (const int stop : {1, 11, 12, 32}) {  // in the first epoch, at its end, in the second, in the last
    std::string saved;
    const auto first = make_policy(kSmall, 1);
    EXPECT_THROW(first->fit(examples, options,
                            [&](int step, int, double) {
                              if (step < stop) return;
                              saved = first->save();
                              throw Error::cancelled("stop");
                            }),
                 Error);
    const auto second = make_policy(kSmall, 2);
    second->load(saved);
    options.done = stop;
    int next = 0;
    second->fit(examples, options, [&](int step, int, double) { next = next ? next : step; });
    EXPECT_EQ(next, stop + 1);
    EXPECT_EQ(second->save(), whole->save());
    options.done = 0;
  }
}

TEST(Policy, SameSeedGivesTheSameBytesAndLoadContinuesToTheSameBits) {
  const std::string bytes = train(1, false);
  EXPECT_EQ(bytes, train(1, false));
  EXPECT_EQ(bytes, train(1, true));
  EXPECT_NE(bytes, train(2, false));
}

TEST(Policy, TwoThreadsGiveTheSameBytesAsOne) {
  const std::string one = train(1, false), two = train(2, false);
  std::string first, second;
  std::thread a([&] { first = train(1, false); }), b([&] { second = train(2, false); });
  a.join();
  b.join();
  EXPECT_EQ(first, one);
  EXPECT_EQ(second, two);
}

TEST(Policy, NonFiniteLossLeavesEverythingAsItWas) {
  const auto policy = make_policy(kSmall, 4);
  const Requests requests = make_requests(3, 2, 7);
  const auto samples = policy->sample(requests.rows, {.max_tokens = 4});
  RolloutBatch batch = batch_of(requests, samples, [](const Sample&) { return 1.0f; });
  policy->update(batch, {});
  const std::string before = policy->save();
  batch.column("token.logprob").set(0, -3e38f);  // its ratio overflows
  batch.column("token.advantage").set(0, -1);
  EXPECT_THROW(policy->update(batch, {.epochs = 2, .minibatches = 2}), Error);
  EXPECT_EQ(policy->save(), before);
  batch.column("token.logprob").clear(0);
  EXPECT_THROW(policy->update(batch, {}), Error);  // an advantage without a log-probability
}

TEST(Policy, EntropyBonusRaisesEntropyAndKlPullsToTheReference) {
  const Requests requests = make_requests(4, 8, 8);
  const auto run = [&](const Objective& objective) {
    const auto policy = make_policy(kSmall, 9);
    policy->fit(copy_task(400, 3), {.epochs = 2, .batch = 16, .learning_rate = 3e-3}, {});
    UpdateStats stats;
    for (int round = 0; round < 15; ++round) {
      const auto samples = policy->sample(requests.rows, {.max_tokens = 4});
      RolloutBatch batch = batch_of(requests, samples, [](const Sample&) { return 0.0f; });
      Column& reference = batch.add_column("token.ref_logprob");
      for (size_t t = 0; t < batch.tokens(); ++t)
        reference.set(t, std::log(0.1f));  // uniform over what can be said
      stats = policy->update(batch, objective);
    }
    return stats;
  };
  const double idle = run({.learning_rate = 2e-3}).entropy;
  EXPECT_GT(run({.learning_rate = 2e-3, .entropy_weight = 1}).entropy, idle + 0.3);
  EXPECT_GT(run({.learning_rate = 2e-3, .loss = {.kl_weight = 1}}).entropy, idle + 0.3);
}

TEST(Policy, HostileBytesAreRefusedAndNothingChanges) {
  const auto policy = make_policy(kSmall, 1);
  const std::string good = policy->save();
  std::vector<std::string> bad{"", "GRADUSPL", good.substr(0, good.size() - 1), good + "x",
                               std::string(1000, '\xff')};
  for (size_t at = 0; at < good.size(); at += good.size() / 97) {
    bad.push_back(good);
    bad.back()[at] = static_cast<char>(bad.back()[at] ^ 0x40);
  }
  bad.push_back(
      make_policy({.vocabulary = 13, .context = 24, .layers = 2, .heads = 2, .width = 32}, 1)->save());
  for (const std::string& bytes : bad) EXPECT_THROW(policy->load(bytes), Error);
  EXPECT_EQ(policy->save(), good);
}

TEST(Policy, RequestsThatDoNotFitAreRefused) {
  const auto policy = make_policy(kSmall, 1);
  const std::vector<int32_t> prompt{3, 4}, unknown{3, 99};
  const auto sample = [&](std::span<const int32_t> tokens, int max_tokens) {
    return policy->sample(std::vector<SampleRequest>{{tokens, 1}}, {.max_tokens = max_tokens});
  };
  EXPECT_EQ(sample(prompt, 22).size(), 1u);
  EXPECT_THROW(sample(prompt, 23), Error);
  EXPECT_THROW(sample({}, 5), Error);
  EXPECT_THROW(sample(unknown, 5), Error);
  EXPECT_THROW(policy->fit({}, {}, {}), Error);
  EXPECT_THROW(policy->fit(std::vector<Example>{{{3}, {1}}}, {}, {}), Error);
  EXPECT_THROW(make_policy({.vocabulary = 12, .width = 95}, 1), Error);
}

TEST(Policy, FitStopsWhereProgressThrows) {
  const auto policy = make_policy(kSmall, 1);
  const auto stop = [](int step, int, double) {
    if (step == 2) throw Error::cancelled("stop");
  };
  EXPECT_THROW(policy->fit(copy_task(100, 1), {.batch = 10}, stop), Error);
  EXPECT_EQ(policy->sample(make_requests(1, 1, 1).rows, {.max_tokens = 2}).size(), 1u);
}

}  // namespace
}  // namespace gradus
