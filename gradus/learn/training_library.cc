#include "gradus/learn/training_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "gradus/base/program_folder.h"

namespace gradus {

namespace {

constexpr bool kBuiltWithTorch = GRADUS_BUILT_WITH_TORCH == 1;

struct Loaded {
  const TrainingLibrary* library = nullptr;
  std::string why, remedy;  // it is not there
};

Loaded load() {
  const std::filesystem::path path = program_folder() / kTrainingLibrary;
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) {
    if (!kBuiltWithTorch) {
      return {.why = "this build of Gradus has no libtorch",
              .remedy = "install libtorch-dev and build with -DGRADUS_TORCH=ON"};
    }
    return {.why = fmt::format("{} is not beside the program", path.string()),
            .remedy = "copy it there from where Gradus was built, or call the program by a symbolic link"};
  }
  // Global: the BLAS is asked for by its name (gradus/learn/torch/torch_support.cc).
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  void* const entry = handle ? dlsym(handle, kTrainingEntry) : nullptr;
  if (!entry) {
    return {.why = std::string("the training library cannot be loaded: ") + dlerror(),
            .remedy = "install what it names (libtorch-dev), or build Gradus again on this machine"};
  }
  return {.library = reinterpret_cast<const TrainingLibrary* (*)()>(entry)()};
}

const Loaded& loaded() {
  static const Loaded once = load();
  return once;
}

}  // namespace

std::unique_ptr<Policy> make_policy(const PolicyConfig& config, uint64_t seed) {
  if (loaded().library) return loaded().library->make_policy(config, seed);
  throw Error::outside(loaded().why + ", so it cannot train or sample a local policy").hint(loaded().remedy);
}

TrainingSupport training_support() {
  if (loaded().library) return loaded().library->support();
  const std::string why = fmt::format("{}; {}", loaded().why, loaded().remedy);
  return {.torch = false, .version = "", .device = why, .blas = "", .fast_blas = false};
}

}  // namespace gradus
