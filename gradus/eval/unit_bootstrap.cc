#include "gradus/eval/unit_bootstrap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "gradus/base/quantile.h"
#include "gradus/eval/calibration.h"
#include "gradus/eval/index_source.h"

namespace gradus {

namespace {

// A unit as a resample needs it: its question, its class, and whether it ends a run of equal scores.
struct Place {
  uint32_t question : 30;
  uint32_t right : 1;
  uint32_t last : 1;
};

// Sums over the units of a question.
struct QuestionSums {
  double right = 0, wrong = 0;
  double inside = 0, squares = 0;                 // of the units with a score in [0, 1]
  std::array<double, kReliabilityBins> excess{};  // right minus score, per bin
};

struct Draw {
  std::optional<double> auroc, auprc_right, auprc_wrong, ece, brier;
};

class Resampler {
 public:
  explicit Resampler(std::span<const ScoredUnit> units) {
    places_.reserve(units.size());
    for (size_t i = 0; i < units.size(); ++i) {
      const ScoredUnit& unit = units[i];
      const bool last = i + 1 == units.size() || units[i + 1].score != unit.score;
      places_.push_back({unit.question & kMaxQuestion, unit.right, last});
      if (unit.question >= sums_.size()) sums_.resize(size_t{unit.question} + 1);
      QuestionSums& sums = sums_[unit.question];
      const double right = unit.right ? 1 : 0;
      (unit.right ? sums.right : sums.wrong) += 1;
      if (!(unit.score >= 0 && unit.score <= 1)) continue;
      sums.inside += 1;
      sums.squares += (unit.score - right) * (unit.score - right);
      sums.excess[reliability_bin(unit.score, kReliabilityBins)] += right - unit.score;
    }
    weights_.resize(sums_.size());
  }

  size_t questions() const { return sums_.size(); }

  // Every question once.
  Draw undrawn() {
    std::fill(weights_.begin(), weights_.end(), 1.0);
    return weighted();
  }

  Draw draw(IndexSource& index) {
    std::fill(weights_.begin(), weights_.end(), 0.0);
    for (size_t i = 0; i < weights_.size(); ++i) weights_[index.below(weights_.size())] += 1;
    return weighted();
  }

 private:
  static constexpr uint32_t kMaxQuestion = (1u << 30) - 1;

  Draw weighted() const {
    QuestionSums total;
    for (size_t q = 0; q < weights_.size(); ++q) {
      total.right += weights_[q] * sums_[q].right;
      total.wrong += weights_[q] * sums_[q].wrong;
      total.inside += weights_[q] * sums_[q].inside;
      total.squares += weights_[q] * sums_[q].squares;
      for (size_t b = 0; b < kReliabilityBins; ++b) total.excess[b] += weights_[q] * sums_[q].excess[b];
    }
    Draw out;
    if (total.inside > 0) {
      double gap = 0;
      for (const double excess : total.excess) gap += std::abs(excess);
      out.ece = gap / total.inside;
      out.brier = total.squares / total.inside;
    }
    if (total.right > 0 && total.wrong > 0) rank(total.right, total.wrong, out);
    return out;
  }

  // As rank_units, in one pass from the lowest score: what stands above is the total less what stood below.
  void rank(double rights, double wrongs, Draw& out) const {
    const double all = rights + wrongs;
    double won = 0, area_right = 0, area_wrong = 0, right_below = 0, wrong_below = 0;
    std::array<double, 2> tied{};  // wrong, right
    for (const Place place : places_) {
      tied[place.right] += weights_[place.question];
      if (place.last == 0) continue;
      const auto [wrong, right] = tied;
      if (right > 0) {
        won += right * (wrong_below + 0.5 * wrong);
        area_right += right * (rights - right_below) / (all - right_below - wrong_below);
      }
      right_below += right;
      wrong_below += wrong;
      if (wrong > 0) area_wrong += wrong * wrong_below / (right_below + wrong_below);
      tied = {};
    }
    out.auroc = won / (rights * wrongs);
    out.auprc_right = area_right / rights;
    out.auprc_wrong = area_wrong / wrongs;
  }

  std::vector<Place> places_;
  std::vector<QuestionSums> sums_;
  std::vector<double> weights_;
};

std::optional<Interval> interval_of(std::vector<double>& values, int draws) {
  if (values.empty() || 2 * values.size() < static_cast<size_t>(draws)) return std::nullopt;
  const double low = quantile(values, 0.025);
  return Interval{low, quantile(values, 0.975)};
}

// The quantiles reflected about the number itself: a resample is too large by as much as the number is.
std::optional<Interval> reflected(const std::optional<Interval>& drawn, double value) {
  if (!drawn) return std::nullopt;
  return Interval{std::max(0.0, 2 * value - drawn->high), std::max(0.0, 2 * value - drawn->low)};
}

}  // namespace

UnitIntervals unit_intervals(std::span<const ScoredUnit> units, int draws, Stream stream) {
  if (draws < 1) return {};  // before memory is taken, which grows with the file
  Resampler resampler(units);
  if (resampler.questions() < 2) return {};
  IndexSource index(stream);
  const Draw all = resampler.undrawn();
  std::array<std::vector<double>, 5> drawn;
  for (int i = 0; i < draws; ++i) {
    const Draw one = resampler.draw(index);
    const std::array values = {one.auroc, one.auprc_right, one.auprc_wrong, one.ece, one.brier};
    for (size_t k = 0; k < values.size(); ++k) {
      if (values[k]) drawn[k].push_back(*values[k]);
    }
  }
  return {.auroc = interval_of(drawn[0], draws),
          .auprc_right = interval_of(drawn[1], draws),
          .auprc_wrong = interval_of(drawn[2], draws),
          .ece = reflected(interval_of(drawn[3], draws), all.ece.value_or(0)),
          .brier = interval_of(drawn[4], draws)};
}

}  // namespace gradus
