// The vote rules of openr and compute-optimal-tts by their released names, for golden sets that hold them.
//
//   Json out = votes(in.at("answers"), in.at("step_scores"), {"prm_min_max", "prm_last_vote"});
//
// "prm_FORM_max" is the answer of the best sample, "prm_FORM_vote" that with the largest sum, "majority_vote"
// is always among them. A sample without step scores counts -1: it wins only against its like.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

constexpr double kNoStepScore = -1.0;

Json votes(const Json& answers, const Json& step_scores, const std::vector<std::string>& rules);

}  // namespace gradus
