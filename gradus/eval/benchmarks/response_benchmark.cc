#include "gradus/eval/benchmarks/response_benchmark.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "gradus/base/error.h"
#include "gradus/base/text.h"
#include "gradus/eval/count_bootstrap.h"

namespace gradus {

namespace {

constexpr size_t kExamples = 5, kExcerpt = 60;

Json shown(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// The counts of one or two scorers on the questions that all of them have.
struct Joined {
  std::vector<std::string> cells;
  size_t width = 0;
  CountTable table;  // the width of every scorer side by side
};

Joined join(const std::vector<CountedQuestions>& sides) {
  std::set<std::string> cells;
  const auto everywhere = [&](const std::string& key) {
    return std::all_of(sides.begin(), sides.end(),
                       [&](const CountedQuestions& side) { return side.questions.count(key) != 0; });
  };
  Joined out;
  for (const auto& [key, question] : sides[0].questions) {
    if (!everywhere(key)) continue;
    cells.insert(question.cell);
    out.width = question.counts.size();
  }
  out.cells.assign(cells.begin(), cells.end());
  out.table.width = out.width * sides.size();
  out.table.cells = out.cells.size();
  for (const auto& [key, question] : sides[0].questions) {
    if (!everywhere(key)) continue;
    std::vector<double> counts;
    for (const CountedQuestions& side : sides) {
      const std::vector<double>& one = side.questions.at(key).counts;
      if (one.size() != out.width) {
        throw Error::input("the two scorers cannot be compared: one scores steps, the other whole responses");
      }
      counts.insert(counts.end(), one.begin(), one.end());
    }
    const auto cell = std::lower_bound(out.cells.begin(), out.cells.end(), question.cell) - out.cells.begin();
    out.table.add(hash64(key), static_cast<uint32_t>(cell), counts);
  }
  return out;
}

class ResponseEvaluation {
 public:
  ResponseEvaluation(const ResponseBenchmark& benchmark, const EvalRequest& request)
      : benchmark_(benchmark), request_(request) {
    if (request.threshold || !request.threshold_from.empty()) {
      throw Error::input("responses are compared with each other, not with a threshold").field("--threshold");
    }
    sides_.push_back(benchmark.count(request, request.scores));
    if (!request.compare.empty()) sides_.push_back(benchmark.count(request, request.compare));
  }

  Json run() const {
    Json out = heading();
    const Joined first = join({sides_[0]});
    if (first.table.cases() == 0) {
      throw Error::input("no question has been judged")
          .found(sides_[0].examples.empty() ? fmt::format("{} rows", sides_[0].rows) : sides_[0].examples[0])
          .expected(benchmark_.info.scores)
          .hint("gradus eval list says which files a benchmark wants");
    }
    out["numbers"] =
        numbers(first, "value", "numbers", [&](std::span<const double> totals, std::span<double> to) {
          benchmark_.values(first.cells, totals, to);
        });
    out["comparison"] = sides_.size() < 2 ? Json(nullptr) : comparison();
    return out;
  }

 private:
  Json heading() const {
    Json files = Json::array(), scores = Json::array();
    for (const std::string& file : request_.files) files.push_back(name_of(file));
    for (const CountedQuestions& side : sides_) {
      Json one = {{"judged", side.questions.size()}};
      for (const auto& [why, count] : side.odd) one[why] = count;
      if (!side.protocol.empty()) one["protocol"] = side.protocol;
      one["examples"] = side.examples;
      scores.push_back(one);
    }
    const std::string scorer = request_.scores.empty() ? "the files themselves" : name_of(request_.scores);
    return {
        {"schema", kEvalSchema},
        {"benchmark", benchmark_.info.name},
        {"title", benchmark_.info.title},
        {"paper", benchmark_.info.paper},
        {"files", files},
        {"scorer", scorer},
        {"compared_with", sides_.size() == 2 ? Json(name_of(request_.compare)) : Json(nullptr)},
        {"bootstrap", {{"draws", request_.bootstrap}, {"seed", request_.seed}}},
        {"threshold", nullptr},
        {"counts", {{"items", {{"rows", sides_[0].rows}, {"examples", Json::array()}}}, {"scores", scores}}}};
  }

  Json numbers(const Joined& joined, const char* name, const char* stream,
               const CountNumbers& compute) const {
    const std::vector<NumberRow> rows = benchmark_.rows(joined.cells, joined.width);
    std::vector<double> values(2 * rows.size());
    compute(joined.table.totals(), values);
    const auto intervals = count_intervals(joined.table, values.size(), request_.bootstrap,
                                           Stream(request_.seed).child("eval").child(stream), compute);
    Json out = Json::array();
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto column = [&](size_t i) {
        const bool known = intervals[i] && std::isfinite(values[i]);
        return Json{{name, shown(values[i])},
                    {"low", known ? Json(intervals[i]->low) : Json(nullptr)},
                    {"high", known ? Json(intervals[i]->high) : Json(nullptr)}};
      };
      out.push_back({{"id", rows[r].id},
                     {"part", rows[r].part},
                     {"scale", rows[r].scale},
                     {"compat", column(2 * r)},
                     {"strict", column(2 * r + 1)}});
    }
    return out;
  }

  Json comparison() const {
    const Joined both = join(sides_);
    if (both.table.cases() == 0) throw Error::input("the two scorers have judged no question in common");
    std::vector<double> sides[2];
    return numbers(both, "difference", "comparison",
                   [&](std::span<const double> totals, std::span<double> to) {
                     std::vector<double> of[2];
                     for (size_t s = 0; s < 2; ++s) {
                       sides[s].resize(both.cells.size() * both.width);
                       for (size_t i = 0; i < sides[s].size(); ++i) {
                         sides[s][i] = totals[(i / both.width * 2 + s) * both.width + i % both.width];
                       }
                       of[s].resize(to.size());
                       benchmark_.values(both.cells, sides[s], of[s]);
                     }
                     for (size_t i = 0; i < to.size(); ++i) to[i] = of[0][i] - of[1][i];
                   });
  }

  const ResponseBenchmark& benchmark_;
  const EvalRequest& request_;
  std::vector<CountedQuestions> sides_;
};

}  // namespace

void CountedQuestions::leave_out(const std::string& why, const Error& error, bool strict) {
  if (strict) throw error;
  ++odd[why];
  if (examples.size() < kExamples) examples.push_back(error.what());
}

void CountedQuestions::note_scores(const RowReport& report) {
  note_bad("bad_score_rows", report);
}

void CountedQuestions::note_bad(const std::string& why, const RowReport& report) {
  if (report.bad_rows > 0) odd[why] += report.bad_rows;
  for (const Error& error : report.errors) {
    if (examples.size() < kExamples) examples.push_back(error.what());
  }
}

void CountedQuestions::note_rows(const RowReport& report) {
  rows += report.rows;
  note_bad("bad_rows", report);
}

std::string excerpt(const std::string& text) {
  return std::string(start_of(text, kExcerpt));
}

Benchmark response_benchmark(ResponseBenchmark benchmark) {
  Benchmark out = benchmark.info;
  out.run = [benchmark = std::move(benchmark)](const EvalRequest& request) {
    return ResponseEvaluation(benchmark, request).run();
  };
  return out;
}

RowScores::RowScores(const std::string& path, bool strict, const std::vector<std::string>& whole)
    : given_(!path.empty()) {
  if (!given_) return;
  report_ = read_rows(path, {.strict = strict}, [&](const JsonRow& row) {
    const Json all = row.copy({});
    const auto is_there = [&](const std::string& field) { return all.contains(field); };
    if (std::any_of(whole.begin(), whole.end(), is_there)) {
      rows_.emplace_back(row.written("id"), all);
      return;
    }
    const auto scores = all.contains("scores") ? all.find("scores") : all.find("score");
    if (scores == all.end()) {
      throw row.refuse("scores", "a row says nothing about its item")
          .found(fmt::format("fields {}", fmt::join(row.keys(), ", ")))
          .expected("scores or score");
    }
    rows_.emplace_back(row.written("id"), *scores);
  });
}

void RowScores::join(const std::vector<std::string>& ids) {
  joined_.assign(ids.size(), nullptr);
  const bool by_place = rows_.size() == ids.size() &&
                        std::equal(ids.begin(), ids.end(), rows_.begin(),
                                   [](const auto& id, const auto& row) { return id == row.first; });
  std::map<std::string, const Json*> by_id;
  for (const auto& [id, scores] : rows_) {
    const auto [at, fresh] = by_id.emplace(id, &scores);
    if (!fresh) at->second = nullptr;  // there twice: nobody knows which row is meant
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto found = by_id.find(ids[i]);
    joined_[i] = by_place ? &rows_[i].second : found == by_id.end() ? nullptr : found->second;
  }
}

std::vector<double> finite_scores(const Json& value) {
  std::vector<double> out;
  for (const Json& one : value.is_array() ? value : Json::array({value})) {
    const double score = one.is_number() ? one.get<double>() : std::nan("");
    if (!std::isfinite(score)) throw Error::input("a score is no finite number").found(excerpt(one.dump()));
    out.push_back(score);
  }
  if (out.empty()) throw Error::input("an item has no score").found("[]");
  return out;
}

double finite_score(const Json& value) {
  const std::vector<double> out = finite_scores(value);
  if (out.size() == 1) return out[0];
  throw Error::input("a response has several scores").found(fmt::format("{}", out.size())).expected("one");
}

}  // namespace gradus
