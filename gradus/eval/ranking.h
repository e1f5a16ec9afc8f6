// How well scores rank right units above wrong ones. Ties count half in AUROC; in AUPRC units of equal score
// enter together (average precision over distinct scores, no interpolation).
//
//   std::vector<ScoredUnit> units = {{0.9, true}, {0.4, false}, {0.4, true}};
//   auroc(units);                    // 0.75 = P(right above wrong) + half P(tie)
//   auprc(units);                    // right steps as the positive class
//   auprc(units, false);             // wrong steps as the positive class, by -score
//
// Nothing where a class is empty. Scores must be finite.
#pragma once

#include <optional>
#include <span>

namespace gradus {

struct ScoredUnit {
  double score = 0;
  bool right = false;
};

std::optional<double> auroc(std::span<const ScoredUnit> units);
std::optional<double> auprc(std::span<const ScoredUnit> units, bool right_is_positive = true);

}  // namespace gradus
