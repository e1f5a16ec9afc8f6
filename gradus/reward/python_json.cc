#include "gradus/reward/python_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <unordered_map>

#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr size_t kLongestInteger = 4300;  // digits; Python's int() refuses more

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

class Reader {
 public:
  Reader(std::string_view text, const JsonLimits& limits)
      : text_(text), values_left_(limits.values), depth_left_(limits.depth) {}

  bool read(PyValue& out) {
    skip_blanks();
    if (!read_value(out)) return false;
    skip_blanks();
    return at_ == text_.size();
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool read_value(PyValue& out) {
    if (values_left_ == 0 || at_ >= text_.size()) return false;
    --values_left_;
    switch (text_[at_]) {
      case '"':
        out.kind = PyValue::Kind::text;
        return read_text(out.text);
      case '{':
        return read_nested(out, &Reader::read_object);
      case '[':
        return read_nested(out, &Reader::read_list);
      default:
        return read_word(out) || read_number(out);
    }
  }

  bool read_nested(PyValue& out, bool (Reader::*inside)(PyValue&)) {
    if (depth_left_ == 0) return false;
    --depth_left_;
    ++at_;
    const bool good = (this->*inside)(out);
    ++depth_left_;
    return good;
  }

  bool read_list(PyValue& out) {
    out.kind = PyValue::Kind::list;
    skip_blanks();
    if (take(']')) return true;
    do {
      skip_blanks();
      if (!read_value(out.items.emplace_back())) return false;
      skip_blanks();
    } while (take(','));
    return take(']');
  }

  bool read_object(PyValue& out) {
    out.kind = PyValue::Kind::object;
    std::unordered_map<std::string, size_t> places;
    skip_blanks();
    if (take('}')) return true;
    do {
      skip_blanks();
      std::string key;
      if (at_ >= text_.size() || text_[at_] != '"' || !read_text(key)) return false;
      skip_blanks();
      if (!take(':')) return false;
      skip_blanks();
      PyValue value;
      if (!read_value(value)) return false;
      const auto [place, fresh] = places.emplace(key, out.items.size());
      if (fresh) {
        out.keys.push_back(std::move(key));
        out.items.push_back(std::move(value));
      } else {
        out.items[place->second] = std::move(value);
      }
      skip_blanks();
    } while (take(','));
    return take('}');
  }

  bool read_word(PyValue& out) {
    const auto real = [&](double value) {
      out.kind = PyValue::Kind::real;
      out.number = value;
      return true;
    };
    const auto boolean = [&](bool value) {
      out.kind = PyValue::Kind::boolean;
      out.text = value ? "1" : "0";
      out.number = value ? 1 : 0;
      return true;
    };
    if (take_word("null")) return true;
    if (take_word("true")) return boolean(true);
    if (take_word("false")) return boolean(false);
    if (take_word("NaN")) return real(std::numeric_limits<double>::quiet_NaN());
    if (take_word("Infinity")) return real(std::numeric_limits<double>::infinity());
    if (take_word("-Infinity")) return real(-std::numeric_limits<double>::infinity());
    return false;
  }

  size_t skip_digits(size_t at) const {
    while (at < text_.size() && is_ascii_digit(text_[at])) ++at;
    return at;
  }

  // -?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?, the longest such prefix.
  bool read_number(PyValue& out) {
    const size_t begin = at_;
    size_t end = begin + (text_[begin] == '-' ? 1 : 0);
    if (end >= text_.size() || !is_ascii_digit(text_[end])) return false;
    const size_t first_digit = end;
    end = text_[end] == '0' ? end + 1 : skip_digits(end);
    const size_t integer_end = end;
    if (end < text_.size() && text_[end] == '.' && skip_digits(end + 1) > end + 1) end = skip_digits(end + 1);
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      size_t digits = end + 1;
      if (digits < text_.size() && (text_[digits] == '-' || text_[digits] == '+')) ++digits;
      if (skip_digits(digits) > digits) end = skip_digits(digits);
    }
    at_ = end;
    const std::string_view number = text_.substr(begin, end - begin);
    out.number = number_of(number);
    if (end > integer_end) {
      out.kind = PyValue::Kind::real;
      return true;
    }
    out.kind = PyValue::Kind::integer;
    out.text = number == "-0" ? "0" : std::string(number);
    return integer_end - first_digit <= kLongestInteger;
  }

  static double number_of(std::string_view number) {
    double value = 0;
    const auto [unused, failed] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (failed == std::errc()) return value;
    // Out of range: as in Python, infinite or zero, by the decimal exponent of the first digit that is not 0.
    const auto digit = static_cast<int64_t>(number.find_first_of("123456789"));
    const auto point = static_cast<int64_t>(std::min(number.find_first_of(".eE"), number.size()));
    int64_t exponent = digit < point ? point - digit : point + 1 - digit;
    if (const size_t mark = number.find_first_of("eE"); mark != number.npos) {
      const size_t sign = number[mark + 1] == '+' ? mark + 2 : mark + 1;
      int64_t given = 0;
      const auto [end, over] = std::from_chars(number.data() + sign, number.data() + number.size(), given);
      constexpr int64_t kHuge = 1'000'000'000'000;  // more than any text is long
      exponent += over == std::errc()   ? std::clamp(given, -kHuge, kHuge)
                  : number[sign] == '-' ? -kHuge
                                        : kHuge;
    }
    const double size = exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return number[0] == '-' ? -size : size;
  }

  bool read_text(std::string& out) {
    ++at_;  // the quote
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<uint8_t>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
      } else if (!read_escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool read_escape(std::string& out) {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    if (const size_t i = kNames.find(c); i != kNames.npos) {
      out += kMeanings[i];
      return true;
    }
    uint32_t unit = 0;
    if (c != 'u' || !read_hex(unit)) return false;
    if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      const size_t before = at_;
      uint32_t low = 0;
      at_ += 2;
      if (!read_hex(low)) return false;
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      } else {
        at_ = before;
      }
    }
    append_code_point(out, unit);
    return true;
  }

  bool read_hex(uint32_t& unit) {
    if (at_ + 4 > text_.size()) return false;
    const char* begin = text_.data() + at_;
    const auto [end, failed] = std::from_chars(begin, begin + 4, unit, 16);
    at_ += 4;
    return failed == std::errc() && end == begin + 4;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t values_left_;
  int depth_left_;
};

// The digits of a number that is an integer, or "".
std::string integer_digits(const PyValue& value) {
  if (value.kind != PyValue::Kind::real) return value.text;
  if (!std::isfinite(value.number) || value.number != std::floor(value.number)) return "";
  return value.number == 0 ? "0" : fmt::format("{:.0f}", value.number);
}

bool equal_numbers(const PyValue& a, const PyValue& b) {
  const bool real_a = a.kind == PyValue::Kind::real, real_b = b.kind == PyValue::Kind::real;
  if (real_a && real_b) return a.number == b.number;
  if (!real_a && !real_b) return a.text == b.text;
  return integer_digits(a) == integer_digits(b);  // an integer never has none
}

}  // namespace

const PyValue* PyValue::find(std::string_view key) const {
  if (kind != Kind::object) return nullptr;
  const auto it = std::find(keys.begin(), keys.end(), key);
  return it == keys.end() ? nullptr : &items[static_cast<size_t>(it - keys.begin())];
}

std::optional<PyValue> read_python_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) return std::nullopt;
  std::optional<PyValue> value(std::in_place);
  if (!Reader(text, limits).read(*value)) value.reset();
  return value;
}

bool equal(const PyValue& a, const PyValue& b) {
  if (a.is_number() && b.is_number()) return equal_numbers(a, b);
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case PyValue::Kind::text:
      return a.text == b.text;
    case PyValue::Kind::list:
      return same_items(a.items, b.items);
    case PyValue::Kind::object:
      if (a.keys.size() != b.keys.size()) return false;
      for (size_t i = 0; i < a.keys.size(); ++i) {
        const PyValue* other = b.find(a.keys[i]);
        if (other == nullptr || !same_item(a.items[i], *other)) return false;
      }
      return true;
    default:
      return true;  // null
  }
}

bool same_item(const PyValue& a, const PyValue& b) {
  const auto is_nan = [](const PyValue& v) { return v.kind == PyValue::Kind::real && std::isnan(v.number); };
  return (is_nan(a) && is_nan(b)) || equal(a, b);
}

bool same_items(const std::vector<PyValue>& a, const std::vector<PyValue>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_item);
}

bool contains(const PyValue& value, std::string_view key) {
  if (value.kind == PyValue::Kind::object) return value.find(key) != nullptr;
  if (value.kind == PyValue::Kind::text) return value.text.find(key) != std::string::npos;
  return std::any_of(value.items.begin(), value.items.end(),
                     [&](const PyValue& item) { return item.is_text(key); });
}

}  // namespace gradus
