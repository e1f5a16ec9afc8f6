#include "gradus/rollout/json_rows.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/input_file.h"
#include "gradus/rollout/line_source.h"

namespace gradus {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;

constexpr size_t kErrorsKept = 100;

// The bare words of Python's json become texts, outside of texts only.
std::string with_quoted_numbers(std::string_view text) {
  std::string out;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') inside = !inside;
    if (inside && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
      continue;
    }
    std::string_view word;
    for (const std::string_view candidate : {"NaN", "-Infinity", "Infinity"}) {
      if (!inside && text.substr(i, candidate.size()) == candidate) word = candidate;
    }
    if (word.empty()) {
      out += c;
      continue;
    }
    out.append("\"").append(word).append("\"");
    i += word.size() - 1;
  }
  return out;
}

// Json from the parsed value; the depth is bounded by the parser's.
Json copy_of(element value) {
  return Json::parse(simdjson::minify(value));
}

class RowVisitor {
 public:
  RowVisitor(std::string name, const RowOptions& options, const std::function<void(const JsonRow&)>& visit)
      : name_(std::move(name)), options_(options), visit_(visit) {
    require(json_.allocate(4096, options.depth) == simdjson::SUCCESS, "memory for the JSON parser");
  }

  RowReport report;

  void line(const LineSource& source, size_t number) {
    const LinePlace place{name_, number, source.ended()};
    guarded([&] {
      if (source.too_long()) {
        throw line_error(place, "the line is too long")
            .expected(fmt::format("at most {} bytes (limit of the reader)", options_.line_bytes));
      }
      visit_(JsonRow(parsed(source.text(), place), place, "", report.rows - 1));
    });
  }

  void document(std::string text) {
    const LinePlace place{name_, 0, true};
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    const element root = parsed(text, place);
    array rows;
    simdjson::dom::object lists;
    if (root.get(rows) == simdjson::SUCCESS) return list(rows, place, "");
    if (!options_.nested || root.get(lists) != simdjson::SUCCESS) {
      throw line_error(place, "the file has another layout")
          .found(describe(root))
          .expected(options_.nested ? "an object of lists, a list, or one object per line"
                                    : "a list, or one object per line");
    }
    for (const auto field : lists) {
      const std::string path = std::string(field.key);
      array inner;
      if (field.value.get(inner) == simdjson::SUCCESS) {
        list(inner, place, path);
      } else {
        ++report.rows;
        keep(line_error(place, "wrong type").field(path).found(describe(field.value)).expected("a list"));
      }
    }
  }

 private:
  element parsed(std::string_view text, const LinePlace& place) {
    element root;
    const auto parse = [&](std::string_view bytes) {
      return json_.parse(bytes.data(), bytes.size(), false).get(root);
    };
    auto code = parse(text);
    if (code != simdjson::SUCCESS && code != simdjson::DEPTH_ERROR &&
        (text.find("NaN") != std::string_view::npos || text.find("Infinity") != std::string_view::npos)) {
      quoted_ = with_quoted_numbers(text);
      quoted_.reserve(quoted_.size() + simdjson::SIMDJSON_PADDING);
      code = parse(quoted_);
    }
    if (code != simdjson::SUCCESS) throw not_json(place, code, "", options_.depth);
    return root;
  }

  void list(const array& rows, const LinePlace& place, const std::string& path) {
    size_t index = 0;
    for (const element row : rows) {
      const std::string at = fmt::format("{}[{}]", path, index++);
      guarded([&] { visit_(JsonRow(row, place, at, report.rows - 1)); });
    }
  }

  template <class Visit>
  void guarded(Visit&& visit) {
    ++report.rows;
    try {
      visit();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
      keep(error);
    }
  }

  void keep(const Error& error) {
    if (options_.strict) throw error;
    ++report.bad_rows;
    if (report.errors.size() < kErrorsKept) report.errors.push_back(error);
  }

  std::string name_;
  const RowOptions& options_;
  const std::function<void(const JsonRow&)>& visit_;
  simdjson::dom::parser json_;
  std::string quoted_;
};

// Whether the file is JSON Lines: its first line that holds something is a whole object by itself, and not
// the whole of a nested document.
bool is_lines(std::string_view first, bool nested) {
  if (first.substr(first.find_first_not_of(" \t")).starts_with('[')) return false;
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::object fields;
  if (parser.parse(first.data(), first.size()).get(root) != simdjson::SUCCESS) {
    const std::string quoted = with_quoted_numbers(first);
    // A broken first line is a bad row of JSON Lines, unless the text looks cut open: a document.
    if (parser.parse(quoted.data(), quoted.size()).get(root) != simdjson::SUCCESS) {
      const std::string_view end = first.substr(0, first.find_last_not_of(" \t\r") + 1);
      return end.size() > 1 && end.ends_with('}');
    }
  }
  if (root.get(fields) != simdjson::SUCCESS) return root.type() != simdjson::dom::element_type::ARRAY;
  if (!nested) return true;
  for (const auto field : fields) {
    array rows;
    if (field.value.get(rows) != simdjson::SUCCESS) return true;
    for (const element row : rows) {
      if (row.type() != simdjson::dom::element_type::OBJECT) return true;
    }
  }
  return false;
}

}  // namespace

std::string JsonRow::field_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

Error JsonRow::refuse(std::string_view key, std::string what) const {
  return line_error(place_, std::move(what)).field(field_of(key));
}

void JsonRow::wrong_type(std::string_view key, element value, const char* expected) const {
  throw refuse(key, "wrong type").found(describe(value)).expected(expected);
}

element JsonRow::at(std::string_view key) const {
  simdjson::dom::object fields;
  if (value_.get(fields) != simdjson::SUCCESS) {
    throw line_error(place_, "wrong type").field(path_).found(describe(value_)).expected("an object");
  }
  element value;
  if (fields.at_key(key).get(value) != simdjson::SUCCESS) {
    throw refuse(key, "a field is missing").expected("this field on every row of the schema");
  }
  return value;
}

bool JsonRow::has(std::string_view key) const {
  simdjson::dom::object fields;
  element value;
  return value_.get(fields) == simdjson::SUCCESS && fields.at_key(key).get(value) == simdjson::SUCCESS &&
         !value.is_null();
}

bool JsonRow::is_text(std::string_view key) const {
  return has(key) && at(key).is_string();
}
bool JsonRow::is_list(std::string_view key) const {
  return has(key) && at(key).is_array();
}
bool JsonRow::is_object(std::string_view key) const {
  return has(key) && at(key).is_object();
}
bool JsonRow::is_boolean(std::string_view key) const {
  return has(key) && at(key).is_bool();
}

std::string_view JsonRow::text(std::string_view key) const {
  const element value = at(key);
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) wrong_type(key, value, "a text");
  return text;
}

std::string JsonRow::text_or(std::string_view key, std::string_view fallback) const {
  return has(key) ? std::string(text(key)) : std::string(fallback);
}

int64_t JsonRow::integer(std::string_view key) const {
  const element value = at(key);
  int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS) wrong_type(key, value, "a whole number");
  return number;
}

bool JsonRow::boolean(std::string_view key) const {
  const element value = at(key);
  bool truth = false;
  if (value.get(truth) != simdjson::SUCCESS) wrong_type(key, value, "true or false");
  return truth;
}

std::vector<std::string> JsonRow::texts(std::string_view key) const {
  const element value = at(key);
  array list;
  if (value.get(list) != simdjson::SUCCESS) wrong_type(key, value, "a list of texts");
  std::vector<std::string> out;
  for (const element one : list) {
    std::string_view text;
    if (one.get(text) != simdjson::SUCCESS) {
      wrong_type(fmt::format("{}[{}]", key, out.size()), one, "a text");
    }
    out.emplace_back(text);
  }
  return out;
}

std::vector<int64_t> JsonRow::integers(std::string_view key) const {
  const element value = at(key);
  array list;
  if (value.get(list) != simdjson::SUCCESS) wrong_type(key, value, "a list of whole numbers");
  std::vector<int64_t> out;
  for (const element one : list) {
    int64_t number = 0;
    if (one.get(number) != simdjson::SUCCESS) {
      wrong_type(fmt::format("{}[{}]", key, out.size()), one, "a whole number");
    }
    out.push_back(number);
  }
  return out;
}

JsonRow JsonRow::object(std::string_view key) const {
  const element value = at(key);
  if (!value.is_object()) wrong_type(key, value, "an object");
  return {value, place_, field_of(key), index_};
}

std::vector<JsonRow> JsonRow::objects(std::string_view key) const {
  const element value = at(key);
  array list;
  if (value.get(list) != simdjson::SUCCESS) wrong_type(key, value, "a list of objects");
  std::vector<JsonRow> out;
  for (const element one : list) {
    const std::string at = fmt::format("{}[{}]", key, out.size());
    if (!one.is_object()) wrong_type(at, one, "an object");
    out.emplace_back(one, place_, field_of(at), index_);
  }
  return out;
}

std::string JsonRow::written(std::string_view key) const {
  const element value = at(key);
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  // null is no text "null", and a truth value, a list or an object is none either.
  if (!value.is_number()) wrong_type(key, value, "a text or a number");
  return simdjson::minify(value);
}

std::vector<std::string> JsonRow::keys() const {
  std::vector<std::string> out;
  simdjson::dom::object fields;
  if (value_.get(fields) != simdjson::SUCCESS) return out;
  for (const auto field : fields) out.emplace_back(field.key);
  return out;
}

Json JsonRow::copy(const std::vector<std::string>& without) const {
  Json out = Json::object();
  simdjson::dom::object fields;
  if (value_.get(fields) != simdjson::SUCCESS) return out;
  for (const auto field : fields) {
    const std::string key(field.key);
    if (std::find(without.begin(), without.end(), key) == without.end()) out[key] = copy_of(field.value);
  }
  return out;
}

RowReport read_rows(std::istream& in, const std::string& name, const RowOptions& options,
                    const std::function<void(const JsonRow&)>& visit) {
  RowVisitor visitor(name, options, visit);
  LineSource source(in, options.line_bytes, name);
  size_t number = 1;
  bool more = source.next();
  while (more && source.blank()) {
    more = source.next();
    ++number;
  }
  if (!more) return visitor.report;
  if (source.too_long() || is_lines(source.text(), options.nested)) {
    for (; more; more = source.next(), ++number) {
      if (!source.blank()) visitor.line(source, number);
    }
  } else {
    std::string text;
    for (; more; more = source.next()) {
      if (source.too_long() || text.size() + source.text().size() > options.document_bytes) {
        throw Error::input("the document is too large to be read at once")
            .at(name)
            .expected(fmt::format("at most {} bytes, in lines of at most {}", options.document_bytes,
                                  options.line_bytes))
            .hint("write it as JSON Lines, one object per line: that is read piece by piece");
      }
      text.append(source.text()).append("\n");
    }
    visitor.document(std::move(text));
  }
  if (in.bad()) throw Error::outside("reading stopped before the end of the file").at(name);
  return visitor.report;
}

RowReport read_rows(const std::string& path, const RowOptions& options,
                    const std::function<void(const JsonRow&)>& visit) {
  return read_rows(*open_input(path, "a JSON or JSONL file"), input_name(path), options, visit);
}

}  // namespace gradus
