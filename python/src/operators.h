// Operators of the registry for Python: described, compiled once, run without the interpreter lock.
#pragma once

#include <memory>
#include <mutex>
#include <nanobind/nanobind.h>
#include <string>

#include "python/src/batch.h"

#include "gradus/rollout/operator.h"

namespace gradus::python {

// What an operator keeps from batch to batch, for rules with running statistics.
struct Memory {
  Json state;
  std::mutex used;  // two batches at once would each lose what the other leaves
};

// How an operator is run, beside its parameters.
struct Running {
  int threads = 1;
  uint64_t seed = 0;
  int64_t updates = 0;
  Memory* memory = nullptr;
};

// An operator with its parameters checked: what it reads and writes is known, a call parses nothing.
class Compiled {
 public:
  Compiled(const std::string& name, const nb::dict& params);

  void apply(Batch& batch, const Running& running) const;

  const std::string& name() const { return spec_.name; }
  const Params& params() const { return params_; }
  const std::vector<std::string>& reads() const { return reads_; }
  const std::vector<std::string>& writes() const { return writes_; }
  const std::string& scope() const { return scope_; }

 private:
  const Spec& spec_;
  Params params_;
  std::unique_ptr<Operator> op_;
  std::vector<std::string> reads_, writes_;
  std::string scope_;
};

nb::object to_python(const Json& value);
// `lambda` is a word of the language: a name may end in an underscore.
Json json_params(const nb::dict& params);

void bind_operators(nb::module_& module);
void bind_advantages(nb::module_& module);
void bind_methods(nb::module_& module);

}  // namespace gradus::python
