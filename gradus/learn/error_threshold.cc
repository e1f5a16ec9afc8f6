#include "gradus/learn/error_threshold.h"

#include "gradus/base/error.h"
#include "gradus/base/logistic.h"

namespace gradus {

ErrorThreshold best_error_threshold(std::span<const LabelledSteps> solutions, size_t thresholds) {
  if (thresholds < 2) {
    throw Error::input("too few thresholds to choose from")
        .field("thresholds")
        .found(std::to_string(thresholds))
        .expected("2 or more");
  }
  std::vector<LabelledSteps> odds(solutions.begin(), solutions.end());
  double sound = 0, flawed = 0;
  for (LabelledSteps& solution : odds) {
    for (double& score : solution.scores) score = sigmoid(score);
    (solution.first_error < 0 ? sound : flawed) += 1;
  }
  ErrorThreshold best;
  if (sound == 0 || flawed == 0) return best;
  for (size_t i = 0; i < thresholds; ++i) {
    const double t = static_cast<double>(i) * (1.0 / static_cast<double>(thresholds - 1));
    double right_sound = 0, right_flawed = 0;
    for (const LabelledSteps& solution : odds) {
      int64_t predicted = -1;
      for (size_t k = 0; k < solution.scores.size() && predicted < 0; ++k) {
        if (solution.scores[k] < t) predicted = static_cast<int64_t>(k);
      }
      if (predicted != solution.first_error) continue;
      (solution.first_error < 0 ? right_sound : right_flawed) += 1;
    }
    const double a = right_sound / sound, b = right_flawed / flawed;
    const double f1 = a + b > 0 ? 2 * a * b / (a + b) : 0;
    if (f1 > best.f1) best = {t, f1};
  }
  return best;
}

}  // namespace gradus
