#include "gradus/simulation/timed_bandit.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/simulation/episode.h"
#include "gradus/simulation/tabular_policy.h"

namespace gradus {

namespace {

enum Action : size_t { kFast, kSlow, kActions };

constexpr double kMostJobs = 1e4;       // of one worker in one window
constexpr uint64_t kDriftWindows = 20;  // of the batch that drift_ratio is measured on

struct Job {
  size_t action = kFast;
  double seconds = 0, reward = 0;
};

class TimedBandit : public Simulation {
 public:
  explicit TimedBandit(const Params& params)
      : queue_(params.text("collection") == "queue"),
        workers_(static_cast<size_t>(params.integer("workers"))),
        updates_(static_cast<uint64_t>(params.integer("updates"))),
        window_(params.number("window")),
        rate_(params.number("rate")),
        spread_(params.number("spread")),
        noise_(params.number("noise")),
        rewards_{params.number("fast_reward"), params.number("slow_reward")},
        seconds_{params.number("fast_seconds"), params.number("slow_seconds")} {
    const double jobs = window_ / std::min(seconds_[kFast], seconds_[kSlow]);
    if (jobs > kMostJobs) {
      throw Error::input("a window holds too many actions")
          .field("window")
          .found(fmt::format("{:.3g}", jobs))
          .expected("at most 10000");
    }
  }

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Numbers out;
    for (const Arm& arm : arms) {
      const auto credited = [&](const std::vector<Job>& jobs, uint64_t update) {
        RolloutBatch batch = batch_of(episodes_of(jobs), {.rollout = {"outcome"}, .step = {"duration"}});
        arm.pipeline.apply(batch, {.random = random.child("operators").child(update)});
        return batch;
      };
      out[arm.id + ".drift_ratio"] = drift_ratio(credited(even_jobs(random.child("drift")), 0));
      TabularPolicy policy(1, kActions);
      std::vector<Worker> workers = started(random.child("workers"));
      for (uint64_t update = 0; update < updates_; ++update) {
        const std::vector<Job> jobs = collect(policy, workers, update);
        if (!jobs.empty()) policy.update(credited(jobs, update), rate_);
      }
      out[arm.id + ".final_slow"] = policy.probabilities(0)[kSlow];
    }
    return out;
  }

 private:
  struct Worker {
    Stream random{0};
    Job job;
    double end = -1;  // of its job; before the first one: none
  };

  std::vector<Worker> started(const Stream& random) const {
    std::vector<Worker> out(workers_);
    for (size_t w = 0; w < workers_; ++w) out[w].random = random.child(w);
    return out;
  }

  // The mean of exp(spread * normal) is exp(spread^2 / 2).
  Job job_of(size_t action, Stream& random) const {
    const double stretch = std::exp(spread_ * random.normal() - spread_ * spread_ / 2);
    return {action, seconds_[action] * stretch, rewards_[action] + noise_ * random.normal()};
  }

  std::vector<Job> collect(const TabularPolicy& policy, std::vector<Worker>& workers, uint64_t update) const {
    std::vector<Job> out;
    for (Worker& worker : workers) {
      if (queue_)
        work_queue(policy, worker, static_cast<double>(update + 1) * window_, out);
      else
        work_slot(policy.sample(0, worker.random), worker.random, out);
    }
    return out;
  }

  void work_slot(size_t action, Stream& random, std::vector<Job>& out) const {
    for (double begin = 0; begin < window_; begin += out.back().seconds) {
      out.push_back(job_of(action, random));
    }
  }

  void work_queue(const TabularPolicy& policy, Worker& worker, double until, std::vector<Job>& out) const {
    while (worker.end <= until) {
      if (worker.end >= 0) out.push_back(worker.job);
      worker.job = job_of(policy.sample(0, worker.random), worker.random);
      worker.end = std::max(worker.end, 0.0) + worker.job.seconds;
    }
  }

  // What many windows give while both actions are equally likely; every reward is 1.
  std::vector<Job> even_jobs(const Stream& random) const {
    const TabularPolicy even(1, kActions);
    std::vector<Worker> workers = started(random);
    std::vector<Job> out;
    for (uint64_t window = 0; window < kDriftWindows; ++window) {
      const std::vector<Job> jobs = collect(even, workers, window);
      out.insert(out.end(), jobs.begin(), jobs.end());
    }
    for (Job& job : out) job.reward = 1;
    return out;
  }

  static std::vector<Episode> episodes_of(const std::vector<Job>& jobs) {
    std::vector<Episode> out;
    for (const Job& job : jobs) {
      Turn turn;
      turn.state = 0;
      turn.action = job.action;
      turn.values = {job.seconds};
      out.push_back({.group = 0, .turns = {turn}, .values = {job.reward}});
    }
    return out;
  }

  static double drift_ratio(const RolloutBatch& batch) {
    double pull[kActions] = {0, 0};
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const size_t t = batch.first_token(r);
      pull[static_cast<size_t>(batch.column("token.action")[t])] += batch.column("token.advantage")[t];
    }
    return pull[kFast] != 0 ? pull[kSlow] / pull[kFast] : 0;
  }

  bool queue_;
  size_t workers_;
  uint64_t updates_;
  double window_, rate_, spread_, noise_;
  double rewards_[kActions], seconds_[kActions];
};

}  // namespace

void register_timed_bandit(SimulationRegistry& registry) {
  registry.add({.name = "timed_bandit",
                .summary = "a fast poor action and a slow good one, collected in wall time",
                .paper = "2509.01684",
                .params = {text_param("collection", "slots", "how a batch is collected", {"slots", "queue"}),
                           integer_param("workers", 8, "workers", 1, 1000),
                           integer_param("updates", 40, "windows, one update each", 0, 100000),
                           number_param("window", 200.0, "seconds of a window", 0.001, 1e6),
                           number_param("rate", 1.0, "learning rate", 0, 100),
                           number_param("spread", 0.5, "deviation of the logarithm of durations", 0, 3),
                           number_param("noise", 0.5, "standard deviation of a reward", 0, 1e6),
                           number_param("fast_reward", 0.5, "reward of the fast action", 0.001, 1e6),
                           number_param("slow_reward", 1.0, "reward of the slow action", 0.001, 1e6),
                           number_param("fast_seconds", 1.0, "duration of the fast action", 0.001, 1e6),
                           number_param("slow_seconds", 10.0, "duration of the slow action", 0.001, 1e6)},
                .reads = {"token.advantage"},
                .writes = {"rollout.outcome", "step.duration"}},
               [](const Params& params) { return std::make_unique<TimedBandit>(params); });
}

}  // namespace gradus
