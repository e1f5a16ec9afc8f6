// Golden functions of igpo (arXiv 2510.14967).
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"
#include "gradus/verify/text_kinds.h"

namespace gradus {

namespace {

// The released code measures masked and padded tokens too: all of the rectangle is trained here, and its mask
// is what carries returns on.
Verified advantage(const Json& in) {
  Json all = in.at("mask");
  for (Json& row : all) std::fill(row.begin(), row.end(), Json(1));
  DenseBatch dense(all, in.at("group"));
  dense.put("token.reward", in.at("token_rewards"));
  dense.put("token.mask", in.at("mask"));
  const bool discounted = in.at("function") == "compute_grpo_discounted_advantage";
  const Json gamma = in.at("gamma").is_null() ? Json(1.0) : in.at("gamma");
  dense.run_chain(discounted ? "igpo/discounted_advantage" : "igpo/advantage", {{"gamma", gamma}});
  return {{{"advantages", dense.get("token.advantage")}, {"returns", dense.get("token.return")}},
          {{"advantages", in.at("mask")}, {"returns", in.at("mask")}}};
}

Verified of_kind(const Json& in, const Verifying&) {
  if (in.at("kind") == "advantage") return advantage(in);
  if (in.at("kind") == "outcome") return verify_igpo_outcome(in);
  if (in.at("kind") == "place_rewards") return verify_igpo_place_rewards(in);
  throw Error::input("no operator for this kind of golden case").found(in.at("kind").dump());
}

}  // namespace

void verify_igpo(Adapters& adapters) {
  adapters.add("igpo",
               "compute_score / compute_f1 / compute_grpo_outcome_advantage / "
               "compute_grpo_discounted_advantage",
               of_kind);
}

}  // namespace gradus
