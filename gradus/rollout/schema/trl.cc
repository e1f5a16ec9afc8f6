// Stepwise rows of TRL (huggingface/trl, stepwise supervision): JSON Lines of prompt, completions, labels
// (true or false per completion). Rows have no id: "row-N", N from 0. Written: neutral counts as false, as in
// TRL's own conversion of PRM800K; steps behind the last judged one are cut.
#include <fmt/format.h>

#include "gradus/rollout/schema/training_rows.h"

namespace gradus {

namespace {

std::vector<Solution> read(const JsonRow& row, bool keep) {
  Solution s;
  s.id = fmt::format("row-{}", row.index());
  s.question = row.text("prompt");
  s.steps = row.texts("completions");
  simdjson::dom::array labels;
  if (row.at("labels").get(labels) != simdjson::SUCCESS) {
    throw row.refuse("labels", "wrong type").expected("a list of true and false");
  }
  for (const simdjson::dom::element label : labels) {
    bool good = false;
    int64_t number = 0;
    if (label.get(good) != simdjson::SUCCESS) {
      if (label.get(number) != simdjson::SUCCESS || (number != 0 && number != 1)) {
        throw row.refuse(fmt::format("labels[{}]", s.labels.size()), "no step label")
            .found(describe(label))
            .expected("true or false, 1 or 0");
      }
      good = number == 1;
    }
    s.labels.push_back(good ? StepLabel::right : StepLabel::wrong);
  }
  if (s.labels.size() != s.steps.size()) {
    throw row.refuse("labels", "lengths disagree")
        .found(fmt::format("{} labels", s.labels.size()))
        .expected(fmt::format("{}, one per completion", s.steps.size()));
  }
  conclude(s);
  if (keep) s.fields = row.copy({"prompt", "completions", "labels"});
  return only(std::move(s));
}

Json write(const Solution& s) {
  Json labels = Json::array(), texts = Json::array();
  for (const JudgedStep& step : judged_steps(trl_schema(), s)) {
    texts.push_back(step.text);
    labels.push_back(is_good(step.label));
  }
  Json out = {{"prompt", s.question}, {"completions", texts}, {"labels", labels}};
  if (s.schema == "trl") out.update(s.fields);
  return out;
}

}  // namespace

Schema trl_schema() {
  return {.name = "trl",
          .summary = "training rows: prompt, completions, labels",
          .source = "prompt, completions, labels (huggingface/trl)",
          .form = FileForm::lines,
          .fits = [](const JsonRow& row) { return row.has("prompt") && row.is_list("completions"); },
          .read = read,
          .write = write,
          .key_of_lists = ""};
}

}  // namespace gradus
