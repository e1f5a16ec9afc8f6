#include "gradus/model/cpu/kernels.h"

#include <fmt/format.h>
#include <fstream>

#include "gradus/base/error.h"

namespace gradus {

namespace {

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "this processor";
}

}  // namespace

Processor this_processor() {
  Processor out{.name = processor_name()};
#if defined(__x86_64__)
  out.avx2 = __builtin_cpu_supports("avx2");
  out.fma = __builtin_cpu_supports("fma");
  out.avx512 = __builtin_cpu_supports("avx512f");
#else
  out.avx2 = out.fma = true;  // the same vectors, as the compiler translates them
#endif
  return out;
}

void require_kernels(const Processor& processor) {
  if (processor.avx2 && processor.fma) return;
  throw Error::outside("this processor cannot train or sample a policy")
      .found(fmt::format("{} without {}", processor.name,
                         processor.avx2  ? "FMA"
                         : processor.fma ? "AVX2"
                                         : "AVX2 and FMA"))
      .expected("x86-64-v3: AVX2 and FMA, as of 2013 (Intel) and 2015 (AMD)")
      .hint("run it on a newer machine; there, too, the same study gives the same bytes");
}

std::string describe_kernels(const Processor& processor) {
  return fmt::format("kernels {} (AVX2 and FMA, the same bytes on every x86-64-v3 processor) on {}: {}",
                     kCpuKernels, processor.name,
                     processor.avx512 ? "its AVX-512 stays unused, which costs up to half of its speed"
                                      : "nothing of it stays unused");
}

}  // namespace gradus
