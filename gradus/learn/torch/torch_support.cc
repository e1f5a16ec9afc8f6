#include "gradus/learn/torch/torch_support.h"

#include <dlfcn.h>
#include <string>
#include <torch/torch.h>

namespace gradus {

namespace {

// The BLAS that libtorch calls: Debian's alternatives may put a copy of OpenBLAS, a reference BLAS or another
// behind libblas.so.3, beside a libopenblas.so.0 that is loaded for LAPACK alone. So ask the library that
// owns sgemm_.
struct Blas {
  std::string file;
  void* library = nullptr;

  template <class Function>
  Function* find(const char* name) const {
    return library ? reinterpret_cast<Function*>(dlsym(library, name)) : nullptr;
  }
};

Blas find_blas() {
  Blas out;
  Dl_info place{};
  void* const product = dlsym(RTLD_DEFAULT, "sgemm_");
  if (!product || !dladdr(product, &place) || !place.dli_fname) return out;
  out.file = place.dli_fname;
  out.library = dlopen(place.dli_fname, RTLD_LAZY | RTLD_NOLOAD);  // already loaded: a handle, nothing more
  return out;
}

const Blas& blas() {
  static const Blas found = find_blas();
  return found;
}

}  // namespace

TrainingSupport torch_support() {
  TrainingSupport out;
  out.torch = true;
  out.version = TORCH_VERSION;
  out.device = torch::cuda::is_available()
                   ? "cuda: " + std::to_string(torch::cuda::device_count()) + " device(s)"
                   : "cpu: this libtorch has no CUDA device";
  auto* const config = blas().find<char*()>("openblas_get_config");
  out.fast_blas = config != nullptr;
  out.blas = config ? config() : blas().file.empty() ? "unknown" : blas().file;
  return out;
}

void use_one_thread() {
  at::set_num_threads(1);
  if (auto* const set = blas().find<void(int)>("openblas_set_num_threads")) set(1);
}

}  // namespace gradus
