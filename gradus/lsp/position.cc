#include "gradus/lsp/position.h"

#include "gradus/base/error.h"

namespace gradus {

Range range_of(const Json& range) {
  const auto whole = [&](const char* end, const char* field) {
    const bool sound = range.is_object() && range.contains(end) && range.at(end).is_object() &&
                       range.at(end).contains(field) && range.at(end).at(field).is_number_integer();
    if (!sound) {
      throw Error::outside("a language server gave a range that is not as LSP 3.17 says")
          .field(end)
          .expected(field);
    }
    return range.at(end).at(field).get<int64_t>();
  };
  return {{whole("start", "line"), whole("start", "character")},
          {whole("end", "line"), whole("end", "character")}};
}

Json range_json(const Range& range) {
  return {range.start.line, range.start.character, range.end.line, range.end.character};
}

}  // namespace gradus
