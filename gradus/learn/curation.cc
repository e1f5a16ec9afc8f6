#include "gradus/learn/curation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/reward/pool.h"

namespace gradus {

namespace {

class Groups : public Operator {
 public:
  explicit Groups(const Params& params)
      : channel_("rollout." + params.text("channel")),
        low_(params.number("low")),
        high_(params.number("high")),
        spread_(params.flag("spread")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column values = batch.column(channel_);
    Column& kept = batch.add_column("rollout.kept");
    for (const std::vector<size_t>& members : group_members(batch)) {
      std::vector<size_t> valued;
      double sum = 0;
      bool equal = true;
      for (const size_t r : members) {
        if (!values.valid(r)) continue;
        valued.push_back(r);
        sum += values[r];
        equal = equal && values[r] == values[valued[0]];
      }
      if (valued.empty() || (spread_ && equal && valued.size() > 1)) continue;
      const double mean = sum / static_cast<double>(valued.size());
      if (mean < low_ || mean > high_) continue;
      for (const size_t r : valued) kept.set(r, 1);
    }
  }

 private:
  std::string channel_;
  double low_, high_;
  bool spread_;
};

std::vector<double> penalised(const RolloutBatch& batch, const Balance& rule) {
  const Column& score = batch.column("rollout." + rule.score);
  std::vector<double> out;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    size_t steps = 0;
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      steps += batch.kind(s) != StepKind::observe;
    }
    const double plain = score.valid(r) ? score[r] : -std::numeric_limits<double>::infinity();
    out.push_back(steps < rule.least_steps || steps > rule.most_steps ? plain - rule.penalty : plain);
  }
  return out;
}

// Takes the inconsistent out of the rollouts of one group.
void thin(std::vector<size_t>& correct, std::vector<size_t>& incorrect, const std::vector<double>& scores,
          const Balance& rule, Stream stream) {
  const double right = static_cast<double>(correct.size()), wrong = static_cast<double>(incorrect.size());
  const double count = std::min(static_cast<double>(rule.remove), right + wrong);
  // nearbyint rounds half to even, as the released code does.
  const double share = std::min(count, std::nearbyint((right - wrong + count) / 2));
  const double from_correct = share > 0 ? std::min(share, right) : 0;
  const double from_incorrect = std::min(count - from_correct, wrong);
  const auto drop_lowest = [&](std::vector<size_t>& rollouts, double n) {
    std::ranges::stable_sort(rollouts, [&](size_t a, size_t b) { return scores[a] < scores[b]; });
    rollouts.erase(rollouts.begin(), rollouts.begin() + static_cast<ptrdiff_t>(n));
  };
  if (share > 0) drop_lowest(correct, from_correct);
  if (!rule.incorrect_at_random) return drop_lowest(incorrect, from_incorrect);
  std::vector<size_t> order = incorrect;
  stream.shuffle(std::span(order));
  order.resize(static_cast<size_t>(from_incorrect));
  std::erase_if(incorrect, [&](size_t r) { return std::ranges::find(order, r) != order.end(); });
}

class BalanceOperator : public Operator {
 public:
  explicit BalanceOperator(const Params& params)
      : rule_{.score = params.text("score"),
              .outcome = params.text("outcome"),
              .remove = static_cast<size_t>(params.integer("remove")),
              .penalty = params.number("penalty"),
              .least_steps = static_cast<size_t>(params.integer("least_steps")),
              .most_steps = static_cast<size_t>(params.integer("most_steps")),
              .incorrect_at_random = params.text("incorrect") == "random"} {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    const std::vector<size_t> kept = balanced(batch, rule_, context.random);
    Column& column = batch.add_column("rollout.kept");
    for (const size_t r : kept) column.set(r, 1);
  }

 private:
  Balance rule_;
};

class Drop : public Operator {
 public:
  explicit Drop(const Params& params) : level_(params.text("level")), channels_(params.texts("channels")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column kept = batch.column("rollout.kept");
    for (const std::string& channel : channels_) {
      Column& column = batch.column(level_ + "." + channel);
      for (size_t r = 0; r < batch.rollouts(); ++r) {
        if (kept.valid(r)) continue;
        const auto [begin, end] = batch.range(column.level(), r);
        for (size_t i = begin; i < end; ++i) column.clear(i);
      }
    }
  }

 private:
  std::string level_;
  std::vector<std::string> channels_;
};

class Consistency : public Operator {
 public:
  explicit Consistency(const Params& params)
      : channel_("rollout." + params.text("channel")), outcome_("rollout." + params.text("outcome")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column outcome = batch.column(outcome_);
    Column& column = batch.column(channel_);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (!outcome.valid(r)) column.clear(r);
      if (column.valid(r)) column.set(r, (2 * outcome[r] - 1) * 2 * column[r]);
    }
  }

 private:
  std::string channel_, outcome_;
};

void register_filters(OperatorRegistry& registry) {
  const double infinity = 1e300;
  registry.add({.name = "curate.groups",
                .summary = "keep the groups whose outcomes differ, or whose mean lies in a range",
                .paper = "2503.14476, 2502.01456",
                .params = {text_param("channel", "outcome", "rollout channel to look at"),
                           number_param("low", -infinity, "least mean of a group"),
                           number_param("high", infinity, "largest mean of a group"),
                           flag_param("spread", true, "drop groups whose values are all equal")},
                .reads = {"rollout.{channel}"},
                .writes = {"rollout.kept"},
                .scope = "group"},
               [](const Params& params) { return std::make_unique<Groups>(params); });
  registry.add(
      {.name = "curate.balance",
       .summary = "drop rollouts whose process and outcome disagree, balancing right and wrong",
       .paper = "2509.03403",
       .params = {text_param("score", "consistency", "rollout channel: lowest are dropped first"),
                  text_param("outcome", "outcome", "rollout channel: 1 correct, 0 incorrect"),
                  integer_param("remove", 4, "how many to drop of every group", 0, 1e9),
                  number_param("penalty", 10.0, "taken off scores of odd numbers of steps", 0, 1e9),
                  integer_param("least_steps", 2, "fewer are odd", 0, 1e9),
                  integer_param("most_steps", 30, "more are odd", 0, 1e9),
                  text_param("incorrect", "score", "how the incorrect are chosen", {"score", "random"})},
       .reads = {"rollout.{score}", "rollout.{outcome}"},
       .writes = {"rollout.kept"},
       .scope = "batch"},
      [](const Params& params) { return std::make_unique<BalanceOperator>(params); });
}

}  // namespace

std::vector<size_t> balanced(const RolloutBatch& batch, const Balance& rule, const Stream& random) {
  const std::vector<double> scores = penalised(batch, rule);
  const Column& outcome = batch.column("rollout." + rule.outcome);
  std::vector<size_t> kept;
  for (const std::vector<size_t>& members : group_members(batch)) {
    std::vector<size_t> correct, incorrect;
    for (const size_t r : members) {
      if (outcome.valid(r) && outcome[r] == 1) correct.push_back(r);
      if (outcome.valid(r) && outcome[r] == 0) incorrect.push_back(r);
    }
    if (rule.remove == 0) {
      kept.insert(kept.end(), members.begin(), members.end());
      continue;
    }
    thin(correct, incorrect, scores, rule, random.child(static_cast<uint64_t>(batch.group(members[0]))));
    kept.insert(kept.end(), correct.begin(), correct.end());
    kept.insert(kept.end(), incorrect.begin(), incorrect.end());
  }
  return kept;
}

void register_curation(OperatorRegistry& registry) {
  register_filters(registry);
  registry.add({.name = "curate.drop",
                .summary = "take channels away from the rollouts that a filter has dropped",
                .paper = "2509.03403",
                .params = {texts_param("channels", nullptr, "channels that dropped rollouts lose"),
                           level_param("rollout")},
                .reads = {"rollout.kept", "{level}.{channels}"},
                .writes = {"{level}.{channels}"}},
               [](const Params& params) { return std::make_unique<Drop>(params); });
  registry.add({.name = "curate.consistency",
                .summary = "twice a centred process score, its sign turned where the outcome is wrong",
                .paper = "2509.03403",
                .params = {text_param("channel", nullptr, "rollout channel to change"),
                           text_param("outcome", "outcome", "rollout channel: 1 correct, 0 incorrect")},
                .reads = {"rollout.{channel}", "rollout.{outcome}"},
                .writes = {"rollout.{channel}"}},
               [](const Params& params) { return std::make_unique<Consistency>(params); });
}

}  // namespace gradus
