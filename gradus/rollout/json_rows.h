// Rows of published data files, one at a time and in bounded memory where the file is JSON Lines: objects one
// per line, or in one list, or (nested) in an object of lists.
//
//   RowReport report = read_rows("gsm8k.json", {.nested = false}, [&](const JsonRow& row) {
//     use(row.text("id"), row.texts("steps"), row.integer("label"));   // refusals name file, line and field
//   });
//   report.rows; report.bad_rows; report.errors;
//
// A row that is refused is left out, counted and described; `strict` throws at the first. Python writes NaN
// and Infinity bare into JSON: they are read as the texts "NaN", "Infinity" and "-Infinity".
#pragma once

#include <functional>
#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/rollout/jsonl_line.h"

namespace gradus {

// One object of the file, read by field name. Views into it hold until the visit returns.
class JsonRow {
 public:
  JsonRow(simdjson::dom::element value, LinePlace place, std::string path, size_t index = 0)
      : value_(value), place_(std::move(place)), path_(std::move(path)), index_(index) {}

  bool has(std::string_view key) const;  // there and not null
  bool is_text(std::string_view key) const;
  bool is_list(std::string_view key) const;
  bool is_object(std::string_view key) const;
  bool is_boolean(std::string_view key) const;

  std::string_view text(std::string_view key) const;
  std::string text_or(std::string_view key, std::string_view fallback) const;  // where missing or null
  int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::vector<int64_t> integers(std::string_view key) const;
  std::vector<JsonRow> objects(std::string_view key) const;
  JsonRow object(std::string_view key) const;
  simdjson::dom::element at(std::string_view key) const;  // refuses where it is missing
  std::string written(std::string_view key) const;        // a text or a number as it stands; refuses others
  std::vector<std::string> keys() const;
  Json copy(const std::vector<std::string>& without) const;  // the other fields, for writing them back

  const LinePlace& place() const { return place_; }
  // Of a row in an object of lists: the key of its list; "" elsewhere.
  std::string list_key() const {
    return path_.substr(0, path_.rfind('[') == std::string::npos ? 0 : path_.rfind('['));
  }
  size_t index() const { return index_; }                      // of the row in its file, from 0
  Error refuse(std::string_view key, std::string what) const;  // an error that names the place and the field

 private:
  std::string field_of(std::string_view key) const;
  [[noreturn]] void wrong_type(std::string_view key, simdjson::dom::element value,
                               const char* expected) const;

  simdjson::dom::element value_;
  LinePlace place_;
  std::string path_;  // of this object within its line or document: "[3]"
  size_t index_;
};

struct RowOptions {
  bool nested = false;  // an object of lists of rows, where the file is one document
  bool strict = false;  // throw at the first row that is refused
  size_t line_bytes = size_t{64} << 20;
  size_t document_bytes = size_t{512} << 20;  // of a file that is no JSON Lines
  size_t depth = 64;
};

struct RowReport {
  size_t rows = 0;  // that there were, bad ones included
  size_t bad_rows = 0;
  std::vector<Error> errors;  // of the first 100
};

RowReport read_rows(const std::string& path, const RowOptions& options,
                    const std::function<void(const JsonRow&)>& visit);
RowReport read_rows(std::istream& in, const std::string& name, const RowOptions& options,
                    const std::function<void(const JsonRow&)>& visit);

}  // namespace gradus
