#include "gradus/credit/group_baseline.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "gradus/reward/place.h"
#include "gradus/reward/pool.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

enum class Baseline { none, mean, leave_one_out, by_length, second_best, channel };
enum class Scale { none, deviation, nonzero_share };

struct Rule {
  Baseline baseline;
  Scale scale = Scale::none;
};

constexpr float kReleasedFloor = 1e-6f;  // least variance in verl's group_mean_std

// What a baseline takes off and what it divides by.
struct Footing {
  double off = 0, divisor = 1;
};

class GroupBaseline : public Operator {
 public:
  GroupBaseline(const Params& params, Rule rule)
      : name_(params.text("channel")),
        level_(level_from_name(params.text("level"))),
        into_(params.text("level") + "." + params.text("into")),
        rule_(rule) {
    const Json& given = params.values();
    if (given.contains("singleton")) singleton_ = params.text("singleton");
    if (given.contains("epsilon")) epsilon_ = params.number("epsilon");
    if (given.contains("f_norm")) f_norm_ = params.number("f_norm");
    if (given.contains("baseline")) baseline_ = "rollout." + params.text("baseline");
    if (given.contains("scale") && params.text("scale") == "none") rule_.scale = Scale::none;
    released_ = given.contains("variant") && params.text("variant") == "released";
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& reward = batch.column("rollout." + name_);
    Column advantage(Level::rollout, batch.rollouts(), {.estimates = "advantage"}, batch.precision());
    if (rule_.baseline == Baseline::channel) {
      take_off_channel(reward, batch.column(baseline_), advantage);
    } else {
      take_off_group(batch, reward, advantage);
    }
    batch.put_column(
        into_, level_ == Level::rollout ? std::move(advantage) : placed(batch, advantage, PlaceAt::every));
  }

 private:
  static void take_off_channel(const Column& reward, const Column& baseline, Column& advantage) {
    for (size_t r = 0; r < reward.size(); ++r) {
      if (reward.valid(r) && baseline.valid(r)) advantage.set(r, reward[r] - baseline[r]);
    }
  }

  void take_off_group(const RolloutBatch& batch, const Column& reward, Column& advantage) const {
    const std::vector<size_t> groups = group_numbers(batch);
    const std::vector<PoolStatistics> statistics = pool_statistics(reward, groups);
    const std::vector<Footing> footings = footings_of(batch, reward, groups, statistics);
    const double share = rule_.scale == Scale::nonzero_share ? nonzero_factor(reward) : 1.0;
    const auto value_of = [&](size_t r) {
      const PoolStatistics& group = statistics[groups[r]];
      const bool single = group.count == 1 && rule_.baseline != Baseline::none;
      return (single ? alone(reward[r]) : apart(reward[r], group, footings[groups[r]])) * share;
    };
    if (reward.all_valid() && write_whole(advantage, value_of)) return;
    for (size_t r = 0; r < reward.size(); ++r) {
      if (reward.valid(r)) advantage.set(r, value_of(r));
    }
  }

  // One pass over the storage; false, and nothing written, where a value overflows.
  template <class Fn>
  static bool write_whole(Column& column, Fn&& value_of) {
    Column whole = column;
    const auto write = [&](auto values) {
      bool finite = true;
      for (size_t r = 0; r < values.size(); ++r) {
        values[r] = static_cast<typename decltype(values)::value_type>(value_of(r));
        finite = finite && std::isfinite(values[r]);
      }
      return finite;
    };
    const bool finite = column.precision() == Precision::single ? write(whole.fill<float>(column.size()))
                                                                : write(whole.fill<double>(column.size()));
    if (finite) column = std::move(whole);
    return finite;
  }

  double alone(double reward) const {
    if (singleton_ == "zero") return 0.0;
    if (singleton_ == "own") {
      const double divisor = released_ ? double{1.0f + static_cast<float>(epsilon_)} : 1.0 + epsilon_;
      return rule_.scale == Scale::deviation ? reward / divisor : reward;
    }
    throw Error::input("a group of one has no baseline")
        .field(name_)
        .hint("draw more samples per prompt, or set singleton = \"zero\"");
  }

  double apart(double reward, const PoolStatistics& group, const Footing& footing) const {
    if (rule_.baseline == Baseline::none) return reward;
    if (group.constant && !released_) return 0.0;
    if (rule_.baseline == Baseline::leave_one_out) {
      return reward - (group.sum - reward) / static_cast<double>(group.count - 1);
    }
    if (rule_.baseline == Baseline::second_best && reward <= footing.off) return 0.0;
    return (reward - footing.off) / footing.divisor;
  }

  std::vector<Footing> footings_of(const RolloutBatch& batch, const Column& reward,
                                   const std::vector<size_t>& groups,
                                   const std::vector<PoolStatistics>& statistics) const {
    if (released_) return released_footings(reward, groups, statistics.size());
    std::vector<Footing> out(statistics.size());
    for (size_t g = 0; g < out.size(); ++g) {
      out[g].off = statistics[g].mean;
      const double divisor = statistics[g].deviation + epsilon_;
      if (rule_.scale == Scale::deviation && divisor > 0) out[g].divisor = divisor;
    }
    if (rule_.baseline == Baseline::by_length) weigh_by_length(batch, reward, groups, out);
    if (rule_.baseline == Baseline::second_best) find_second_best(reward, groups, out);
    return out;
  }

  // A group without any trained token keeps its plain mean.
  static void weigh_by_length(const RolloutBatch& batch, const Column& reward,
                              const std::vector<size_t>& groups, std::vector<Footing>& footings) {
    std::vector<double> sums(footings.size()), lengths(footings.size());
    for (size_t r = 0; r < reward.size(); ++r) {
      if (!reward.valid(r)) continue;
      const double length = static_cast<double>(trained_tokens(batch, r));
      sums[groups[r]] += length * reward[r];
      lengths[groups[r]] += length;
    }
    for (size_t g = 0; g < footings.size(); ++g) {
      if (lengths[g] > 0) footings[g].off = sums[g] / lengths[g];
    }
  }

  // The second of the sorted rewards: the best itself where two are equal, so that nothing is above it.
  static void find_second_best(const Column& reward, const std::vector<size_t>& groups,
                               std::vector<Footing>& footings) {
    constexpr double kLowest = -std::numeric_limits<double>::infinity();
    std::vector<double> best(footings.size(), kLowest);
    for (Footing& footing : footings) footing.off = kLowest;
    for (size_t r = 0; r < reward.size(); ++r) {
      if (!reward.valid(r)) continue;
      double& top = best[groups[r]];
      double& second = footings[groups[r]].off;
      second = std::max(second, std::min(top, reward[r]));
      top = std::max(top, reward[r]);
    }
  }

  std::vector<Footing> released_footings(const Column& reward, const std::vector<size_t>& groups,
                                         size_t count) const {
    struct Sums {
      float count = 0, values = 0, squares = 0;
    };
    std::vector<Sums> sums(count);
    for (size_t r = 0; r < reward.size(); ++r) {
      if (!reward.valid(r)) continue;
      const float value = static_cast<float>(reward[r]);
      Sums& group = sums[groups[r]];
      group.count += 1;
      group.values += value;
      group.squares += value * value;
    }
    std::vector<Footing> out(count);
    for (size_t g = 0; g < count; ++g) {
      const Sums& group = sums[g];
      if (group.count < 2) continue;
      const float variance = (group.squares - group.values * group.values / group.count) / (group.count - 1);
      const float divisor = std::sqrt(std::max(variance, kReleasedFloor)) + static_cast<float>(epsilon_);
      out[g] = {double{group.values / group.count}, rule_.scale == Scale::deviation ? double{divisor} : 1.0};
      if (!std::isfinite(out[g].off) || !std::isfinite(out[g].divisor)) refuse_released(reward, groups, g);
    }
    return out;
  }

  [[noreturn]] void refuse_released(const Column& reward, const std::vector<size_t>& groups, size_t g) const {
    double largest = 0;
    for (size_t r = 0; r < reward.size(); ++r) {
      if (groups[r] == g && reward.valid(r) && std::abs(reward[r]) > std::abs(largest)) largest = reward[r];
    }
    throw Error::input("the float32 statistics of a group overflow (variant released)")
        .field(name_)
        .found(fmt::format("a reward of {:.6g}", largest))
        .hint("look for rewards that do not belong there, scale them down, or use variant = \"paper\"");
  }

  double nonzero_factor(const Column& reward) const {
    size_t all = 0, nonzero = 0;
    for (size_t r = 0; r < reward.size(); ++r) {
      all += reward.valid(r);
      nonzero += reward.valid(r) && reward[r] != 0;
    }
    return static_cast<double>(all) / static_cast<double>(std::max<size_t>(1, nonzero)) / f_norm_;
  }

  std::string name_;
  Level level_;
  std::string into_, baseline_, singleton_ = "zero";
  Rule rule_;
  double epsilon_ = 0, f_norm_ = 1;
  bool released_ = false;
};

void add(OperatorRegistry& registry, Spec spec, Rule rule, std::vector<ParamSpec> more = {}) {
  spec.params = {
      text_param("channel", "outcome", "rollout channel that holds the rewards"),
      text_param("level", "token", "every trained token, or one value per rollout", {"token", "rollout"}),
      text_param("into", "outcome_advantage", "channel to write")};
  if (rule.baseline != Baseline::none && rule.baseline != Baseline::channel) {
    more.push_back(text_param("singleton", "zero", "a group of one: 0, its own reward, or an error",
                              {"zero", "own", "refuse"}));
  }
  spec.params.insert(spec.params.end(), more.begin(), more.end());
  spec.reads = {"rollout.{channel}"};
  if (rule.baseline == Baseline::channel) spec.reads.push_back("rollout.{baseline}");
  spec.writes = {"{level}.{into}"};
  registry.add(std::move(spec),
               [rule](const Params& params) { return std::make_unique<GroupBaseline>(params, rule); });
}

ParamSpec variant_param() {
  return text_param("variant", "paper", "released: float32 statistics with a floor, as in verl",
                    {"paper", "released"});
}

ParamSpec epsilon_param() {
  return number_param("epsilon", 1e-6, "added to the standard deviation", 0, 1);
}

}  // namespace

void register_group_baseline(OperatorRegistry& registry) {
  add(registry, {.name = "credit.reinforce", .summary = "the reward itself", .paper = "Williams 1992"},
      {Baseline::none});
  add(registry,
      {.name = "credit.rloo",
       .summary = "reward minus the mean of the others in the group",
       .paper = "2402.14740",
       .scope = "group"},
      {Baseline::leave_one_out});
  add(registry,
      {.name = "credit.grpo",
       .summary = "reward minus the group mean, over the group's standard deviation",
       .paper = "2402.03300",
       .scope = "group"},
      {Baseline::mean, Scale::deviation}, {epsilon_param(), variant_param()});
  add(registry,
      {.name = "credit.dr_grpo",
       .summary = "reward minus the group mean",
       .paper = "2503.20783",
       .scope = "group"},
      {Baseline::mean}, {variant_param()});
  add(registry,
      {.name = "credit.opo",
       .summary = "reward minus the group's mean weighted by length",
       .paper = "2505.23585",
       .scope = "group"},
      {Baseline::by_length});
  add(registry,
      {.name = "credit.gpg",
       .summary = "reward minus the group mean, times the batch over its rewards that are not zero",
       .paper = "2504.02546",
       .scope = "batch"},
      {Baseline::mean, Scale::nonzero_share}, {number_param("f_norm", 1.0, "divisor", 1e-9, 1e9)});
  add(registry,
      {.name = "credit.pass_at_k",
       .summary = "the best of a group gets its lead over the second, all others zero",
       .paper = "2503.19595",
       .scope = "group"},
      {Baseline::second_best, Scale::deviation},
      {epsilon_param(), text_param("scale", "std", "divide by the group's sample standard deviation, or not",
                                   {"std", "none"})});
  add(registry,
      {.name = "credit.remax",
       .summary = "reward minus a baseline of its own, such as the reward of a greedy sample",
       .paper = "2310.10505"},
      {Baseline::channel}, {text_param("baseline", "greedy", "rollout channel of baselines")});
}

}  // namespace gradus
