#include "gradus/rollout/schema/training_rows.h"

#include <cctype>
#include <fmt/format.h>

#include "gradus/base/text.h"

namespace gradus {

namespace {

// Where the first step begins with such a word, npos if nowhere.
size_t first_step(std::string_view text, std::string_view word, std::string_view next) {
  std::vector<size_t> all, open, apart;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1]))) all.push_back(at);
  }
  if (all.size() < 2) return all.empty() ? std::string_view::npos : all[0];
  const size_t list = text.rfind(next);  // "Step 2:" of a list in the question
  for (const size_t at : all) {
    if (list == std::string_view::npos || at > list) open.push_back(at);
  }
  for (const size_t at : open) {
    if (text.substr(0, at).ends_with("\n\n")) apart.push_back(at);
  }
  return apart.size() == 1 ? apart[0] : all.back();
}

// A text that split_question parts again.
std::string question_and_step(const Schema& schema, const Solution& s, std::string_view step) {
  const std::string_view question = trim(s.question), plain = trim(step);
  const std::string first = numbered(plain, 0), forced = fmt::format("Step 1: {}", plain);
  for (const std::string& begun : {first, forced}) {
    for (const char* between : {" ", "\n\n"}) {
      const std::string text = fmt::format("{}{}{}", question, between, begun);
      const auto parts = split_question(trim(text));  // as it is read
      if (parts && parts->first == question && parts->second == begun) return text;
    }
  }
  throw cannot_write(schema, s, "where the question ends and the first step begins could not be seen again");
}

}  // namespace

std::optional<std::pair<std::string, std::string>> split_question(std::string_view text) {
  size_t cut = first_step(text, "Step 1:", "Step 2:");
  if (cut == std::string_view::npos) cut = first_step(text, "step 1:", "step 2:");
  if (cut == std::string_view::npos) {
    cut = text.find('?');
    if (cut != std::string_view::npos) ++cut;
  }
  if (cut == std::string_view::npos) cut = text.find("\n\n");
  if (cut == std::string_view::npos) return std::nullopt;
  return std::pair(std::string(trim(text.substr(0, cut))), std::string(trim(text.substr(cut))));
}

std::vector<JudgedStep> judged_steps(const Schema& schema, const Solution& s) {
  size_t end = s.labels.size();
  while (end > 0 && s.labels[end - 1] == StepLabel::unknown) --end;
  if (end == 0) throw cannot_write(schema, s, "no step has a label");
  if (s.first_error && s.labels[*s.first_error] == StepLabel::unknown &&
      trim(s.steps[*s.first_error]).empty()) {
    throw cannot_write(schema, s, "its wrong step is a blank entry");
  }
  std::vector<JudgedStep> out;
  for (size_t i = 0; i < end; ++i) {
    const bool judged = s.labels[i] != StepLabel::unknown;
    if (judged) out.push_back({s.steps[i], s.labels[i]});
    if (judged || trim(s.steps[i]).empty()) continue;
    throw cannot_write(schema, s,
                       fmt::format("step {} of the list has no label, but a later one has", i + 1));
  }
  return out;
}

std::vector<JudgedStep> steps_behind_question(const Schema& schema, const Solution& s) {
  std::vector<JudgedStep> out;
  for (JudgedStep& step : judged_steps(schema, s)) {
    const bool blank = trim(step.text).empty();
    if (out.empty() && blank && step.label != StepLabel::wrong) continue;
    if (out.empty() && blank) throw cannot_write(schema, s, "its wrong step is a blank entry");
    step.text = out.empty() ? question_and_step(schema, s, step.text) : numbered(step.text, out.size());
    out.push_back(std::move(step));
  }
  if (out.empty()) throw cannot_write(schema, s, "no step has a label");
  return out;
}

bool is_good(StepLabel label) {
  return label == StepLabel::right;
}

std::string numbered(std::string_view step, size_t index) {
  return printed_number(step) || trim(step).empty() ? std::string(step)
                                                    : fmt::format("Step {}: {}", index + 1, step);
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
