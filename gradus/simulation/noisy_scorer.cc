#include "gradus/simulation/noisy_scorer.h"

#include <fmt/format.h>

#include "gradus/eval/benchmarks/rewardbench2.h"

namespace gradus {

namespace {

class NoisyScorer : public Simulation {
 public:
  explicit NoisyScorer(const Params& params)
      : prompts_(static_cast<size_t>(params.integer("prompts"))),
        noise_(params.numbers("noise")),
        slack_(params.number("slack")),
        bonus_(params.number("bonus")) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    Numbers out;
    double before = 2;
    bool falls = true;
    for (const double noise : noise_) {
      const double accuracy = best_of_4(noise, random.child("best of 4"));
      out[fmt::format("best_of_4.{}", noise)] = accuracy;
      falls = falls && accuracy < before - (before > 1 ? 0 : slack_);
      before = accuracy;
    }
    out["falls"] = falls;
    out["last"] = before;
    const TiesScore plain = ties(0, random.child("ties")), raised = ties(bonus_, random.child("ties"));
    out["ties.tied_accuracy"] = plain.tied_accuracy;
    out["ties.margin"] = *plain.margin;
    out["ties.margin_hard"] = *plain.margin_hard;
    out["bonus.tied_accuracy"] = raised.tied_accuracy - plain.tied_accuracy;
    out["bonus.margin"] = *raised.margin - *plain.margin;
    out["bonus.margin_hard"] = *raised.margin_hard - *plain.margin_hard;
    return out;
  }

 private:
  double best_of_4(double noise, Stream random) const {
    double sum = 0;
    for (size_t p = 0; p < prompts_; ++p) {
      std::vector<double> scores = {1, 0, 0, 0};
      for (double& score : scores) score += noise * random.normal();
      sum += best_of_n(scores);
    }
    return sum / static_cast<double>(prompts_);
  }

  TiesScore ties(double bonus, Stream random) const {
    constexpr double kNoise = 0.3;
    std::vector<TiesRow> rows;
    for (size_t k = 0; k < prompts_; ++k) {
      for (const size_t right : {size_t{1}, size_t{4}}) {
        TiesRow row{fmt::format("{}:{}", right == 1 ? "ref" : "tied", k), right, {}};
        for (size_t i = 0; i < right + 4; ++i)
          row.scores.push_back((i < right ? 2 : 0) + kNoise * random.normal());
        if (right > 1) row.scores[0] += bonus;
        rows.push_back(std::move(row));
      }
    }
    return score_ties(rows);
  }

  size_t prompts_;
  std::vector<double> noise_;
  double slack_, bonus_;
};

}  // namespace

void register_noisy_scorer(SimulationRegistry& registry) {
  registry.add({.name = "noisy_scorer",
                .summary = "a scorer with growing noise on best of 4 and on Ties",
                .paper = "2506.01937",
                .params = {integer_param("prompts", 1000, "prompts of each kind per seed", 1, 1000000),
                           numbers_param("noise", Json{0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 50.0},
                                         "standard deviations", 0, 1e6),
                           number_param("slack", 0.0, "how much more an accuracy must fall", 0, 1),
                           number_param("bonus", 2.0, "added to one right answer", 0, 1e6)},
                .reads = {},
                .writes = {}},
               [](const Params& params) { return std::make_unique<NoisyScorer>(params); });
}

}  // namespace gradus
