// Counts of a yes-no judgement against the truth, and what is made of them. "Positive" is a right step or
// solution. A share without cases does not exist: std::nullopt, never 0.
//
//   Confusion c;
//   c.add(true, true); c.add(false, true);      // a right step called right, a wrong one called right
//   c.recall();                                 // 1:  tp / (tp + fn)
//   c.precision();                              // 0.5
//   harmonic_mean(c.recall(), c.specificity()); // 0:  2 a b / (a + b), nothing where a + b = 0
//   matthews(c);                                // nothing: a zero factor under the root
//
// Matthews (1975): (tp tn - fp fn) / sqrt((tp+fp)(tp+fn)(tn+fp)(tn+fn)).
// Macro F1: the mean of the F1 of both classes.
#pragma once

#include <optional>

namespace gradus {

using Share = std::optional<double>;

Share share_of(double part, double whole);  // nothing for whole = 0

struct Confusion {
  double tp = 0, fp = 0, tn = 0, fn = 0;

  void add(bool right, bool called_right) {
    double& cell = right ? (called_right ? tp : fn) : (called_right ? fp : tn);
    cell += 1;
  }
  Confusion& operator+=(const Confusion& other) {
    tp += other.tp, fp += other.fp, tn += other.tn, fn += other.fn;
    return *this;
  }
  double total() const { return tp + fp + tn + fn; }
  Share precision() const { return share_of(tp, tp + fp); }
  Share recall() const { return share_of(tp, tp + fn); }  // of right ones called right
  Share negative_precision() const { return share_of(tn, tn + fn); }
  Share specificity() const { return share_of(tn, tn + fp); }  // of wrong ones called wrong
  Share accuracy() const { return share_of(tp + tn, total()); }
  Share f1() const;           // 2 tp / (2 tp + fp + fn)
  Share negative_f1() const;  // 2 tn / (2 tn + fp + fn)
};

Share harmonic_mean(Share a, Share b);
Share mean_of(Share a, Share b);
Share balanced_accuracy(const Confusion& counts);  // mean of recall and specificity
Share balanced_f1(const Confusion& counts);        // their harmonic mean
Share macro_f1(const Confusion& counts);
Share matthews(const Confusion& counts);

}  // namespace gradus
