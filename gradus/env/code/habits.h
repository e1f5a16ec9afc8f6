// Authors of demonstrations and their habits: families of sloppiness that an author gives in to, or not.
//
//   const Author author(0.5, 0.55, stream.child("author"));   // habits, share
//   Stream moment = stream.child("moments");
//   if (author.gives_in(Family::plus_zero, moment)) ...       // on one occasion
//
// The habit of an author in family k is z_k = sqrt(habits) * trait + sqrt(1 - habits) * own_k, with standard
// normal `trait` (one of the author) and own_k (one of each family). On an occasion he gives in where
//   Phi(sqrt(kSteadiness) * z_k + sqrt(1 - kSteadiness) * mood) < share
// with a fresh standard normal `mood`. Inside Phi stands a standard normal whatever `habits` is: over all
// authors every family is given in to on `share` of its occasions, and `habits` moves nothing but how
// families go together, from independent (0) to one trait (1).
//
// The two folds are what a reward is paid for and what it is not. Families that look alike are in one fold,
// so that what an unpaid fold gains is not owed to shared wording; and each fold has families that liveness
// sees and families that it does not:
//   fold 1, what nobody needs, and names   unused_variable, dead_store, unreachable | redundant_condition,
//                                          long_distinction, odd_name
//   fold 2, the same value once more       self_assignment, plain_copy | needless_temporary, plus_zero,
//                                          double_negation
#pragma once

#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {

enum class Family : size_t {
  unused_variable,      // int t7 = - a ;  and t7 is never read
  dead_store,           // c = a + b ;  and c is never read; or what it stores is there already
  unreachable,          // behind a return
  redundant_condition,  // 0 < t0 where t0 is a truth value
  long_distinction,     // t0 ? b : t0 ? 0 : a
  odd_name,             // T0 beside a, b, c and t1
  self_assignment,      // a = ( a ) ;
  plain_copy,           // const int t1 = t0 ;
  needless_temporary,   // const int t0 = a < b ? b : a ;  return t0 ;
  plus_zero,            // a + 0, a - 0, 0 + a
  double_negation,      // - - a
};

inline constexpr size_t kFamilies = 11;
inline constexpr size_t kFirstOfFold2 = 6;  // in the order of Family
inline constexpr double kSteadiness = 0.8;  // how much of giving in is the author, not the moment

using Families = std::bitset<kFamilies>;

const std::array<Family, kFamilies>& all_families();
std::string family_name(Family family);
int fold_of(Family family);  // 1 or 2
Families families_of_fold(int fold);

class Author {
 public:
  Author(double habits, double share, Stream stream);

  bool gives_in(Family family, Stream& moments) const;

 private:
  double share_;
  std::array<double, kFamilies> habit_{};
};

}  // namespace gradus
