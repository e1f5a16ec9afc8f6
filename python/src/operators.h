// Operators of the registry for Python: described, compiled once, run without the interpreter lock.
#pragma once

#include <memory>
#include <nanobind/nanobind.h>
#include <string>

#include "python/src/batch.h"

#include "gradus/rollout/operator.h"

namespace gradus::python {

// An operator with its parameters checked: what it reads and writes is known, a call parses nothing.
class Compiled {
 public:
  Compiled(const std::string& name, const nb::dict& params);

  void apply(Batch& batch, int threads, uint64_t seed) const;
  void apply(RolloutBatch& batch, int threads, uint64_t seed) const;

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

void bind_operators(nb::module_& module);
void bind_advantages(nb::module_& module);

}  // namespace gradus::python
