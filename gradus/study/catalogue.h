// Everything that can be named in a recipe or a study, in one explicit list (no static registration, so
// nothing depends on link order).
//
//   const Catalogue& known = catalogue();
//   auto env = known.environments.make("code", {{"regime", "neutral"}});
#pragma once

#include "gradus/env/environment.h"
#include "gradus/rollout/operator.h"

namespace gradus {

struct Catalogue {
  OperatorRegistry operators{"operator"};
  EnvironmentRegistry environments{"environment"};
};

const Catalogue& catalogue();

}  // namespace gradus
