#include "gradus/eval/table.h"

#include <cmath>
#include <limits>
#include <set>

namespace gradus {

namespace {

EvalKey first_key(const std::string& arm, int64_t update) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  return {.arm = arm, .update = update, .seed = kLeast, .task = "", .sample = kLeast};
}

}  // namespace

EvalTable::EvalTable(std::vector<MetricSpec> metrics) : metrics_(std::move(metrics)) {
  std::set<std::string> seen;
  for (const MetricSpec& metric : metrics_) {
    if (!seen.insert(metric.id).second)
      throw Error::input("metric '" + metric.id + "' is there twice").field("metrics");
  }
}

void EvalTable::add(EvalKey key, EvalEntry entry) {
  require(entry.values.size() == metrics_.size(),
          "an evaluation entry needs one value or missing per metric");
  if ((key.arm == kBaseArm) != (key.update == 0)) {
    throw Error::input("update 0 belongs to the policy before training, arm '" + kBaseArm + "'")
        .field("update")
        .found("arm '" + key.arm + "' at update " + std::to_string(key.update));
  }
  for (std::optional<float>& value : entry.values) {
    if (value && !std::isfinite(*value)) value.reset();
  }
  const auto [place, added] = entries_.emplace(std::move(key), std::move(entry));
  if (!added) {
    const EvalKey& old = place->first;
    throw Error::input("the same rollout was evaluated twice")
        .found("arm '" + old.arm + "', update " + std::to_string(old.update) + ", seed " +
               std::to_string(old.seed) + ", task '" + old.task + "', sample " + std::to_string(old.sample));
  }
}

void EvalTable::add_cost(RunPoint point, TrainingCost cost) {
  costs_[std::move(point)] = cost;
}

void EvalTable::set_base(int64_t seed, int64_t base) {
  bases_[seed] = base;
}

int64_t EvalTable::base_of(int64_t seed) const {
  const auto at = bases_.find(seed);
  return at == bases_.end() ? seed : at->second;
}

size_t EvalTable::metric_index(const std::string& id) const {
  std::vector<std::string> known;
  for (size_t i = 0; i < metrics_.size(); ++i) {
    if (metrics_[i].id == id) return i;
    known.push_back(metrics_[i].id);
  }
  throw Error::input("unknown metric '" + id + "'").field("metric").hint(suggest(id, known));
}

EvalTable::Slice EvalTable::slice(const std::string& arm, int64_t update) const {
  return {entries_.lower_bound(first_key(arm, update)), entries_.lower_bound(first_key(arm, update + 1))};
}

std::vector<int64_t> EvalTable::updates(const std::string& arm) const {
  std::vector<int64_t> out;
  auto at = entries_.lower_bound(first_key(arm, std::numeric_limits<int64_t>::min()));
  while (at != entries_.end() && at->first.arm == arm) {
    out.push_back(at->first.update);
    at = entries_.lower_bound(first_key(arm, out.back() + 1));
  }
  return out;
}

std::optional<TrainingCost> EvalTable::mean_cost(const std::string& arm, int64_t update) const {
  TrainingCost sum;
  double count = 0;
  const RunPoint first{.arm = arm, .update = update, .seed = std::numeric_limits<int64_t>::min()};
  for (auto at = costs_.lower_bound(first); at != costs_.end(); ++at) {
    if (at->first.arm != arm || at->first.update != update) break;
    sum.rollouts += at->second.rollouts;
    sum.tokens += at->second.tokens;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return TrainingCost{sum.rollouts / count, sum.tokens / count};
}

}  // namespace gradus
