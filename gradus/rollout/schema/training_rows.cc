#include "gradus/rollout/schema/training_rows.h"

#include <fmt/format.h>

#include "gradus/base/text.h"

namespace gradus {

std::optional<std::pair<std::string, std::string>> split_question(std::string_view text) {
  size_t cut = text.find("Step 1:");
  if (cut == std::string_view::npos) cut = text.find("step 1:");
  if (cut == std::string_view::npos) {
    cut = text.find('?');
    if (cut != std::string_view::npos) ++cut;
  }
  if (cut == std::string_view::npos) cut = text.find("\n\n");
  if (cut == std::string_view::npos) return std::nullopt;
  return std::pair(std::string(trim(text.substr(0, cut))), std::string(trim(text.substr(cut))));
}

size_t judged_steps(const Schema& schema, const Solution& s) {
  size_t end = s.labels.size();
  while (end > 0 && s.labels[end - 1] == StepLabel::unknown) --end;
  if (end == 0) throw cannot_write(schema, s, "no step has a label");
  for (size_t i = 0; i < end; ++i) {
    if (s.labels[i] != StepLabel::unknown) continue;
    throw cannot_write(schema, s, fmt::format("step {} has no label, but a later one has", s.number_of(i)));
  }
  return end;
}

bool is_good(StepLabel label) {
  return label == StepLabel::right;
}

std::string numbered(std::string_view step, size_t index) {
  return printed_number(step) ? std::string(step) : fmt::format("Step {}: {}", index + 1, step);
}

void conclude(Solution& s) {
  for (size_t i = 0; i < s.labels.size() && !s.first_error; ++i) {
    if (s.labels[i] == StepLabel::wrong) s.first_error = i;
  }
  if (!s.first_error) return;
  s.sound = false;
  s.stated_errors = {s.number_of(*s.first_error)};
}

}  // namespace gradus
