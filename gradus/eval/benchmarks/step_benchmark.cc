#include "gradus/eval/benchmarks/step_benchmark.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <limits>

#include "gradus/base/error.h"
#include "gradus/base/random.h"
#include "gradus/eval/benchmarks/processbench.h"
#include "gradus/eval/benchmarks/step_profile.h"
#include "gradus/rollout/schema/schema.h"

namespace gradus {

namespace {

Json shown(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string stem_of(const std::string& file) {
  return std::filesystem::path(file).stem().string();
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

constexpr size_t kExamples = 5;

// An item within its file, where files of several models judge the same items.
std::string place_of(const std::string& split, const Solution& s) {
  return split + '\n' + s.kind + '\n' + s.id;
}

struct Side {
  Predictions said;
  JudgedItems items;
  explicit Side(const JudgingRule& rule) : items(rule) {}
};

// A solution of displayed steps, with the lowest score of each one's sub-steps.
void join_displayed(Solution& s, Prediction& p, std::vector<double>& scores) {
  if (s.kind != "invalid_errors" || s.numbers.empty()) return;
  const bool scored = p.scores.size() == s.steps.size();
  Solution joined = s;
  joined.steps.clear();
  joined.numbers.clear();
  scores.clear();
  for (size_t i = 0; i < s.steps.size(); ++i) {
    const bool more = i > 0 && s.numbers[i] == s.numbers[i - 1];
    if (!more) {
      joined.steps.emplace_back();
      joined.numbers.push_back(s.numbers[i]);
      if (scored) scores.push_back(p.scores[i]);
    } else if (scored) {
      // A missing part makes the whole missing.
      scores.back() = p.scores[i] < scores.back() || std::isnan(p.scores[i]) ? p.scores[i] : scores.back();
    }
    joined.steps.back() += s.steps[i];
  }
  joined.first_error.reset();
  if (!s.stated_errors.empty()) joined.first_error = step_of_number(joined, s.stated_errors[0]);
  joined.labels = joined.sound == true || joined.first_error
                      ? labels_up_to(joined.steps.size(), joined.first_error)
                      : std::vector(joined.steps.size(), StepLabel::unknown);
  s = std::move(joined);
  if (scored) p.scores = scores;
}

// The step that a graded answer calls the first wrong one, -1 where it calls the solution right; nothing
// where that cannot be read, or is no step.
std::optional<int64_t> called_step(const Solution& s, const MrAnswer& answer) {
  const std::optional<bool> right = called_right(answer);
  if (!right) return std::nullopt;
  if (*right) return kNoError;
  const std::optional<int64_t> number = named_step(answer);
  const std::optional<size_t> step = number ? step_of_number(s, *number) : std::nullopt;
  return step ? std::optional(static_cast<int64_t>(*step)) : std::nullopt;
}

Json verdict_json(const MrAnswer& answer) {
  const std::optional<bool> right = called_right(answer);
  return {{"correctness", answer.correctness},
          {"first_step", answer.first_step},
          {"reason", answer.reason},
          {"called_right", right ? Json(*right) : Json(nullptr)}};
}

class Evaluation {
 public:
  Evaluation(const StepBenchmark& benchmark, const EvalRequest& request)
      : benchmark_(benchmark), request_(request), rule_(benchmark.rule), scoring_(benchmark.scoring()) {
    if (request.threshold) rule_.threshold = *request.threshold;
    sides_.emplace_back(rule_);
    if (!request.compare.empty()) sides_.emplace_back(rule_);
  }

  Json run() {
    read_scores();
    for (const std::string& file : request_.files) read_file(file);
    for (Side& side : sides_) side.items.settle();
    if (request_.strict) refuse_what_is_odd();
    for (const Side& side : sides_) judged_.push_back(side.items.size());
    Json threshold = choose_threshold();
    if (sides_.size() == 2) JudgedItems::keep_common(sides_[0].items, sides_[1].items);
    if (sides_[0].items.size() == 0) refuse_nothing_judged();
    for (Side& side : sides_) side.said.forget();
    Json out = heading();
    out["threshold"] = std::move(threshold);
    out["counts"] = counts_json();
    numbers(out);
    Json profile = step_profile(sides_[0].items, request_.bootstrap,
                                Stream(request_.seed).child("eval").child("profile"));
    for (auto& [key, value] : profile.items()) out[key] = std::move(value);
    out["solutions"] = std::move(shown_);
    return out;
  }

 private:
  // Says the first of the reasons that there are: rows that cannot be read, ids that are others, scores that
  // do not fit.
  [[noreturn]] void refuse_nothing_judged() const {
    const Side& side = sides_[0];
    Error error = Error::input("no item has been judged");
    error.found(fmt::format("{} items, {} predictions", solutions_.counts.solutions, side.said.size()));
    const std::vector<std::string>& unfit = side.items.odd.examples;
    if (solutions_.counts.solutions == 0) {
      const std::vector<std::string>& odd = solutions_.counts.examples;
      error.expected(benchmark_.info.files)
          .hint(odd.empty() ? "the files hold no row" : "the first row that was left out: " + odd[0]);
    } else if (side.said.size() == 0 && side.said.bad_rows > 0) {
      error.expected(benchmark_.info.scores)
          .hint(fmt::format("{} rows of scores cannot be read, the first: {}", side.said.bad_rows,
                            side.said.errors[0].what()));
    } else if (sides_.size() == 2 && judged_[0] > 0) {
      error.expected("items that both scorers judge")
          .hint(fmt::format("one judges {}, the other {}, and none is common", judged_[0], judged_[1]));
    } else {
      error.expected("scores whose ids are those of the items")
          .hint(unfit.empty() ? "gradus eval list says which file a benchmark wants" : unfit[0]);
    }
    throw error;
  }

  void read_scores() {
    Side& first = sides_[0];
    if (!request_.given.empty()) {
      for (const auto& [id, scores] : request_.given) first.said.add_scores(id, scores);
      first.said.name = request_.scorer;
    } else if (!request_.scores.empty()) {
      first.said = read_predictions(request_.scores, request_.strict);
    } else {
      read_graded_files(first.said);
    }
    if (sides_.size() == 2) sides_[1].said = read_predictions(request_.compare, request_.strict);
  }

  // Answers that stand in the benchmark's own rows. Files of several models may judge the same items.
  void read_graded_files(Predictions& said) {
    const Schema& schema = schema_named(benchmark_.info.schema);
    said.name = "the files themselves";
    graded_ = true;
    std::unordered_map<uint64_t, size_t> times;
    for (const std::string& file : request_.files) {
      read_rows(file, {.nested = schema.form == FileForm::lists_by_key}, [&](const JsonRow& row) {
        for (const Solution& s : schema.read(row, false)) {
          const std::string place = place_of(s.split.empty() ? stem_of(file) : s.split, s);
          const size_t time = times[hash64(place)]++;
          if (has_verdict(row)) add_graded(row, id_of_time(place, time), said);
        }
      });
    }
    if (said.size() == 0) {
      throw Error::input("the files hold no answers of a model")
          .field("--scores")
          .expected(benchmark_.info.scores)
          .hint("name a score file with --scores");
    }
  }

  void add_graded(const JsonRow& row, const std::string& id, Predictions& said) const {
    try {
      said.add(row, id);
    } catch (const Error& error) {
      if (request_.strict) throw;
      ++said.bad_rows;
      said.errors.push_back(error);
    }
  }

  void read_file(const std::string& file) {
    const SolutionOptions options{.strict = request_.strict};
    const RowReport report =
        read_solutions(file, schema_named(benchmark_.info.schema), options, [&](Solution&& row) {
          if (!benchmark_.items) return judge(row);
          for (const Solution& item : benchmark_.items(std::move(row))) judge(item);
        });
    solutions_.counts.bad_rows += report.bad_rows;
    for (const Error& error : report.errors) {
      if (solutions_.counts.examples.size() < kExamples) solutions_.counts.examples.push_back(error.what());
    }
  }

  void judge(const Solution& s) {
    const std::string place = place_of(s.split, s);
    const size_t time = times_[hash64(place)]++, among_all = id_times_[hash64(s.id)]++;
    solutions_.add(s);
    // What is there again counts where something is said of it again, else the first alone is kept.
    const auto said_of = [&](size_t side) {
      if (side == 0 && graded_) return sides_[side].said.of(place, time);
      // Files may share ids: the scores of all of them stand one after the other, or once for all.
      const Prediction next = sides_[side].said.of(s.id, among_all);
      return next.there ? next : sides_[side].said.of(s.id, time);
    };
    if (time > 0 && !said_of(0).there && !said_of(sides_.size() - 1).there) return;
    for (size_t side = 0; side < sides_.size(); ++side) {
      Prediction said = said_of(side);
      Solution joined;
      if (benchmark_.displayed_steps) {
        joined = s;
        join_displayed(joined, said, joined_);
      }
      const Solution& item = benchmark_.displayed_steps ? joined : s;
      const bool judged = sides_[side].items.add(item, said, time);
      if (side == 0 && judged && shown_.size() < request_.shown) show(item);
    }
  }

  void show(const Solution& s) {
    const JudgedItem item = sides_[0].items.item(sides_[0].items.size() - 1);
    Json steps = Json::array();
    for (size_t i = 0; i < s.steps.size(); ++i) {
      steps.push_back({{"text", s.steps[i]},
                       {"number", s.number_of(i)},
                       {"label", label_name(s.labels[i])},
                       {"score", item.scores.empty() ? Json(nullptr) : shown(item.scores[i])}});
    }
    const std::optional<int64_t> predicted = item.verdict ? called_step(s, *item.verdict) : item.predicted;
    shown_.push_back({{"id", s.id},
                      {"question", s.question},
                      {"kind", s.kind},
                      {"split", s.split},
                      {"first_error", s.first_error ? Json(*s.first_error) : Json(nullptr)},
                      {"predicted", predicted ? Json(*predicted) : Json(nullptr)},
                      {"verdict", item.verdict ? verdict_json(*item.verdict) : Json(nullptr)},
                      {"steps", steps}});
  }

  void refuse_what_is_odd() const {
    const auto refuse = [](const std::string& what, size_t count, const std::string& example) {
      if (count == 0) return;
      throw Error::input(what)
          .found(fmt::format("{}{}", count, example.empty() ? "" : ", e.g. " + example))
          .expected("none under --strict");
    };
    const Oddities& odd = solutions_.counts;
    refuse("odd items in the files", odd.errors_out_of_range + odd.duplicate_ids + odd.without_steps,
           odd.examples.empty() ? "" : odd.examples[0]);
    for (const Side& side : sides_) {
      const auto& examples = side.items.odd.examples;
      refuse("scores that do not fit the items of " + side.said.name, side.items.odd.left_out(),
             examples.empty() ? "" : examples[0]);
      refuse("scores that are not finite in " + side.said.name, side.said.not_finite, "");
      refuse("scores outside [0, 1] in " + side.said.name, side.said.outside_unit, "");
      refuse("ids that are there twice in " + side.said.name, side.said.duplicates(), "");
    }
  }

  Json choose_threshold() {
    const char* const rule = rule_.valid_iff_above ? "a step is valid iff its score is above the threshold"
                                                   : "a step is wrong iff its score is below the threshold";
    if (request_.threshold_from.empty()) {
      return {{"value", rule_.threshold}, {"rule", rule}, {"from", nullptr}};
    }
    Json chosen = Json::array();
    for (Side& side : sides_) chosen.push_back(tune(side));
    Json out = chosen[0];
    out["rule"] = rule;
    out["from"] = request_.threshold_from;
    if (chosen.size() == 2) out["compared_with"] = chosen[1];
    return out;
  }

  Json tune(Side& side) {
    const std::string& split = request_.threshold_from;
    JudgedItems there = side.items;
    there.keep_split(split);
    std::vector<double> candidates;
    for (size_t i = 0; i < there.size(); ++i) {
      const JudgedItem item = there.item(i);
      candidates.insert(candidates.end(), item.scores.begin(), item.scores.end());
    }
    if (candidates.empty()) {
      throw Error::input("no scored item is in the split that the threshold comes from")
          .field("--threshold-from")
          .found(split)
          .hint(suggest(split, side.items.splits()));
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    candidates.insert(candidates.begin(), candidates.front() - 1);
    candidates.push_back(candidates.back() + 1);
    const size_t all = candidates.size(), tried = std::min(all, kThresholds);
    double best = -std::numeric_limits<double>::infinity(), threshold = rule_.threshold;
    const std::unique_ptr<StepScoring> scoring = benchmark_.scoring();
    for (size_t i = 0; i < tried; ++i) {
      JudgingRule rule = rule_;
      rule.threshold = candidates[tried == all ? i : i * (all - 1) / (tried - 1)];
      there.call_again(rule);
      const double value = primary_of(*scoring, there);
      if (value > best) best = value, threshold = rule.threshold;
    }
    JudgingRule rule = rule_;
    rule.threshold = threshold;
    side.items.call_again(rule);
    side.items.remove_split(split);
    if (side.items.size() == 0) {
      throw Error::input("no split is left to report: the one that the threshold comes from is not reported")
          .field("--threshold-from")
          .found(fmt::format("{}, and nothing judged of another file", split))
          .expected("items of at least two splits")
          .hint("name another file too, or give the threshold with --threshold");
    }
    return {{"value", threshold}, {"candidates", tried}, {"items", there.size()}, {"reached", shown(best)}};
  }

  static double primary_of(StepScoring& scoring, const JudgedItems& items) {
    const CellCounts counted = count_items(scoring, items);
    scoring.begin(counted.cells);
    std::vector<double> values(2 * scoring.rows().size());
    scoring.values(counted.table.totals(), values);
    return values[2 * scoring.primary() + 1];
  }

  Json heading() const {
    Json files = Json::array();
    for (const std::string& file : request_.files) files.push_back(file_name(file));
    return {{"schema", kEvalSchema},
            {"benchmark", benchmark_.info.name},
            {"title", benchmark_.info.title},
            {"paper", benchmark_.info.paper},
            {"files", files},
            {"scorer", file_name(sides_[0].said.name)},
            {"compared_with", sides_.size() == 2 ? Json(file_name(sides_[1].said.name)) : Json(nullptr)},
            {"bootstrap", {{"draws", request_.bootstrap}, {"seed", request_.seed}}}};
  }

  Json counts_json() const {
    Json scorers = Json::array();
    for (const Side& side : sides_) {
      Json one = side.items.odd.json();
      one["judged"] = side.items.size();
      one["rows"] = side.said.rows;
      one["bad_rows"] = side.said.bad_rows;
      one["duplicates"] = side.said.duplicates();
      for (const Error& error : side.said.errors) {
        if (one["examples"].size() < kExamples) one["examples"].push_back(error.what());
      }
      one["unknown_ids"] = side.said.unused();
      one["not_finite"] = side.said.not_finite;
      one["outside_unit"] = side.said.outside_unit;
      scorers.push_back(one);
    }
    return {{"items", solutions_.counts.json()}, {"scores", scorers}};
  }

  // Official numbers, intervals, and the comparison where there are two sides.
  void numbers(Json& out) {
    const CellCounts first = count_items(*scoring_, sides_[0].items);
    scoring_->begin(first.cells);
    const size_t count = 2 * scoring_->rows().size(), width = first.table.width;
    const Stream stream = Stream(request_.seed).child("eval");
    std::vector<double> values(count);
    scoring_->values(first.table.totals(), values);
    const auto intervals = count_intervals(
        first.table, count, request_.bootstrap, stream.child("numbers"),
        [&](std::span<const double> totals, std::span<double> into) { scoring_->values(totals, into); });
    out["numbers"] = rows_json(values, intervals, "value");
    out["comparison"] = nullptr;
    if (sides_.size() < 2) return;
    const CellCounts second = count_items(*scoring_, sides_[1].items);
    CountTable both{.width = 2 * width, .cells = first.table.cells};
    std::vector<double> joint(2 * width);
    for (size_t i = 0; i < first.table.cases(); ++i) {
      std::copy_n(first.table.counts.begin() + static_cast<ptrdiff_t>(i * width), width, joint.begin());
      std::copy_n(second.table.counts.begin() + static_cast<ptrdiff_t>(i * width), width,
                  joint.begin() + static_cast<ptrdiff_t>(width));
      both.add(first.table.questions[i], first.table.cell[i], joint);
    }
    std::vector<double> a(first.table.cells * width), b(a.size()), of_a(count), of_b(count);
    const auto difference = [&](std::span<const double> totals, std::span<double> into) {
      for (size_t c = 0; c < first.table.cells; ++c) {
        std::copy_n(totals.begin() + static_cast<ptrdiff_t>(2 * c * width), width,
                    a.begin() + static_cast<ptrdiff_t>(c * width));
        std::copy_n(totals.begin() + static_cast<ptrdiff_t>((2 * c + 1) * width), width,
                    b.begin() + static_cast<ptrdiff_t>(c * width));
      }
      scoring_->values(a, of_a);
      scoring_->values(b, of_b);
      for (size_t i = 0; i < count; ++i) into[i] = of_a[i] - of_b[i];
    };
    std::vector<double> apart(count);
    difference(both.totals(), apart);
    out["comparison"] = rows_json(
        apart, count_intervals(both, count, request_.bootstrap, stream.child("comparison"), difference),
        "difference");
  }

  Json rows_json(const std::vector<double>& values, const std::vector<std::optional<Interval>>& intervals,
                 const char* name) const {
    Json out = Json::array();
    for (size_t r = 0; r < scoring_->rows().size(); ++r) {
      const NumberRow& row = scoring_->rows()[r];
      const auto column = [&](size_t i) {
        const bool known = intervals[i] && std::isfinite(values[i]);
        return Json{{name, shown(values[i])},
                    {"low", known ? Json(intervals[i]->low) : Json(nullptr)},
                    {"high", known ? Json(intervals[i]->high) : Json(nullptr)}};
      };
      out.push_back({{"id", row.id},
                     {"part", row.part},
                     {"scale", row.scale},
                     {"compat", column(2 * r)},
                     {"strict", column(2 * r + 1)}});
    }
    return out;
  }

  const StepBenchmark& benchmark_;
  const EvalRequest& request_;
  JudgingRule rule_;
  std::unique_ptr<StepScoring> scoring_;
  std::vector<Side> sides_;
  OddityCounter solutions_;
  std::unordered_map<uint64_t, size_t> times_;     // that an item of a file has been there
  std::unordered_map<uint64_t, size_t> id_times_;  // that an id has, in any file
  std::vector<size_t> judged_;                     // items of each side, before the common ones are kept
  std::vector<double> joined_;
  bool graded_ = false;  // answers come from the benchmark's own rows
  Json shown_ = Json::array();
};

}  // namespace

Json run_step_benchmark(const StepBenchmark& benchmark, const EvalRequest& request) {
  return Evaluation(benchmark, request).run();
}

Benchmark step_benchmark(StepBenchmark benchmark) {
  Benchmark out = benchmark.info;
  out.run = [benchmark = std::move(benchmark)](const EvalRequest& request) {
    return run_step_benchmark(benchmark, request);
  };
  return out;
}

}  // namespace gradus
