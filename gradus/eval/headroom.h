// Could the study have shown anything? Where the base policy is at chance, or at the end of a metric's range,
// and training moved neither arm away from there, the comparison has no room and its answer is "cannot tell".
//
//   std::optional<std::string> why = no_room(table, plan, update);   // a sentence; none: there is room
#pragma once

#include <optional>
#include <string>

#include "gradus/eval/comparison.h"

namespace gradus {

// `primary` is the row of the arm under test. The outcome at chance leaves no room whatever the primary
// metric does; the primary metric at its ceiling or floor leaves none unless it moved all the same.
std::optional<std::string> no_room(const EvalTable& table, const AnalysisPlan& plan, int64_t update,
                                   const Comparison& primary);

}  // namespace gradus
