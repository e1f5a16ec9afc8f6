#include "gradus/tool/clang/libclang.h"

#include <dlfcn.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

// GRADUS_LIBCLANG: the file that CMake found.
Error failed() {
  return Error::outside("libclang cannot be loaded")
      .at(GRADUS_LIBCLANG)
      .found(dlerror())
      .hint("install libclang-14-dev and build again");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw failed();
}

Libclang load() {
  void* const library = dlopen(GRADUS_LIBCLANG, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw failed();
  Libclang out;
#define GRADUS_FUNCTION(name) find(library, "clang_" #name, out.name);
  GRADUS_LIBCLANG_FUNCTIONS(GRADUS_FUNCTION)
#undef GRADUS_FUNCTION
  return out;
}

}  // namespace

const Libclang& libclang() {
  static const Libclang loaded = load();
  return loaded;
}

}  // namespace gradus
