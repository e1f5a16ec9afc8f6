// Arms for tests: operators as a recipe would name them.
#pragma once

#include "gradus/learn/operators.h"
#include "gradus/simulation/simulations.h"

namespace gradus {

// The numbers of one seed of a simulation, for arms given as {id, [{"name": OPERATOR, parameters...}, ...]}.
inline Numbers numbers_of(const std::string& simulation, const Json& params,
                          const std::vector<std::pair<std::string, Json>>& arms, uint64_t seed = 11) {
  const Spec& spec = simulations().spec(simulation);
  const Params values(spec, params, {});
  const std::vector<std::string> columns = values.fill_all(spec.writes);
  std::vector<Arm> built;
  for (const auto& [id, steps] : arms) {
    built.push_back({id, Pipeline(operators(), columns)});
    for (Json step : steps) {
      const std::string name = step["name"];
      step.erase("name");
      built.back().pipeline.add(name, step);
    }
  }
  return simulations().make(simulation, params)->draw(built, Stream(seed));
}

// One chain after another.
inline Json chain(std::initializer_list<Json> parts) {
  Json out = Json::array();
  for (const Json& part : parts) {
    if (part.is_array())
      out.insert(out.end(), part.begin(), part.end());
    else
      out.push_back(part);
  }
  return out;
}

}  // namespace gradus
