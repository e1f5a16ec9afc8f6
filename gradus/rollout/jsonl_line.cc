#include "gradus/rollout/jsonl_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <set>

#include "gradus/base/text.h"

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
  return text.size() <= kShown ? std::string(text) : std::string(start_of(text, kShown)) + "...";
}

// Where a value stands, written out only for a refusal: "steps[3].tokens[5]".
struct Where {
  const Where* outer = nullptr;
  std::string_view key;
  size_t index = kNoElement;  // of a list
  static constexpr size_t kNoElement = static_cast<size_t>(-1);

  std::string text() const {
    if (!outer) return std::string(key);
    const std::string before = outer->text();
    if (index != kNoElement) return fmt::format("{}[{}]", before, index);
    return before.empty() ? std::string(key) : fmt::format("{}.{}", before, key);
  }
};

// The keys of one object, to find one that is given twice. Objects are small; a large one gets a set.
class SeenKeys {
 public:
  bool add(std::string_view key) {
    if (count_ < kFew) {
      for (size_t i = 0; i < count_; ++i) {
        if (few_[i] == key) return false;
      }
      few_[count_++] = key;
      return true;
    }
    if (many_.empty()) many_.insert(few_.begin(), few_.end());
    return many_.insert(key).second;
  }

 private:
  static constexpr size_t kFew = 16;
  std::array<std::string_view, kFew> few_;
  size_t count_ = 0;
  std::set<std::string_view> many_;
};

// Walks one parsed line; every refusal names the field.
class LineReader {
 public:
  LineReader(const ReadLimits& limits, const LinePlace& place, RolloutLine& line)
      : limits_(limits), place_(place), line_(line) {}
  void read(element root);

 private:
  [[noreturn]] void refuse(const Where& where, const char* what, std::string found,
                           std::string expected) const {
    throw line_error(place_, what).field(where.text()).found(std::move(found)).expected(std::move(expected));
  }
  template <class Visit>  // visit(key, value, where)
  void each_field(element value, const Where& where, Visit&& visit) const;
  array list_of(element value, const Where& where, const char* expected) const;
  std::string_view text_of(element value, const Where& where) const;
  int64_t integer_of(element value, const Where& where, int64_t low, int64_t high) const;
  float number_of(element value, const Where& where) const;
  [[noreturn]] void refuse_tokens(const Where& where) const;

  void read_field(std::string_view key, element value, const Where& where);
  void read_steps(element value, const Where& where);
  void read_step(element value, const Where& where);
  void read_tokens(element value, const Where& where, std::vector<int32_t>& tokens) const;
  void read_columns(element value, const Where& where);
  void read_notes(element value, const Where& where);
  ChannelInfo read_channel(element value, const Where& where) const;
  void check_lengths() const;

  const ReadLimits& limits_;
  const LinePlace& place_;
  RolloutLine& line_;
};

template <class Visit>
void LineReader::each_field(element value, const Where& where, Visit&& visit) const {
  object fields;
  if (value.get(fields) != simdjson::SUCCESS) refuse(where, "wrong type", describe(value), "an object");
  SeenKeys seen;
  for (const auto field : fields) {
    const Where inner{&where, field.key};
    if (!seen.add(field.key)) refuse(inner, "a field is given twice", describe(field.value), "one value");
    visit(field.key, field.value, inner);
  }
}

array LineReader::list_of(element value, const Where& where, const char* expected) const {
  array list;
  if (value.get(list) != simdjson::SUCCESS) refuse(where, "wrong type", describe(value), expected);
  return list;
}

std::string_view LineReader::text_of(element value, const Where& where) const {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) refuse(where, "wrong type", describe(value), "a text");
  return text;
}

int64_t LineReader::integer_of(element value, const Where& where, int64_t low, int64_t high) const {
  int64_t number = 0;
  const bool whole = value.get(number) == simdjson::SUCCESS;
  if (!whole || number < low || number > high) {
    refuse(where, whole ? "value out of range" : "wrong type", describe(value),
           fmt::format("a whole number from {} to {}", low, high));
  }
  return number;
}

float LineReader::number_of(element value, const Where& where) const {
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS) {
    if (value.is_null()) return std::numeric_limits<float>::quiet_NaN();
    refuse(where, "wrong type", describe(value), "a number, or null where the value is missing");
  }
  const float stored = static_cast<float>(number);
  if (!std::isfinite(stored)) {
    refuse(where, "value out of range", describe(value), "a number that fits in 32-bit floating point");
  }
  return stored;
}

void LineReader::refuse_tokens(const Where& where) const {
  refuse(where, "too many tokens", fmt::format("more than {}", limits_.tokens),
         fmt::format("at most {} (limit of the reader)", limits_.tokens));
}

void LineReader::read_tokens(element value, const Where& where, std::vector<int32_t>& tokens) const {
  Where inner{&where, {}, 0};
  for (const element token : list_of(value, where, "a list of token ids")) {
    if (inner.index >= limits_.tokens) refuse_tokens(where);
    tokens.push_back(static_cast<int32_t>(
        integer_of(token, inner, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())));
    ++inner.index;
  }
}

void LineReader::read_step(element value, const Where& where) {
  RolloutLine::Step step;
  bool kind = false, text = false, tokens = false;
  each_field(value, where, [&](std::string_view key, element inner, const Where& at) {
    if (key == "kind") {
      kind = true;
      const std::string_view name = text_of(inner, at);
      try {
        step.kind = kind_from_name(name);
      } catch (const Error&) {
        refuse(at, "unknown step kind", "'" + shorten(name) + "'", "one of: reason, act, observe, answer");
      }
    } else if (key == "text") {
      text = true;
      step.text = text_of(inner, at);
    } else if (key == "tokens") {
      tokens = true;
      read_tokens(inner, at, line_.tokens);
    } else {
      refuse(at, "unknown field", "'" + shorten(key) + "'", "one of: kind, text, tokens");
    }
  });
  if (!kind || !text || !tokens) {
    refuse(where, "a field is missing",
           !kind   ? "no 'kind'"
           : !text ? "no 'text'"
                   : "no 'tokens'",
           "kind, text, tokens");
  }
  step.tokens_end = line_.tokens.size();
  line_.steps.push_back(step);
}

void LineReader::read_steps(element value, const Where& where) {
  Where inner{&where, {}, 0};
  for (const element step : list_of(value, where, "a list of steps")) {
    if (inner.index >= limits_.steps) {
      refuse(where, "too many steps", fmt::format("more than {}", limits_.steps),
             fmt::format("at most {} (limit of the reader)", limits_.steps));
    }
    read_step(step, inner);
    if (line_.tokens.size() > limits_.tokens) refuse_tokens(where);
    ++inner.index;
  }
}

void LineReader::read_columns(element value, const Where& where) {
  each_field(value, where, [&](std::string_view level_key, element names, const Where& level_at) {
    if (level_key != "rollout" && level_key != "step" && level_key != "token") {
      refuse(level_at, "unknown level", "'" + shorten(level_key) + "'", "one of: rollout, step, token");
    }
    const Level level = level_from_name(level_key);
    each_field(names, level_at, [&](std::string_view name, element values, const Where& at) {
      if (name.empty()) {
        refuse(at, "a column without a name", "''", "a name of at least one character");
      }
      RolloutLine::Values column{level, name, line_.values.size(), 0};
      if (level == Level::rollout) {
        line_.values.push_back(number_of(values, at));
      } else {
        Where inner{&at, {}, 0};
        for (const element number : list_of(values, at, "a list of numbers and nulls")) {
          line_.values.push_back(number_of(number, inner));
          ++inner.index;
        }
      }
      column.end = line_.values.size();
      line_.columns.push_back(column);
    });
  });
}

ChannelInfo LineReader::read_channel(element value, const Where& where) const {
  ChannelInfo info;
  each_field(value, where, [&](std::string_view key, element inner, const Where& at) {
    if (key == "estimates") {
      info.estimates = text_of(inner, at);
    } else if (key == "evaluator") {
      info.evaluator = text_of(inner, at);
    } else if (key == "online") {
      if (inner.get(info.online) != simdjson::SUCCESS) {
        refuse(at, "wrong type", describe(inner), "true or false");
      }
    } else {
      refuse(at, "unknown field", "'" + shorten(key) + "'", "one of: estimates, evaluator, online");
    }
  });
  return info;
}

// "answer" and "rollout.answer" are one note.
void LineReader::read_notes(element value, const Where& where) {
  SeenKeys seen;
  each_field(value, where, [&](std::string_view name, element inner, const Where& at) {
    const std::string_view text = text_of(inner, at), key = note_key(name);
    if (seen.add(key)) {
      line_.notes.emplace_back(name, text);
      return;
    }
    const auto twin =
        std::ranges::find_if(line_.notes, [&](const auto& note) { return note_key(note.first) == key; });
    if (twin->second == text) return;
    refuse(at, "one note is given in two spellings that differ", "the text '" + shorten(text) + "'",
           fmt::format("what '{}' says, or only one of the two", twin->first));
  });
}

void LineReader::read_field(std::string_view key, element value, const Where& where) {
  if (key == "id") {
    line_.id = text_of(value, where);
  } else if (key == "group") {
    line_.group =
        integer_of(value, where, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
  } else if (key == "task") {
    line_.task = text_of(value, where);
  } else if (key == "prompt") {
    line_.prompt = text_of(value, where);
  } else if (key == "prompt_tokens") {
    read_tokens(value, where, line_.prompt_tokens);
  } else if (key == "steps") {
    read_steps(value, where);
  } else if (key == "columns") {
    read_columns(value, where);
  } else if (key == "notes") {
    read_notes(value, where);
  } else if (key == "channels") {
    each_field(value, where, [&](std::string_view name, element info, const Where& at) {
      line_.channels.emplace_back(name, read_channel(info, at));
    });
  } else {
    throw line_error(place_, "unknown field")
        .field(std::string(key))
        .hint(suggest(std::string(key), kFields));
  }
}

// Only after the whole line is read: "columns" may stand before "steps".
void LineReader::check_lengths() const {
  const auto named = [](const RolloutLine::Values& column) {
    return fmt::format("{}.{}", level_name(column.level), column.name);
  };
  for (const RolloutLine::Values& column : line_.columns) {
    if (column.level == Level::rollout) continue;
    const size_t expected = column.level == Level::step ? line_.steps.size() : line_.tokens.size();
    if (column.end - column.begin == expected) continue;
    refuse({nullptr, "columns." + named(column)}, "lengths disagree",
           fmt::format("{} values", column.end - column.begin),
           fmt::format("{}, one per {} of this rollout", expected, level_name(column.level)));
  }
  for (const auto& [name, unused] : line_.channels) {
    const std::string_view wanted = name;
    if (std::any_of(line_.columns.begin(), line_.columns.end(),
                    [&](const RolloutLine::Values& column) { return named(column) == wanted; })) {
      continue;
    }
    refuse({nullptr, "channels." + std::string(name)}, "a channel without a column",
           "no such column on this line", "a channel named LEVEL.NAME like one of the columns");
  }
}

void LineReader::read(element root) {
  constexpr std::array<std::string_view, 5> kRequired = {"group", "id", "prompt", "steps", "task"};
  std::array<bool, kRequired.size()> there{};
  const Where top;
  each_field(root, top, [&](std::string_view key, element value, const Where& where) {
    for (size_t i = 0; i < kRequired.size(); ++i) there[i] = there[i] || key == kRequired[i];
    read_field(key, value, where);
  });
  for (size_t i = 0; i < kRequired.size(); ++i) {
    if (there[i]) continue;
    refuse({nullptr, kRequired[i]}, "a field is missing", "nothing",
           "id, group, task, prompt and steps on every line");
  }
  check_lengths();
}

}  // namespace

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
    if (place.line == 0) error.expected("one JSON object per line, or one JSON document");
  }
  return error;
}

Error line_error(const LinePlace& place, std::string what) {
  constexpr size_t kMostLines = std::numeric_limits<int>::max();
  return Error::input(std::move(what)).at(place.file, static_cast<int>(std::min(place.line, kMostLines)));
}

void RolloutLine::clear() {
  id = task = prompt = {};
  group = 0;
  prompt_tokens.clear();
  steps.clear();
  tokens.clear();
  columns.clear();
  values.clear();
  notes.clear();
  channels.clear();
}

LineParser::LineParser(const ReadLimits& limits) : limits_(limits), json_(limits.line_bytes) {
  constexpr size_t kFirstCapacity = 4096;  // grows with the lines that come
  require(json_.allocate(kFirstCapacity, limits.depth) == simdjson::SUCCESS, "memory for the JSON parser");
}

const RolloutLine& LineParser::parse(const char* bytes, size_t length, const LinePlace& place) {
  element root;
  const simdjson::error_code code = json_.parse(bytes, length, false).get(root);
  if (code == simdjson::MEMALLOC || code == simdjson::CAPACITY) {
    throw line_error(place, "the line is too long for the parser").found(fmt::format("{} bytes", length));
  }
  if (code != simdjson::SUCCESS) throw not_json(place, code, {bytes, length}, limits_.depth);
  line_.clear();
  LineReader(limits_, place, line_).read(root);
  return line_;
}

}  // namespace gradus
