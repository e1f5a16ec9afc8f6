// JSON as Python's json.loads reads it, and its values compared as Python compares them: published rewards
// give credit where `predicted == wanted` holds between two such values.
//
//   std::optional<PyValue> call = read_python_json("{\"name\": \"f\", \"n\": 1.0}");
//   const PyValue* n = call->find("n");
//   equal(*n, *read_python_json("true"));        // true: 1 == 1.0 == True
//
// What differs from strict JSON: NaN, Infinity and -Infinity are read; a lone surrogate \ud800 is a
// character; integers have any size (4300 digits, as Python 3.11) and are compared exactly, with floats too;
// of equal keys the last value counts, at the place of the first. True equals 1. NaN equals itself inside a
// list or an object and nowhere else, because json.loads gives one object for every NaN.
//
// The text is hostile: limits on bytes, values and depth hold before memory is taken, and whatever is over
// them is not read (std::nullopt), as Python refuses depth 1000 or so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct PyValue {
  enum class Kind : uint8_t { null, boolean, integer, real, text, list, object };
  Kind kind = Kind::null;
  std::string text;               // of a text; the digits of an integer, "0" or "1" of a boolean
  double number = 0;              // of a boolean, an integer (rounded) or a real
  std::vector<std::string> keys;  // of an object, in order of first appearance
  std::vector<PyValue> items;     // of a list; the values of an object

  bool is_number() const { return kind == Kind::boolean || kind == Kind::integer || kind == Kind::real; }
  bool is_text(std::string_view expected) const { return kind == Kind::text && text == expected; }
  const PyValue* find(std::string_view key) const;  // of an object; nullptr: not there, or no object
};

struct JsonLimits {
  size_t bytes = 1 << 20;
  size_t values = 100'000;
  int depth = 900;
};

// The whole text is one value, with white space around it; std::nullopt where json.loads raises.
std::optional<PyValue> read_python_json(std::string_view text, const JsonLimits& limits = {});

// a == b of Python.
bool equal(const PyValue& a, const PyValue& b);

// The same for values inside containers, where NaN is itself.
bool same_item(const PyValue& a, const PyValue& b);
bool same_items(const std::vector<PyValue>& a, const std::vector<PyValue>& b);

// `key in value` of Python for a text: a key of an object, an item of a list, a part of a text. False for a
// value that has no `in` (Python raises).
bool contains(const PyValue& value, std::string_view key);

}  // namespace gradus
