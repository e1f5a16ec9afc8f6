// PRM800K (arXiv 2305.20050, openai/prm800k): JSON Lines of labeler, timestamp, generation, question
// {problem, ground_truth_solution, ground_truth_answer, pre_generated_*}, label {steps: [{completions:
// [{text, rating, flagged}], human_completion, chosen_completion}], total_time, finish_reason}. rating is -1,
// 0, 1 or null: wrong, neutral, right, unknown. (Keys that the repository's README does not show: recalled.)
//
// A line becomes one solution per way through it, as TRL does it: each alternative that was not chosen ends
// one (id "row-N/STEP.ALTERNATIVE"), and the chosen ones, or the completion that a person wrote (right), go
// on; the whole chosen path comes last (id "row-N"), unless nothing was chosen at the last step.
// Written: one line per solution with one completion per step.
#include <fmt/format.h>

#include "gradus/rollout/schema/training_rows.h"

namespace gradus {

namespace {

StepLabel label_of(const JsonRow& completion) {
  if (!completion.has("rating")) return StepLabel::unknown;
  const int64_t rating = completion.integer("rating");
  if (rating < -1 || rating > 1) {
    throw completion.refuse("rating", "value out of range")
        .found(fmt::format("{}", rating))
        .expected("-1, 0, 1 or null");
  }
  return rating == 1 ? StepLabel::right : rating == 0 ? StepLabel::neutral : StepLabel::wrong;
}

class PathReader {
 public:
  PathReader(const JsonRow& row, bool keep) : row_(row), keep_(keep) {
    path_.question = row.object("question").text("problem");
  }

  std::vector<Solution> read() {
    const JsonRow label = row_.object("label");
    size_t number = 0;
    bool chosen = true;
    for (const JsonRow& step : label.objects("steps")) chosen = step_of(step, ++number);
    if (chosen || out_.empty()) {
      const bool finished = label.text_or("finish_reason", "") == "solution";
      add(path_, fmt::format("row-{}", row_.index()), finished);
    }
    return std::move(out_);
  }

 private:
  // Whether the path goes on.
  bool step_of(const JsonRow& step, size_t number) {
    const std::vector<JsonRow> completions =
        step.has("completions") ? step.objects("completions") : std::vector<JsonRow>{};
    std::optional<size_t> chosen;
    if (step.has("chosen_completion")) {
      const int64_t index = step.integer("chosen_completion");
      if (index < 0 || index >= static_cast<int64_t>(completions.size())) {
        throw step.refuse("chosen_completion", "value out of range")
            .found(fmt::format("{}", index))
            .expected(fmt::format("an index below {}", completions.size()));
      }
      chosen = static_cast<size_t>(index);
    }
    for (size_t i = 0; i < completions.size(); ++i) {
      if (i == chosen) continue;
      Solution alternative = path_;
      extend(alternative, completions[i].text("text"), label_of(completions[i]));
      add(std::move(alternative), fmt::format("row-{}/{}.{}", row_.index(), number, i), false);
    }
    if (chosen) {
      extend(path_, completions[*chosen].text("text"), label_of(completions[*chosen]));
    } else if (step.has("human_completion")) {
      const bool plain = step.is_text("human_completion");
      extend(path_, plain ? step.text("human_completion") : step.object("human_completion").text("text"),
             StepLabel::right);
    } else {
      return false;
    }
    return true;
  }

  static void extend(Solution& s, std::string_view text, StepLabel label) {
    s.steps.emplace_back(text);
    s.labels.push_back(label);
  }

  void add(Solution s, std::string id, bool finished) {
    s.id = std::move(id);
    conclude(s);
    if (finished && !s.first_error) s.sound = true;
    if (keep_) s.fields = row_.copy({"label"});
    out_.push_back(std::move(s));
  }

  const JsonRow& row_;
  bool keep_;
  Solution path_;
  std::vector<Solution> out_;
};

Json write(const Solution& s) {
  Json steps = Json::array();
  for (size_t i = 0; i < s.steps.size(); ++i) {
    const StepLabel label = s.labels[i];
    const Json rating = label == StepLabel::unknown ? Json(nullptr)
                        : label == StepLabel::right ? Json(1)
                        : label == StepLabel::wrong ? Json(-1)
                                                    : Json(0);
    const Json completion = {{"text", s.steps[i]}, {"rating", rating}, {"flagged", false}};
    steps.push_back({{"completions", Json::array({completion})},
                     {"human_completion", nullptr},
                     {"chosen_completion", 0}});
  }
  Json out = {{"question", {{"problem", s.question}}}};
  if (s.schema == "prm800k") out.update(s.fields);
  out["label"] = {{"steps", steps},
                  {"total_time", nullptr},
                  {"finish_reason", s.sound == true ? Json("solution")
                                    : s.first_error ? Json("found_error")
                                                    : Json(nullptr)}};
  return out;
}

}  // namespace

Schema prm800k_schema() {
  return {.name = "prm800k",
          .summary = "steps with rated alternatives",
          .source = "question, label (arXiv 2305.20050)",
          .form = FileForm::lines,
          .fits = [](const JsonRow& row) { return row.is_object("question") && row.is_object("label"); },
          .read = [](const JsonRow& row, bool keep) { return PathReader(row, keep).read(); },
          .write = write,
          .key_of_lists = ""};
}

}  // namespace gradus
