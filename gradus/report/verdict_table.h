// The answer of a study as text for the terminal, at most 110 columns wide: per arm its metrics with role,
// difference to the baseline, 95 % interval and verdict, then the verdict in words, and last what each arm
// was paid for, what was bought of that and of what was not paid, and what it cost.
//
//   fmt::print("{}", verdict_table(results));
//
//   outcome + process, against outcome
//     metric                  role: arm / baseline   difference  95 % interval     verdict
//     Necessary statements    held-out / held-out        +0.240  [+0.229, +0.251]  better
#pragma once

#include <string>

#include "gradus/base/json.h"

namespace gradus {

std::string verdict_table(const Json& results);

}  // namespace gradus
