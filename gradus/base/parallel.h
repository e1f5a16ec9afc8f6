// Runs fn(0) .. fn(count-1) on up to `threads` threads, the caller included. Results must be written by
// index, so that they do not depend on the number of threads. The first exception (by index) is rethrown
// after all have stopped.
//
//   parallel_for(runs.size(), workers, [&](size_t i) { results[i] = compute(runs[i]); });
#pragma once

#include <cstddef>
#include <functional>

namespace gradus {

void parallel_for(size_t count, int threads, const std::function<void(size_t)>& fn);

}  // namespace gradus
