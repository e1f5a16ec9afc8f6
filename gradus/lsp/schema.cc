#include "gradus/lsp/schema.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <regex>

#include "embedded/lsp_schema.h"

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr size_t kMostFaults = 20;
constexpr int kDeepest = 128;            // schema within schema, references among them
constexpr size_t kLongestMatched = 256;  // characters of a text that is matched with a pattern
constexpr std::string_view kFolder = "gradus/lsp/schemas/", kEnding = ".schema.json";

const std::map<std::string, Json>& schemas() {
  static const std::map<std::string, Json> all = [] {
    std::map<std::string, Json> out;
    for (const std::string_view file : lsp_schema_files()) {
      const size_t length = file.size() - kFolder.size() - kEnding.size();
      out[std::string(file.substr(kFolder.size(), length))] = Json::parse(lsp_schema(file));
    }
    return out;
  }();
  return all;
}

const Json& schema_of(const std::string& name) {
  const auto it = schemas().find(name);
  if (it == schemas().end()) {
    throw Error::input("unknown schema")
        .field("schema")
        .found(name)
        .expected(fmt::format("{}", fmt::join(schema_names(), ", ")));
  }
  return it->second;
}

std::string shown(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 80);
}

bool has_type(const Json& value, const std::string& type) {
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && value.get<double>() == std::floor(value.get<double>()));
  }
  return type == "number"    ? value.is_number()
         : type == "object"  ? value.is_object()
         : type == "array"   ? value.is_array()
         : type == "string"  ? value.is_string()
         : type == "boolean" ? value.is_boolean()
                             : value.is_null();
}

class Check {
 public:
  std::vector<SchemaFault> faults;

  void value(const Json& node, const Json& schema, const std::string& path, int depth) {
    if (depth > kDeepest) return fault(node, path, fmt::format("at most {} levels", kDeepest));
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) fault(node, path, "nothing");
      return;
    }
    for (const auto& [keyword, rule] : schema.items()) {
      if (faults.size() >= kMostFaults) return;
      one(keyword, rule, node, schema, path, depth);
    }
  }

 private:
  void fault(const Json& node, const std::string& path, std::string expected) {
    if (faults.size() < kMostFaults) faults.push_back({path, std::move(expected), shown(node)});
  }

  void one(const std::string& keyword, const Json& rule, const Json& node, const Json& schema,
           const std::string& path, int depth) {
    static const std::vector<std::string> kNotes{"$schema", "$id", "title", "description", "examples"};
    if (std::find(kNotes.begin(), kNotes.end(), keyword) != kNotes.end()) return;
    if (keyword == "$ref") {
      const std::string name = rule.get<std::string>();
      return value(node, schema_of(name.substr(0, name.size() - std::min(name.size(), kEnding.size()))), path,
                   depth + 1);
    }
    if (keyword == "anyOf") return any_of(rule, node, path, depth);
    if (keyword == "type") return type(rule, node, path);
    if (keyword == "enum") {
      if (std::find(rule.begin(), rule.end(), node) == rule.end()) fault(node, path, "one of " + rule.dump());
      return;
    }
    if (keyword == "const") {
      if (node != rule) fault(node, path, rule.dump());
      return;
    }
    if (node.is_object() && object(keyword, rule, node, schema, path, depth)) return;
    if (node.is_array() && list(keyword, rule, node, path, depth)) return;
    if (scalar(keyword, rule, node, path)) return;
    static const std::vector<std::string> kOfOthers{"properties", "required", "additionalProperties",
                                                    "items",      "minItems", "maxItems"};
    const bool known = std::find(kOfOthers.begin(), kOfOthers.end(), keyword) != kOfOthers.end();
    require(known, "a schema has a keyword that is not checked: " + keyword);
  }

  void type(const Json& rule, const Json& node, const std::string& path) {
    const Json types = rule.is_array() ? rule : Json::array({rule});
    for (const Json& type : types) {
      if (has_type(node, type.get<std::string>())) return;
    }
    fault(node, path, fmt::format("of type {}", rule.dump()));
  }

  // Of the alternatives the one with the right "kind", else the one with the fewest faults, of these the one
  // that fits furthest inwards, is reported.
  void any_of(const Json& rule, const Json& node, const std::string& path, int depth) {
    std::vector<SchemaFault> least;
    size_t fewest = kMostFaults + 2;
    for (const Json& alternative : rule) {
      Check check;
      check.value(node, alternative, path, depth + 1);
      if (check.faults.empty()) return;
      const bool other_kind =
          alternative.contains("properties") && alternative.at("properties").contains("kind") &&
          node.is_object() && node.contains("kind") &&
          alternative.at("properties").at("kind").value("const", Json()) != node.at("kind");
      const size_t weight = other_kind ? kMostFaults + 1 : check.faults.size();
      const bool deeper = weight == fewest && check.faults[0].path.size() > least[0].path.size();
      if (weight < fewest || deeper) fewest = weight, least = std::move(check.faults);
    }
    for (SchemaFault& one : least) {
      if (faults.size() < kMostFaults) faults.push_back(std::move(one));
    }
  }

  bool object(const std::string& keyword, const Json& rule, const Json& node, const Json& schema,
              const std::string& path, int depth) {
    const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    if (keyword == "properties") {
      for (const auto& [key, inner] : rule.items()) {
        if (node.contains(key)) value(node.at(key), inner, below(key), depth + 1);
      }
    } else if (keyword == "required") {
      for (const Json& key : rule) {
        if (!node.contains(key.get<std::string>())) fault(nullptr, below(key.get<std::string>()), "a value");
      }
    } else if (keyword == "additionalProperties") {
      const Json known = schema.value("properties", Json::object());
      for (const auto& [key, inner] : node.items()) {
        if (!known.contains(key)) value(inner, rule, below(key), depth + 1);
      }
    } else {
      return false;
    }
    return true;
  }

  bool list(const std::string& keyword, const Json& rule, const Json& node, const std::string& path,
            int depth) {
    if (keyword == "items") {
      for (size_t i = 0; i < node.size() && faults.size() < kMostFaults; ++i) {
        value(node[i], rule, fmt::format("{}[{}]", path, i), depth + 1);
      }
    } else if (keyword == "minItems") {
      if (node.size() < rule.get<size_t>()) fault(node, path, fmt::format("at least {} items", rule.dump()));
    } else if (keyword == "maxItems") {
      if (node.size() > rule.get<size_t>()) fault(node, path, fmt::format("at most {} items", rule.dump()));
    } else {
      return false;
    }
    return true;
  }

  bool scalar(const std::string& keyword, const Json& rule, const Json& node, const std::string& path) {
    if (keyword == "minimum") {
      if (node.is_number() && node.get<double>() < rule.get<double>())
        fault(node, path, "at least " + rule.dump());
    } else if (keyword == "maximum") {
      if (node.is_number() && node.get<double>() > rule.get<double>())
        fault(node, path, "at most " + rule.dump());
    } else if (keyword == "minLength") {
      if (node.is_string() && node.get_ref<const std::string&>().size() < rule.get<size_t>())
        fault(node, path, "a text that is not empty");
    } else if (keyword == "pattern") {
      if (!node.is_string()) return true;
      const std::string& text = node.get_ref<const std::string&>();
      const bool fits =
          text.size() <= kLongestMatched && std::regex_search(text, std::regex(rule.get<std::string>()));
      if (!fits) fault(node, path, "a text like " + rule.get<std::string>());
    } else {
      return false;
    }
    return true;
  }
};

}  // namespace

std::vector<std::string> schema_names() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : schemas()) names.push_back(name);
  return names;
}

std::string_view schema_text(const std::string& name) {
  schema_of(name);
  return lsp_schema(std::string(kFolder) + name + std::string(kEnding));
}

std::vector<SchemaFault> schema_faults(const Json& document, const std::string& name) {
  return faults_against(document, schema_of(name));
}

std::vector<SchemaFault> faults_against(const Json& document, const Json& schema) {
  Check check;
  check.value(document, schema, "", 0);
  return std::move(check.faults);
}

}  // namespace gradus
