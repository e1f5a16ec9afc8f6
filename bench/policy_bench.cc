// Speed of the policy on one core: sampling, policy-gradient updates, supervised training.
//
//   build/policy_bench              # the study's size: width 96, 3 layers, 160 rollouts of 20 + 40 tokens
//
// Prints one line per measurement: what, seconds of processor time (median of the repeats), rate.
#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <thread>
#include <time.h>
#include <vector>

#include "gradus/base/random.h"
#include "gradus/learn/policy.h"
#include "gradus/model/cpu/kernels.h"

namespace {

using namespace gradus;

constexpr PolicyConfig kConfig{.vocabulary = 60, .context = 96, .layers = 3, .heads = 4, .width = 96};
constexpr int kRollouts = 160, kGroup = 8, kPrompt = 20, kResponse = 40, kRepeats = 5;

double now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Of the calling thread's processor time (other programs on the machine do not count), or of the wall clock.
double median_seconds(const std::function<void()>& work, clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
  std::vector<double> seconds;
  for (int i = 0; i < kRepeats; ++i) {
    const double start = now(clock);
    work();
    seconds.push_back(now(clock) - start);
  }
  std::ranges::nth_element(seconds, seconds.begin() + kRepeats / 2);
  return seconds[kRepeats / 2];
}

std::vector<int32_t> tokens(Stream& stream, int count) {
  std::vector<int32_t> out;
  for (int i = 0; i < count; ++i) out.push_back(static_cast<int32_t>(3 + stream.below(57)));
  return out;
}

// Lengths vary by a third around kPrompt and kResponse.
int varied(Stream& stream, int length) {
  return length - length / 3 + static_cast<int>(stream.below(2 * length / 3 + 1));
}

struct Work {
  std::vector<std::vector<int32_t>> prompts;
  std::vector<SampleRequest> requests;
  RolloutBatch batch;
  std::vector<Example> examples;
};

Work make_work(uint64_t seed) {
  Work out;
  Stream stream(seed);
  for (int g = 0; g < kRollouts / kGroup; ++g) out.prompts.push_back(tokens(stream, varied(stream, kPrompt)));
  for (int r = 0; r < kRollouts; ++r) {
    const auto& prompt = out.prompts[static_cast<size_t>(r / kGroup)];
    out.requests.push_back({prompt, stream.next()});
    out.batch.add_rollout({.id = std::to_string(r), .group = r / kGroup, .prompt_tokens = prompt});
    out.batch.add_step(StepKind::act, "");
    for (const int32_t token : tokens(stream, varied(stream, kResponse))) out.batch.add_token(token);
  }
  Column& advantage = out.batch.add_column("token.advantage");
  Column& logprob = out.batch.add_column("token.logprob");
  for (size_t t = 0; t < out.batch.tokens(); ++t) {
    advantage.set(t, static_cast<float>(stream.normal()));
    logprob.set(t, -4.1f);
  }
  for (int i = 0; i < 512; ++i) {
    out.examples.push_back(
        {tokens(stream, varied(stream, kPrompt)), tokens(stream, varied(stream, kResponse))});
  }
  return out;
}

void rounds(uint64_t seed, int count) {
  Work work = make_work(seed);
  const auto policy = make_policy(kConfig, seed);
  for (int i = 0; i < count; ++i) {
    policy->sample(work.requests, {.max_tokens = kResponse});
    policy->update(work.batch, {});
  }
}

}  // namespace

int main() {
  fmt::print("{}\n", describe_kernels());
  const Work work = make_work(1);
  const auto policy = make_policy(kConfig, 1);
  fmt::print("{} parameters\n", policy->info().parameters);

  size_t sampled = 0;
  const double sample = median_seconds([&] {
    sampled = 0;
    for (const Sample& row : policy->sample(work.requests, {.max_tokens = kResponse}))
      sampled += row.tokens.size();
  });
  fmt::print("sample    {:.3f} s  {:.0f} tokens/s ({} tokens)\n", sample,
             static_cast<double>(sampled) / sample, sampled);
  const double update = median_seconds([&] { policy->update(work.batch, {}); });
  fmt::print("update    {:.3f} s  {:.0f} tokens/s ({} tokens)\n", update,
             static_cast<double>(work.batch.tokens()) / update, work.batch.tokens());
  std::vector<std::vector<int32_t>> responses(work.requests.size(), std::vector<int32_t>(kResponse, 5));
  const double score = median_seconds([&] { policy->logprobs(work.requests, responses); });
  fmt::print("logprobs  {:.3f} s  {:.0f} tokens/s\n", score, kRollouts * kResponse / score);
  const double fit = median_seconds([&] { policy->fit(work.examples, {}, {}); });
  fmt::print("fit       {:.3f} s  {:.0f} sequences/s\n", fit,
             static_cast<double>(work.examples.size()) / fit);

  const double one = median_seconds([] { rounds(1, 3); }, CLOCK_MONOTONIC);
  const auto pair = [] {
    std::thread other(rounds, 2, 3);
    rounds(1, 3);
    other.join();
  };
  const double two = median_seconds(pair, CLOCK_MONOTONIC);
  fmt::print("two runs in two threads: {:.2f} times the work of one run in the same time\n", 2 * one / two);
}
