#include "gradus/report/report.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>

#include "embedded/report_page.h"

#include "gradus/base/atomic_file.h"
#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr std::string_view kPage = "web/dist/report.html";
constexpr std::string_view kMarker = "\"@GRADUS_RESULTS@\"";
constexpr std::array<std::string_view, 2> kSchemas = {"gradus.study/1", "gradus.eval/1"};

void check_schema(const Json& results) {
  const std::string schema =
      results.is_object() ? results.value("schema", Json()).dump() : results.type_name();
  const auto is_schema = [&](std::string_view known) { return schema == fmt::format("\"{}\"", known); };
  if (std::none_of(kSchemas.begin(), kSchemas.end(), is_schema)) {
    throw Error::input("this is not a results document")
        .field("schema")
        .found(schema)
        .expected(fmt::format("\"{}\"", fmt::join(kSchemas, "\" or \"")))
        .hint("give the results.json that `gradus study` wrote, or the result of `gradus eval`");
  }
}

// JavaScript reads every number as a double: a whole number that a double would round (a seed) goes in as
// text.
void keep_large_integers(Json& value) {
  constexpr int64_t kExact = (int64_t{1} << 53) - 1;
  if (value.is_structured()) {
    for (Json& each : value) keep_large_integers(each);
  } else if (value.is_number_unsigned()
                 ? value.get<uint64_t>() > static_cast<uint64_t>(kExact)
                 : value.is_number_integer() && std::abs(value.get<int64_t>()) > kExact) {
    value = value.dump();
  }
}

std::string embeddable(Json results) {
  keep_large_integers(results);
  // Programs that a model wrote need not be valid UTF-8; JSON must be.
  const std::string text = results.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string render_report(const Json& results) {
  check_schema(results);
  const std::string_view page_template = report_page(kPage);
  const size_t at = page_template.find(kMarker);
  require(at != std::string_view::npos, "the report template holds the marker for the results");
  std::string page(page_template.substr(0, at));
  page += embeddable(results);
  page += page_template.substr(at + kMarker.size());
  return page;
}

void write_report(const Json& results, const std::string& path) {
  const std::string page = render_report(results);
  AtomicFile file(path);
  file.write(page);
  file.commit();
}

}  // namespace gradus
