#include "gradus/eval/construct.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "gradus/eval/metrics.h"
#include "gradus/eval/ranking.h"
#include "gradus/eval/regression_tree.h"

namespace gradus {

namespace {

constexpr uint8_t kFolds = 5;
constexpr size_t kFewest = 100;  // units, below which nothing is said
constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

uint8_t fold_of(const std::string& task) {
  return static_cast<uint8_t>(Stream(hash64(task)).child("fold").below(kFolds));
}

struct Summary {
  double sum = 0, least = 0, largest = 0;
  size_t count = 0;
  void add(double value) {
    least = count == 0 ? value : std::min(least, value);
    largest = count == 0 ? value : std::max(largest, value);
    sum += value;
    ++count;
  }
  float mean() const { return count == 0 ? kMissing : static_cast<float>(sum / static_cast<double>(count)); }
};

Summary summary_of(const Column& column, size_t begin, size_t end) {
  Summary out;
  for (size_t i = begin; i < end; ++i) {
    if (column.valid(i)) out.add(column[i]);
  }
  return out;
}

float value_at(const Column& column, size_t i) {
  return column.valid(i) ? static_cast<float>(column[i]) : kMissing;
}

using Features = std::vector<std::vector<float>>;

// The mean, least, largest and total of a rollout; its value alone where the channel is of rollouts.
void describe_rollouts(const Column& column, const RolloutBatch& batch, Features& out) {
  const bool whole = column.level() == Level::rollout;
  out.resize(whole ? 1 : 4);
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (whole) {
      out[0].push_back(value_at(column, r));
      continue;
    }
    const bool steps = column.level() == Level::step;
    const Summary of = steps ? summary_of(column, batch.step_begin(r), batch.step_end(r))
                             : summary_of(column, batch.first_token(r), batch.last_token(r));
    out[0].push_back(of.mean());
    out[1].push_back(of.count == 0 ? kMissing : static_cast<float>(of.least));
    out[2].push_back(of.count == 0 ? kMissing : static_cast<float>(of.largest));
    out[3].push_back(of.count == 0 ? kMissing : static_cast<float>(of.sum));
  }
}

void describe_steps(const Column& column, const RolloutBatch& batch, Features& out) {
  out.resize(1);
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      switch (column.level()) {
        case Level::rollout:
          out[0].push_back(value_at(column, r));
          break;
        case Level::step:
          out[0].push_back(value_at(column, s));
          break;
        case Level::token:
          out[0].push_back(summary_of(column, batch.token_begin(s), batch.token_end(s)).mean());
          break;
      }
    }
  }
}

// Out-of-fold predictions of the units that have a value.
struct OutOfFold {
  std::vector<double> target, predicted, plain;  // plain: the mean of the other folds
};

OutOfFold predict(const std::vector<BinnedFeature>& features, const std::vector<float>& target,
                  const std::vector<uint8_t>& fold) {
  OutOfFold out;
  for (uint8_t held = 0; held < kFolds; ++held) {
    std::vector<uint32_t> grown, asked;
    for (size_t i = 0; i < target.size(); ++i) {
      if (!std::isnan(target[i])) (fold[i] == held ? asked : grown).push_back(static_cast<uint32_t>(i));
    }
    if (grown.empty() || asked.empty()) continue;
    double sum = 0;
    for (const uint32_t i : grown) sum += target[i];
    const double mean = sum / static_cast<double>(grown.size());
    const RegressionTree tree(features, target, std::move(grown), {.depth = 6, .leaf = 20});
    for (const uint32_t i : asked) {
      out.target.push_back(target[i]);
      out.predicted.push_back(tree.predict(features, i));
      out.plain.push_back(mean);
    }
  }
  return out;
}

std::optional<double> r2_of(const OutOfFold& of) {
  double unexplained = 0, all = 0;
  for (size_t i = 0; i < of.target.size(); ++i) {
    unexplained += (of.target[i] - of.predicted[i]) * (of.target[i] - of.predicted[i]);
    all += (of.target[i] - of.plain[i]) * (of.target[i] - of.plain[i]);
  }
  const bool varies =
      std::adjacent_find(of.target.begin(), of.target.end(), std::not_equal_to<>()) != of.target.end();
  if (!varies || all <= 0) return std::nullopt;
  return std::max(0.0, 1 - unexplained / all);
}

std::optional<double> auc_of(const OutOfFold& of) {
  std::vector<ScoredUnit> units;
  for (size_t i = 0; i < of.target.size(); ++i) {
    if (of.target[i] != 0 && of.target[i] != 1) return std::nullopt;
    units.push_back({.score = of.predicted[i], .right = of.target[i] == 1});
  }
  return rank_units(units).auroc;
}

const Explained& larger(const Explained& a, const Explained& b) {
  if (same_construct(a) != same_construct(b)) return same_construct(a) ? a : b;
  return b.r2.value_or(-1) > a.r2.value_or(-1) ? b : a;
}

Json floats(const std::vector<float>& values) {
  Json out = Json::array();
  for (const float value : values) out.push_back(std::isnan(value) ? Json(nullptr) : Json(value));
  return out;
}

std::vector<float> floats(const Json& json) {
  std::vector<float> out;
  for (const Json& value : json) out.push_back(value.is_null() ? kMissing : value.get<float>());
  return out;
}

template <class T>
void extend(std::vector<T>& to, const std::vector<T>& with) {
  to.insert(to.end(), with.begin(), with.end());
}

}  // namespace

bool same_construct(const Explained& explained) {
  return explained.r2.value_or(0) >= kSameConstructR2 || explained.auc.value_or(0) >= kSameConstructAuc;
}

std::string explained_text(const Explained& explained) {
  if (!explained.r2) return "not measurable";
  std::string out = fmt::format("R2 {:.2f}", *explained.r2);
  if (explained.auc) out += fmt::format(", AUC {:.2f}", *explained.auc);
  return out + fmt::format(", on {} values", explained.units);
}

void RewardView::add(const std::vector<RewardChannel>& channels, const RolloutBatch& judged,
                     const std::vector<MetricSpec>& metrics) {
  RewardView part;
  for (size_t r = 0; r < judged.rollouts(); ++r) {
    const uint8_t fold = fold_of(judged.header(r).task);
    part.of_rollouts_.fold.push_back(fold);
    part.of_steps_.fold.insert(part.of_steps_.fold.end(), judged.step_end(r) - judged.step_begin(r), fold);
  }
  for (const RewardChannel& channel : channels) {
    part.channels_.push_back(channel.name);
    describe_rollouts(channel.column, judged, part.of_rollouts_.features[channel.name]);
    describe_steps(channel.column, judged, part.of_steps_.features[channel.name]);
  }
  for (const MetricSpec& metric : metrics) {
    const Column& column = judged.column(metric.column);
    for (const std::optional<float>& value : metric_values(judged, metric)) {
      part.of_rollouts_.metrics[metric.id].push_back(value.value_or(kMissing));
    }
    if (column.level() != Level::step) continue;
    for (size_t s = 0; s < judged.steps(); ++s)
      part.of_steps_.metrics[metric.id].push_back(value_at(column, s));
  }
  append(part);
}

void RewardView::append(const RewardView& other) {
  if (of_rollouts_.fold.empty()) {
    *this = other;
    return;
  }
  require(channels_ == other.channels_, "reward views of different channels");
  const auto join = [](Units& to, const Units& with) {
    extend(to.fold, with.fold);
    for (const auto& [name, features] : with.features) {
      for (size_t i = 0; i < features.size(); ++i) extend(to.features.at(name).at(i), features[i]);
    }
    for (const auto& [name, values] : with.metrics) extend(to.metrics.at(name), values);
  };
  join(of_steps_, other.of_steps_);
  join(of_rollouts_, other.of_rollouts_);
}

Explained RewardView::explain(const Units& units, const std::string& metric,
                              const std::set<std::string>& channels) {
  const auto target = units.metrics.find(metric);
  Explained out;
  if (target == units.metrics.end()) return out;
  for (const float value : target->second) out.units += std::isnan(value) ? 0 : 1;
  if (out.units < kFewest) return out;
  std::vector<BinnedFeature> features;
  for (const std::string& channel : channels) {
    for (const std::vector<float>& feature : units.features.at(channel)) features.push_back(binned(feature));
  }
  const OutOfFold predictions = predict(features, target->second, units.fold);
  out.r2 = r2_of(predictions);
  if (out.r2) out.auc = auc_of(predictions);
  return out;
}

Explained RewardView::explained(const std::string& metric, const std::set<std::string>& channels) const {
  return larger(explain(of_rollouts_, metric, channels), explain(of_steps_, metric, channels));
}

Json RewardView::json() const {
  const auto part = [](const Units& units) {
    Json features = Json::object(), metrics = Json::object();
    for (const auto& [name, columns] : units.features) {
      features[name] = Json::array();
      for (const std::vector<float>& column : columns) features[name].push_back(floats(column));
    }
    for (const auto& [name, values] : units.metrics) metrics[name] = floats(values);
    return Json{{"fold", units.fold}, {"features", features}, {"metrics", metrics}};
  };
  return {{"channels", channels_}, {"rollouts", part(of_rollouts_)}, {"steps", part(of_steps_)}};
}

RewardView RewardView::from_json(const Json& json) {
  const auto part = [](const Json& from) {
    Units units;
    units.fold = from.at("fold").get<std::vector<uint8_t>>();
    for (const auto& [name, columns] : from.at("features").items()) {
      for (const Json& column : columns) units.features[name].push_back(floats(column));
    }
    for (const auto& [name, values] : from.at("metrics").items()) units.metrics[name] = floats(values);
    return units;
  };
  RewardView view;
  view.channels_ = json.at("channels").get<std::vector<std::string>>();
  view.of_rollouts_ = part(json.at("rollouts"));
  view.of_steps_ = part(json.at("steps"));
  return view;
}

}  // namespace gradus
