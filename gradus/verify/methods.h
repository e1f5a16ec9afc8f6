// The golden functions of every method that is built, one file each.
#pragma once

#include "gradus/verify/adapter.h"

namespace gradus {

void verify_capo(Adapters& adapters);
void verify_clip_delta(Adapters& adapters);
void verify_cooper(Adapters& adapters);
void verify_grad_shaping(Adapters& adapters);
void verify_gigpo(Adapters& adapters);
void verify_grpo_groups(Adapters& adapters);
void verify_grpo_losses(Adapters& adapters);
void verify_grpo_tokens(Adapters& adapters);
void verify_spark(Adapters& adapters);
void verify_rlfr(Adapters& adapters);
void verify_spa_rl(Adapters& adapters);
void verify_empg(Adapters& adapters);
void verify_implicit_prm(Adapters& adapters);
void verify_lanser(Adapters& adapters);
void verify_webgen_agent(Adapters& adapters);
void verify_prime(Adapters& adapters);
void verify_oprl(Adapters& adapters);
void verify_igpo(Adapters& adapters);
void verify_oni(Adapters& adapters);
void verify_ppr(Adapters& adapters);
void verify_pure(Adapters& adapters);
void verify_segmentation(Adapters& adapters);
void verify_btl_ui(Adapters& adapters);
void verify_toolrl(Adapters& adapters);
void verify_prof(Adapters& adapters);
void verify_score_losses(Adapters& adapters);
void verify_bon(Adapters& adapters);
void verify_compute_optimal(Adapters& adapters);
void verify_consensus(Adapters& adapters);
void verify_prm_training(Adapters& adapters);
void verify_rewardbench2(Adapters& adapters);
void verify_rewardmath(Adapters& adapters);
void verify_mr_score(Adapters& adapters);
void verify_prmbench(Adapters& adapters);
void verify_processbench(Adapters& adapters);
void verify_reasoneval(Adapters& adapters);

}  // namespace gradus
