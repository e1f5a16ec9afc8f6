// Any bytes as a file of judged solutions, in the schema that the first byte names: the reader gives
// solutions or input errors, labels and steps agree in number, and what a schema writes it reads again, to
// the same text.
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "gradus/rollout/schema/schema.h"

namespace {

std::vector<gradus::Solution> read(const gradus::Schema& schema, const std::string& text) {
  std::istringstream in(text);
  std::vector<gradus::Solution> out;
  const gradus::RowOptions options = {.nested = schema.form == gradus::FileForm::lists_by_key,
                                      .line_bytes = 1 << 16,
                                      .document_bytes = 1 << 16};
  const gradus::RowReport report = gradus::read_rows(in, "fuzz", options, [&](const gradus::JsonRow& row) {
    if (!schema.fits(row)) return;
    for (gradus::Solution& s : schema.read(row, true)) {
      s.schema = schema.name;
      out.push_back(std::move(s));
    }
  });
  for (const gradus::Error& error : report.errors) {
    if (error.kind() != gradus::ErrorKind::input) std::abort();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const gradus::Schema& schema = gradus::schemas()[data[0] % gradus::schemas().size()];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    gradus::OddityCounter counter;
    for (const gradus::Solution& s : read(schema, text)) {
      counter.add(s);
      if (s.labels.size() != s.steps.size()) std::abort();
      if (s.first_error && *s.first_error >= s.steps.size()) std::abort();
      if (!s.numbers.empty() && s.numbers.size() != s.steps.size()) std::abort();
      std::string written;
      try {
        written = schema.write(s).dump();
      } catch (const gradus::Error&) {
        continue;  // what a schema cannot hold
      }
      if (gradus::canonical(schema.write(s)).empty()) std::abort();
      std::istringstream again(written + "\n");
      size_t rows = 0;
      gradus::read_rows(again, "again", {.strict = true},
                        [&](const gradus::JsonRow& row) { rows += schema.fits(row); });
      if (rows != 1) std::abort();
    }
  } catch (const gradus::Error& error) {
    if (error.kind() != gradus::ErrorKind::input) std::abort();
  }
  return 0;
}
