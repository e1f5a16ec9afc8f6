#include "gradus/verify/golden.h"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <limits>

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr uintmax_t kLargestFile = uintmax_t{1} << 30;
constexpr double kLargestCount = 1e8;

const Json& member(const Json& object, const std::string& key, const std::string& path,
                   const std::string& at) {
  if (object.is_object() && object.contains(key)) return object[key];
  throw Error::input("a golden file lacks a field")
      .at(path)
      .field(at + key)
      .hint("the layout is [{method, function, cases: [{name, inputs, expected}]}]");
}

std::string text_member(const Json& object, const std::string& key, const std::string& path,
                        const std::string& at) {
  const Json& value = member(object, key, path, at);
  if (value.is_string()) return value.get<std::string>();
  throw Error::input("a golden file holds something else")
      .at(path)
      .field(at + key)
      .found(value.type_name())
      .expected("text");
}

GoldenSet read_set(const Json& json, const std::string& path, const std::string& at) {
  GoldenSet set;
  set.file = path;
  set.method = text_member(json, "method", path, at);
  set.function = text_member(json, "function", path, at);
  if (json.contains("tolerance"))
    set.tolerance = std::max(set.tolerance, golden_number(json.at("tolerance")));
  const Json& cases = member(json, "cases", path, at);
  for (size_t i = 0; i < cases.size(); ++i) {
    const std::string place = fmt::format("{}cases[{}].", at, i);
    const Json& one = cases[i];
    const Json name = one.is_object() && one.contains("name") ? one.at("name") : Json(std::to_string(i));
    set.cases.push_back({name.is_string() ? name.get<std::string>() : name.dump(),
                         member(one, "inputs", path, place), member(one, "expected", path, place)});
  }
  return set;
}

}  // namespace

double golden_number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw Error::input("not a number")
      .found(value.dump().substr(0, 60))
      .expected("a number, NaN or an infinity");
}

size_t golden_count(const Json& value) {
  const double number = golden_number(value);
  if (number >= 0 && number <= kLargestCount && number == std::floor(number))
    return static_cast<size_t>(number);
  throw Error::input("not a count")
      .found(value.dump().substr(0, 60))
      .expected(fmt::format("a whole number from 0 to {}", kLargestCount));
}

std::vector<GoldenSet> read_golden(const std::string& path) {
  std::error_code failed;
  const uintmax_t bytes = std::filesystem::file_size(path, failed);
  if (failed) throw Error::input("cannot read the golden file").at(path).hint(failed.message());
  if (bytes > kLargestFile)
    throw Error::input("the golden file is too large").at(path).expected("at most 1 GiB");
  std::ifstream in(path, std::ios::binary);
  Json json;
  try {
    json = Json::parse(in);
  } catch (const Json::parse_error& error) {
    throw Error::input("the golden file is not JSON").at(path).found(error.what());
  }
  if (!json.is_array())
    throw Error::input("the golden file is no list of sets").at(path).found(json.type_name());
  std::vector<GoldenSet> sets;
  for (size_t i = 0; i < json.size(); ++i) sets.push_back(read_set(json[i], path, fmt::format("[{}].", i)));
  return sets;
}

}  // namespace gradus
