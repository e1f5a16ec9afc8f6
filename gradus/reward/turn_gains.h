// Which gains go with which turns when their numbers disagree (IGPO, arXiv 2510.14967; released code
// GuoqingWang1/IGPO at bff163b, verl/utils/reward_score/info_gain.py).
//
//   gains_of_turns({0.1, 0.2}, 3);   // {0.1, 0.2}: every turn but the answering one has a gain
//   gains_of_turns({0.1}, 3);        // {}: none is trusted, only the outcome counts
//
// With more than 10 turns one missing gain is taken for 0 (the probe of the last turn was cut off) and gains
// beyond the last turn are left out.
#pragma once

#include <cstddef>
#include <vector>

namespace gradus {

// Throws Error::input where more than one gain of a long rollout is missing.
std::vector<double> gains_of_turns(std::vector<double> gains, size_t turns);

}  // namespace gradus
