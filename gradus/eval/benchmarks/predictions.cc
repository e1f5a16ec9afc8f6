#include "gradus/eval/benchmarks/predictions.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

#include "gradus/base/random.h"
#include "gradus/eval/benchmarks/processbench.h"
#include "gradus/eval/benchmarks/reasoneval.h"
#include "gradus/eval/not_finite.h"

namespace gradus {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kGraded = "_eval_output";

// A number; NaN where it is null or one of Python's words for what is not finite.
std::optional<double> number_of(element value) {
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  if (value.is_null()) return kMissing;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  return says_not_finite(text) ? std::optional(kMissing) : std::nullopt;
}

std::vector<uint8_t> labels_of(const JsonRow& row, std::string_view key) {
  array list;
  const element value = row.at(key);
  if (value.get(list) != simdjson::SUCCESS) {
    throw row.refuse(key, "wrong type").found(describe(value)).expected("a list of true and false");
  }
  std::vector<uint8_t> out;
  for (const element one : list) {
    bool truth = false;
    double number = 0;
    if (one.get(truth) != simdjson::SUCCESS) {
      if (one.get(number) != simdjson::SUCCESS || (number != 0 && number != 1)) {
        throw row.refuse(key, "no step label").found(describe(one)).expected("true or false, 1 or 0");
      }
      truth = number == 1;
    }
    out.push_back(truth);
  }
  return out;
}

std::string graded_key(const JsonRow& row) {
  for (const std::string& key : row.keys()) {
    if (key.size() > kGraded.size() && key.ends_with(kGraded)) return key;
  }
  return "";
}

std::string text_of(const JsonRow& row, std::string_view key) {
  return row.has(key) ? row.written(key) : "";
}

std::optional<MrAnswer> verdict_of(const JsonRow& row) {
  MrAnswer answer;
  if (row.is_object("Evaluation_Result")) {
    const JsonRow judged = row.object("Evaluation_Result");
    answer.correctness = text_of(judged, "solution_correctness");
    answer.first_step = text_of(judged, "first_error_step");
    if (row.is_object("Error_Reason_Correctness_Analysis")) {
      answer.reason = text_of(row.object("Error_Reason_Correctness_Analysis"), "error_reason_correctness");
    }
    return answer;
  }
  const std::string key = graded_key(row);
  if (key.empty() || !row.is_object(key)) return std::nullopt;
  answer.correctness = text_of(row.object(key), "correctness_pred");
  answer.first_step = text_of(row.object(key), "error_step_pred");
  answer.reason = text_of(row, "error_reason_correctness");
  return answer;
}

}  // namespace

bool has_verdict(const JsonRow& row) {
  return row.is_object("Evaluation_Result") || !graded_key(row).empty();
}

void Predictions::keep_score(double value) {
  if (!std::isfinite(value)) {
    ++not_finite;
    value = kMissing;
  } else if (value < 0 || value > 1) {
    ++outside_unit;
  }
  scores_.push_back(value);
}

void Predictions::add_numbers(const JsonRow& row, element value, Entry& entry, Extra& extra,
                              bool& has_extra) {
  array list, three;
  if (value.get(list) != simdjson::SUCCESS) {
    throw row.refuse("scores", "wrong type")
        .found(describe(value))
        .expected("a list of numbers, one per step");
  }
  std::vector<double> numbers;
  for (const element one : list) {
    std::optional<double> number;
    if (one.get(three) == simdjson::SUCCESS && three.size() == 3) {
      std::array<double, 3> p{};
      size_t at = 0;
      for (const element part : three) p[at++] = number_of(part).value_or(kMissing);
      number = three_class_validity(p);
      extra.redundancy.push_back(p[1]);
      has_extra = true;
    } else {
      number = number_of(one);
    }
    if (!number) throw row.refuse("scores", "no number").found(describe(one)).expected("a number, or null");
    numbers.push_back(*number);
  }
  entry.begin = scores_.size();
  entry.count = static_cast<uint32_t>(numbers.size());
  for (const double number : numbers) keep_score(number);
}

void Predictions::add(const JsonRow& row, const std::string& id) {
  Entry entry;
  Extra extra;
  bool has_extra = false;
  if (row.is_object("scores")) {
    const JsonRow scores = row.object("scores");
    extra.labels = labels_of(scores, "step_level_validity_labels");
    if (scores.has("step_level_redundancy_labels")) {
      extra.redundant = labels_of(scores, "step_level_redundancy_labels");
    }
    has_extra = true;
  } else if (row.has("scores")) {
    add_numbers(row, row.at("scores"), entry, extra, has_extra);
  } else if (row.has("labels")) {
    extra.labels = labels_of(row, "labels");
    has_extra = true;
  } else if (row.has("first_error")) {
    extra.first = row.integer("first_error");
    has_extra = extra.said_first = true;
  } else if (row.has("critique")) {
    extra.first =
        row.is_list("critique") ? voted_answer(row.texts("critique")) : critic_answer(row.text("critique"));
    has_extra = extra.said_first = true;
  } else if (has_verdict(row)) {
    extra.verdict = verdict_of(row);
    has_extra = true;
  } else {
    throw row.refuse("scores", "nothing is said of this item")
        .found(fmt::format("fields {}", fmt::join(row.keys(), ", ")))
        .expected("one of: scores, labels, first_error, critique, Evaluation_Result");
  }
  if (row.is_boolean("validity") && !row.boolean("validity")) {
    extra.usable = false;
    has_extra = true;
  }
  if (has_extra) {
    entry.extra = static_cast<int32_t>(extras_.size());
    extras_.push_back(std::move(extra));
  }
  keep(id, entry);
}

void Predictions::keep(const std::string& id, Entry entry) {
  if (entries_.emplace(hash64(id), entry).second) return;
  entry.again = true;
  entries_.emplace(hash64(id_of_time(id, ++times_[hash64(id)])), entry);
}

void Predictions::add_scores(const std::string& id, std::span<const double> scores) {
  keep(id, {.begin = scores_.size(), .count = static_cast<uint32_t>(scores.size())});
  for (const double score : scores) keep_score(score);
}

std::string id_of_time(const std::string& id, size_t time) {
  return time == 0 ? id : fmt::format("{}\n#{}", id, time);
}

Prediction Predictions::of(const std::string& id, size_t time) const {
  Prediction out;
  const auto found = entries_.find(hash64(id_of_time(id, time)));
  if (found == entries_.end()) return out;
  const Entry& entry = found->second;
  entry.used = out.there = true;
  out.scores = std::span(scores_).subspan(entry.begin, entry.count);
  if (entry.extra < 0) return out;
  const Extra& extra = extras_[static_cast<size_t>(entry.extra)];
  out.usable = extra.usable;
  out.redundancy = extra.redundancy;
  out.labels = extra.labels;
  out.redundant = extra.redundant;
  out.said_first = extra.said_first;
  out.first = extra.first;
  out.verdict = extra.verdict ? &*extra.verdict : nullptr;
  return out;
}

size_t Predictions::unused() const {
  const auto is_unused = [](const auto& entry) { return !entry.second.used && !entry.second.again; };
  return forgotten_unused_ + static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), is_unused));
}

size_t Predictions::duplicates() const {
  const auto is_left = [](const auto& entry) { return !entry.second.used && entry.second.again; };
  return forgotten_duplicates_ +
         static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), is_left));
}

void Predictions::forget() {
  forgotten_unused_ = unused();
  forgotten_duplicates_ = duplicates();
  entries_ = {};
  scores_ = {};
  extras_ = {};
}

Predictions read_predictions(const std::string& path, bool strict) {
  Predictions out;
  out.name = path;
  const RowReport report = read_rows(path, {.strict = strict}, [&](const JsonRow& row) {
    for (const char* key : {"id", "idx", "uuid"}) {
      if (row.has(key)) return out.add(row, row.written(key));
    }
    throw row.refuse("id", "a field is missing").expected("the item that is meant: id, idx or uuid");
  });
  out.rows = report.rows;
  out.bad_rows = report.bad_rows;
  out.errors = report.errors;
  return out;
}

}  // namespace gradus
