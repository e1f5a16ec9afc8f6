#include "gradus/simulation/score_norms.h"

#include <algorithm>
#include <cmath>

#include "gradus/simulation/tabular_policy.h"

namespace gradus {

namespace {

constexpr double kRounding = 1e-12;  // norms that differ by less count as equal

class ScoreNorms : public Simulation {
 public:
  explicit ScoreNorms(const Params& params)
      : policies_(static_cast<size_t>(params.integer("policies"))),
        actions_(static_cast<size_t>(params.integer("actions"))),
        spread_(params.number("spread")) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    TabularPolicy policy(policies_, actions_);
    Stream logits = random.child("logits");
    std::vector<std::pair<double, double>> found;  // H2, norm
    double gap = 0;
    for (size_t s = 0; s < policies_; ++s) {
      const double deviation = spread_ * logits.uniform();
      for (double& x : policy.logits(s)) x = deviation * logits.normal();
      double together = 0;
      for (const double p : policy.probabilities(s)) together += p * p;
      const double norm = expected_norm(policy, s);
      gap = std::max(gap, std::abs(norm - (1 - together)));
      found.emplace_back(-std::log(together), norm);
    }
    std::sort(found.begin(), found.end());
    double inversions = 0;
    for (size_t i = 1; i < found.size(); ++i) {
      inversions += found[i].second < found[i - 1].second - kRounding;
    }
    return {{"identity_gap", gap}, {"inversions", inversions / static_cast<double>(policies_)}};
  }

 private:
  static double expected_norm(const TabularPolicy& policy, size_t state) {
    const std::vector<double> p = policy.probabilities(state);
    double out = 0;
    for (size_t a = 0; a < p.size(); ++a) {
      for (const double slope : policy.score(state, a)) out += p[a] * slope * slope;
    }
    return out;
  }

  size_t policies_, actions_;
  double spread_;
};

}  // namespace

void register_score_norms(SimulationRegistry& registry) {
  registry.add({.name = "score_norms",
                .summary = "how far one action moves a softmax policy, against its certainty",
                .paper = "2509.09265",
                .params = {integer_param("policies", 1000, "random policies per seed", 2, 1000000),
                           integer_param("actions", 16, "actions of each", 2, 10000),
                           number_param("spread", 5.0, "largest deviation of the logits", 0, 100)},
                .reads = {},
                .writes = {}},
               [](const Params& params) { return std::make_unique<ScoreNorms>(params); });
}

}  // namespace gradus
