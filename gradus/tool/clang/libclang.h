// libclang, loaded when it is first needed: with its LLVM it costs a start 30 ms, and few commands read C.
//
//   const CXIndex index = libclang().createIndex(0, 0);      // clang_createIndex
//
// The functions are those of clang-c/Index.h without "clang_". Throws Error::outside where it is missing.
#pragma once

#include <clang-c/Index.h>

namespace gradus {

// clang-format off
#define GRADUS_LIBCLANG_FUNCTIONS(use) \
  use(Cursor_getStorageClass) use(createIndex) use(disposeDiagnostic) use(disposeIndex) \
  use(disposeString) use(disposeTranslationUnit) use(getCString) use(getClangVersion) \
  use(getCursorExtent) use(getCursorKind) use(getCursorLinkage) use(getCursorLocation) \
  use(getCursorReferenced) use(getCursorSpelling) use(getDiagnostic) use(getDiagnosticLocation) \
  use(getDiagnosticOption) use(getDiagnosticSeverity) use(getFileLocation) use(getNumDiagnostics) \
  use(getRangeEnd) use(getRangeStart) use(getTranslationUnitCursor) use(isCursorDefinition) \
  use(parseTranslationUnit2) use(visitChildren)
// clang-format on

struct Libclang {
#define GRADUS_FUNCTION(name) decltype(&clang_##name) name = nullptr;
  GRADUS_LIBCLANG_FUNCTIONS(GRADUS_FUNCTION)
#undef GRADUS_FUNCTION
};

const Libclang& libclang();

}  // namespace gradus
