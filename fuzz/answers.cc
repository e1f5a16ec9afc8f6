// Any two lines as answers: they are compared within the budget, the same either way round, and every text
// form ends.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/answer_of.h"
#include "gradus/reward/answer/published_form.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find('\n');
  const std::string_view a = text.substr(0, line), b = line == text.npos ? "" : text.substr(line + 1);
  if (gradus::answers_equal(a, b).equal != gradus::answers_equal(b, a).equal) std::abort();
  gradus::published_answer(text);
  gradus::answer_of(text);
  return 0;
}
