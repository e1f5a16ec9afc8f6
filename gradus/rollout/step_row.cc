#include "gradus/rollout/step_row.h"

#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

const Json& field(const Json& object, const char* name, const std::string& place) {
  static const Json null;
  if (!object.is_object()) {
    throw Error::input("a step of PRM800K is not an object").field(place).found(object.type_name());
  }
  const auto at = object.find(name);
  return at == object.end() ? null : *at;
}

struct Rated {
  std::string text;
  double label = 0;
};

Rated rated(const Json& completion, const Prm800kOptions& options, const std::string& place) {
  const Json &text = field(completion, "text", place), &rating = field(completion, "rating", place);
  if (!text.is_string()) {
    throw Error::input("a completion has no text").field(place + ".text").found(text.type_name());
  }
  if (!rating.is_number() && !rating.is_null()) {
    throw Error::input("a rating is not a number").field(place + ".rating").found(rating.dump());
  }
  const double least = options.neutral_is_right ? 0 : 1;
  // As released, only 1 is right: a completion that nobody rated is not.
  const bool right = rating.is_number() && rating.get<double>() >= least && rating.get<double>() <= 1;
  return {text.get<std::string>(), right ? 1.0 : 0.0};
}

StepRow extended(StepRow row, const Rated& step) {
  row.completions.push_back(step.text);
  row.labels.push_back(step.label);
  return row;
}

}  // namespace

std::vector<StepRow> prm800k_rows(const Json& steps, const std::string& prompt,
                                  const Prm800kOptions& options) {
  std::vector<StepRow> rows;
  StepRow history{.prompt = prompt};
  for (size_t s = 0; s < steps.size(); ++s) {
    const std::string place = fmt::format("label.steps[{}]", s);
    const Json& step = steps[s];
    const Json &completions = field(step, "completions", place),
               &chosen = field(step, "chosen_completion", place),
               &written = field(step, "human_completion", place);
    const bool fits =
        chosen.is_null() || (chosen.is_number_integer() && chosen >= 0 && chosen < completions.size());
    if (!fits) {
      throw Error::input("the chosen completion is none of the step's")
          .field(place + ".chosen_completion")
          .found(chosen.dump())
          .expected(fmt::format("0 to {}, or null", static_cast<int64_t>(completions.size()) - 1));
    }
    for (size_t c = 0; c < completions.size(); ++c) {
      if (chosen.is_number() && c == chosen.get<size_t>()) continue;
      rows.push_back(
          extended(history, rated(completions[c], options, fmt::format("{}.completions[{}]", place, c))));
    }
    if (chosen.is_number()) {
      history = extended(std::move(history), rated(completions[chosen.get<size_t>()], options, place));
    } else if (!written.is_null()) {
      history = extended(std::move(history), {rated(written, options, place + ".human_completion").text, 1});
    } else {
      break;
    }
  }
  rows.push_back(std::move(history));
  return rows;
}

}  // namespace gradus
