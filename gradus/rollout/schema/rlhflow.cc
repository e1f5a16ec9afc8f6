// RLHFlow rows (RLHFlow/RLHF-Reward-Modeling): JSON Lines of conversations, [{role, content}], user and
// assistant in turn: the first user turn is the question and step 1, every further one a step, every
// assistant turn "+" or "-". Rows have no id: "row-N", N from 0. Written: question and step 1 are joined by a
// space; steps get "Step N: " in front where they have no number of their own, so that the question can be
// found again; those behind the last judged step are cut.
#include <fmt/format.h>

#include "gradus/base/text.h"
#include "gradus/rollout/schema/training_rows.h"

namespace gradus {

namespace {

std::vector<Solution> read(const JsonRow& row, bool keep) {
  Solution s;
  s.id = fmt::format("row-{}", row.index());
  s.index_base = 1;
  const std::vector<JsonRow> turns = row.objects("conversations");
  if (turns.empty() || turns.size() % 2 != 0) {
    throw row.refuse("conversations", "turns do not come in pairs")
        .expected("a step, then + or -, and so on");
  }
  for (size_t i = 0; i < turns.size(); i += 2) {
    if (turns[i].text("role") != "user") throw turns[i].refuse("role", "wrong role").expected("user");
    if (turns[i + 1].text("role") != "assistant") {
      throw turns[i + 1].refuse("role", "wrong role").expected("assistant");
    }
    const std::string_view mark = trim(turns[i + 1].text("content"));
    if (mark != "+" && mark != "-") {
      throw turns[i + 1]
          .refuse("content", "no step label")
          .found(std::string(start_of(mark, 20)))
          .expected("+ or -");
    }
    s.steps.emplace_back(trim(turns[i].text("content")));
    s.labels.push_back(mark == "+" ? StepLabel::right : StepLabel::wrong);
  }
  const auto parts = split_question(s.steps[0]);
  if (!parts) {
    throw turns[0]
        .refuse("content", "the question does not end anywhere")
        .expected("'Step 1:', a question mark or a blank line before the first step");
  }
  std::tie(s.question, s.steps[0]) = *parts;
  conclude(s);
  if (keep) s.fields = row.copy({"conversations"});
  return only(std::move(s));
}

Json write(const Solution& s) {
  Json turns = Json::array();
  for (const JudgedStep& step : steps_behind_question(rlhflow_schema(), s)) {
    turns.push_back({{"role", "user"}, {"content", step.text}});
    turns.push_back({{"role", "assistant"}, {"content", is_good(step.label) ? "+" : "-"}});
  }
  Json out = {{"conversations", turns}};
  if (s.schema == "rlhflow") out.update(s.fields);
  return out;
}

}  // namespace

Schema rlhflow_schema() {
  return {.name = "rlhflow",
          .summary = "training rows: a conversation of steps and + or -",
          .source = "conversations (RLHFlow/RLHF-Reward-Modeling)",
          .form = FileForm::lines,
          .fits = [](const JsonRow& row) { return row.is_list("conversations"); },
          .read = read,
          .write = write,
          .key_of_lists = ""};
}

}  // namespace gradus
