// Mr-Ben (arXiv 2406.13975, dvlab-research/Mr-Ben): one JSON object per subject, {uuid: [row, ...]}, row =
// Question_UUID, Subject, Question, Options (not in coding), Ground_Truth_*, Sampled_Model,
// Model_Solution_Steps (texts, some blank; in coding one text), Model_Solution_Correctness ("correct" or
// "incorrect"), Model_Solution_First_Error_Step (digits, "N/A"; in coding the line itself),
// Model_Solution_Error_Reason, Model_Solution_Rectified_First_Error_Step. Three solutions share a question:
// the id here is "UUID/MODEL". A few published rows stand under the key of another question. A coding row is
// split into its lines, and the wrong line found by its text. A result file of the official script has the
// subjects as keys: {subject: [row, ...]}.
#include <algorithm>

#include "gradus/base/text.h"
#include "gradus/rollout/schema/schema.h"
#include "gradus/rollout/schema/stated_step.h"

namespace gradus {

namespace {

const std::vector<std::string> kFields = {"Question_UUID", "Question", "Sampled_Model",
                                          "Model_Solution_Steps", "Model_Solution_Correctness"};
const std::vector<std::string> kSubjects = {"biology", "math",      "physics", "medicine",
                                            "coding",  "chemistry", "logic"};
constexpr const char* kStated = "Model_Solution_First_Error_Step";

std::vector<Solution> read(const JsonRow& row, bool keep) {
  Solution s;
  s.source = row.text_or("Sampled_Model", "");
  s.id = row.written("Question_UUID") + (s.source.empty() ? "" : "/" + s.source);
  s.question = row.text("Question");
  s.kind = row.text_or("Subject", "");
  const std::string list = row.list_key();
  if (std::find(kSubjects.begin(), kSubjects.end(), list) != kSubjects.end()) s.split = list;
  const std::string correctness = lower_case(trim(row.text("Model_Solution_Correctness")));
  if (correctness != "correct" && correctness != "incorrect") {
    throw row.refuse("Model_Solution_Correctness", "unknown value")
        .found("'" + correctness + "'")
        .expected("correct or incorrect");
  }
  const bool sound = correctness == "correct";
  const std::string stated = row.has(kStated) ? row.written(kStated) : "N/A";
  if (row.is_text("Model_Solution_Steps")) {
    for (const std::string_view line : pieces_between(row.text("Model_Solution_Steps"), "\n")) {
      s.steps.emplace_back(line);
    }
    take_stated_step(s, sound, "");
    if (!sound) s.stated_text = stated;
    const auto same = [&](const std::string& line) { return !sound && trim(line) == trim(stated); };
    const auto found = std::find_if(s.steps.begin(), s.steps.end(), same);
    if (!trim(stated).empty() && found != s.steps.end()) {
      s.first_error = static_cast<size_t>(found - s.steps.begin());
      s.labels = labels_up_to(s.steps.size(), s.first_error);
    }
  } else {
    s.steps = row.texts("Model_Solution_Steps");
    take_stated_step(s, sound, stated);
  }
  if (keep) {
    s.fields = row.copy(kFields);
    if (!list.empty() && list != row.written("Question_UUID")) s.fields[kListKey] = list;
    if (row.is_text("Model_Solution_Steps"))
      s.fields["Model_Solution_Steps"] = row.text("Model_Solution_Steps");
  }
  return only(std::move(s));
}

Json write(const Solution& s) {
  if (!s.sound) throw cannot_write(mr_ben_schema(), s, "whether it is right is not known");
  const size_t tail = s.source.empty() ? 0 : s.source.size() + 1;
  const bool own = s.schema == "mr_ben";
  Json out = {{"Question_UUID", own ? s.id.substr(0, s.id.size() - tail) : s.id},
              {"Subject", s.kind},
              {"Question", s.question},
              {"Sampled_Model", s.source},
              {"Model_Solution_Steps", s.steps},
              {"Model_Solution_Correctness", *s.sound ? "correct" : "incorrect"},
              {kStated, written_step(mr_ben_schema(), s)}};
  if (s.schema == "mr_ben") out.update(s.fields);
  return out;
}

}  // namespace

Schema mr_ben_schema() {
  return {
      .name = "mr_ben",
      .summary = "solutions of seven subjects with the number of the first wrong step",
      .source =
          "Question_UUID, Question, Model_Solution_Steps, Model_Solution_Correctness (arXiv 2406.13975)",
      .form = FileForm::lists_by_key,
      .fits = [](const JsonRow& row) { return row.has("Question_UUID") && row.has("Model_Solution_Steps"); },
      .read = read,
      .write = write,
      .key_of_lists = "Question_UUID"};
}

}  // namespace gradus
