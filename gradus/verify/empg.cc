// The golden function of empg (arXiv 2509.09265): one step per entropy.
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Verified modulation(const Json& in, const Verifying&) {
  std::vector<std::vector<size_t>> lengths;
  for (const Json& row : in.at("step_entropy")) lengths.emplace_back(row.size(), 1);
  DenseBatch dense(ragged_batch(lengths, group_ids(nullptr, lengths.size())));
  dense.put("step.entropy", in.at("step_entropy"));
  dense.put("rollout.advantage", in.at("advantage"));
  Json channels{"scaled"}, weights{1.0};
  if (in.at("zeta") != 0.0) {
    channels.push_back("confidence");
    weights.push_back(in.at("zeta"));
  }
  dense.run_chain("empg/modulate", {{"rate", -in.at("k").get<double>()},
                                    {"future_rate", -in.at("k_future").get<double>()},
                                    {"channels", channels},
                                    {"weights", weights}});
  return {{{"normalized_entropy", dense.get("step.relative")},
           {"scale", dense.get("step.scale")},
           {"modulated", dense.get("step.modulated")},
           {"final", dense.get("step.advantage")}}};
}

}  // namespace

void verify_empg(Adapters& adapters) {
  adapters.add("empg", "A_mod = A*g(H_t)+zeta*f(H_{t+1}), zero-mean", modulation);
}

}  // namespace gradus
