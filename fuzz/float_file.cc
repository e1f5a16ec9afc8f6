// Any bytes as a float file: it is refused, or every row can be read.
#include "gradus/rollout/float_file.h"

#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int descriptor = memfd_create("float_file", MFD_CLOEXEC);
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  try {
    const gradus::FloatFile file("/proc/self/fd/" + std::to_string(descriptor));
    float sum = 0;
    for (const std::string& column : file.columns()) {
      for (size_t r = 0; r < file.rollouts(); ++r) {
        for (const float value : file.row(column, r)) sum += value;
        sum += static_cast<float>(file.id(r).size());
      }
    }
    static volatile float sink = 0;
    sink = sum;
  } catch (const gradus::Error&) {
  }
  return 0;
}
