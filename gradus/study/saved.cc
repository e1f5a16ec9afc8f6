#include "gradus/study/saved.h"

#include <filesystem>
#include <fmt/format.h>
#include <span>

#include "gradus/base/error.h"
#include "gradus/base/input_file.h"
#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/rollout/line_source.h"

namespace gradus {

namespace {

constexpr size_t kMaxBytes = size_t{1} << 30;

constexpr const char* kStudySchema = "gradus.study/1";

using Type = Json::value_t;

struct Key {
  const char* name;
  Type type;
};

// The keys of the document, and for each list or object what stands in it: as in docs/results-json.md. Type
// null: any, null among them.
constexpr Key kDocument[] = {{"study", Type::object},   {"arms", Type::array},     {"metrics", Type::array},
                             {"roles", Type::object},   {"base", Type::object},    {"neutrality", Type::null},
                             {"rows", Type::array},     {"curves", Type::array},   {"pareto", Type::object},
                             {"goodhart", Type::array}, {"verdict", Type::object}, {"naive", Type::array},
                             {"rollouts", Type::array}};
constexpr Key kStudy[] = {{"name", Type::string},       {"title", Type::string},    {"primary", Type::string},
                          {"constraint", Type::string}, {"baseline", Type::string}, {"seeds", Type::array}};
constexpr Key kArm[] = {{"id", Type::string}, {"label", Type::string}, {"recipe", Type::string}};
constexpr Key kMetric[] = {{"id", Type::string},
                           {"label", Type::string},
                           {"axis", Type::string},
                           {"higher_is_better", Type::boolean}};
constexpr Key kRow[] = {{"arm", Type::string}, {"metric", Type::string},      {"role", Type::string},
                        {"mean", Type::null},  {"baseline_mean", Type::null}, {"difference", Type::null},
                        {"low", Type::null},   {"high", Type::null},          {"verdict", Type::string}};
constexpr Key kVerdict[] = {{"answer", Type::string}, {"sentences", Type::array}, {"refusals", Type::array}};

// What the document of an evaluation has for every benchmark: as in docs/eval-json.md.
constexpr Key kEvaluation[] = {{"benchmark", Type::string}, {"title", Type::string},
                               {"files", Type::array},      {"scorer", Type::string},
                               {"counts", Type::object},    {"numbers", Type::array},
                               {"threshold", Type::null},   {"comparison", Type::null}};
constexpr Key kNumber[] = {
    {"id", Type::string}, {"part", Type::string}, {"compat", Type::object}, {"strict", Type::object}};

void check_keys(const Json& table, std::span<const Key> keys, const std::string& file,
                const std::string& path) {
  for (const Key& key : keys) {
    const std::string field = path.empty() ? key.name : path + "." + key.name;
    if (!table.is_object() || !table.contains(key.name))
      throw Error::input("a key is missing").at(file).field(field).hint("write the document again");
    if (key.type != Type::null && table[key.name].type() != key.type) {
      throw Error::input("wrong type")
          .at(file)
          .field(field)
          .found(table[key.name].type_name())
          .expected(Json(key.type).type_name());
    }
  }
}

void check_each(const Json& list, std::span<const Key> keys, const std::string& file,
                const std::string& path) {
  for (size_t i = 0; i < list.size(); ++i) check_keys(list[i], keys, file, fmt::format("{}[{}]", path, i));
}

void check_shape(const Json& document, const std::string& file) {
  check_keys(document, kDocument, file, "");
  check_keys(document["study"], kStudy, file, "study");
  check_keys(document["verdict"], kVerdict, file, "verdict");
  check_each(document["arms"], kArm, file, "arms");
  check_each(document["metrics"], kMetric, file, "metrics");
  check_each(document["rows"], kRow, file, "rows");
  for (const auto& [arm, roles] : document["roles"].items()) {
    for (const Json& metric : document["metrics"]) {
      const std::string id = metric["id"];
      const Key key{id.c_str(), Type::string};
      check_keys(roles, std::span(&key, 1), file, "roles." + arm);
    }
  }
}

// The document and the file that it stands in.
struct ReadDocument {
  Json json;
  std::string file;
  bool is(const char* schema) const { return json.is_object() && json.value("schema", Json()) == schema; }
};

ReadDocument read_document(const std::string& path) {
  std::error_code code;
  const std::string file = std::filesystem::is_directory(path, code) ? path + "/results.json" : path;
  const std::string name = input_name(file);
  if (file != "-" && !std::filesystem::exists(file, code))
    throw Error::input("cannot open the results").at(file).hint("'gradus study FILE' writes them");
  std::string text;
  try {
    text = read_input(file, kMaxBytes, "results.json");
  } catch (Error& error) {
    throw error.hint("'gradus study FILE' writes it");
  }
  require_text(text, name);
  Json document = Json::parse(std::string_view(text).substr(byte_order_mark(text)), nullptr, false);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw Error::input("there is nothing in the file").at(name).hint("'gradus study FILE' writes it");
  if (document.is_discarded())
    throw Error::input("not valid JSON, or cut short").at(name).hint("write the document again");
  return {std::move(document), name};
}

Json checked_study(ReadDocument document) {
  if (!document.is(kStudySchema)) {
    throw Error::input("not the results of a study")
        .at(document.file)
        .field("schema")
        .expected(fmt::format("\"{}\"", kStudySchema));
  }
  check_shape(document.json, document.file);
  return std::move(document.json);
}

}  // namespace

Json load_results(const std::string& path) {
  return checked_study(read_document(path));
}

Json load_document(const std::string& path) {
  ReadDocument document = read_document(path);
  if (!document.is(kEvalSchema)) return checked_study(std::move(document));
  check_keys(document.json, kEvaluation, document.file, "");
  check_each(document.json["numbers"], kNumber, document.file, "numbers");
  return std::move(document.json);
}

}  // namespace gradus
