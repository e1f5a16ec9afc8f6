#include "gradus/model/cuda_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/base/program_part.h"

namespace gradus {

namespace {

constexpr bool kBuiltWithTorch = GRADUS_BUILT_WITH_TORCH == 1;

struct Loaded {
  const CudaLibrary* library = nullptr;
  CudaSupport support;
  std::string remedy;  // where there is no device
};

Loaded absent(std::string why, std::string remedy) {
  return {nullptr, {false, "", std::move(why)}, std::move(remedy)};
}

Loaded load() {
  const std::filesystem::path path = program_part(kCudaLibrary);
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) {
    if (!kBuiltWithTorch)
      return absent("this build of Gradus has no libtorch",
                    "build with a CUDA libtorch and -DGRADUS_TORCH=ON");
    return absent(
        fmt::format("{} is neither beside the program nor in ../lib/gradus from there", kCudaLibrary),
        "build Gradus with a CUDA libtorch (-DGRADUS_TORCH=ON) and install that");
  }
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const entry = handle ? dlsym(handle, kCudaEntry) : nullptr;
  if (!entry) {
    return absent(fmt::format("{} cannot be loaded: {}", kCudaLibrary, dlerror()),
                  "install what it names (libtorch-dev), or build Gradus again on this machine");
  }
  const CudaLibrary* const library = reinterpret_cast<const CudaLibrary* (*)()>(entry)();
  return {library, library->support(), "build with a CUDA libtorch (-DCMAKE_PREFIX_PATH=...)"};
}

const Loaded& loaded() {
  static const Loaded once = load();
  return once;
}

}  // namespace

CudaSupport cuda_support() {
  return loaded().support;
}

std::unique_ptr<Network> make_cuda_transformer(const TransformerShape& shape, uint64_t seed) {
  if (loaded().support.available) return loaded().library->make_network(shape, seed);
  throw Error::outside("there is no CUDA device to train on: " + loaded().support.text)
      .field("device")
      .hint(loaded().remedy + ", or set device = \"cpu\"");
}

}  // namespace gradus
