#include "gradus/simulation/cancelled_errors.h"

#include <algorithm>
#include <numeric>

#include "gradus/eval/benchmarks/vilbench.h"
#include "gradus/eval/selection.h"
#include "gradus/reward/aggregate.h"

namespace gradus {

namespace {

constexpr double kSeenRight = 4, kSeenWrong = 2, kUnsure = 3;

struct Question {
  bool cancelling = false;
  double preference = 0, by_steps = 0, by_response = 0;
};

class CancelledErrors : public Simulation {
 public:
  explicit CancelledErrors(const Params& params)
      : questions_(static_cast<size_t>(params.integer("questions"))),
        candidates_(static_cast<size_t>(params.integer("candidates"))),
        steps_(static_cast<size_t>(params.integer("steps"))),
        right_(params.number("right")),
        cancelling_(params.number("cancelling")),
        noise_(params.number("noise")) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    std::vector<Question> all;
    for (size_t q = 0; q < questions_; ++q) {
      if (std::optional<Question> one = question(random.child(q))) all.push_back(*one);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Question& a, const Question& b) { return a.preference > b.preference; });
    const auto keep = static_cast<std::ptrdiff_t>(cancelling_ * static_cast<double>(all.size()));
    Numbers out;
    put(out, ".kept", std::span(all).first(static_cast<size_t>(keep)));
    put(out, ".rest", std::span(all).subspan(static_cast<size_t>(keep)));
    const auto is_cancelling = [](const Question& one) { return one.cancelling; };
    const auto found = std::count_if(all.begin(), all.begin() + keep, is_cancelling);
    const auto there = std::count_if(all.begin(), all.end(), is_cancelling);
    out["found"] = there > 0 ? static_cast<double>(found) / static_cast<double>(there) : 0;
    return out;
  }

 private:
  static void put(Numbers& out, const std::string& of, std::span<const Question> questions) {
    double steps = 0, response = 0;
    for (const Question& one : questions) {
      steps += one.by_steps;
      response += one.by_response;
    }
    const double count = std::max(1.0, static_cast<double>(questions.size()));
    out["steps" + of] = steps / count;
    out["response" + of] = response / count;
    out["gain" + of] = (steps - response) / count;
  }

  // None without a right candidate: it has no preference.
  std::optional<Question> question(Stream random) const {
    Question out{.cancelling = random.chance(cancelling_)};
    std::vector<VilbenchCandidate> candidates;
    std::vector<double> by_steps, by_response;
    std::vector<uint8_t> right;
    for (size_t c = 0; c < candidates_; ++c) {
      VilbenchCandidate one{.right = random.chance(right_)};
      for (size_t k = 0; k < steps_; ++k) {
        const bool wrong = !one.right && (k == steps_ / 2 || k + 1 == steps_ / 2);
        one.steps.push_back((wrong ? kSeenWrong : kSeenRight) + noise_ * random.normal());
      }
      one.score = out.cancelling ? kUnsure + random.normal()
                                 : (one.right ? kSeenRight : kSeenWrong) + noise_ * random.normal();
      by_steps.push_back(aggregate("mean", one.steps));
      by_response.push_back(*one.score);
      right.push_back(one.right);
      candidates.push_back(std::move(one));
    }
    const std::optional<double> preference = vilbench_preference(candidates);
    if (!preference) return std::nullopt;
    out.preference = *preference;
    out.by_steps = pick_best(by_steps, right).first;
    out.by_response = pick_best(by_response, right).first;
    return out;
  }

  size_t questions_, candidates_, steps_;
  double right_, cancelling_, noise_;
};

}  // namespace

void register_cancelled_errors(SimulationRegistry& registry) {
  registry.add(
      {.name = "cancelled_errors",
       .summary = "wrong steps that cancel: where step scores choose better than one score",
       .paper = "2503.20271",
       .params = {integer_param("questions", 1000, "questions per seed", 10, 1000000),
                  integer_param("candidates", 24, "solutions of a question", 1, 1000),
                  integer_param("steps", 6, "steps of a solution", 4, 100),
                  number_param("right", 0.4, "probability that a candidate is right", 0, 1),
                  number_param("cancelling", 0.3, "share of questions whose errors cancel", 0.01, 0.99),
                  number_param("noise", 0.5, "standard deviation of a sure judge", 0, 10)},
       .reads = {},
       .writes = {}},
      [](const Params& params) { return std::make_unique<CancelledErrors>(params); });
}

}  // namespace gradus
