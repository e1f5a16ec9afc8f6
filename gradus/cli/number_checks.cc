#include "gradus/cli/number_checks.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <string_view>

namespace gradus {

namespace {

constexpr uint64_t kFewestDraws = 100, kMostDraws = 1000000, kMostSamples = 1000000;

template <class T>
std::optional<T> converted(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::string refusal(const std::string& text, const std::string& expected) {
  return fmt::format("found '{}'; expected {}", text, expected);
}

// `allowed`: for the help.
CLI::Validator check(const std::string& allowed, std::function<std::string(const std::string&)> refused) {
  return CLI::Validator([refused](std::string& text) { return refused(text); }, allowed);
}

}  // namespace

CLI::Validator finite_number() {
  return check("", [](const std::string& text) {
    const std::optional<double> number = converted<double>(text);
    return number && std::isfinite(*number) ? "" : refusal(text, "a finite number");
  });
}

CLI::Validator seed_number() {
  return check("", [](const std::string& text) {
    return converted<uint64_t>(text) ? "" : refusal(text, "a whole number from 0 to 18446744073709551615");
  });
}

CLI::Validator count_of_draws() {
  return check("0 or 100 to 1000000", [](const std::string& text) {
    const std::optional<uint64_t> draws = converted<uint64_t>(text);
    const bool enough = draws && *draws >= kFewestDraws && *draws <= kMostDraws;
    if (enough || draws == 0u) return std::string();
    return refusal(text, fmt::format("0 (no intervals), or {} to {} resamples", kFewestDraws, kMostDraws));
  });
}

CLI::Validator count_of_samples() {
  return check("1 to 1000000", [](const std::string& text) {
    const std::optional<uint64_t> count = converted<uint64_t>(text);
    if (count && *count >= 1 && *count <= kMostSamples) return std::string();
    return refusal(text, fmt::format("a whole number from 1 to {}", kMostSamples));
  });
}

}  // namespace gradus
