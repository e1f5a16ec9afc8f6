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
  dense.run("shape.rescale", {{"channel", "entropy"}, {"into", "relative"}});
  dense.run("shape.transform",
            {{"channel", "relative"}, {"rate", -in.at("k").get<double>()}, {"into", "scale"}});
  dense.run("shape.rescale", {{"channel", "scale"}, {"form", "mean"}, {"into", "scale"}});
  const Json scale = dense.get("step.scale");
  dense.run("shape.multiply", {{"channel", "scale"}, {"by", "advantage"}, {"by_level", "rollout"}});
  dense.run("shape.transform",
            {{"channel", "relative"}, {"rate", -in.at("k_future").get<double>()}, {"into", "confidence"}});
  dense.run("shape.shift", {{"channel", "confidence"}, {"into", "confidence"}});
  Json from{"scale"}, weights{1.0};
  if (in.at("zeta") != 0.0) {
    from.push_back("confidence");
    weights.push_back(in.at("zeta"));
  }
  dense.run("credit.sum", {{"from", from}, {"weights", weights}, {"level", "step"}, {"into", "advantage"}});
  const Json modulated = dense.get("step.advantage");
  dense.run("shape.normalise", {{"channel", "advantage"}, {"pool", "batch"}, {"scale", "none"}});
  return {{{"normalized_entropy", dense.get("step.relative")},
           {"scale", scale},
           {"modulated", modulated},
           {"final", dense.get("step.advantage")}}};
}

}  // namespace

void verify_empg(Adapters& adapters) {
  adapters.add("empg", "A_mod = A*g(H_t)+zeta*f(H_{t+1}), zero-mean", modulation);
}

}  // namespace gradus
