#include "gradus/base/registry.h"

#include <algorithm>
#include <fmt/format.h>

namespace gradus {

namespace {

const char* type_name(ParamType type) {
  switch (type) {
    case ParamType::boolean:
      return "true or false";
    case ParamType::integer:
      return "a whole number";
    case ParamType::number:
      return "a number";
    case ParamType::text:
      return "a text";
    case ParamType::texts:
      return "a list of texts";
    case ParamType::numbers:
      return "a list of numbers";
  }
  return "";
}

bool type_matches(const ParamSpec& param, const Json& value) {
  switch (param.type) {
    case ParamType::boolean:
      return value.is_boolean();
    case ParamType::integer:
      return value.is_number_integer();
    case ParamType::number:
      return value.is_number();
    case ParamType::text:
      return value.is_string();
    case ParamType::texts:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
    case ParamType::numbers:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_number(); });
  }
  return false;
}

void check_choice(const ParamSpec& param, const Json& value, const Place& place) {
  if (param.choices.empty()) return;
  const std::string text = value.get<std::string>();
  for (const std::string& choice : param.choices) {
    if (choice == text) return;
  }
  Error error = Error::input("value not allowed");
  error.found("'" + text + "'").expected("one of: " + fmt::format("{}", fmt::join(param.choices, ", ")));
  throw place.mark(error, param.name);
}

void check_value(const ParamSpec& param, const Json& value, const Place& place) {
  if (!type_matches(param, value)) {
    Error error = Error::input("wrong type");
    error.found(value.dump()).expected(allowed_range(param));
    throw place.mark(error, param.name);
  }
  const bool numeric = value.is_number() || param.type == ParamType::numbers;
  for (const Json& item : value.is_array() ? value : Json::array({value})) {
    if (!numeric || (item.get<double>() >= param.low && item.get<double>() <= param.high)) continue;
    Error error = Error::input("value out of range");
    error.found(value.dump()).expected(allowed_range(param));
    throw place.mark(error, param.name);
  }
  if (param.type == ParamType::text) check_choice(param, value, place);
  if (param.type == ParamType::texts) {
    for (const Json& item : value) check_choice(param, item, place);
  }
}

}  // namespace

std::string allowed_range(const ParamSpec& param) {
  const bool low = param.low > -std::numeric_limits<double>::infinity();
  const bool high = param.high < std::numeric_limits<double>::infinity();
  std::string text = type_name(param.type);
  if (low && high)
    text += fmt::format(" from {} to {}", param.low, param.high);
  else if (low)
    text += fmt::format(" of at least {}", param.low);
  else if (high)
    text += fmt::format(" of at most {}", param.high);
  return text;
}

ParamSpec number_param(std::string name, Json fallback, std::string help, double low, double high) {
  return {std::move(name), ParamType::number, std::move(fallback), std::move(help), low, high, {}};
}

ParamSpec integer_param(std::string name, Json fallback, std::string help, double low, double high) {
  return {std::move(name), ParamType::integer, std::move(fallback), std::move(help), low, high, {}};
}

ParamSpec flag_param(std::string name, bool fallback, std::string help) {
  ParamSpec param{std::move(name), ParamType::boolean, {}, std::move(help)};
  param.fallback = fallback;
  return param;
}

ParamSpec text_param(std::string name, Json fallback, std::string help, std::vector<std::string> choices) {
  ParamSpec param{std::move(name), ParamType::text, std::move(fallback), std::move(help)};
  param.choices = std::move(choices);
  return param;
}

ParamSpec texts_param(std::string name, Json fallback, std::string help, std::vector<std::string> choices) {
  ParamSpec param{std::move(name), ParamType::texts, std::move(fallback), std::move(help)};
  param.choices = std::move(choices);
  return param;
}

ParamSpec numbers_param(std::string name, Json fallback, std::string help, double low, double high) {
  return {std::move(name), ParamType::numbers, std::move(fallback), std::move(help), low, high, {}};
}

Error& Place::mark(Error& error, const std::string& key) const {
  const std::string full = path.empty() ? key : key.empty() ? path : path + "." + key;
  if (!file.empty()) error.at(file, line_of ? line_of(full) : 0);
  return full.empty() ? error : error.field(full);
}

Params::Params(const Spec& spec, const Json& given, const Place& place) {
  std::vector<std::string> names;
  for (const ParamSpec& param : spec.params) names.push_back(param.name);
  for (const auto& [key, unused] : given.items()) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    Error error = Error::input("'" + spec.name + "' has no parameter '" + key + "'");
    error.hint(suggest(key, names));
    throw place.mark(error, key);
  }
  for (const ParamSpec& param : spec.params) {
    const bool present = given.contains(param.name);
    if (!present && param.fallback.is_null()) {
      Error error = Error::input("'" + spec.name + "' needs the parameter '" + param.name + "'");
      error.expected(allowed_range(param) + " (" + param.help + ")");
      throw place.mark(error, param.name);
    }
    const Json& value = present ? given.at(param.name) : param.fallback;
    if (present) check_value(param, value, place);
    values_[param.name] = value;
  }
}

const Json& Params::at(const std::string& name) const {
  require(values_.contains(name), "no parameter named '" + name + "' was declared");
  return values_.at(name);
}

std::vector<std::string> Params::fill(const std::string& pattern) const {
  const size_t open = pattern.find('{');
  const size_t close = pattern.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return {pattern};
  const Json& value = at(pattern.substr(open + 1, close - open - 1));
  std::vector<std::string> out;
  for (const Json& item : value.is_array() ? value : Json::array({value})) {
    const std::string text = item.get<std::string>();
    if (text.empty()) continue;
    for (const std::string& rest : fill(pattern.substr(close + 1))) {
      out.push_back(pattern.substr(0, open) + text + rest);
    }
  }
  return out;
}

std::vector<std::string> Params::fill_all(const std::vector<std::string>& patterns) const {
  std::vector<std::string> out;
  for (const std::string& pattern : patterns) {
    for (std::string& name : fill(pattern)) out.push_back(std::move(name));
  }
  return out;
}

}  // namespace gradus
