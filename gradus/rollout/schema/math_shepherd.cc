// Math-Shepherd rows (arXiv 2312.08935): JSON Lines of input, label, task. `input` is the question and the
// steps, each step ended by the tag; `label` is the same text with + or - in place of each tag. The two are
// read side by side, so a + or - within a step does no harm. Rows have no id: "row-N", N from 0.
// Written: steps get "Step N: " in front where they have no number of their own; those behind the last judged
// step are cut.
#include <fmt/format.h>

#include "gradus/base/text.h"
#include "gradus/rollout/schema/training_rows.h"

namespace gradus {

namespace {

constexpr std::string_view kTag = "ки";

std::vector<Solution> read(const JsonRow& row, bool keep) {
  const std::string_view input = row.text("input"), label = row.text("label");
  Solution s;
  s.id = fmt::format("row-{}", row.index());
  s.kind = row.text_or("task", "");
  s.index_base = 1;
  size_t at = 0, judged = 0;  // in input and in label
  for (size_t tag = input.find(kTag); tag != std::string_view::npos; tag = input.find(kTag, at)) {
    const std::string_view step = input.substr(at, tag - at);
    judged += step.size();
    const char mark = judged < label.size() && label.substr(judged - step.size(), step.size()) == step
                          ? label[judged]
                          : '?';
    if (mark != '+' && mark != '-') {
      throw row.refuse("label", "the label does not follow the input")
          .found(fmt::format("'{}' at byte {}", label.substr(std::min(judged, label.size()), 12), judged))
          .expected("the text of the input with + or - in place of each tag");
    }
    s.steps.emplace_back(trim(step));
    s.labels.push_back(mark == '+' ? StepLabel::right : StepLabel::wrong);
    at = tag + kTag.size();
    ++judged;
  }
  if (s.steps.empty()) throw row.refuse("input", "no step tag in the text").expected(std::string(kTag));
  const auto parts = split_question(s.steps[0]);
  if (!parts) {
    throw row.refuse("input", "the question does not end anywhere")
        .expected("'Step 1:', a question mark or a blank line before the first step");
  }
  std::tie(s.question, s.steps[0]) = *parts;
  conclude(s);
  if (keep) s.fields = row.copy({"input", "label", "task"});
  return only(std::move(s));
}

Json write(const Solution& s) {
  std::string input, label;
  for (const JudgedStep& step : steps_behind_question(math_shepherd_schema(), s)) {
    const std::string text = (input.empty() ? "" : "\n") + step.text + " ";
    if (text.find(kTag) != std::string::npos) {
      throw cannot_write(math_shepherd_schema(), s, "the question or a step holds the step tag itself");
    }
    input += text + std::string(kTag);
    label += text + (is_good(step.label) ? "+" : "-");
  }
  Json out = {{"input", input}, {"label", label}, {"task", s.kind}};
  if (s.schema == "math_shepherd") out.update(s.fields);
  return out;
}

}  // namespace

Schema math_shepherd_schema() {
  return {.name = "math_shepherd",
          .summary = "training rows: text with a tag behind every step, and + or - for each tag",
          .source = "input, label, task (arXiv 2312.08935)",
          .form = FileForm::lines,
          .fits = [](const JsonRow& row) { return row.is_text("input") && row.is_text("label"); },
          .read = read,
          .write = write,
          .key_of_lists = ""};
}

}  // namespace gradus
