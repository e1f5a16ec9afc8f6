#include "gradus/eval/confusion.h"

#include <cmath>

namespace gradus {

Share share_of(double part, double whole) {
  if (whole == 0) return std::nullopt;
  return part / whole;
}

Share Confusion::f1() const {
  return share_of(2 * tp, 2 * tp + fp + fn);
}
Share Confusion::negative_f1() const {
  return share_of(2 * tn, 2 * tn + fp + fn);
}

Share harmonic_mean(Share a, Share b) {
  if (!a || !b) return std::nullopt;
  return share_of(2 * *a * *b, *a + *b);
}

Share mean_of(Share a, Share b) {
  if (!a || !b) return std::nullopt;
  return 0.5 * *a + 0.5 * *b;
}

Share balanced_accuracy(const Confusion& counts) {
  return mean_of(counts.recall(), counts.specificity());
}
Share balanced_f1(const Confusion& counts) {
  return harmonic_mean(counts.recall(), counts.specificity());
}
Share macro_f1(const Confusion& counts) {
  return mean_of(counts.f1(), counts.negative_f1());
}

Share matthews(const Confusion& c) {
  const double under = (c.tp + c.fp) * (c.tp + c.fn) * (c.tn + c.fp) * (c.tn + c.fn);
  if (!(under > 0)) return std::nullopt;
  return (c.tp * c.tn - c.fp * c.fn) / std::sqrt(under);
}

}  // namespace gradus
