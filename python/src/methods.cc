// Published methods for Python: what they are called and made of, and their chains as operators with
// parameters.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "python/src/operators.h"

#include "gradus/method/method.h"

namespace gradus::python {

namespace {

nb::dict describe_method(const Method& method) {
  nb::list chains;
  for (const Chain& chain : method.chains) {
    nb::dict entry;
    entry["name"] = chain.name;
    entry["about"] = chain.about;
    entry["parameters"] = to_python(chain.parameters);
    nb::list names;
    for (const RecipeStep& step : chain.steps) names.append(step.op);
    entry["operators"] = names;
    chains.append(entry);
  }
  nb::dict out;
  out["key"] = method.key;
  out["system"] = method.system;
  out["names"] = nb::cast(method.names);
  out["paper"] = method.paper;
  out["about"] = method.about;
  out["chains"] = chains;
  return out;
}

nb::list search(const std::string& words) {
  nb::list out;
  for (const Method* method : search_methods(words)) out.append(describe_method(*method));
  return out;
}

nb::list stages_of(const std::string& name, const nb::dict& parameters) {
  nb::list out;
  const Place place{.file = "", .path = "method", .line_of = {}};
  for (const RecipeStep& step : filled(find_chain(name).chain, json_params(parameters), place))
    out.append(nb::make_tuple(step.op, to_python(step.params)));
  return out;
}

}  // namespace

void bind_methods(nb::module_& module) {
  using namespace nb::literals;
  module.def("methods", &search, "words"_a = "");
  module.def("chain", &stages_of, "name"_a, "parameters"_a);
}

}  // namespace gradus::python
