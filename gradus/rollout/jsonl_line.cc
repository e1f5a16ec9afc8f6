#include "gradus/rollout/jsonl_line.h"

#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <set>

namespace gradus {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

const std::vector<std::string> kFields = {"id",      "group", "task",     "prompt", "prompt_tokens",
                                          "columns", "notes", "channels", "steps"};

std::string shorten(std::string_view text) {
  constexpr size_t kShown = 40;
  return text.size() <= kShown ? std::string(text) : std::string(text.substr(0, kShown)) + "...";
}

std::string describe(element value) {
  switch (value.type()) {
    case element_type::ARRAY:
      return "a list";
    case element_type::OBJECT:
      return "an object";
    case element_type::STRING:
      return "the text '" + shorten(std::string_view(value)) + "'";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return shorten(simdjson::minify(value));
  }
}

// Walks one parsed line; every refusal names the field.
class LineReader {
 public:
  LineReader(const ReadLimits& limits, const LinePlace& place) : limits_(limits), place_(place) {}
  RolloutLine read(element root);

 private:
  using FieldVisitor = std::function<void(std::string_view key, element value, const std::string& path)>;

  [[noreturn]] void refuse(const std::string& field, const char* what, std::string found,
                           std::string expected) const {
    throw line_error(place_, what).field(field).found(std::move(found)).expected(std::move(expected));
  }
  void each_field(element value, const std::string& path, const FieldVisitor& visit) const;
  array list_of(element value, const std::string& path, const char* expected) const;
  std::string text_of(element value, const std::string& path) const;
  int64_t integer_of(element value, const std::string& path, int64_t low, int64_t high) const;
  float number_of(element value, const std::string& path) const;

  void read_field(std::string_view key, element value);
  void read_steps(element value);
  RolloutLine::Step read_step(element value, const std::string& path);
  std::vector<int32_t> read_tokens(element value, const std::string& path);
  void read_columns(element value);
  std::vector<float> read_list(element value, const std::string& path) const;
  ChannelInfo read_channel(element value, const std::string& path) const;
  void check_lengths() const;

  const ReadLimits& limits_;
  const LinePlace& place_;
  RolloutLine line_;
  size_t tokens_ = 0;  // of the steps read so far
};

void LineReader::each_field(element value, const std::string& path, const FieldVisitor& visit) const {
  object fields;
  if (value.get(fields) != simdjson::SUCCESS) refuse(path, "wrong type", describe(value), "an object");
  std::set<std::string_view> seen;
  for (const auto field : fields) {
    const std::string inner = path.empty() ? std::string(field.key) : path + "." + std::string(field.key);
    if (!seen.insert(field.key).second)
      refuse(inner, "a field is given twice", describe(field.value), "one value");
    visit(field.key, field.value, inner);
  }
}

array LineReader::list_of(element value, const std::string& path, const char* expected) const {
  array list;
  if (value.get(list) != simdjson::SUCCESS) refuse(path, "wrong type", describe(value), expected);
  return list;
}

std::string LineReader::text_of(element value, const std::string& path) const {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) refuse(path, "wrong type", describe(value), "a text");
  return std::string(text);
}

int64_t LineReader::integer_of(element value, const std::string& path, int64_t low, int64_t high) const {
  int64_t number = 0;
  const bool whole = value.get(number) == simdjson::SUCCESS;
  if (!whole || number < low || number > high) {
    refuse(path, whole ? "value out of range" : "wrong type", describe(value),
           fmt::format("a whole number from {} to {}", low, high));
  }
  return number;
}

float LineReader::number_of(element value, const std::string& path) const {
  if (value.is_null()) return std::numeric_limits<float>::quiet_NaN();
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS) {
    refuse(path, "wrong type", describe(value), "a number, or null where the value is missing");
  }
  const float stored = static_cast<float>(number);
  if (!std::isfinite(stored)) {
    refuse(path, "value out of range", describe(value), "a number that fits in 32-bit floating point");
  }
  return stored;
}

std::vector<int32_t> LineReader::read_tokens(element value, const std::string& path) {
  std::vector<int32_t> tokens;
  for (const element token : list_of(value, path, "a list of token ids")) {
    if (tokens.size() >= limits_.tokens) {
      refuse(path, "too many tokens", fmt::format("more than {}", limits_.tokens),
             fmt::format("at most {} (limit of the reader)", limits_.tokens));
    }
    tokens.push_back(static_cast<int32_t>(integer_of(token, fmt::format("{}[{}]", path, tokens.size()),
                                                     std::numeric_limits<int32_t>::min(),
                                                     std::numeric_limits<int32_t>::max())));
  }
  return tokens;
}

RolloutLine::Step LineReader::read_step(element value, const std::string& path) {
  RolloutLine::Step step;
  std::set<std::string> missing = {"kind", "text", "tokens"};
  each_field(value, path, [&](std::string_view key, element inner, const std::string& where) {
    if (missing.erase(std::string(key)) == 0) {
      refuse(where, "unknown field", "'" + shorten(key) + "'", "one of: kind, text, tokens");
    }
    if (key == "kind") {
      const std::string name = text_of(inner, where);
      try {
        step.kind = kind_from_name(name);
      } catch (const Error&) {
        refuse(where, "unknown step kind", "'" + shorten(name) + "'", "one of: reason, act, observe, answer");
      }
    } else if (key == "text") {
      step.text = text_of(inner, where);
    } else {
      step.tokens = read_tokens(inner, where);
    }
  });
  if (!missing.empty())
    refuse(path, "a field is missing", "no '" + *missing.begin() + "'", "kind, text, tokens");
  return step;
}

void LineReader::read_steps(element value) {
  for (const element step : list_of(value, "steps", "a list of steps")) {
    if (line_.steps.size() >= limits_.steps) {
      refuse("steps", "too many steps", fmt::format("more than {}", limits_.steps),
             fmt::format("at most {} (limit of the reader)", limits_.steps));
    }
    line_.steps.push_back(read_step(step, fmt::format("steps[{}]", line_.steps.size())));
    tokens_ += line_.steps.back().tokens.size();
    if (tokens_ > limits_.tokens) {
      refuse("steps", "too many tokens", fmt::format("more than {}", limits_.tokens),
             fmt::format("at most {} (limit of the reader)", limits_.tokens));
    }
  }
}

std::vector<float> LineReader::read_list(element value, const std::string& path) const {
  std::vector<float> values;
  for (const element number : list_of(value, path, "a list of numbers and nulls")) {
    values.push_back(number_of(number, fmt::format("{}[{}]", path, values.size())));
  }
  return values;
}

void LineReader::read_columns(element value) {
  each_field(value, "columns", [&](std::string_view level, element names, const std::string& level_path) {
    if (level != "rollout" && level != "step" && level != "token") {
      refuse(level_path, "unknown level", "'" + shorten(level) + "'", "one of: rollout, step, token");
    }
    each_field(names, level_path, [&](std::string_view name, element values, const std::string& path) {
      if (name.empty()) refuse(path, "a column without a name", "''", "a name of at least one character");
      line_.columns[std::string(level) + "." + std::string(name)] =
          level == "rollout" ? std::vector<float>{number_of(values, path)} : read_list(values, path);
    });
  });
}

ChannelInfo LineReader::read_channel(element value, const std::string& path) const {
  ChannelInfo info;
  each_field(value, path, [&](std::string_view key, element inner, const std::string& where) {
    if (key == "estimates") {
      info.estimates = text_of(inner, where);
    } else if (key == "evaluator") {
      info.evaluator = text_of(inner, where);
    } else if (key == "online") {
      if (inner.get(info.online) != simdjson::SUCCESS) {
        refuse(where, "wrong type", describe(inner), "true or false");
      }
    } else {
      refuse(where, "unknown field", "'" + shorten(key) + "'", "one of: estimates, evaluator, online");
    }
  });
  return info;
}

void LineReader::read_field(std::string_view key, element value) {
  if (key == "id") {
    line_.header.id = text_of(value, "id");
  } else if (key == "group") {
    line_.header.group =
        integer_of(value, "group", std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
  } else if (key == "task") {
    line_.header.task = text_of(value, "task");
  } else if (key == "prompt") {
    line_.header.prompt = text_of(value, "prompt");
  } else if (key == "prompt_tokens") {
    line_.header.prompt_tokens = read_tokens(value, "prompt_tokens");
  } else if (key == "steps") {
    read_steps(value);
  } else if (key == "columns") {
    read_columns(value);
  } else if (key == "notes") {
    each_field(value, "notes", [&](std::string_view name, element text, const std::string& path) {
      line_.notes[std::string(name)] = text_of(text, path);
    });
  } else if (key == "channels") {
    each_field(value, "channels", [&](std::string_view name, element info, const std::string& path) {
      line_.channels[std::string(name)] = read_channel(info, path);
    });
  } else {
    throw line_error(place_, "unknown field").field(std::string(key)).hint(suggest(key, kFields));
  }
}

// Only after the whole line is read: "columns" may stand before "steps".
void LineReader::check_lengths() const {
  for (const auto& [name, values] : line_.columns) {
    const Level level = split_column_name(name).first;
    if (level == Level::rollout) continue;
    const size_t expected = level == Level::step ? line_.steps.size() : tokens_;
    if (values.size() == expected) continue;
    refuse("columns." + name, "lengths disagree", fmt::format("{} values", values.size()),
           fmt::format("{}, one per {} of this rollout", expected, level_name(level)));
  }
  for (const auto& [name, unused] : line_.channels) {
    if (line_.columns.count(name)) continue;
    refuse("channels." + name, "a channel without a column", "no such column on this line",
           "a channel named LEVEL.NAME like one of the columns");
  }
}

RolloutLine LineReader::read(element root) {
  std::set<std::string> missing = {"id", "group", "task", "prompt", "steps"};
  each_field(root, "", [&](std::string_view key, element value, const std::string&) {
    missing.erase(std::string(key));
    read_field(key, value);
  });
  if (!missing.empty()) {
    refuse(*missing.begin(), "a field is missing", "nothing",
           "id, group, task, prompt and steps on every line");
  }
  check_lengths();
  return std::move(line_);
}

Error not_json(const LinePlace& place, simdjson::error_code code, std::string_view text, size_t depth) {
  Error error = line_error(place, code == simdjson::DEPTH_ERROR ? "nested too deeply" : "not valid JSON");
  if (code == simdjson::DEPTH_ERROR) {
    error.expected(fmt::format("fewer than {} levels (limit of the reader)", depth));
  } else if (!place.ended) {
    error.found("a torn last line: it does not end with a newline");
    error.hint("its writer was stopped; remove the line or write the file again");
  } else if (text.find("NaN") != std::string_view::npos || text.find("Infinity") != std::string_view::npos) {
    error.hint("JSON has no NaN or Infinity: write null where a value is missing");
  } else {
    error.found(simdjson::error_message(code));
  }
  return error;
}

}  // namespace

Error line_error(const LinePlace& place, std::string what) {
  constexpr size_t kMostLines = std::numeric_limits<int>::max();
  return Error::input(std::move(what)).at(place.file, static_cast<int>(std::min(place.line, kMostLines)));
}

LineParser::LineParser(const ReadLimits& limits) : limits_(limits), json_(limits.line_bytes) {
  constexpr size_t kFirstCapacity = 4096;  // grows with the lines that come
  require(json_.allocate(kFirstCapacity, limits.depth) == simdjson::SUCCESS, "memory for the JSON parser");
}

RolloutLine LineParser::parse(const char* bytes, size_t length, const LinePlace& place) {
  element root;
  const simdjson::error_code code = json_.parse(bytes, length, false).get(root);
  if (code == simdjson::MEMALLOC || code == simdjson::CAPACITY) {
    throw line_error(place, "the line is too long for the parser").found(fmt::format("{} bytes", length));
  }
  if (code != simdjson::SUCCESS) throw not_json(place, code, {bytes, length}, limits_.depth);
  return LineReader(limits_, place).read(root);
}

}  // namespace gradus
