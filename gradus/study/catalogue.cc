#include "gradus/study/catalogue.h"

#include "gradus/env/calculator/environment.h"
#include "gradus/env/code/environment.h"
#include "gradus/env/math/environment.h"
#include "gradus/learn/operators.h"
#include "gradus/reward/c_style.h"
#include "gradus/reward/server_findings.h"

namespace gradus {

namespace {

Catalogue build() {
  Catalogue known;
  register_operators(known.operators);
  register_c_style(known.operators);
  register_server_findings(known.operators);
  register_code_environment(known.environments);
  register_math_environment(known.environments);
  register_calculator_environment(known.environments);
  return known;
}

}  // namespace

const Catalogue& catalogue() {
  static const Catalogue known = build();
  return known;
}

}  // namespace gradus
