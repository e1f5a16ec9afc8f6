#include "gradus/learn/training_library.h"

#include <dlfcn.h>

#include "gradus/base/program_folder.h"

namespace gradus {

namespace {

struct Loaded {
  const TrainingLibrary* library = nullptr;
  std::string why;  // it is not there
};

Loaded load() {
  const std::filesystem::path path = program_folder() / kTrainingLibrary;
  if (!std::filesystem::exists(path)) return {.why = "this build of Gradus has no libtorch"};
  // Global: the BLAS is asked for by its name (gradus/learn/torch/torch_support.cc).
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  void* const entry = handle ? dlsym(handle, kTrainingEntry) : nullptr;
  if (!entry) return {.why = std::string("libtorch cannot be loaded: ") + dlerror()};
  return {.library = reinterpret_cast<const TrainingLibrary* (*)()>(entry)()};
}

const Loaded& loaded() {
  static const Loaded once = load();
  return once;
}

}  // namespace

std::unique_ptr<Policy> make_policy(const PolicyConfig& config, uint64_t seed) {
  if (loaded().library) return loaded().library->make_policy(config, seed);
  throw Error::outside(loaded().why + ", so it cannot train or sample a local policy")
      .hint("install libtorch-dev and build with -DGRADUS_TORCH=ON");
}

TrainingSupport training_support() {
  if (loaded().library) return loaded().library->support();
  return {.torch = false, .version = "", .device = "none: " + loaded().why, .blas = "", .fast_blas = false};
}

}  // namespace gradus
