#include "gradus/env/code/habits.h"

#include <cmath>

namespace gradus {

namespace {

constexpr std::array<const char*, kFamilies> kNames = {
    "unused_variable",    "dead_store", "unreachable",     "redundant_condition",
    "long_distinction",   "odd_name",   "self_assignment", "plain_copy",
    "needless_temporary", "plus_zero",  "double_negation"};

double normal_share_below(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace

const std::array<Family, kFamilies>& all_families() {
  static const std::array<Family, kFamilies> all = [] {
    std::array<Family, kFamilies> out{};
    for (size_t k = 0; k < kFamilies; ++k) out[k] = static_cast<Family>(k);
    return out;
  }();
  return all;
}

std::string family_name(Family family) {
  return kNames.at(static_cast<size_t>(family));
}

int fold_of(Family family) {
  return static_cast<size_t>(family) < kFirstOfFold2 ? 1 : 2;
}

Families families_of_fold(int fold) {
  Families out;
  for (const Family family : all_families()) out[static_cast<size_t>(family)] = fold_of(family) == fold;
  return out;
}

Author::Author(double habits, double share, Stream stream) : share_(share) {
  const double trait = stream.normal();
  for (double& habit : habit_) {
    habit = std::sqrt(habits) * trait + std::sqrt(1 - habits) * stream.normal();
  }
}

bool Author::gives_in(Family family, Stream& moments) const {
  const double habit = habit_[static_cast<size_t>(family)];
  const double x = std::sqrt(kSteadiness) * habit + std::sqrt(1 - kSteadiness) * moments.normal();
  return normal_share_below(x) < share_;
}

}  // namespace gradus
