#include "gradus/eval/benchmarks/step_profile.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <unordered_map>

#include "gradus/eval/benchmarks/processbench.h"
#include "gradus/eval/calibration.h"
#include "gradus/eval/confusion.h"
#include "gradus/eval/unit_bootstrap.h"

namespace gradus {

namespace {

const std::array<std::string, kPositions> kFifths{"fifth 1", "fifth 2", "fifth 3", "fifth 4", "fifth 5"};

Json shown(Share share) {
  return share ? Json(*share) : Json(nullptr);
}

Json shown(const std::optional<Interval>& interval) {
  return {{"low", interval ? Json(interval->low) : Json(nullptr)},
          {"high", interval ? Json(interval->high) : Json(nullptr)}};
}

bool counts(StepLabel label) {
  return label == StepLabel::right || label == StepLabel::wrong;
}

// Confusion of the steps by some key, in the order of the keys.
class Breakdown {
 public:
  void add_solution(const std::string& key, const Confusion& steps) {
    rows_[key].solutions += 1;
    add_steps(key, steps);
  }
  void add_steps(const std::string& key, const Confusion& steps) { rows_[key].steps += steps; }
  Json json() const {
    Json out = Json::array();
    for (const auto& [key, row] : rows_) {
      out.push_back({{"name", key},
                     {"solutions", row.solutions > 0 ? Json(row.solutions) : Json(nullptr)},
                     {"right_steps", row.steps.tp + row.steps.fn},
                     {"wrong_steps", row.steps.tn + row.steps.fp},
                     {"accuracy_right", shown(row.steps.recall())},
                     {"accuracy_wrong", shown(row.steps.specificity())},
                     {"f1", shown(row.steps.f1())},
                     {"negative_f1", shown(row.steps.negative_f1())}});
    }
    return out;
  }

 private:
  struct Row {
    double solutions = 0;
    Confusion steps;
  };
  std::map<std::string, Row> rows_;
};

std::string length_bin(size_t steps) {
  constexpr std::array<size_t, 4> kUpTo = {4, 8, 12, 16};
  size_t from = 1;
  for (const size_t upto : kUpTo) {
    if (steps <= upto) return fmt::format("{:02}-{:02} steps", from, upto);
    from = upto + 1;
  }
  return fmt::format("{:02} steps and more", from);
}

struct Localisation {
  double wrong = 0, unread = 0, not_found = 0, early = 0, late = 0;
  std::array<double, kLocalisationReach + 1> within{};

  void add(const JudgedItem& item) {
    if (!item.first_error || item.verdict) return;
    wrong += 1;
    if (!item.predicted) {
      unread += 1;
      return;
    }
    if (*item.predicted == kNoError) {
      not_found += 1;
      return;
    }
    const int64_t apart = *item.predicted - static_cast<int64_t>(*item.first_error);
    (apart < 0 ? early : late) += apart != 0;
    for (size_t k = static_cast<size_t>(std::abs(apart)); k <= kLocalisationReach; ++k) within[k] += 1;
  }
  Json json() const {
    Json shares = Json::array();
    for (const double hits : within) shares.push_back(shown(share_of(hits, wrong)));
    return {{"wrong_solutions", wrong},
            {"within", shares},
            {"early", shown(share_of(early, wrong))},
            {"late", shown(share_of(late, wrong))},
            {"not_found", shown(share_of(not_found, wrong))},
            {"unreadable", shown(share_of(unread, wrong))}};
  }
};

struct Shares {
  double answered = 0, right_answer_wrong_step = 0;
  double asked_there = 0, found_there = 0;  // where steps were judged
  double scored = 0, minimum_last = 0, error_before_last = 0, minimum_last_there = 0;

  void add(const JudgedItem& item) {
    if (item.answer_right && item.sound) {
      answered += 1;
      if (*item.answer_right && !*item.sound) {
        right_answer_wrong_step += 1;
        asked_there += !item.verdict;
        found_there += item.predicted && *item.predicted != kNoError && !item.verdict;
      }
    }
    if (item.scores.empty()) return;
    const auto lowest = std::min_element(item.scores.begin(), item.scores.end());
    const bool last = lowest + 1 == item.scores.end();
    scored += 1;
    minimum_last += last;
    if (!item.first_error || *item.first_error + 1 == item.scores.size()) return;
    error_before_last += 1;
    minimum_last_there += last;
  }
  Json json() const {
    return {{"correct_answer_wrong_step", shown(share_of(right_answer_wrong_step, answered))},
            {"correct_answer_wrong_step_found", shown(share_of(found_there, asked_there))},
            {"minimum_at_last_step", shown(share_of(minimum_last, scored))},
            {"minimum_at_last_step_error_earlier", shown(share_of(minimum_last_there, error_before_last))}};
  }
};

Json calibration_json(std::span<const ScoredUnit> units) {
  const Calibration c = calibration(units);
  Json bins = Json::array();
  for (const ReliabilityBin& bin : c.bins) {
    const bool empty = bin.count == 0;
    bins.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"count", bin.count},
                    {"mean_score", empty ? Json(nullptr) : Json(bin.mean_score)},
                    {"share_right", empty ? Json(nullptr) : Json(bin.share_right)}});
  }
  return {{"ece", shown(c.ece)},
          {"brier", shown(c.brier)},
          {"steps", c.units},
          {"outside", c.outside},
          {"bins", bins}};
}

// Accuracy on wrong steps by kind (rows) and fifth of the solution (columns).
class Heat {
 public:
  void add(const std::string& kind, const std::array<Confusion, kPositions>& fifths) {
    Row& row = rows_[kind];
    for (size_t p = 0; p < kPositions; ++p) {
      row.wrong[p] += fifths[p].tn + fifths[p].fp;
      row.found[p] += fifths[p].tn;
    }
  }
  Json json() const {
    Json kinds = Json::array(), values = Json::array(), totals = Json::array();
    for (const auto& [kind, row] : rows_) {
      if (std::accumulate(row.wrong.begin(), row.wrong.end(), 0.0) == 0) continue;
      Json line = Json::array(), count = Json::array();
      for (size_t p = 0; p < kPositions; ++p) {
        line.push_back(shown(share_of(row.found[p], row.wrong[p])));
        count.push_back(row.wrong[p]);
      }
      kinds.push_back(kind);
      values.push_back(line);
      totals.push_back(count);
    }
    return {{"kinds", kinds}, {"positions", kPositions}, {"accuracy_wrong", values}, {"wrong_steps", totals}};
  }

 private:
  struct Row {
    std::array<double, kPositions> wrong{}, found{};
  };
  std::map<std::string, Row> rows_;
};

// Questions counted from 0 in the order of their appearance; all are 0 where nothing is resampled.
class QuestionNumbers {
 public:
  explicit QuestionNumbers(bool wanted) : wanted_(wanted) {}
  uint32_t of(uint64_t question) {
    if (!wanted_) return 0;
    return numbers_.emplace(question, static_cast<uint32_t>(numbers_.size())).first->second;
  }

 private:
  bool wanted_;
  std::unordered_map<uint64_t, uint32_t> numbers_;
};

// Ranking and calibration with their intervals.
Json units_json(std::vector<ScoredUnit>& steps, std::vector<ScoredUnit>& solutions, int draws,
                Stream stream) {
  Json calibrated = calibration_json(steps);  // before they are sorted
  const Ranking of_steps = rank_units(steps), of_solutions = rank_units(solutions);
  const UnitIntervals steps_within = unit_intervals(steps, draws, stream.child("steps"));
  const UnitIntervals solutions_within = unit_intervals(solutions, draws, stream.child("solutions"));
  calibrated["intervals"] = {{"ece", shown(steps_within.ece)}, {"brier", shown(steps_within.brier)}};
  return {{"ranking",
           {{"step_auroc", shown(of_steps.auroc)},
            {"step_auprc_wrong", shown(of_steps.auprc_wrong)},
            {"step_auprc_right", shown(of_steps.auprc_right)},
            {"solution_auroc", shown(of_solutions.auroc)},
            {"intervals",
             {{"step_auroc", shown(steps_within.auroc)},
              {"step_auprc_wrong", shown(steps_within.auprc_wrong)},
              {"step_auprc_right", shown(steps_within.auprc_right)},
              {"solution_auroc", shown(solutions_within.auroc)}}}}},
          {"calibration", std::move(calibrated)}};
}

}  // namespace

Json step_profile(const JudgedItems& items, int draws, Stream stream) {
  QuestionNumbers questions(draws > 0);
  Breakdown kinds, positions, lengths, sources;
  Localisation localisation;
  Shares shares;
  Heat heat;
  std::vector<ScoredUnit> steps, solutions;
  size_t scored = 0;
  for (size_t i = 0; i < items.size(); ++i) scored += items.item(i).scores.size();
  steps.reserve(scored);
  for (size_t i = 0; i < items.size(); ++i) {
    const JudgedItem item = items.item(i);
    const std::string kind(item.kind);
    const uint32_t question = questions.of(item.question);
    localisation.add(item);
    shares.add(item);
    if (!item.scores.empty() && item.sound) {
      solutions.push_back({*std::min_element(item.scores.begin(), item.scores.end()), *item.sound, question});
    }
    Confusion all;
    std::array<Confusion, kPositions> fifths;
    for (size_t k = 0; k < item.labels.size(); ++k) {
      if (!counts(item.labels[k])) continue;
      const bool right = item.labels[k] == StepLabel::right;
      if (!item.scores.empty()) steps.push_back({item.scores[k], right, question});
      if (item.called.empty()) continue;
      all.add(right, item.called[k] == 1);
      fifths[k * kPositions / item.labels.size()].add(right, item.called[k] == 1);
    }
    kinds.add_solution(kind, all);
    sources.add_solution(std::string(item.source), all);
    lengths.add_solution(length_bin(item.labels.size()), all);
    heat.add(kind, fifths);
    for (size_t p = 0; p < kPositions; ++p) {
      if (fifths[p].total() > 0) positions.add_steps(kFifths[p], fifths[p]);
    }
  }
  Json out = {{"localisation", localisation.json()},
              {"shares", shares.json()},
              {"breakdowns",
               {{"kind", kinds.json()},
                {"position", positions.json()},
                {"length", lengths.json()},
                {"source", sources.json()}}},
              {"heat", heat.json()}};
  out.update(units_json(steps, solutions, draws, stream));
  return out;
}

}  // namespace gradus
