#include "gradus/learn/operators.h"

#include "gradus/credit/gae.h"
#include "gradus/credit/group_baseline.h"
#include "gradus/credit/peer_baseline.h"
#include "gradus/credit/step_return.h"
#include "gradus/credit/token_baseline.h"
#include "gradus/credit/weighted_sum.h"
#include "gradus/credit/whiten.h"
#include "gradus/learn/aggregation.h"
#include "gradus/learn/consensus.h"
#include "gradus/learn/covariance_clip.h"
#include "gradus/learn/curation.h"
#include "gradus/learn/kl.h"
#include "gradus/learn/policy_loss.h"
#include "gradus/learn/score_loss.h"
#include "gradus/learn/top_share.h"
#include "gradus/learn/value_loss.h"
#include "gradus/reward/adaptive_weight.h"
#include "gradus/reward/affine.h"
#include "gradus/reward/aggregate.h"
#include "gradus/reward/agreement.h"
#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/select_answer.h"
#include "gradus/reward/answer_overlap.h"
#include "gradus/reward/block_format.h"
#include "gradus/reward/by_success.h"
#include "gradus/reward/class_margin.h"
#include "gradus/reward/difference.h"
#include "gradus/reward/edit_steps.h"
#include "gradus/reward/executed.h"
#include "gradus/reward/execution_penalty.h"
#include "gradus/reward/fill.h"
#include "gradus/reward/first_valid.h"
#include "gradus/reward/gate.h"
#include "gradus/reward/gui_step.h"
#include "gradus/reward/length.h"
#include "gradus/reward/log_ratio.h"
#include "gradus/reward/merge.h"
#include "gradus/reward/min_form.h"
#include "gradus/reward/normalise.h"
#include "gradus/reward/occurrences.h"
#include "gradus/reward/phrases.h"
#include "gradus/reward/place.h"
#include "gradus/reward/pointwise.h"
#include "gradus/reward/rescale.h"
#include "gradus/reward/running.h"
#include "gradus/reward/schedule.h"
#include "gradus/reward/shift.h"
#include "gradus/reward/shuffle.h"
#include "gradus/reward/spread.h"
#include "gradus/reward/suffix.h"
#include "gradus/reward/tool_call.h"
#include "gradus/reward/top.h"
#include "gradus/reward/transform.h"
#include "gradus/reward/verification.h"
#include "gradus/reward/vote.h"

namespace gradus {

void register_operators(OperatorRegistry& registry) {
  register_normalise(registry);
  register_shuffle(registry);
  register_min_form(registry);
  register_aggregate(registry);
  register_affine(registry);
  register_class_margin(registry);
  register_suffix(registry);
  register_place(registry);
  register_by_success(registry);
  register_difference(registry);
  register_first_valid(registry);
  register_gate(registry);
  register_length(registry);
  register_merge(registry);
  register_occurrences(registry);
  register_phrases(registry);
  register_pointwise(registry);
  register_running(registry);
  register_schedule(registry);
  register_adaptive_weight(registry);
  register_spread(registry);
  register_vote(registry);
  register_step_return(registry);
  register_group_baseline(registry);
  register_peer_baseline(registry);
  register_token_baseline(registry);
  register_weighted_sum(registry);
  register_whiten(registry);
  register_gae(registry);
  register_agreement(registry);
  register_edit_steps(registry);
  register_executed(registry);
  register_fill(registry);
  register_log_ratio(registry);
  register_rescale(registry);
  register_shift(registry);
  register_top(registry);
  register_transform(registry);
  register_block_format(registry);
  register_think_length(registry);
  register_tool_call(registry);
  register_kl(registry);
  register_policy_loss(registry);
  register_value_loss(registry);
  register_aggregation(registry);
  register_answer_format(registry);
  register_answer_equal(registry);
  register_answer_overlap(registry);
  register_execution_penalty(registry);
  register_gui_step(registry);
  register_verification(registry);
  register_score_loss(registry);
  register_top_share(registry);
  register_covariance_clip(registry);
  register_curation(registry);
  register_consensus(registry);
  register_select_answer(registry);
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
