#include "gradus/learn/operators.h"

#include "gradus/credit/gae.h"
#include "gradus/credit/group_baseline.h"
#include "gradus/credit/step_return.h"
#include "gradus/credit/weighted_sum.h"
#include "gradus/credit/whiten.h"
#include "gradus/reward/affine.h"
#include "gradus/reward/aggregate.h"
#include "gradus/reward/min_form.h"
#include "gradus/reward/normalise.h"
#include "gradus/reward/place.h"
#include "gradus/reward/shuffle.h"
#include "gradus/reward/suffix.h"

namespace gradus {

void register_operators(OperatorRegistry& registry) {
  register_normalise(registry);
  register_shuffle(registry);
  register_min_form(registry);
  register_aggregate(registry);
  register_affine(registry);
  register_suffix(registry);
  register_place(registry);
  register_step_return(registry);
  register_group_baseline(registry);
  register_weighted_sum(registry);
  register_whiten(registry);
  register_gae(registry);
}

const OperatorRegistry& operators() {
  static const OperatorRegistry all = [] {
    OperatorRegistry registry{"operator"};
    register_operators(registry);
    return registry;
  }();
  return all;
}

}  // namespace gradus
