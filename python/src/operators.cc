#include "python/src/operators.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "gradus/learn/operators.h"

namespace gradus::python {

namespace {

Json to_json(const std::string& name, nb::handle value) {
  if (PyBool_Check(value.ptr())) return value.is(nb::handle(Py_True));
  if (PyLong_Check(value.ptr())) return nb::cast<int64_t>(value);
  if (PyFloat_Check(value.ptr())) return nb::cast<double>(value);
  if (PyUnicode_Check(value.ptr())) return nb::cast<std::string>(value);
  if (PyList_Check(value.ptr()) || PyTuple_Check(value.ptr())) {
    Json list = Json::array();
    for (nb::handle item : value) list.push_back(to_json(name, item));
    return list;
  }
  if (PyIndex_Check(value.ptr()))
    return nb::cast<int64_t>(nb::steal(PyNumber_Index(value.ptr())));  // numpy integers
  if (PyNumber_Check(value.ptr())) return PyFloat_AsDouble(value.ptr());
  throw Error::input("a parameter of a type that operators do not take")
      .field(name)
      .found(nb::type_name(value.type()).c_str())
      .expected("bool, int, float, str, or a list of them");
}

const char* type_name(ParamType type) {
  switch (type) {
    case ParamType::boolean:
      return "bool";
    case ParamType::integer:
      return "int";
    case ParamType::number:
      return "float";
    case ParamType::text:
      return "str";
    case ParamType::texts:
      return "list[str]";
    case ParamType::numbers:
      return "list[float]";
  }
  return "";
}

nb::dict describe(const std::string& name) {
  const Spec& spec = operators().spec(name);
  nb::list params;
  for (const ParamSpec& param : spec.params) {
    nb::dict entry;
    entry["name"] = param.name;
    entry["type"] = type_name(param.type);
    entry["default"] = to_python(param.fallback);
    entry["help"] = param.help;
    entry["low"] = param.low;
    entry["high"] = param.high;
    entry["choices"] = nb::cast(param.choices);
    params.append(entry);
  }
  nb::dict out;
  out["name"] = spec.name;
  out["summary"] = spec.summary;
  out["paper"] = spec.paper;
  out["params"] = params;
  out["reads"] = nb::cast(spec.reads);
  out["writes"] = nb::cast(spec.writes);
  out["notes"] = nb::cast(spec.notes);
  out["scope"] = spec.scope;
  return out;
}

Json parse_memory(const std::string& text) {
  Json state = Json::parse(text, nullptr, false);
  if (state.is_discarded()) throw Error::input("the state of a memory is not JSON").field("text").found(text);
  return state;
}

void require_groups(const Batch& batch, const Compiled& op) {
  const bool grouped = op.scope() != "rollout" && op.scope() != "batch";
  if (!grouped || batch.grouped) return;
  throw Error::input("'" + op.name() + "' compares rollouts of one group, and this batch has no groups")
      .field("group")
      .expected("group=: one id per rollout, the same for all samples of a prompt");
}

}  // namespace

Json json_params(const nb::dict& params) {
  Json out = Json::object();
  for (const auto& [key, value] : params) {
    std::string name = nb::cast<std::string>(key);
    if (name.ends_with('_')) name.pop_back();
    out[name] = to_json(name, value);
  }
  return out;
}

nb::object to_python(const Json& value) {
  switch (value.type()) {
    case Json::value_t::boolean:
      return nb::bool_(value.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return nb::int_(value.get<int64_t>());
    case Json::value_t::number_float:
      return nb::float_(value.get<double>());
    case Json::value_t::string:
      return nb::str(value.get_ref<const std::string&>().c_str());
    case Json::value_t::array: {
      nb::list out;
      for (const Json& item : value) out.append(to_python(item));
      return out;
    }
    case Json::value_t::object: {
      nb::dict out;
      for (const auto& [key, item] : value.items()) out[key.c_str()] = to_python(item);
      return out;
    }
    default:
      return nb::none();
  }
}

Compiled::Compiled(const std::string& name, const nb::dict& params) : spec_(operators().spec(name)) {
  const Json given = json_params(params);
  params_ = Params(spec_, given, {});
  op_ = operators().make(name, given);
  reads_ = params_.fill_all(spec_.reads);
  writes_ = params_.fill_all(spec_.writes);
  scope_ = params_.fill(spec_.scope).front();
}

void Compiled::apply(Batch& batch, const Running& running) const {
  const Use use(batch);
  require_groups(batch, *this);
  if (running.threads < 1) throw Error::input("at least one thread is needed").field("threads");
  nb::gil_scoped_release unlocked;
  OperatorContext context{.random = Stream(running.seed),
                          .threads = running.threads,
                          .updates = running.updates,
                          .memory = nullptr};
  if (running.memory == nullptr) return op_->apply(batch.rollouts, context);
  const std::lock_guard alone(running.memory->used);
  context.memory = &running.memory->state;
  op_->apply(batch.rollouts, context);
}

void bind_operators(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<Memory>(
      module, "Memory",
      "What one operator keeps from batch to batch, such as a running mean; text is its state as JSON.")
      .def(
          "__init__",
          [](Memory* self, const std::string& text) {
            new (self) Memory{parse_memory(text), {}};
          },
          "text"_a = "null")
      .def_prop_ro("text",
                   [](Memory& self) {
                     const std::lock_guard alone(self.used);
                     return self.state.dump();
                   })
      .def("__reduce__",
           [](nb::handle self) { return nb::make_tuple(self.type(), nb::make_tuple(self.attr("text"))); });
  nb::class_<Compiled>(module, "Operator",
                       "An operator with checked parameters: call it on a batch, again and again.")
      .def(nb::init<const std::string&, const nb::dict&>(), "name"_a, "params"_a)
      .def(
          "__call__",
          [](nb::handle self, nb::handle batch, int threads, uint64_t seed, int64_t updates, Memory* memory) {
            nb::cast<const Compiled&>(self).apply(nb::cast<Batch&>(batch), {threads, seed, updates, memory});
            return nb::borrow(batch);
          },
          "batch"_a, nb::kw_only(), "threads"_a = 1, "seed"_a = 0, "updates"_a = 0, "memory"_a = nb::none(),
          "Runs on the batch, which is returned. Results do not depend on threads; seed feeds what is "
          "random,\n"
          "updates (of the policy so far) what is scheduled, memory what runs on from batch to batch.")
      .def_prop_ro("name", &Compiled::name)
      .def_prop_ro("params", [](const Compiled& self) { return to_python(self.params().values()); })
      .def_prop_ro("reads", &Compiled::reads, "Columns read.")
      .def_prop_ro("writes", &Compiled::writes, "Columns written.")
      .def_prop_ro("scope", &Compiled::scope,
                   "What a value may depend on: 'rollout', 'group', ... or 'batch'.")
      .def("__reduce__",
           [](nb::handle self) {  // trainers send estimators to their workers
             const auto& op = nb::cast<const Compiled&>(self);
             return nb::make_tuple(self.type(), nb::make_tuple(op.name(), to_python(op.params().values())));
           })
      .def("__repr__", [](const Compiled& self) {
        return fmt::format("<gradus.Operator {}: {} -> {}>", self.name(), fmt::join(self.reads(), ", "),
                           fmt::join(self.writes(), ", "));
      });
  module.def("names", [] { return operators().names(); });
  module.def("describe", &describe, "name"_a);
}

}  // namespace gradus::python
