#include "gradus/verify/compare.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/verify/golden.h"

namespace gradus {

namespace {

constexpr double kSingleTolerance = 2e-6;  // of fields whose name says float32

bool is_numeric(const Json& value) {
  return value.is_number() || value == "NaN" || value == "Infinity" || value == "-Infinity";
}

class Comparer {
 public:
  explicit Comparer(double tolerance) : tolerance_(tolerance) {}

  Agreement result;

  void visit(const Json& want, const Json& got, const Json& where, const std::string& path, bool single) {
    if (want.is_object()) {
      for (const auto& [key, value] : want.items()) {
        if (key == "note") continue;  // prose about the numbers
        const std::string at = path.empty() ? key : path + "." + key;
        if (!got.is_object() || !got.contains(key)) {
          differ(at, "nothing was put out");
          continue;
        }
        visit(value, got[key], where.is_object() && where.contains(key) ? where[key] : Json(), at,
              single || key.find("float32") != std::string::npos);
      }
      return;
    }
    if (want.is_array()) return visit_list(want, got, where, path, single);
    if (!where.is_null() && golden_number(where) == 0) return;
    if (is_numeric(want)) return visit_number(want, got, path, single);
    const bool same =
        want.is_boolean() && got.is_number() ? golden_number(want) == golden_number(got) : want == got;
    if (!same) differ(path, fmt::format("got {}, want {}", shown(got), shown(want)));
  }

 private:
  static std::string shown(const Json& value) { return value.dump().substr(0, 80); }

  void differ(const std::string& path, const std::string& how) {
    if (result.mismatch.empty()) result.mismatch = path + ": " + how;
  }

  void visit_list(const Json& want, const Json& got, const Json& where, const std::string& path,
                  bool single) {
    if (!got.is_array() || got.size() != want.size()) {
      return differ(path, fmt::format("got {}, want a list of {}",
                                      got.is_array() ? fmt::format("a list of {}", got.size()) : shown(got),
                                      want.size()));
    }
    for (size_t i = 0; i < want.size(); ++i) {
      visit(want[i], got[i], where.is_array() && i < where.size() ? where[i] : Json(),
            fmt::format("{}[{}]", path, i), single);
    }
  }

  void visit_number(const Json& want, const Json& got, const std::string& path, bool single) {
    const double expected = golden_number(want);
    if (std::isnan(expected) && (got.is_null() || (is_numeric(got) && std::isnan(golden_number(got)))))
      return;
    if (!is_numeric(got) && !got.is_boolean()) {
      return differ(path, fmt::format("got {}, want {}", shown(got), shown(want)));
    }
    const double found = golden_number(got);
    if (found == expected) return;
    const double error = std::abs(found - expected);
    const double tolerance = single ? std::max(tolerance_, kSingleTolerance) : tolerance_;
    const bool exact = want.is_number_integer() && got.is_number_integer();
    if (std::isfinite(error)) result.worst = std::max(result.worst, error);
    if (exact || !(error <= tolerance + tolerance * std::abs(expected))) {
      differ(path, fmt::format("got {}, want {}", found, expected));
    }
  }

  double tolerance_;
};

}  // namespace

Agreement compare(const Json& expected, const Json& got, const Json& where, double tolerance) {
  Comparer comparer(tolerance);
  comparer.visit(expected, got, where, "", false);
  return comparer.result;
}

}  // namespace gradus
