#include "gradus/simulation/cancelled_errors.h"

#include <algorithm>
#include <numeric>

#include "gradus/eval/benchmarks/vilbench.h"
#include "gradus/eval/selection.h"
#include "gradus/reward/aggregate.h"

namespace gradus {

namespace {

constexpr double kSeenRight = 4, kSeenWrong = 2;
constexpr double kDetectsSpread = 0.15;
constexpr uint64_t kMostWrong = 3;  // steps of a wrong solution

struct Question {
  bool cancelling = false;
  double preference = 0;
  double gain_same = 0;  // on the candidates that the preference is of
  double by_steps = 0, by_response = 0;
};

// What is asked of one question, and how its judges see it.
struct Asked {
  double cancels = 0;      // errors of a wrong solution
  double looks_right = 0;  // score of the end where no flaw is seen
  double sharp = 0;        // accuracy of the judge of steps
};

struct Candidates {
  std::vector<VilbenchCandidate> all;
  std::vector<double> by_steps, by_response;
  std::vector<uint8_t> right;
};

class CancelledErrors : public Simulation {
 public:
  explicit CancelledErrors(const Params& params)
      : questions_(static_cast<size_t>(params.integer("questions"))),
        candidates_(static_cast<size_t>(params.integer("candidates"))),
        steps_(static_cast<size_t>(params.integer("steps"))),
        right_(params.number("right")),
        cancelling_(params.number("cancelling")),
        calibrated_(params.number("calibrated")),
        sees_(params.number("sees")),
        detects_(params.number("detects")),
        noise_(params.number("noise")) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    std::vector<Question> all;
    for (size_t q = 0; q < questions_; ++q) {
      if (std::optional<Question> one = question(random.child(q))) all.push_back(*one);
    }
    const auto keep = static_cast<std::ptrdiff_t>(cancelling_ * static_cast<double>(all.size()));
    Numbers out;
    put(out, ".random", std::span(all).first(static_cast<size_t>(keep)));  // they stand in no order yet
    std::stable_sort(all.begin(), all.end(),
                     [](const Question& a, const Question& b) { return a.preference > b.preference; });
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
    double steps = 0, response = 0, same = 0;
    for (const Question& one : questions) {
      steps += one.by_steps;
      response += one.by_response;
      same += one.gain_same;
    }
    const double count = std::max(1.0, static_cast<double>(questions.size()));
    out["steps" + of] = steps / count;
    out["response" + of] = response / count;
    out["gain" + of] = (steps - response) / count;
    out["gain_same" + of] = same / count;
  }

  // None without a right candidate: it has no preference.
  std::optional<Question> question(Stream random) const {
    Question out;
    out.cancelling = random.chance(cancelling_);
    Asked asked;
    asked.cancels = out.cancelling ? random.uniform() : 0.0;
    const double trusted = right_ / (right_ + (1 - right_) * asked.cancels);
    asked.looks_right = kSeenRight - (kSeenRight - kSeenWrong) * calibrated_ * (1 - trusted);
    asked.sharp = std::clamp(detects_ + kDetectsSpread * (2 * random.uniform() - 1), 0.0, 1.0);
    const Candidates kept_by = sample(asked, random), measured = sample(asked, random);
    const std::optional<double> preference = vilbench_preference(kept_by.all);
    if (!preference) return std::nullopt;
    out.preference = *preference;
    out.gain_same = pick_best(kept_by.by_steps, kept_by.right).first -
                    pick_best(kept_by.by_response, kept_by.right).first;
    out.by_steps = pick_best(measured.by_steps, measured.right).first;
    out.by_response = pick_best(measured.by_response, measured.right).first;
    return out;
  }

  Candidates sample(const Asked& asked, Stream& random) const {
    Candidates out;
    for (size_t c = 0; c < candidates_; ++c) {
      VilbenchCandidate one;
      one.right = random.chance(right_);
      std::vector<bool> wrong(steps_, false);
      for (uint64_t k = one.right ? 0 : 1 + random.below(kMostWrong); k > 0; --k) {
        wrong[random.below(steps_)] = true;
      }
      for (size_t k = 0; k < steps_; ++k) {
        const bool says_wrong = random.chance(asked.sharp) == wrong[k];
        one.steps.push_back((says_wrong ? kSeenWrong : kSeenRight) + noise_ * random.normal());
      }
      const bool flaw_shows = !one.right && !random.chance(asked.cancels);
      const bool sees_flaw = random.chance(sees_) == flaw_shows;
      one.score = (sees_flaw ? kSeenWrong : asked.looks_right) + noise_ * random.normal();
      out.by_steps.push_back(aggregate("mean", one.steps));
      out.by_response.push_back(*one.score);
      out.right.push_back(one.right);
      out.all.push_back(std::move(one));
    }
    return out;
  }

  size_t questions_, candidates_, steps_;
  double right_, cancelling_, calibrated_, sees_, detects_, noise_;
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
                  number_param("cancelling", 0.3, "share of questions whose errors may cancel", 0.01, 0.99),
                  number_param("calibrated", 0.5, "how far the judge of the end knows it", 0, 1),
                  number_param("sees", 0.9, "the judge of the end is right about what shows", 0, 1),
                  number_param("detects", 0.8, "mean accuracy of the judge of steps", 0.5, 1),
                  number_param("noise", 0.5, "standard deviation of both judges", 0, 10)},
       .reads = {},
       .writes = {}},
      [](const Params& params) { return std::make_unique<CancelledErrors>(params); });
}

}  // namespace gradus
