// The compiled half of the Python module `gradus`; python/gradus/__init__.py is the face of it.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "python/src/batch.h"
#include "python/src/operators.h"

#include "gradus/base/error.h"

namespace nb = nanobind;

namespace {

PyObject* error_type = nullptr;

const char* kind_name(gradus::ErrorKind kind) {
  switch (kind) {
    case gradus::ErrorKind::input:
      return "input";
    case gradus::ErrorKind::refused:
      return "refused";
    case gradus::ErrorKind::outside:
      return "outside";
    case gradus::ErrorKind::cancelled:
      return "cancelled";
    case gradus::ErrorKind::internal:
      return "internal";
  }
  return "";
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const gradus::Error& error) {
    nb::object raised = nb::handle(error_type)(error.what());
    raised.attr("kind") = kind_name(error.kind());
    raised.attr("file") = error.file();
    raised.attr("line") = error.line();
    raised.attr("field") = error.field_name();
    PyErr_SetObject(error_type, raised.ptr());
  }
}

}  // namespace

NB_MODULE(_gradus, module) {
  error_type =
      PyErr_NewExceptionWithDoc("gradus.Error",
                                "What happened, where, what was found, what was expected and what to do.\n\n"
                                "kind: 'input', 'outside', 'cancelled' or 'internal'; file, line and field "
                                "say where ('' and 0: not known).",
                                PyExc_ValueError, nullptr);
  module.attr("Error") = nb::handle(error_type);
  module.attr("version") = GRADUS_VERSION;
  nb::register_exception_translator(&translate);
  gradus::python::bind_batch(module);
  gradus::python::bind_operators(module);
  gradus::python::bind_advantages(module);
  gradus::python::bind_methods(module);
}
