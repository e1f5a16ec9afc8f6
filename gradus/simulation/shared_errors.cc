#include "gradus/simulation/shared_errors.h"

#include <algorithm>
#include <cmath>

#include "gradus/eval/benchmarks/rewardmath.h"
#include "gradus/eval/selection.h"
#include "gradus/simulation/correlation.h"

namespace gradus {

namespace {

constexpr size_t kWrong = 9;

// The place below which a share of the normal distribution lies, by bisection.
double normal_quantile(double share) {
  double low = -10, high = 10;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < share ? low : high) = middle;
  }
  return low;
}

struct Scorer {
  double right_noise = 0, wrong_noise = 0, lead = 0;
  double score(bool right, Stream& random) const {
    return right ? lead + right_noise * random.normal() : wrong_noise * random.normal();
  }
};

class SharedErrors : public Simulation {
 public:
  explicit SharedErrors(const Params& params)
      : scorers_(static_cast<size_t>(params.integer("scorers"))),
        problems_(static_cast<size_t>(params.integer("problems"))),
        n_(static_cast<size_t>(params.integer("n"))),
        right_(params.number("right")),
        one_to_one_(params.number("one_to_one")),
        spread_(params.number("spread")),
        sharing_(params.number("sharing")) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    std::vector<double> one, many, gold;
    for (size_t s = 0; s < scorers_; ++s) {
      const Scorer scorer = drawn(random.child("scorer").child(s));
      measure(scorer, random.child("benchmark").child(s), one, many);
      gold.push_back(best_of(scorer, random.child("gold").child(s)));
    }
    const auto [low, high] = std::minmax_element(one.begin(), one.end());
    const double with_one = rank_correlation(one, gold), with_many = rank_correlation(many, gold);
    return {{"spearman.one_to_one", with_one},
            {"spearman.one_to_many", with_many},
            {"spearman.difference", with_many - with_one},
            {"one_to_one.spread", *high - *low}};
  }

 private:
  Scorer drawn(Stream random) const {
    const double accuracy = std::clamp(one_to_one_ + spread_ * (2 * random.uniform() - 1), 0.5, 0.999);
    const double shared = 0.5 + sharing_ * (random.uniform() - 0.5);
    return {std::sqrt(shared), std::sqrt(1 - shared), normal_quantile(accuracy)};
  }

  void measure(const Scorer& scorer, Stream random, std::vector<double>& one,
               std::vector<double>& many) const {
    double single = 0, all = 0;
    for (size_t p = 0; p < problems_; ++p) {
      const std::vector<double> right = {scorer.score(true, random)};
      std::vector<double> wrong;
      for (size_t w = 0; w < kWrong; ++w) wrong.push_back(scorer.score(false, random));
      single += rewardmath_result(right, std::span(wrong).first(1)).accurate;
      all += rewardmath_result(right, wrong).accurate;
    }
    one.push_back(single / static_cast<double>(problems_));
    many.push_back(all / static_cast<double>(problems_));
  }

  double best_of(const Scorer& scorer, Stream random) const {
    double sum = 0;
    for (size_t p = 0; p < problems_; ++p) {
      std::vector<double> scores;
      std::vector<uint8_t> right;
      for (size_t i = 0; i < n_; ++i) {
        right.push_back(random.chance(right_));
        scores.push_back(scorer.score(right.back() != 0, random));
      }
      sum += pick_best(scores, right).first;
    }
    return sum / static_cast<double>(problems_);
  }

  size_t scorers_, problems_, n_;
  double right_, one_to_one_, spread_, sharing_;
};

}  // namespace

void register_shared_errors(SimulationRegistry& registry) {
  registry.add({.name = "shared_errors",
                .summary = "scorers of unlike errors: which accuracy tells what best of n is worth",
                .paper = "2410.01729",
                .params = {integer_param("scorers", 10, "how many", 3, 1000),
                           integer_param("problems", 483, "problems of the benchmark", 1, 1000000),
                           integer_param("n", 64, "candidates of best of n", 1, 100000),
                           number_param("right", 0.2, "probability that a candidate is right", 0, 1),
                           number_param("one_to_one", 0.9, "P(right above wrong)", 0.5, 0.999),
                           number_param("spread", 0.05, "how far scorers differ in it", 0, 0.5),
                           number_param("sharing", 0.9, "how far scorers differ in shared errors", 0, 1)},
                .reads = {},
                .writes = {}},
               [](const Params& params) { return std::make_unique<SharedErrors>(params); });
}

}  // namespace gradus
