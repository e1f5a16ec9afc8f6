#include "gradus/study/catalogue.h"

#include "gradus/credit/group_baseline.h"
#include "gradus/credit/step_return.h"
#include "gradus/credit/weighted_sum.h"
#include "gradus/env/calculator/environment.h"
#include "gradus/env/code/environment.h"
#include "gradus/env/math/environment.h"
#include "gradus/reward/affine.h"
#include "gradus/reward/aggregate.h"
#include "gradus/reward/c_style.h"
#include "gradus/reward/min_form.h"
#include "gradus/reward/normalise.h"
#include "gradus/reward/shuffle.h"

namespace gradus {

namespace {

Catalogue build() {
  Catalogue known;
  register_c_style(known.operators);
  register_normalise(known.operators);
  register_shuffle(known.operators);
  register_min_form(known.operators);
  register_aggregate(known.operators);
  register_affine(known.operators);
  register_step_return(known.operators);
  register_group_baseline(known.operators);
  register_weighted_sum(known.operators);
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
