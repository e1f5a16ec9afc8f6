// Group ids from Python: integers, or any sequence of hashable labels (verl gives an object array of uuid
// strings), numbered in order of appearance.
//
//   std::vector<int64_t> groups = groups_of(uids, batch_size);
#pragma once

#include <cstdint>
#include <nanobind/nanobind.h>
#include <vector>

namespace gradus::python {

// `group` None: every rollout its own. Throws Error::input where there are not `rollouts` of them, or one is
// no id (None, NaN, an empty text): who has none is in no group. The name is for messages.
std::vector<int64_t> groups_of(nanobind::handle group, size_t rollouts, const char* name = "group");

}  // namespace gradus::python
