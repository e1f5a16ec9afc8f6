// Any bytes as a rollout file: the reader gives rollouts or input errors, never anything else, and what it
// accepts is written and read back to the same text.
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "gradus/rollout/jsonl.h"

namespace {

// A file that is no JSON Lines at all is refused as a whole.
gradus::RolloutFile read(std::istream& in, const gradus::ReadLimits& limits) {
  try {
    return gradus::read_rollouts(in, "fuzz", {.limits = limits});
  } catch (const gradus::Error& error) {
    if (error.kind() != gradus::ErrorKind::input) std::abort();
    return {};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const gradus::ReadLimits limits = {.line_bytes = 4096, .steps = 16, .tokens = 64, .names = 8};
  const gradus::RolloutFile file = read(in, limits);
  if (file.batch.rollouts() + file.bad_lines != file.lines) std::abort();
  for (const gradus::Error& error : file.errors) {
    if (error.kind() != gradus::ErrorKind::input) std::abort();
  }
  std::ostringstream first, second;
  gradus::write_rollouts(file.batch, first);
  std::istringstream again(first.str());
  const gradus::ReadLimits wide = {.line_bytes = 1 << 16};
  gradus::write_rollouts(gradus::read_rollouts(again, "fuzz", {.strict = true, .limits = wide}).batch,
                         second);
  if (first.str() != second.str()) std::abort();
  return 0;
}
