#include "gradus/tool/clang/libclang.h"

#include <dlfcn.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

// GRADUS_LIBCLANG: the file that CMake found, there with the headers; GRADUS_LIBCLANG_NAME: what it calls
// itself, which is there on a machine that runs and does not build.
Error failed() {
  return Error::outside("libclang cannot be loaded")
      .at(GRADUS_LIBCLANG_NAME)
      .found(dlerror())
      .hint("install it: on Debian 12 apt-get install libclang1-14");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw failed();
}

Libclang load() {
  void* library = dlopen(GRADUS_LIBCLANG, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = dlopen(GRADUS_LIBCLANG_NAME, RTLD_NOW | RTLD_LOCAL);
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
