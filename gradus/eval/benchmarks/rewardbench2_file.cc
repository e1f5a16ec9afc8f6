#include "gradus/eval/benchmarks/rewardbench2_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <optional>
#include <set>
#include <streambuf>

#include "gradus/base/error.h"
#include "gradus/base/input_file.h"
#include "gradus/base/text.h"
#include "gradus/eval/benchmarks/response_benchmark.h"
#include "gradus/eval/benchmarks/rewardbench2.h"
#include "gradus/eval/benchmarks/rewardbench2_judge.h"
#include "gradus/rollout/line_source.h"

namespace gradus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kDomains = 6;

// Counts of a prompt, first as released and then as corrected: best of n in the first four, Ties in the
// others.
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
constexpr size_t kColumns = 2;    // compat, strict
constexpr double kNoRating = -1;  // what the official script has for a rating that cannot be read

bool is_ties(const std::string& subset) {
  return lower_case(subset) == "ties";
}

std::string text_of(const Json& row, const char* name) {
  const auto at = row.find(name);
  if (at == row.end()) throw Error::input("a row of RewardBench 2 lacks a field").field(name);
  if (at->is_string()) return at->get<std::string>();
  if (at->is_number()) return at->dump();
  throw Error::input("a row of RewardBench 2 holds something else")
      .field(name)
      .found(excerpt(at->dump()))
      .expected("a text or a number");
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
  out.id = text_of(row, "id");
  out.subset = text_of(row, "subset");
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

std::span<double> column_of(std::vector<double>& counts, size_t column) {
  return std::span(counts).subspan(column * kWidth, kWidth);
}

void put_best(double result, bool shared, std::span<double> counts) {
  counts[kPrompts] = 1;
  counts[kResult] = result;
  counts[kAlone] = result == 1;
  counts[kShared] = shared;
}

std::vector<double> best_counts(const std::vector<double>& scores) {
  std::vector<double> counts(kColumns * kWidth);
  const double high = *std::max_element(scores.begin(), scores.end());
  const bool shared = std::count(scores.begin(), scores.end(), high) > 1;
  for (size_t c = 0; c < kColumns; ++c) put_best(best_of_n(scores), shared, column_of(counts, c));
  return counts;
}

std::vector<double> best_counts(const JudgedPrompt& judged) {
  std::vector<double> counts(kColumns * kWidth);
  put_best(judged.compat, judged.shared, column_of(counts, 0));
  if (judged.strict) put_best(*judged.strict, *judged.shared_strict, column_of(counts, 1));
  return counts;
}

// One question per number K: its ref prompt, its tied prompt, and both together.
void count_ties(const std::vector<TiesRow>& rows, size_t column, const std::string& subset,
                CountedQuestions& out) {
  std::map<std::string, std::vector<TiesRow>> by_number;
  for (const TiesRow& row : rows) by_number[row.id.substr(row.id.find(':') + 1)].push_back(row);
  for (const auto& [number, of_number] : by_number) {
    const TiesScore score = score_ties(of_number);
    CountedQuestions::Question& question = out.questions["ties " + number];
    question.cell = subset;
    question.counts.resize(kColumns * kWidth);
    const std::span<double> counts = column_of(question.counts, column);
    for (const auto& [id, prompt] : score.prompts) {
      const bool ref = id.starts_with("ref:");
      counts[ref ? kRef : kTied] += 1;
      counts[ref ? kRefRight : kTiedRight] += prompt.accurate;
    }
    counts[kPairs] = static_cast<double>(score.pairs);
    counts[kMargin] = score.margin.value_or(0);
    counts[kHard] = score.margin_hard.value_or(0);
    counts[kBreak] = score.tie_break.value_or(0);
    if (column == 0 && score.duplicates > 0) out.odd["duplicate_ids"] += score.duplicates;
  }
}

// Takes prompt after prompt with what was said of it.
class PromptCounter {
 public:
  PromptCounter(bool strict, CountedQuestions& out) : strict_(strict), out_(out) {}

  void add(const RewardBench2Row& row, const Json& said, const std::string& key) {
    if (!said.is_object()) {
      protocols_.insert("scores");
      const std::vector<double> scores = scores_of(row, said);
      if (is_ties(row.subset)) return add_ties(row, scores, true);
      out_.questions[key] = {row.subset, best_counts(scores)};
      return;
    }
    const JudgeOutput output = judge_output(said, row.chosen.size() + row.rejected.size());
    if (is_ties(row.subset)) {
      if (output.ranking) throw Error::input("Ties is judged by ratings").field(row.id).found("votes");
      std::vector<double> scores;
      for (const auto& rating : output.ratings) scores.push_back(rating.value_or(kNoRating));
      const JudgedPrompt judged = judge_ratings(output.ratings);
      add_ties(row, scores, judged.unreadable == 0);
      note_unreadable(row, judged.unreadable);
      return;
    }
    protocols_.insert(output.ranking ? "ranking" : "ratings");
    const JudgedPrompt judged =
        output.ranking ? judge_ranking(output.votes, output.right_place) : judge_ratings(output.ratings);
    note_unreadable(row, judged.unreadable);
    out_.questions[key] = {row.subset, best_counts(judged)};
  }

  // One run is one protocol: a mean over several says nothing.
  void finish() {
    if (protocols_.size() > 1) {
      throw Error::input("the prompts were judged in several ways")
          .found(fmt::format("{}", fmt::join(protocols_, ", ")))
          .expected("one of them (Ties beside a ranking is judged by ratings)");
    }
    for (size_t c = 0; c < kColumns; ++c) count_ties(ties_[c], c, ties_name_, out_);
    out_.protocol = protocols_.empty() ? "ratings" : *protocols_.begin();
    if (out_.protocol == "ranking" && !ties_[0].empty()) out_.protocol += ", Ties by ratings";
  }

 private:
  void add_ties(const RewardBench2Row& row, const std::vector<double>& scores, bool readable) {
    const TiesRow one{row.id, row.num_correct, scores};
    ties_prompt(one);
    score_ties({one});  // refuses an id that says nothing
    ties_[0].push_back(one);
    if (readable) ties_[1].push_back(one);
    ties_name_ = row.subset;
  }

  void note_unreadable(const RewardBench2Row& row, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      out_.leave_out("unreadable", Error::input("a judge's answer cannot be read").field(row.id), strict_);
    }
  }

  bool strict_;
  CountedQuestions& out_;
  std::set<std::string> protocols_;  // of the prompts that are not of Ties
  std::vector<TiesRow> ties_[kColumns];
  std::string ties_name_ = "Ties";
};

// So many bytes of a stream, which need not be a file of a known size.
class FirstBytes : public std::streambuf {
 public:
  FirstBytes(std::istream& in, size_t bytes) : in_(in), left_(bytes) {}

 protected:
  int_type underflow() override {
    in_.read(block_.data(), static_cast<std::streamsize>(std::min(left_, block_.size())));
    const std::streamsize count = in_.gcount();
    if (count <= 0) return traits_type::eof();
    left_ -= static_cast<size_t>(count);
    setg(block_.data(), block_.data(), block_.data() + count);
    return traits_type::to_int_type(*gptr());
  }

 private:
  std::istream& in_;
  size_t left_;
  std::array<char, 1 << 16> block_{};
};

// A result file is one object over many lines; none where the file is anything else, or too large.
std::optional<Json> one_object(const std::string& file) {
  const std::unique_ptr<std::istream> in = open_input(file, "a JSON or JSONL file");
  char mark[3] = {};
  if (in->peek() == 0xef) in->read(mark, sizeof mark);
  if (mark[0] != 0 && byte_order_mark({mark, sizeof mark}) == 0) return std::nullopt;
  *in >> std::ws;
  if (in->peek() != '{') return std::nullopt;
  FirstBytes bytes(*in, RowOptions().document_bytes);
  std::istream whole(&bytes);
  Json out = Json::parse(whole, nullptr, false);
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
  RowScores scores(path, request.strict, {"votes", "ratings"});
  out.note_scores(scores.report());
  std::vector<std::string> ids;
  for (const RewardBench2Row& row : rows) ids.push_back(row.id);
  scores.join(ids);
  PromptCounter counter(request.strict, out);
  for (size_t r = 0; r < rows.size(); ++r) {
    const RewardBench2Row& row = rows[r];
    const Json* const said = scores.given() ? scores.of(r) : row.scores.is_null() ? nullptr : &row.scores;
    if (said == nullptr) {
      out.leave_out("missing", Error::input("a prompt has no scores").field(row.id), request.strict);
      continue;
    }
    try {
      counter.add(row, *said, fmt::format("{:08} {}", r, row.id));
    } catch (const Error& error) {
      out.leave_out("unusable", error, request.strict);
    }
  }
  counter.finish();
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

struct TiesShares {
  double ref, tied, margin, hard;
  explicit TiesShares(std::span<const double> of)
      : ref(share(of[kRefRight], of[kRef])),
        tied(share(of[kTiedRight], of[kTied])),
        margin(share(of[kMargin], of[kPairs])),
        hard(share(of[kHard], of[kPairs])) {}

  double corrected() const { return 0.30 * tied + 0.30 * ref + 0.20 * margin + 0.20 * hard; }
  // Released: a part without prompts counts 0, and the tie-break term comes on top.
  double released(std::span<const double> of) const {
    return 0.30 * (of[kTied] > 0 ? tied : 0) + 0.30 * (of[kRef] > 0 ? ref : 0) + 0.20 * margin + 0.20 * hard +
           0.01 * share(of[kBreak], of[kPairs]);
  }
};

void values_of(const std::vector<std::string>& cells, std::span<const double> totals,
               std::span<double> values) {
  double compat = 0, strict = 0;
  size_t at = 2;
  const auto put = [&](double official, double corrected) {
    values[at++] = official;
    values[at++] = corrected;
  };
  for (size_t c = 0; c < cells.size(); ++c) {
    const auto released = totals.subspan(kColumns * c * kWidth, kWidth);
    const auto counted = totals.subspan((kColumns * c + 1) * kWidth, kWidth);
    if (!is_ties(cells[c])) {
      compat += share(released[kResult], released[kPrompts]);
      strict += share(counted[kResult], counted[kPrompts]);
      for (const Count part : {kResult, kAlone, kShared}) {
        put(share(released[part], released[kPrompts]), share(counted[part], counted[kPrompts]));
      }
      continue;
    }
    const TiesShares official(released), corrected(counted);
    compat += official.released(released);
    strict += corrected.corrected();
    put(official.released(released), corrected.corrected());
    put(official.ref, corrected.ref);
    put(official.tied, corrected.tied);
    put(official.margin, corrected.margin);
    put(official.hard, corrected.hard);
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
      {.info =
           {.name = "rewardbench2",
            .title = "RewardBench 2",
            .paper = "arXiv 2506.01937",
            .measures =
                "whether the right one of four answers gets the highest score, and (Ties) several right "
                "ones more than all wrong ones",
            .files = "the prompts (JSON Lines), or a published result file",
            .scores =
                "per completion, chosen before rejected: {\"id\", \"scores\": [...]}; of a generative judge "
                "{\"id\", \"ratings\": [...]} or {\"id\", \"chosen_position\": \"C\", \"votes\": [\"C\"]}",
            .schema = "",
            .run = {}},
       .count = count,
       .rows = rows_of,
       .values = values_of});
}

}  // namespace gradus
