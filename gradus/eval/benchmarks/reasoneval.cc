#include "gradus/eval/benchmarks/reasoneval.h"

namespace gradus {

Share reasoneval_f1(const TwoClassHits& h) {
  const auto f1 = [](double hits, double own, double other_missed) {
    return harmonic_mean(share_of(hits, own), share_of(hits, hits + other_missed));
  };
  return mean_of(f1(h.right_hits, h.right, h.wrong - h.wrong_hits),
                 f1(h.wrong_hits, h.wrong, h.right - h.right_hits));
}

}  // namespace gradus
