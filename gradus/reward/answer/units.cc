#include "gradus/reward/answer/units.h"

#include <algorithm>
#include <array>
#include <map>

#include "gradus/base/text.h"

namespace gradus {

namespace {

using View = std::string_view;

struct Known {
  View name, dimension, factor;
};

constexpr std::array kKnown = {Known{"m", "length", "1"},
                               Known{"meter", "length", "1"},
                               Known{"metre", "length", "1"},
                               Known{"cm", "length", "1/100"},
                               Known{"centimeter", "length", "1/100"},
                               Known{"mm", "length", "1/1000"},
                               Known{"millimeter", "length", "1/1000"},
                               Known{"km", "length", "1000"},
                               Known{"kilometer", "length", "1000"},
                               Known{"in", "length", "127/5000"},
                               Known{"inch", "length", "127/5000"},
                               Known{"inche", "length", "127/5000"},
                               Known{"ft", "length", "381/1250"},
                               Known{"foot", "length", "381/1250"},
                               Known{"feet", "length", "381/1250"},
                               Known{"yd", "length", "1143/1250"},
                               Known{"yard", "length", "1143/1250"},
                               Known{"mi", "length", "201168/125"},
                               Known{"mile", "length", "201168/125"},
                               Known{"g", "mass", "1"},
                               Known{"gram", "mass", "1"},
                               Known{"kg", "mass", "1000"},
                               Known{"kilogram", "mass", "1000"},
                               Known{"mg", "mass", "1/1000"},
                               Known{"lb", "mass", "45359237/100000"},
                               Known{"pound", "mass", "45359237/100000"},
                               Known{"ounce", "mass", "45359237/1600000"},
                               Known{"oz", "mass", "45359237/1600000"},
                               Known{"s", "time", "1"},
                               Known{"sec", "time", "1"},
                               Known{"second", "time", "1"},
                               Known{"min", "time", "60"},
                               Known{"minute", "time", "60"},
                               Known{"h", "time", "3600"},
                               Known{"hr", "time", "3600"},
                               Known{"hour", "time", "3600"},
                               Known{"day", "time", "86400"},
                               Known{"week", "time", "604800"},
                               Known{"l", "length^3", "1/1000"},
                               Known{"liter", "length^3", "1/1000"},
                               Known{"litre", "length^3", "1/1000"},
                               Known{"ml", "length^3", "1/1000000"},
                               Known{"milliliter", "length^3", "1/1000000"},
                               Known{"dollar", "money", "1"},
                               Known{"cent", "money", "1/100"},
                               Known{"degree", "angle", "1"},
                               Known{"deg", "angle", "1"}};

const Known* find_known(View word) {
  const auto by_name = [&](View name) {
    const auto at =
        std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.name == name; });
    return at == kKnown.end() ? nullptr : &*at;
  };
  const Known* const exact = by_name(word);
  return exact || word.size() < 3 || word.back() != 's' ? exact : by_name(word.substr(0, word.size() - 1));
}

struct Powers {
  std::map<std::string, int> of;  // base dimension -> exponent
  mpq_class factor = 1;
};

void multiply(Powers& powers, View word, int exponent) {
  const Known* const known = find_known(word);
  std::string dimension(known                                   ? known->dimension
                        : word.size() > 3 && word.back() == 's' ? word.substr(0, word.size() - 1)
                                                                : word);
  int times = exponent;
  if (const size_t caret = dimension.find('^'); caret != std::string::npos) {
    times *= dimension[caret + 1] - '0';
    dimension.resize(caret);
  }
  powers.of[dimension] += times;
  if (!known) return;
  const mpq_class factor{std::string(known->factor)};
  for (int i = 0; i < std::abs(exponent); ++i) {
    if (exponent > 0)
      powers.factor *= factor;
    else
      powers.factor /= factor;
  }
}

// "cm^2", "cm2", "cm": the word and its exponent.
int split_exponent(View& word) {
  const size_t digit = word.find_last_not_of("0123456789");
  if (digit == View::npos || digit + 2 != word.size()) return 1;
  const int exponent = word.back() - '0';
  word = word.substr(0, digit + 1);
  if (word.ends_with("^")) word.remove_suffix(1);
  return exponent == 0 ? 1 : exponent;
}

}  // namespace

bool is_unit(View word) {
  return find_known(word) != nullptr;
}

Unit unit_of(View text) {
  Powers powers;
  int side = 1, next = 1;
  std::string spaced;
  for (const char c : lower_case(text))
    spaced += c == '/' ? std::string(" / ") : std::string(1, c == '*' || c == '.' ? ' ' : c);
  for (View word : words_of(spaced)) {
    if (word == "/" || word == "per") {
      side = -1;
    } else if (word == "square" || word == "sq" || word == "squared") {
      next = 2;
    } else if (word == "cubic" || word == "cu") {
      next = 3;
    } else {
      const int exponent = next * split_exponent(word);
      if (!word.empty()) multiply(powers, word, side * exponent);
      next = 1;
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

}  // namespace gradus
