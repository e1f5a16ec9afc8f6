#include "gradus/env/environment.h"

namespace gradus {

std::vector<int32_t> Environment::observe(const Task&, std::span<const int32_t>) const {
  return {};
}

Task Environment::task_of(const std::string&) const {
  throw Error::input("environment '" + info().name + "' cannot read a task back from its prompt");
}

std::string Environment::isolation() const {
  return "no code is run";
}

}  // namespace gradus
