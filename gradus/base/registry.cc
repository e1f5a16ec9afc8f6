#include "gradus/base/registry.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus {

namespace {

const char* type_name(ParamType type) {
  switch (type) {
    case ParamType::boolean: return "true or false";
    case ParamType::integer: return "a whole number";
    case ParamType::number: return "a number";
    case ParamType::text: return "a text";
    case ParamType::texts: return "a list of texts";
  }
  return "";
}

bool type_matches(const ParamSpec& param, const Json& value) {
  switch (param.type) {
    case ParamType::boolean: return value.is_boolean();
    case ParamType::integer: return value.is_number_integer();
    case ParamType::number: return value.is_number();
    case ParamType::text: return value.is_string();
    case ParamType::texts:
      if (!value.is_array()) return false;
      for (const Json& item : value) {
        if (!item.is_string()) return false;
      }
      return true;
  }
  return false;
}

std::string allowed_range(const ParamSpec& param) {
  const bool low = param.low > -std::numeric_limits<double>::infinity();
  const bool high = param.high < std::numeric_limits<double>::infinity();
  std::string text = type_name(param.type);
  if (low && high) text += fmt::format(" from {} to {}", param.low, param.high);
  else if (low) text += fmt::format(" of at least {}", param.low);
  else if (high) text += fmt::format(" of at most {}", param.high);
  return text;
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
  if (value.is_number()) {
    const double number = value.get<double>();
    if (!(number >= param.low && number <= param.high)) {
      Error error = Error::input("value out of range");
      error.found(value.dump()).expected(allowed_range(param));
      throw place.mark(error, param.name);
    }
  }
  if (param.type == ParamType::text) check_choice(param, value, place);
  if (param.type == ParamType::texts) {
    for (const Json& item : value) check_choice(param, item, place);
  }
}

}  // namespace

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

std::string Params::fill(const std::string& pattern) const {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const size_t close = pattern[i] == '{' ? pattern.find('}', i) : std::string::npos;
    if (close == std::string::npos) {
      out += pattern[i];
      continue;
    }
    out += text(pattern.substr(i + 1, close - i - 1));
    i = close;
  }
  return out;
}

}  // namespace gradus
