#include "gradus/method/chain.h"

#include <fmt/format.h>
#include <optional>

namespace gradus {

namespace {

// "gamma" of "{gamma}"; none for any other value.
std::optional<std::string> parameter_named(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  if (text.size() < 3 || text.front() != '{' || text.back() != '}') return std::nullopt;
  return text.substr(1, text.size() - 2);
}

std::vector<std::string> names_of(const Json& parameters) {
  std::vector<std::string> out;
  for (const auto& [name, value] : parameters.items()) out.push_back(name);
  return out;
}

Json put_in(const Json& value, const Json& parameters, const Place& place, const std::string& key) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& one : value) out.push_back(put_in(one, parameters, place, key));
    return out;
  }
  const std::optional<std::string> name = parameter_named(value);
  if (!name) return value;
  if (parameters.contains(*name)) return parameters.at(*name);
  Error error = Error::input(fmt::format("the chain has no parameter '{}'", *name));
  error.found(value.get<std::string>()).hint(suggest(*name, names_of(parameters)));
  throw place.mark(error, key);
}

std::string kind_of(const Json& value) {
  if (value.is_boolean()) return "true or false";
  if (value.is_number_integer()) return "a whole number";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  return "a list";
}

bool same_kind(const Json& given, const Json& fallback) {
  if (fallback.is_number_float()) return given.is_number();
  return kind_of(given) == kind_of(fallback);
}

Recipe put_in(const Recipe& steps, const Json& parameters) {
  Recipe out = steps;
  for (RecipeStep& step : out) {
    for (auto& [key, value] : step.params.items()) value = put_in(value, parameters, step.place, key);
  }
  return out;
}

}  // namespace

Chain read_chain(const std::string& name, const Section& section) {
  Chain chain{name, section.text("about", ""), Json::object(), {}};
  if (const std::optional<Section> parameters = section.maybe("parameters"))
    chain.parameters = parameters->rest({});
  chain.steps = read_recipe(section);
  section.done();
  put_in(chain.steps, chain.parameters);  // refuses a parameter that is not declared
  return chain;
}

Recipe filled(const Chain& chain, const Json& given, const Place& place) {
  Json values = chain.parameters;
  for (const auto& [name, value] : given.items()) {
    if (!values.contains(name)) {
      Error error = Error::input(fmt::format("the chain '{}' has no parameter '{}'", chain.name, name));
      throw place.mark(error.hint(suggest(name, names_of(values))), name);
    }
    if (!same_kind(value, values.at(name))) {
      Error error = Error::input(fmt::format("the parameter '{}' of the chain '{}'", name, chain.name));
      throw place.mark(error.found(value.dump()).expected(kind_of(values.at(name))), name);
    }
    values[name] = value;
  }
  return put_in(chain.steps, values);
}

Recipe filled(const Chain& chain, const Section& arm) {
  const std::optional<Section> given = arm.maybe("with");
  if (!given) return filled(chain, Json::object(), arm.place());
  return filled(chain, given->rest({}), given->place());
}

}  // namespace gradus
