#include "gradus/reward/answer/units.h"

#include <algorithm>
#include <array>
#include <map>

#include "gradus/base/text.h"

namespace gradus {

namespace {

struct KnownUnit {
  std::string_view name, dimension, factor;
};

struct OtherName {
  std::string_view name, usual;
};

// Names, in lower case; these take the names of prefixes, and their symbols take symbols of them.
constexpr auto kMetricNames = std::to_array<KnownUnit>({
    {"meter", "length", "1"},
    {"gram", "mass", "1"},
    {"second", "time", "1"},
    {"liter", "length^3", "1/1000"},
    {"newton", "mass length time^-2", "1000"},
    {"joule", "mass length^2 time^-2", "1000"},
    {"watt", "mass length^2 time^-3", "1000"},
    {"watthour", "mass length^2 time^-2", "3600000"},
    {"pascal", "mass length^-1 time^-2", "1000"},
    {"hertz", "time^-1", "1"},
    {"volt", "mass length^2 time^-3 current^-1", "1000"},
    {"ampere", "current", "1"},
    {"coulomb", "current time", "1"},
    {"bit", "bit", "1"},
    {"byte", "bit", "8"},
    {"mole", "amount", "1"},
    {"calorie", "calorie", "1"},
    {"electronvolt", "electronvolt", "1"},
});
constexpr auto kNames = std::to_array<KnownUnit>({
    {"inch", "length", "127/5000"},
    {"foot", "length", "381/1250"},
    {"yard", "length", "1143/1250"},
    {"mile", "length", "201168/125"},
    {"pound", "mass", "45359237/100000"},
    {"ounce", "mass", "45359237/1600000"},
    {"tonne", "mass", "1000000"},
    {"minute", "time", "60"},
    {"hour", "time", "3600"},
    {"day", "time", "86400"},
    {"week", "time", "604800"},
    {"month", "year", "1"},
    {"year", "year", "12"},
    {"decade", "year", "120"},
    {"century", "year", "1200"},
    {"dollar", "money", "1"},
    {"cent", "money", "1/100"},
    {"degree", "angle", "1"},
    {"acre", "length^2", "316160658/78125"},
    {"hectare", "length^2", "10000"},
    {"gallon", "length^3", "473176473/125000000000"},
    {"quart", "length^3", "473176473/500000000000"},
    {"pint", "length^3", "473176473/1000000000000"},
    {"mph", "length time^-1", "1397/3125"},
    {"kmh", "length time^-1", "5/18"},
    {"cc", "length^3", "1/1000000"},
    {"sqft", "length^2", "145161/1562500"},
});
constexpr auto kOtherNames = std::to_array<OtherName>({
    {"metre", "meter"},
    {"gramme", "gram"},
    {"litre", "liter"},
    {"amp", "ampere"},
    {"inche", "inch"},
    {"feet", "foot"},
    {"centurie", "century"},
    {"usd", "dollar"},
    {"buck", "dollar"},
    {"penny", "cent"},
    {"pennie", "cent"},
});
// Symbols, with their case.
constexpr auto kPrefixed = std::to_array<OtherName>({
    {"m", "meter"},     {"g", "gram"},    {"s", "second"},  {"L", "liter"},     {"l", "liter"},
    {"N", "newton"},    {"J", "joule"},   {"W", "watt"},    {"Pa", "pascal"},   {"Hz", "hertz"},
    {"V", "volt"},      {"A", "ampere"},  {"C", "coulomb"}, {"b", "bit"},       {"B", "byte"},
    {"bit", "bit"},     {"byte", "byte"}, {"mol", "mole"},  {"cal", "calorie"}, {"eV", "electronvolt"},
    {"Wh", "watthour"},
});
constexpr auto kSymbols = std::to_array<OtherName>({
    {"in", "inch"},    {"ft", "foot"},   {"yd", "yard"},     {"mi", "mile"},     {"lb", "pound"},
    {"lbs", "pound"},  {"oz", "ounce"},  {"sec", "second"},  {"min", "minute"},  {"h", "hour"},
    {"hr", "hour"},    {"hrs", "hour"},  {"yr", "year"},     {"yrs", "year"},    {"mph", "mph"},
    {"kmh", "kmh"},    {"kmph", "kmh"},  {"kph", "kmh"},     {"cc", "cc"},       {"ha", "hectare"},
    {"deg", "degree"}, {"sqft", "sqft"}, {"KB", "kilobyte"}, {"kg", "kilogram"},
});

struct Prefix {
  std::string_view symbol, name;
  int power;
};
constexpr auto kPrefixes = std::to_array<Prefix>({
    {"k", "kilo", 3},
    {"M", "mega", 6},
    {"G", "giga", 9},
    {"T", "tera", 12},
    {"P", "peta", 15},
    {"c", "centi", -2},
    {"m", "milli", -3},
    {"d", "deci", -1},
    {"h", "hecto", 2},
    {"u", "micro", -6},
    {"n", "nano", -9},
    {"p", "pico", -12},
    {"f", "femto", -15},
});

template <class List>
auto known_in(const List& list, std::string_view word) {
  const auto at =
      std::find_if(list.begin(), list.end(), [&](const auto& known) { return known.name == word; });
  return at == list.end() ? nullptr : &*at;
}

struct FoundUnit {
  std::string_view dimension;
  mpq_class factor;
};

mpq_class power_of_ten(int power) {
  mpz_class out;
  mpz_ui_pow_ui(out.get_mpz_t(), 10, static_cast<unsigned long>(power < 0 ? -power : power));
  return power < 0 ? mpq_class(1, out) : mpq_class(out);
}

std::optional<FoundUnit> found(const KnownUnit* known, int power = 0) {
  if (known == nullptr) return std::nullopt;
  mpq_class factor{std::string(known->factor)};
  factor.canonicalize();
  return FoundUnit{known->dimension, factor * power_of_ten(power)};
}

std::optional<FoundUnit> named(std::string_view lower) {
  const auto usual = [](std::string_view name) {
    const OtherName* const other = known_in(kOtherNames, name);
    return other == nullptr ? name : other->usual;
  };
  if (const auto unit = found(known_in(kMetricNames, usual(lower)))) return unit;
  if (const auto unit = found(known_in(kNames, usual(lower)))) return unit;
  for (const Prefix& prefix : kPrefixes) {
    if (!lower.starts_with(prefix.name)) continue;
    if (const auto unit =
            found(known_in(kMetricNames, usual(lower.substr(prefix.name.size()))), prefix.power))
      return unit;
  }
  return std::nullopt;
}

std::optional<FoundUnit> prefixed_symbol(std::string_view word) {
  for (const Prefix& prefix : kPrefixes) {
    if (word.size() <= prefix.symbol.size() || !word.starts_with(prefix.symbol)) continue;
    const OtherName* const known = known_in(kPrefixed, word.substr(prefix.symbol.size()));
    if (known != nullptr) return found(known_in(kMetricNames, known->usual), prefix.power);
  }
  return std::nullopt;
}

std::optional<FoundUnit> symbol(std::string_view word) {
  if (const OtherName* const known = known_in(kPrefixed, word)) return named(known->usual);
  if (const OtherName* const known = known_in(kSymbols, word)) return named(known->usual);
  return prefixed_symbol(word);
}

std::optional<FoundUnit> find_unit(std::string_view word) {
  if (auto unit = symbol(word)) return unit;
  const std::string lower = lower_case(word);
  if (auto unit = named(lower)) return unit;
  if (lower.size() > 2 && lower.back() == 's') {
    const std::string_view one = std::string_view(lower).substr(0, lower.size() - 1);
    if (auto unit = named(one)) return unit;
    if (auto unit = symbol(one)) return unit;
  }
  // "KM", "Kg", "Min": a symbol in another case, where no symbol is spelt so.
  return word.size() > 1 && word != lower ? symbol(lower) : std::nullopt;
}

struct Powers {
  std::map<std::string, int> of;  // base dimension -> exponent
  mpq_class factor = 1;
};

void multiply(Powers& powers, std::string_view word, int exponent) {
  const std::optional<FoundUnit> known = find_unit(word);
  std::string own;
  if (!known) {
    own = lower_case(word);
    if (own.size() > 3 && own.back() == 's') own.pop_back();
  }
  for (const std::string_view base : words_of(known ? known->dimension : std::string_view(own))) {
    const size_t caret = base.find('^');
    const int times = caret == std::string_view::npos ? 1 : std::stoi(std::string(base.substr(caret + 1)));
    powers.of[std::string(base.substr(0, caret))] += times * exponent;
  }
  if (!known) return;
  for (int i = 0; i < std::abs(exponent); ++i) {
    if (exponent > 0)
      powers.factor *= known->factor;
    else
      powers.factor /= known->factor;
  }
}

// "cm^2", "s^-2", "cm2", "cm": the word and its exponent.
int split_exponent(std::string_view& word) {
  const size_t digit = word.find_last_not_of("0123456789");
  if (digit == std::string_view::npos || digit + 2 != word.size()) return 1;
  int exponent = word.back() - '0';
  word = word.substr(0, digit + 1);
  if (word.ends_with("^-")) {
    word.remove_suffix(2);
    exponent = -exponent;
  } else if (word.ends_with("^")) {
    word.remove_suffix(1);
  }
  return exponent == 0 ? 1 : exponent;
}

}  // namespace

bool is_unit(std::string_view word) {
  return find_unit(word).has_value();
}

bool is_prefixed(std::string_view word) {
  constexpr std::array<std::string_view, 18> kUsual = {"km", "cm", "mm", "dm", "nm", "kg", "mg", "ml", "mL",
                                                       "kW", "kJ", "kN", "ms", "MB", "GB", "TB", "kB", "Mb"};
  return !known_in(kPrefixed, word) && !known_in(kSymbols, word) && prefixed_symbol(word) &&
         std::find(kUsual.begin(), kUsual.end(), word) == kUsual.end();
}

Unit unit_of(std::string_view text) {
  Powers powers;
  int side = 1, next = 1;
  std::string spaced;
  std::string_view last;
  for (const char c : text)
    spaced += c == '/' ? std::string(" / ") : std::string(1, c == '*' || c == '.' ? ' ' : c);
  for (std::string_view word : words_of(spaced)) {
    const std::string lower = lower_case(word);
    if (lower == "/" || lower == "per") {
      side = -1;
    } else if (lower == "square" || lower == "sq") {
      next = 2;
    } else if (lower == "cubic" || lower == "cu") {
      next = 3;
    } else if (!last.empty() && (lower == "squared" || lower == "cubed")) {
      multiply(powers, last, lower == "cubed" ? 2 * side : side);
    } else {
      const int exponent = next * split_exponent(word);
      if (!word.empty()) multiply(powers, word, side * exponent);
      next = 1;
      last = word;
    }
  }
  Unit out{.factor = powers.factor};
  for (const auto& [dimension, exponent] : powers.of) {
    if (exponent == 0) continue;
    out.dimension += (out.dimension.empty() ? "" : " ") + dimension;
    if (exponent != 1) out.dimension += "^" + std::to_string(exponent);
  }
  return out;
}

std::optional<mpq_class> number_word(std::string_view word) {
  const std::string lower = lower_case(word);
  if (lower == "percent" || lower == "percentage" || lower == "pct") return mpq_class(1, 100);
  if (lower == "hundred") return mpq_class(100);
  if (lower == "thousand") return mpq_class(1000);
  if (lower == "million" || lower == "millions") return mpq_class(1000000);
  if (lower == "billion" || lower == "billions") return mpq_class(1000000000);
  if (lower == "trillion") return power_of_ten(12);
  if (lower == "dozen") return mpq_class(12);
  return std::nullopt;
}

}  // namespace gradus
