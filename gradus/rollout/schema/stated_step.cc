#include "gradus/rollout/schema/stated_step.h"

#include <algorithm>
#include <charconv>

#include "gradus/base/text.h"

namespace gradus {

void take_stated_step(Solution& s, bool sound, std::string_view stated) {
  s.index_base = 1;
  s.sound = sound;
  if (!sound) s.stated_text = stated;
  for (const std::string& step : s.steps) s.numbers.push_back(printed_number(step).value_or(0));
  if (std::all_of(s.numbers.begin(), s.numbers.end(), [](int64_t n) { return n == 0; })) s.numbers.clear();
  const std::string_view digits = trim(stated);
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = failed == std::errc() && end == digits.data() + digits.size();
  if (!sound && whole) {
    s.stated_errors = {number};
    s.first_error = step_of_number(s, number);
  }
  const bool known = sound || s.first_error;
  s.labels = known ? labels_up_to(s.steps.size(), s.first_error)
                   : std::vector<StepLabel>(s.steps.size(), StepLabel::unknown);
  for (size_t i = 0; i < s.steps.size(); ++i) {
    if (trim(s.steps[i]).empty()) s.labels[i] = StepLabel::unknown;
  }
}

std::string stated_step_text(const Solution& s) {
  if (s.sound == true) return "N/A";
  if (s.index_base == 1 && !s.stated_errors.empty()) return std::to_string(s.stated_errors[0]);
  if (!s.first_error) return "N/A";
  return std::to_string(s.numbers.empty() ? static_cast<int64_t>(*s.first_error) + 1
                                          : s.numbers[*s.first_error]);
}

std::string written_step(const Schema& schema, const Solution& s) {
  const bool counts_alike = s.schema == "mr_gsm8k" || s.schema == "mr_ben";
  if (s.sound == true || !s.first_error || (counts_alike && !s.stated_errors.empty())) {
    return stated_step_text(s);
  }
  if (s.schema == schema.name) return s.stated_text;
  Solution row;
  row.steps = s.steps;
  take_stated_step(row, false, "");
  const std::string number = std::to_string(row.number_of(*s.first_error));
  if (step_of_number(row, row.number_of(*s.first_error)) == s.first_error) return number;
  throw cannot_write(schema, s,
                     "steps are named by the number that they print, and the wrong one has none of its own");
}

}  // namespace gradus
