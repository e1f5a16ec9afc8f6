// What a study can show with the seeds that it has, before it is run: the smallest effect on the primary
// metric that it sees with 80 % chance, and the chance to show that the constraint is not inferior.
//
//   Json forecast = power_forecast(spec, "runs/clean_code");   // with the spread of an earlier run there
//   power_text(forecast);                                      // the same in sentences
//
// How much an arm's difference varies over seeds comes from, in this order: `primary_spread` and
// `constraint_spread` of the study; results.json in the folder; an assumption, which the text names.
#pragma once

#include "gradus/study/spec.h"

namespace gradus {

Json power_forecast(const StudySpec& spec, const std::string& folder);
std::string power_text(const Json& forecast);

}  // namespace gradus
