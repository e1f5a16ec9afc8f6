#include "gradus/eval/benchmarks/rewardbench2_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <optional>

#include "gradus/base/error.h"
#include "gradus/base/text.h"
#include "gradus/eval/benchmarks/response_benchmark.h"
#include "gradus/eval/benchmarks/rewardbench2.h"

namespace gradus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kDomains = 6;

// Counts of a prompt: best of n in the first four, Ties in the others.
enum Count {
  kPrompts,
  kResult,
  kAlone,
  kShared,
  kRef,
  kRefRight,
  kTied,
  kTiedRight,
  kPairs,
  kMargin,
  kHard,
  kBreak,
  kWidth
};

bool is_ties(const std::string& subset) {
  return lower_case(subset) == "ties";
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

template <class T>
T member(const Json& row, const char* name, const T& fallback) {
  const auto at = row.find(name);
  if (at == row.end() || at->is_null()) return fallback;
  try {
    return at->get<T>();
  } catch (const Json::exception&) {
    throw Error::input("a row of RewardBench 2 holds something else").field(name).found(excerpt(at->dump()));
  }
}

RewardBench2Row one_row(const Json& row) {
  RewardBench2Row out;
  for (const char* needed : {"id", "subset"}) {
    if (!row.contains(needed)) throw Error::input("a row of RewardBench 2 lacks a field").field(needed);
  }
  out.id = text_of(row.at("id"));
  out.subset = text_of(row.at("subset"));
  out.prompt = member<std::string>(row, "prompt", "");
  out.chosen = member<std::vector<std::string>>(row, "chosen", {});
  out.rejected = member<std::vector<std::string>>(row, "rejected", {});
  out.num_correct = member<size_t>(row, "num_correct", std::max<size_t>(1, out.chosen.size()));
  out.scores = row.contains("scores") ? row.at("scores") : Json(nullptr);
  for (const auto& [key, value] : row.items()) {
    const bool known = key == "id" || key == "subset" || key == "prompt" || key == "chosen" ||
                       key == "rejected" || key == "num_correct" || key == "total_completions" ||
                       key == "scores";
    if (!known) out.fields[key] = value;
  }
  return out;
}

// Scores of a row, right completions first; throws where they do not fit it.
std::vector<double> scores_of(const RewardBench2Row& row, const Json& said) {
  if (!said.is_array()) throw Error::input("scores are no list").field(row.id).found(said.type_name());
  std::vector<double> out;
  for (const Json& one : said) out.push_back(finite_score(one));
  const size_t completions = row.chosen.size() + row.rejected.size();
  if (completions > 0 && out.size() != completions) {
    throw Error::input("not one score per completion")
        .field(row.id)
        .found(fmt::format("{} scores", out.size()))
        .expected(fmt::format("{}", completions));
  }
  return out;
}

void count_best(const RewardBench2Row& row, const std::vector<double>& scores, const std::string& key,
                CountedQuestions& out) {
  std::vector<double> counts(kWidth);
  const double result = best_of_n(scores);
  const double high = *std::max_element(scores.begin(), scores.end());
  counts[kPrompts] = 1;
  counts[kResult] = result;
  counts[kAlone] = result == 1;
  counts[kShared] = std::count(scores.begin(), scores.end(), high) > 1;
  out.questions[key] = {row.subset, counts};
}

// One question per number K: its ref prompt, its tied prompt, and both together.
void count_ties(const std::vector<TiesRow>& rows, const std::string& subset, CountedQuestions& out) {
  std::map<std::string, std::vector<TiesRow>> by_number;
  for (const TiesRow& row : rows) by_number[row.id.substr(row.id.find(':') + 1)].push_back(row);
  for (const auto& [number, of_number] : by_number) {
    const TiesScore score = score_ties(of_number);
    std::vector<double> counts(kWidth);
    for (const auto& [id, prompt] : score.prompts) {
      const bool ref = id.starts_with("ref:");
      counts[ref ? kRef : kTied] += 1;
      counts[ref ? kRefRight : kTiedRight] += prompt.accurate;
    }
    counts[kPairs] = static_cast<double>(score.pairs);
    counts[kMargin] = score.margin.value_or(0);
    counts[kHard] = score.margin_hard.value_or(0);
    counts[kBreak] = score.tie_break.value_or(0);
    out.questions["ties " + number] = {subset, counts};
    if (score.duplicates > 0) out.odd["duplicate_ids"] += score.duplicates;
  }
}

// A result file is one object over many lines; none where the file is anything else.
std::optional<Json> one_object(const std::string& file) {
  std::error_code failed;
  const uintmax_t bytes = std::filesystem::file_size(file, failed);
  std::ifstream in(file, std::ios::binary);
  in >> std::ws;
  if (failed || bytes > RowOptions().document_bytes || in.peek() != '{') return std::nullopt;
  Json out = Json::parse(in, nullptr, false);
  return out.is_object() ? std::optional(std::move(out)) : std::nullopt;
}

CountedQuestions count(const EvalRequest& request, const std::string& path) {
  CountedQuestions out;
  std::vector<RewardBench2Row> rows;
  for (const std::string& file : request.files) {
    if (const std::optional<Json> whole = one_object(file)) {
      for (RewardBench2Row& one : rewardbench2_rows(*whole)) {
        ++out.rows;
        rows.push_back(std::move(one));
      }
      continue;
    }
    const RowReport report = read_rows(file, {.strict = request.strict}, [&](const JsonRow& row) {
      for (RewardBench2Row& one : rewardbench2_rows(row.copy({}))) rows.push_back(std::move(one));
    });
    out.note_rows(report);
  }
  RowScores scores(path, request.strict);
  std::vector<std::string> ids;
  for (const RewardBench2Row& row : rows) ids.push_back(row.id);
  scores.join(ids);
  std::vector<TiesRow> ties;
  std::string ties_name = "Ties";
  for (size_t r = 0; r < rows.size(); ++r) {
    const RewardBench2Row& row = rows[r];
    const Json* const said = scores.given() ? scores.of(r) : row.scores.is_null() ? nullptr : &row.scores;
    if (said == nullptr) {
      out.leave_out("missing", Error::input("a prompt has no scores").field(row.id), request.strict);
      continue;
    }
    try {
      const std::vector<double> values = scores_of(row, *said);
      if (is_ties(row.subset)) {
        const TiesRow one{row.id, row.num_correct, values};
        ties_prompt(one);
        score_ties({one});  // refuses an id that says nothing
        ties.push_back(one);
        ties_name = row.subset;
      } else {
        count_best(row, values, fmt::format("{:08} {}", r, row.id), out);
      }
    } catch (const Error& error) {
      out.leave_out("unusable", error, request.strict);
    }
  }
  count_ties(ties, ties_name, out);
  return out;
}

std::vector<NumberRow> rows_of(const std::vector<std::string>& cells, size_t) {
  std::vector<NumberRow> out = {{"score", "all"}};
  for (const std::string& cell : cells) {
    const auto add = [&](const char* id) { out.push_back({id, cell}); };
    add("score");
    if (is_ties(cell)) {
      for (const char* id : {"ref_accuracy", "tied_accuracy", "margin", "margin_hard"}) add(id);
    } else {
      for (const char* id : {"accuracy_without_ties", "shared_first_place"}) add(id);
    }
  }
  return out;
}

double share(double part, double whole) {
  return whole > 0 ? part / whole : kNone;
}

void values_of(const std::vector<std::string>& cells, std::span<const double> totals,
               std::span<double> values) {
  double compat = 0, strict = 0;
  size_t at = 2;
  const auto put = [&](double official, double corrected) {
    values[at++] = official;
    values[at++] = corrected;
  };
  for (size_t c = 0; c < cells.size(); ++c) {
    const std::span<const double> of = totals.subspan(c * kWidth, kWidth);
    if (!is_ties(cells[c])) {
      const double result = share(of[kResult], of[kPrompts]), alone = share(of[kAlone], of[kPrompts]);
      const double shared = share(of[kShared], of[kPrompts]);
      compat += result;
      strict += result;
      put(result, result);
      put(alone, alone);
      put(shared, shared);
      continue;
    }
    // Released: a part without prompts counts 0.
    const double ref = share(of[kRefRight], of[kRef]), tied = share(of[kTiedRight], of[kTied]);
    const double margin = share(of[kMargin], of[kPairs]), hard = share(of[kHard], of[kPairs]);
    const double parts = 0.20 * margin + 0.20 * hard;
    const double official = 0.30 * (of[kTied] > 0 ? tied : 0) + 0.30 * (of[kRef] > 0 ? ref : 0) + parts +
                            0.01 * share(of[kBreak], of[kPairs]);
    const double corrected = 0.30 * tied + 0.30 * ref + parts;
    compat += official;
    strict += corrected;
    put(official, corrected);
    for (const double one : {ref, tied, margin, hard}) put(one, one);
  }
  values[0] = compat / static_cast<double>(cells.size());
  values[1] = cells.size() == kDomains ? strict / static_cast<double>(kDomains) : kNone;
}

}  // namespace

std::vector<RewardBench2Row> rewardbench2_rows(const Json& object) {
  if (!object.is_object())
    throw Error::input("a row of RewardBench 2 is no object").found(object.type_name());
  if (!object.contains("id") || !object.at("id").is_array()) return {one_row(object)};
  std::vector<RewardBench2Row> out;
  const size_t count = object.at("id").size();
  for (size_t i = 0; i < count; ++i) {
    Json row = Json::object();
    for (const auto& [key, list] : object.items()) {
      if (list.is_array() && list.size() == count) row[key] = list.at(i);
    }
    out.push_back(one_row(row));
  }
  return out;
}

Json rewardbench2_json(const RewardBench2Row& row) {
  Json out = {{"id", row.id},
              {"prompt", row.prompt},
              {"chosen", row.chosen},
              {"rejected", row.rejected},
              {"num_correct", row.num_correct},
              {"total_completions", row.chosen.size() + row.rejected.size()},
              {"subset", row.subset}};
  if (!row.scores.is_null()) out["scores"] = row.scores;
  for (const auto& [key, value] : row.fields.items()) out[key] = value;
  return out;
}

Benchmark rewardbench2_benchmark() {
  return response_benchmark(
      {.info = {.name = "rewardbench2",
                .title = "RewardBench 2",
                .paper = "arXiv 2506.01937",
                .measures =
                    "whether the right one of four answers gets the highest score, and (Ties) several right "
                    "ones more than all wrong ones",
                .files = "the prompts (JSON Lines), or a published result file",
                .scores = "per completion, chosen before rejected: {\"id\", \"scores\": [...]}",
                .schema = "",
                .run = {}},
       .count = count,
       .rows = rows_of,
       .values = values_of});
}

}  // namespace gradus
