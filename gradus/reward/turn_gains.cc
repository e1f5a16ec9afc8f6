#include "gradus/reward/turn_gains.h"

#include <string>

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr size_t kShortRollout = 10;  // turns

}  // namespace

std::vector<double> gains_of_turns(std::vector<double> gains, size_t turns) {
  if (gains.empty() || turns < 2) return {};
  const size_t wanted = turns - 1;
  if (gains.size() == wanted) return gains;
  if (turns <= kShortRollout) return {};
  if (gains.size() + 1 < wanted) {
    throw Error::input("too few gains for the turns of a rollout")
        .found(std::to_string(gains.size()))
        .expected(std::to_string(wanted));
  }
  gains.resize(wanted, 0.0);
  return gains;
}

}  // namespace gradus
