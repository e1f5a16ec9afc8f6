#include "gradus/base/canonical.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr int kDeepest = 512;                   // levels of a document
constexpr uint64_t kLargestWhole = 1ULL << 53;  // the whole numbers that a double tells apart end here

// The order of UTF-16 code units. It is the order of the bytes, but that surrogates (U+10000 and above, first
// byte from F0) come before U+E000 .. U+FFFF (first byte EE or EF).
bool utf16_less(const std::string& a, const std::string& b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto left = static_cast<unsigned char>(*x), right = static_cast<unsigned char>(*y);
  if (left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0)) return left >= 0xF0;
  return left < right;
}

class Canonical {
 public:
  explicit Canonical(const Json& document) { value(document, 0); }
  std::string text;

 private:
  [[noreturn]] void refuse(const char* what, std::string found) const {
    throw Error::input(what).field(path_).found(std::move(found));
  }

  void value(const Json& node, int depth) {
    if (depth > kDeepest) refuse("JSON is nested too deeply", fmt::format("more than {} levels", kDeepest));
    if (node.is_object()) return object(node, depth);
    if (node.is_array()) return list(node, depth);
    if (node.is_string()) return string(node.get_ref<const std::string&>());
    if (node.is_number_unsigned()) return whole(node.get<uint64_t>(), node);
    if (node.is_number_integer()) {
      const auto number = node.get<int64_t>();
      return whole(number < 0 ? uint64_t{0} - static_cast<uint64_t>(number) : static_cast<uint64_t>(number),
                   node);
    }
    if (node.is_number_float()) {
      const double number = node.get<double>();
      if (!std::isfinite(number)) refuse("JSON has no such number", fmt::format("{}", number));
      text += ecmascript_number(number);
      return;
    }
    text += node.dump();
  }

  void object(const Json& node, int depth) {
    std::vector<const std::string*> keys;
    for (const auto& [key, unused] : node.items()) keys.push_back(&key);
    std::sort(keys.begin(), keys.end(),
              [](const std::string* a, const std::string* b) { return utf16_less(*a, *b); });
    text += '{';
    for (size_t i = 0; i < keys.size(); ++i) {
      if (i > 0) text += ',';
      string(*keys[i]);
      text += ':';
      const size_t above = path_.size();
      path_ += (above == 0 ? "" : ".") + *keys[i];
      value(node.at(*keys[i]), depth + 1);
      path_.resize(above);
    }
    text += '}';
  }

  void list(const Json& node, int depth) {
    text += '[';
    for (size_t i = 0; i < node.size(); ++i) {
      if (i > 0) text += ',';
      const size_t above = path_.size();
      path_ += fmt::format("[{}]", i);
      value(node[i], depth + 1);
      path_.resize(above);
    }
    text += ']';
  }

  void whole(uint64_t magnitude, const Json& node) {
    if (magnitude > kLargestWhole) refuse("a whole number beyond 2^53 must be written as text", node.dump());
    text += node.dump();
  }

  void string(const std::string& value) {
    text += '"';
    for (size_t i = 0; i < value.size();) {
      const CodePoint point = code_point_at(value, i);
      if (point.value > 0x10FFFF || (point.value >= 0xD800 && point.value <= 0xDFFF)) {
        refuse("text is no UTF-8", fmt::format("byte {:02x} at {}", static_cast<unsigned char>(value[i]), i));
      }
      if (point.value < 0x20 || point.value == '"' || point.value == '\\') {
        escape(static_cast<char>(point.value));
      } else {
        text.append(value, i, point.bytes);
      }
      i += point.bytes;
    }
    text += '"';
  }

  void escape(char c) {
    constexpr std::string_view kNamed = "\b\t\n\f\r\"\\", kLetters = "btnfr\"\\";
    const size_t place = kNamed.find(c);
    text += place == std::string_view::npos ? fmt::format("\\u{:04x}", static_cast<unsigned>(c))
                                            : std::string{'\\', kLetters[place]};
  }

  std::string path_;  // of the field that is being written
};

}  // namespace

std::string canonical(const Json& document) {
  return Canonical(document).text;
}

// ECMA-262, Number::toString: the shortest digits, the exponent only below 1e-6 and from 1e21 on.
std::string ecmascript_number(double value) {
  require(std::isfinite(value), "JSON has no number that is not finite");
  if (value == 0) return "0";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                 std::chars_format::scientific);
  const std::string_view shortest(buffer.data(), static_cast<size_t>(end.ptr - buffer.data()));
  const size_t mark = shortest.find('e');
  std::string digits(1, shortest[0]);
  if (mark > 2) digits += shortest.substr(2, mark - 2);
  const int point = std::stoi(std::string(shortest.substr(mark + 1))) + 1;  // digits before the decimal point
  const int count = static_cast<int>(digits.size());
  const std::string sign = value < 0 ? "-" : "";
  if (point > 21 || point <= -6) {
    const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
    return fmt::format("{}{}{}e{:+}", sign, digits[0], fraction, point - 1);
  }
  if (point <= 0) return sign + "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  if (count <= point) return sign + digits + std::string(static_cast<size_t>(point - count), '0');
  return sign + digits.insert(static_cast<size_t>(point), ".");
}

std::string content_id(const Json& document) {
  return "sha256:" + sha256_hex(canonical(document));
}

}  // namespace gradus
