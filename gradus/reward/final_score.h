// The score that a generative judge of turns ends with: "<final_score>SCORE,MAXIMUM</final_score>"
// (PPRM, arXiv 2509.25598).
//
//   std::optional<double> value = final_score("Good.\n<final_score>4,6</final_score>");   // 4 / 6
//
// The last tag counts. SCORE and MAXIMUM are whole numbers with 0 <= SCORE <= MAXIMUM and MAXIMUM > 0;
// anything else, or no tag, is no score (the authors' code then leaves the turn at 0 before it is
// renormalised).
#pragma once

#include <optional>
#include <string_view>

namespace gradus {

std::optional<double> final_score(std::string_view judgement);

}  // namespace gradus
