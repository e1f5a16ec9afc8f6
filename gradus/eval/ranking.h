// How well scores rank right units above wrong ones. Ties count half in AUROC; in AUPRC units of equal score
// enter together (average precision over distinct scores, no interpolation).
//
//   std::vector<ScoredUnit> units = {{0.9, true}, {0.4, false}, {0.4, true}};
//   Ranking r = rank_units(units);   // sorts them, without a copy
//   r.auroc;                         // 0.75 = P(right above wrong) + half P(tie)
//   r.auprc_right;                   // right steps as the positive class
//   r.auprc_wrong;                   // wrong steps as the positive class, by -score
//
// Nothing where a class is empty. Scores must be finite.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace gradus {

struct ScoredUnit {
  double score = 0;
  bool right = false;
  uint32_t question = 0;  // units of one question are resampled together (unit_bootstrap.h)
};

struct Ranking {
  std::optional<double> auroc, auprc_right, auprc_wrong;
};

Ranking rank_units(std::span<ScoredUnit> units);

}  // namespace gradus
