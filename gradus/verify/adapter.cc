#include "gradus/verify/adapter.h"

#include "gradus/base/error.h"
#include "gradus/verify/methods.h"

namespace gradus {

void Adapters::add(const std::string& method, const std::string& function, Adapter adapter) {
  require(all_.emplace(std::pair(method, function), std::move(adapter)).second,
          "one adapter per golden function: " + method + " / " + function);
}

const Adapter* Adapters::find(const std::string& method, const std::string& function) const {
  const auto it = all_.find({method, function});
  return it == all_.end() ? nullptr : &it->second;
}

const Adapters& adapters() {
  static const Adapters all = [] {
    Adapters built;
    verify_capo(built);
    verify_clip_delta(built);
    verify_cooper(built);
    verify_grad_shaping(built);
    verify_gigpo(built);
    verify_grpo_groups(built);
    verify_grpo_losses(built);
    verify_grpo_tokens(built);
    verify_spark(built);
    verify_rlfr(built);
    verify_spa_rl(built);
    verify_empg(built);
    verify_implicit_prm(built);
    verify_lanser(built);
    verify_webgen_agent(built);
    verify_prime(built);
    verify_oprl(built);
    verify_igpo(built);
    verify_oni(built);
    verify_ppr(built);
    verify_pure(built);
    verify_segmentation(built);
    verify_btl_ui(built);
    verify_toolrl(built);
    verify_prof(built);
    verify_score_losses(built);
    verify_bon(built);
    verify_compute_optimal(built);
    verify_consensus(built);
    verify_prm_training(built);
    verify_rewardbench2(built);
    verify_rewardmath(built);
    verify_mr_score(built);
    verify_prmbench(built);
    verify_processbench(built);
    verify_reasoneval(built);
    return built;
  }();
  return all;
}

}  // namespace gradus
