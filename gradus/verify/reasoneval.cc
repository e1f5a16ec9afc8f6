// Golden function of ReasonEval (arXiv 2404.05692): macro F1 from counts.
#include "gradus/eval/benchmarks/reasoneval.h"

#include "gradus/base/error.h"
#include "gradus/verify/methods.h"

namespace gradus {

void verify_reasoneval(Adapters& adapters) {
  adapters.add("reasoneval", "calculate_f1_score", [](const Json& in, const Verifying&) {
    const Share f1 = reasoneval_f1({.right_hits = in.at("correct_true_num"),
                                    .right = in.at("total_true_num"),
                                    .wrong_hits = in.at("correct_false_num"),
                                    .wrong = in.at("total_false_num")});
    if (!f1) throw Error::input("the released code divides by zero here");
    return Verified{{{"macro_f1", *f1}}};
  });
}

}  // namespace gradus
