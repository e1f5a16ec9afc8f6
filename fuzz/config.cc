// Any bytes as a configuration file: a document with line numbers, or an input error.
#include "gradus/base/config.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const gradus::Config config =
        gradus::Config::parse(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
    for (const auto& [key, unused] : config.document().items()) {
      if (config.line_of(key) < 0) std::abort();
    }
  } catch (const gradus::Error& error) {
    if (error.kind() != gradus::ErrorKind::input) std::abort();
  }
  return 0;
}
