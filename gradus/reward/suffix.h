// shape.suffix: what comes after, at every step or trained token.
//
//   form = "sum"   G_k = r_k + gamma * G_{k+1}      return-to-go
//   form = "min"   G_k = min(r_k, G_{k+1})          the worst that is still to come
//
// Observed places are skipped and not written. A missing reward adds nothing to a sum (it is one discount
// further on) and takes no part in a minimum; a place with no valid reward at or after it stays missing.
//
// On tokens the minimum runs over the tokens that hold a reward: process rewards placed on step ends, missing
// elsewhere, give the minimum over steps (PURE, arXiv 2504.15275). The released strict min-form holds 0 on
// the other tokens instead, so that no return is above 0; a channel with those zeros gives just that.
//
// carry: a channel that multiplies what a place hands back, G_k = r_k + gamma * c_{k+1} * G_{k+1}; 1 where it
// is missing. Code that multiplies by the mask of the next token (IGPO, arXiv 2510.14967; REINFORCE++ in
// verl) cuts the return at every masked token: the mask is then the carry.
//
//   [[operator]]
//   name = "shape.suffix"
//   channel = "prm"
//   form = "min"
//   into = "return"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

enum class SuffixForm { sum, min };

// `carry`: see above; null: 1 everywhere.
Column suffixes_of(const RolloutBatch& batch, const Column& values, SuffixForm form, double gamma,
                   const Column* carry = nullptr);

void register_suffix(OperatorRegistry& registry);

}  // namespace gradus
