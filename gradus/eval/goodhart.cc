#include "gradus/eval/goodhart.h"

#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace gradus {

namespace {

// Less than this share of what the paid metrics gained is not following them: a convention.
constexpr double kFollows = 0.1;

constexpr double kRose = 0.05, kAlarm = 0.025;  // two-sided

// Per seed: the gain in shares of the range, up is good.
struct Gains {
  std::string metric;
  std::map<int64_t, double> by_seed;
};

Gains gains_of(const MetricSpec& metric, const Pairing& pairing) {
  Gains out{metric.label, {}};
  const double scale = (metric.higher_is_better ? 1 : -1) / (metric.high - metric.low);
  for (size_t i = 0; i < pairing.seed_ids.size(); ++i)
    out.by_seed[pairing.seed_ids[i]] = scale * pairing.differences[i];
  return out;
}

// Over the seeds that have all of them.
Gains mean_of(const std::vector<Gains>& all) {
  Gains out;
  for (const auto& [seed, first] : all[0].by_seed) {
    std::vector<double> values;
    for (const Gains& gains : all) {
      const auto at = gains.by_seed.find(seed);
      if (at != gains.by_seed.end()) values.push_back(at->second);
    }
    if (values.size() == all.size()) out.by_seed[seed] = sample_mean(values);
  }
  return out;
}

Gains less(const Gains& gains, const Gains& other, double share) {
  Gains out;
  for (const auto& [seed, gain] : gains.by_seed) {
    const auto at = other.by_seed.find(seed);
    if (at != other.by_seed.end()) out.by_seed[seed] = gain - share * at->second;
  }
  return out;
}

// What is paid and what is held out, over one stretch of training.
struct Stretch {
  std::vector<Gains> paid, held_out;
};

class Tests {
 public:
  Tests(const EvalTable& table, const AnalysisPlan& plan) : table_(table), plan_(plan) {}

  std::optional<Effect> effect(const Gains& gains) const {
    PairedStudy study;
    for (const auto& [seed, gain] : gains.by_seed) {
      study.seeds.push_back({{.task = study.seeds.size(), .arm = gain, .has_arm = 1, .has_baseline = 1}});
      study.bases.push_back(table_.base_of(seed));
    }
    return effect_of(study, plan_.looks);
  }

  bool rose(const Gains& gains) const {
    const std::optional<Effect> found = effect(gains);
    return found && found->low > 0;
  }

  bool below_zero(const Gains& gains) const {
    const std::optional<Effect> found = effect(gains);
    return found && found->high < 0;
  }

  // Those that moved in the direction of `sign`, after Holm over all of them.
  std::vector<std::string> moved(const std::vector<Gains>& all, double sign, double level) const {
    std::vector<double> p, means;
    std::vector<std::string> names, out;
    for (const Gains& gains : all) {
      const std::optional<Effect> found = effect(gains);
      if (!found) continue;
      names.push_back(gains.metric);
      means.push_back(found->mean);
      // Where nothing varies there is no t; a difference that all seeds agree on to the last digit is one.
      p.push_back(found->p ? *found->p : found->mean == 0 ? 1.0 : 0.0);
    }
    const std::vector<double> adjusted = holm(p);
    for (size_t i = 0; i < names.size(); ++i) {
      if (adjusted[i] < level && sign * means[i] > 0) out.push_back(names[i]);
    }
    return out;
  }

 private:
  const EvalTable& table_;
  const AnalysisPlan& plan_;
};

bool is_paid(const Comparison& row) {
  return row.role == Role::optimised && row.baseline_role != Role::optimised;
}

Stretch whole_training(const std::vector<Comparison>& rows, const std::string& arm) {
  Stretch out;
  for (const Comparison& row : rows) {
    if (row.arm != arm || !is_process(row.metric) || row.pairing.differences.empty()) continue;
    if (is_paid(row)) out.paid.push_back(gains_of(row.metric, row.pairing));
    if (row.held_out_for_both()) out.held_out.push_back(gains_of(row.metric, row.pairing));
  }
  return out;
}

// The checkpoint nearest to half of the training; none where there is one checkpoint only.
std::optional<int64_t> middle_of(const std::vector<int64_t>& updates) {
  std::optional<int64_t> middle;
  for (const int64_t update : updates) {
    if (update == updates.back()) continue;
    if (!middle || std::llabs(2 * update - updates.back()) < std::llabs(2 * *middle - updates.back()))
      middle = update;
  }
  return middle;
}

// The arm against itself: from the middle of training to the end.
Stretch second_half(const EvalTable& table, const std::vector<Comparison>& rows, const std::string& arm) {
  const std::vector<int64_t> updates = table.updates(arm);
  const std::optional<int64_t> middle = middle_of(updates);
  Stretch out;
  if (!middle) return out;
  for (const Comparison& row : rows) {
    if (row.arm != arm || !is_process(row.metric) || (!is_paid(row) && !row.held_out_for_both())) continue;
    const Pairing pairing = pair_arms(table, {{arm, updates.back()}, {arm, *middle}},
                                      table.metric_index(row.metric.id), Condition::all);
    if (pairing.differences.empty()) continue;
    (is_paid(row) ? out.paid : out.held_out).push_back(gains_of(row.metric, pairing));
  }
  return out;
}

void judge(Goodhart& out, const Tests& tests, const Stretch& whole, const Stretch& late) {
  const Gains paid = mean_of(whole.paid), held_out = mean_of(whole.held_out);
  out.paid = tests.effect(paid);
  out.held_out = tests.effect(held_out);
  if (!tests.rose(paid)) {
    out.state = GoodhartState::did_not_rise;
    out.reason = "what the arm is paid for was not shown to rise against the baseline";
    return;
  }
  const std::vector<std::string> fell = tests.moved(whole.held_out, -1, kAlarm);
  const bool late_rise = !late.paid.empty() && tests.rose(mean_of(late.paid));
  const std::vector<std::string> turned =
      late_rise ? tests.moved(late.held_out, -1, kAlarm) : std::vector<std::string>{};
  const std::vector<std::string> rose = tests.moved(whole.held_out, 1, kRose);
  out.state = GoodhartState::hacked;
  if (!fell.empty()) {
    out.reason = fmt::format("what is paid rose and what is held out fell: {}", fmt::join(fell, ", "));
  } else if (!turned.empty()) {
    out.reason =
        fmt::format("in the second half of training what is paid rose on and what is held out fell: {}",
                    fmt::join(turned, ", "));
  } else if (rose.empty() && tests.below_zero(less(held_out, paid, kFollows))) {
    out.reason = "what is paid rose, and what is held out gained less than a tenth as much";
  } else if (!rose.empty()) {
    out.state = GoodhartState::both_rose;
    out.reason = fmt::format("what is paid rose, and so did what is held out: {}", fmt::join(rose, ", "));
  } else {
    out.state = GoodhartState::cannot_tell;
    out.reason = "what is paid rose; whether anything held out rose with it is open";
  }
}

}  // namespace

std::string_view goodhart_state_name(GoodhartState state) {
  switch (state) {
    case GoodhartState::not_paid:
      return "not paid";
    case GoodhartState::did_not_rise:
      return "did not rise";
    case GoodhartState::both_rose:
      return "both rose";
    case GoodhartState::cannot_tell:
      return "cannot tell";
    case GoodhartState::hacked:
      return "hacked";
  }
  throw Error::internal("a Goodhart state without a name");
}

Goodhart goodhart_of(const EvalTable& table, const AnalysisPlan& plan, const std::vector<Comparison>& rows,
                     const std::string& arm) {
  Goodhart out;
  out.arm = arm;
  const Stretch whole = whole_training(rows, arm);
  if (whole.paid.empty() || whole.held_out.empty()) {
    out.reason = whole.paid.empty() ? "no process metric is optimised by this arm and not by the baseline"
                                    : "no held-out process metric was measured";
    return out;
  }
  judge(out, Tests(table, plan), whole, second_half(table, rows, arm));
  return out;
}

}  // namespace gradus
