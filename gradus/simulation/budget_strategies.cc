#include "gradus/simulation/budget_strategies.h"

#include <cmath>

#include "gradus/eval/difficulty.h"
#include "gradus/reward/answer/choose.h"
#include "gradus/search/beam.h"

namespace gradus {

namespace {

constexpr size_t kProbes = 64;
constexpr int kLevels = 5;

struct Step {
  bool right = false;
  double score = 0;
};

// A problem: how likely the next step is right, and where its random numbers come from.
struct Problem {
  double accuracy = 0;
  Stream random{0};
};

class BudgetStrategies : public Simulation {
 public:
  explicit BudgetStrategies(const Params& params)
      : problems_(static_cast<size_t>(params.integer("problems"))),
        n_(static_cast<size_t>(params.integer("n"))),
        steps_(static_cast<size_t>(params.integer("steps"))),
        gap_(params.number("gap")),
        noise_(params.number("noise")),
        trap_(params.number("trap")) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    std::vector<std::vector<double>> results(2);
    std::vector<double> solved, scored;
    std::vector<uint8_t> folds;
    for (size_t p = 0; p < problems_; ++p) {
      const Problem problem{1 - 0.5 * Stream(random.child("problem").child(p)).uniform(),
                            random.child("steps").child(p)};
      results[0].push_back(best_of_n(problem));
      results[1].push_back(beam(problem));
      const auto [share, mean] = probe(problem);
      solved.push_back(share);
      scored.push_back(mean);
      folds.push_back(p % 2);
    }
    Numbers out;
    const std::vector<int> oracle = levels(solved);
    const double single = select_per_level(results, std::vector<int>(problems_, 1), folds).result;
    out["best_of_n"] = mean_where(results[0], oracle, 1, kLevels);
    out["beam"] = mean_where(results[1], oracle, 1, kLevels);
    out["single"] = single;
    out["oracle"] = select_per_level(results, oracle, folds).result;
    out["predicted"] = select_per_level(results, levels(scored), folds).result;
    out["gain.oracle"] = out["oracle"] - single;
    out["gain.predicted"] = out["predicted"] - single;
    out["gain.predicted_over_60_percent"] = out["gain.predicted"] - 0.6 * out["gain.oracle"];
    out["advantage.easy"] = mean_where(results[1], oracle, 1, 1) - mean_where(results[0], oracle, 1, 1);
    out["advantage.hard"] = mean_where(results[1], oracle, 3, 4) - mean_where(results[0], oracle, 3, 4);
    out["advantage.harder"] = out["advantage.hard"] - out["advantage.easy"];
    return out;
  }

 private:
  static std::vector<int> levels(const std::vector<double>& metric) {
    const std::vector<double> cuts = quantile_cuts(metric, kLevels);
    std::vector<int> out;
    for (const double value : metric) out.push_back(difficulty_level(value, cuts));
    return out;
  }

  static double mean_where(const std::vector<double>& values, const std::vector<int>& level, int low,
                           int high) {
    double sum = 0, count = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      if (level[i] < low || level[i] > high) continue;
      sum += values[i];
      count += 1;
    }
    return count > 0 ? sum / count : 0;
  }

  Step step(const Problem& problem, bool right, Stream random) const {
    const bool next = right && random.chance(problem.accuracy);
    const bool looks_right = next || random.chance(trap_);
    const double logit =
        (looks_right ? gap_ / 2 : -gap_ / 2) + (looks_right && !next ? 1 : 0) + noise_ * random.normal();
    return {next, 1 / (1 + std::exp(-logit))};
  }

  Step solution(const Problem& problem, Stream random) const {
    Step last{.right = true};
    for (size_t k = 0; k < steps_; ++k) last = step(problem, last.right, random.child(k));
    return last;
  }

  // The vote weighted with last scores: 1 where the right answer wins.
  static double vote(const std::vector<Step>& ends, Stream random) {
    std::vector<std::string> answers;
    std::vector<double> scores;
    for (const Step& end : ends) {
      answers.push_back(end.right ? "right" : std::to_string(random.below(6)));
      scores.push_back(end.score);
    }
    return answers[chosen_answer(answers, scores, Choice::weighted)] == "right" ? 1 : 0;
  }

  double best_of_n(const Problem& problem) const {
    std::vector<Step> ends;
    for (size_t s = 0; s < n_; ++s)
      ends.push_back(solution(problem, problem.random.child("sample").child(s)));
    return vote(ends, problem.random.child("answers"));
  }

  double beam(const Problem& problem) const {
    // The step behind a path has the stream of that path; soundness is found by walking it.
    const auto at = [&](const std::vector<size_t>& path) {
      Stream random = problem.random.child("beam");
      Step last{.right = true};
      for (const size_t child : path) {
        random = random.child(child);
        last = step(problem, last.right, random.child("step"));
      }
      return last;
    };
    const BeamResult found = beam_search({.width = n_, .beam = std::max<size_t>(1, n_ / 4), .depth = steps_},
                                         [&](const std::vector<size_t>& path, size_t count) {
                                           std::vector<Proposal> out;
                                           std::vector<size_t> child = path;
                                           child.push_back(0);
                                           for (size_t i = 0; i < count; ++i) {
                                             child.back() = i;
                                             out.push_back({at(child).score, false});
                                           }
                                           return out;
                                         });
    std::vector<Step> ends;
    for (const FoundPath& path : found.paths) ends.push_back(at(path.children));
    return vote(ends, problem.random.child("answers"));
  }

  std::pair<double, double> probe(const Problem& problem) const {
    double right = 0, score = 0;
    for (size_t s = 0; s < kProbes; ++s) {
      const Step end = solution(problem, problem.random.child("probe").child(s));
      right += end.right;
      score += end.score;
    }
    return {right / kProbes, score / kProbes};
  }

  size_t problems_, n_, steps_;
  double gap_, noise_, trap_;
};

}  // namespace

void register_budget_strategies(SimulationRegistry& registry) {
  registry.add({.name = "budget_strategies",
                .summary = "best of n and beam search with equal tokens over five difficulties",
                .paper = "2408.03314, 2502.06703",
                .params = {integer_param("problems", 400, "problems per seed", 20, 100000),
                           integer_param("n", 16, "budget in solutions", 4, 1024),
                           integer_param("steps", 6, "steps of a solution", 1, 50),
                           number_param("gap", 4.0, "logits between right and wrong", 0, 100),
                           number_param("noise", 1.5, "standard deviation of the logits", 0, 100),
                           number_param("trap", 0.08, "share of wrong steps that look right", 0, 1)},
                .reads = {},
                .writes = {}},
               [](const Params& params) { return std::make_unique<BudgetStrategies>(params); });
}

}  // namespace gradus
