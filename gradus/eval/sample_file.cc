#include "gradus/eval/sample_file.h"

#include <cmath>
#include <fmt/format.h>
#include <string>
#include <unordered_map>

#include "gradus/base/json.h"
#include "gradus/base/text.h"
#include "gradus/eval/not_finite.h"
#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/answer_of.h"
#include "gradus/reward/answer/published_form.h"
#include "gradus/reward/answer/read_answer.h"
#include "gradus/rollout/json_rows.h"

namespace gradus {

namespace {

std::string shortened(const Json& value) {
  return std::string(start_of(value.dump(), 60));
}

// Null, and what Python writes for a number that is not finite.
bool is_missing(const Json& value) {
  if (value.is_string()) return says_not_finite(value.get_ref<const std::string&>());
  return value.is_null() || (value.is_number() && !std::isfinite(value.get<double>()));
}

// The scores of one sample; none where one of them is missing.
std::vector<double> step_scores(const JsonRow& row, size_t sample, const Json& value) {
  if (value.is_null()) return {};
  std::vector<double> out;
  bool missing = false;
  for (const Json& one : value.is_array() ? value : Json::array({value})) {
    missing = missing || is_missing(one);
    if (is_missing(one)) continue;
    if (!one.is_number()) {
      throw row.refuse(fmt::format("scores[{}]", sample), "a score is no number")
          .found(shortened(one))
          .expected("a number, a list of numbers, or null");
    }
    out.push_back(one.get<double>());
  }
  return missing ? std::vector<double>{} : out;
}

class Reader {
 public:
  Reader(AnswerKeys keys, const SampleOptions& options) : keys_(keys), options_(options) {}

  void row(const JsonRow& row) {
    const Json json = row.copy({});
    const bool taken = json.contains("preds");
    const char* const name = taken ? "preds" : "completions";
    const Json& texts = list(row, json, name);
    const size_t count = texts.size();
    if (count > options_.most_samples) {
      throw row.refuse(name, fmt::format("{} samples, at most {} are read", count, options_.most_samples));
    }
    SampledQuestion question{.id = id_of(row)};
    std::vector<std::string> answers;
    for (const Json& text : texts) {
      const std::string said = text_of(row, fmt::format("{}[{}]", name, answers.size()), text);
      answers.push_back(taken ? said : keys_ == AnswerKeys::text ? stated_answer(said) : answer_of(said));
    }
    question.samples.resize(count);
    if (json.contains("scores")) {
      const Json& scores = list(row, json, "scores");
      if (scores.size() != count) {
        throw row.refuse("scores", fmt::format("{} scores for {} samples", scores.size(), count));
      }
      for (size_t i = 0; i < count; ++i) question.samples[i].steps = step_scores(row, i, scores.at(i));
    }
    judge(row, json, answers, question);
    for (size_t i = 0; i < count; ++i) {
      ++file.samples;
      file.without_answer += is_blank(answers[i]);
      file.without_scores += question.samples[i].steps.empty();
    }
    file.questions.push_back(std::move(question));
  }

  SampleFile file;

 private:
  static std::string id_of(const JsonRow& row) {
    for (const char* name : {"id", "unique_id", "problem_id"}) {
      if (row.has(name)) return row.written(name);
    }
    return fmt::format("{}", row.index());
  }

  static const Json& list(const JsonRow& row, const Json& json, const char* name) {
    const auto at = json.find(name);
    if (at == json.end() || !at->is_array())
      throw row.refuse(name, "a list of one entry per sample is needed");
    return *at;
  }

  static bool is_blank(const std::string& answer) { return trim(answer).empty(); }

  // Of a sample: "" where there is none, numbers as they stand.
  static std::string text_of(const JsonRow& row, const std::string& field, const Json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number()) return value.dump();
    throw row.refuse(field, "a sample is no text").found(shortened(value)).expected("a text, or null");
  }

  // Keys, and which samples are right.
  void judge(const JsonRow& row, const Json& json, const std::vector<std::string>& answers,
             SampledQuestion& question) const {
    give_keys(answers, question.samples);
    if (!json.contains("correct")) {
      const std::string known = row.written("answer");
      if (is_blank(known))
        throw row.refuse("answer", "the known answer is empty").expected("a text or a number");
      return compare(known, answers, question.samples);
    }
    const Json& correct = list(row, json, "correct");
    if (correct.size() != answers.size()) throw row.refuse("correct", "not one judgement per sample");
    for (size_t i = 0; i < answers.size(); ++i) {
      if (!correct.at(i).is_boolean()) throw row.refuse("correct", "a judgement is true or false");
      question.samples[i].right = correct.at(i).get<bool>();
    }
  }

  void give_keys(const std::vector<std::string>& answers, std::vector<ScoredSample>& samples) const {
    if (keys_ == AnswerKeys::text) {
      for (size_t i = 0; i < answers.size(); ++i) samples[i].key = published_form(answers[i]);
      return;
    }
    std::vector<std::string> said;
    for (size_t i = 0; i < answers.size(); ++i) {
      samples[i].votes = !is_blank(answers[i]);
      if (samples[i].votes) said.push_back(answers[i]);
    }
    const std::vector<size_t> classes = answer_classes(said);
    size_t at = 0;
    for (ScoredSample& sample : samples) {
      if (sample.votes) sample.key = fmt::format("{}", classes[at++]);
    }
  }

  // The known answer beside each sample alone: it joins no two of them.
  void compare(const std::string& known, const std::vector<std::string>& answers,
               std::vector<ScoredSample>& samples) const {
    const std::string form = keys_ == AnswerKeys::text ? published_form(known) : "";
    const ReadAnswer read(keys_ == AnswerKeys::equal ? known : "");
    std::unordered_map<std::string_view, bool> seen;
    for (size_t i = 0; i < answers.size(); ++i) {
      if (is_blank(answers[i])) continue;
      if (keys_ == AnswerKeys::text) {
        samples[i].right = !form.empty() && samples[i].key == form;
        continue;
      }
      const auto [at, fresh] = seen.emplace(answers[i], false);
      if (fresh) at->second = read.compare(ReadAnswer(answers[i])).equal;
      samples[i].right = at->second;
    }
  }

  AnswerKeys keys_;
  const SampleOptions& options_;
};

}  // namespace

SampleFile read_samples(const std::string& path, AnswerKeys keys, const SampleOptions& options) {
  Reader reader(keys, options);
  const RowReport report =
      read_rows(path, {.strict = options.strict}, [&](const JsonRow& row) { reader.row(row); });
  reader.file.rows = report.rows;
  reader.file.bad_rows = report.bad_rows;
  reader.file.errors = report.errors;
  return std::move(reader.file);
}

}  // namespace gradus
