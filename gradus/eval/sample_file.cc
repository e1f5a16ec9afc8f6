#include "gradus/eval/sample_file.h"

#include <cmath>
#include <fmt/format.h>

#include "gradus/base/json.h"
#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/published_form.h"
#include "gradus/rollout/json_rows.h"

namespace gradus {

namespace {

std::vector<double> step_scores(const Json& value) {
  std::vector<double> out;
  if (value.is_null()) return out;
  for (const Json& one : value.is_array() ? value : Json::array({value})) {
    if (!one.is_number() || !std::isfinite(one.get<double>())) return {};  // counted as without scores
    out.push_back(one.get<double>());
  }
  return out;
}

class Reader {
 public:
  Reader(AnswerKeys keys, const SampleOptions& options) : keys_(keys), options_(options) {}

  void row(const JsonRow& row) {
    const Json json = row.copy({});
    const bool taken = json.contains("preds");
    const Json& texts = list(row, json, taken ? "preds" : "completions");
    const size_t count = texts.size();
    if (count > options_.most_samples) {
      throw row.refuse("completions",
                       fmt::format("{} samples, at most {} are read", count, options_.most_samples));
    }
    SampledQuestion question{.id = id_of(row)};
    std::vector<std::string> answers;
    for (const Json& text : texts) {
      if (!text.is_string()) throw row.refuse(taken ? "preds" : "completions", "a sample is no text");
      answers.push_back(taken ? text.get<std::string>() : stated_answer(text.get<std::string>()));
    }
    question.samples.resize(count);
    if (json.contains("scores")) {
      const Json& scores = list(row, json, "scores");
      if (scores.size() != count) {
        throw row.refuse("scores", fmt::format("{} scores for {} samples", scores.size(), count));
      }
      for (size_t i = 0; i < count; ++i) question.samples[i].steps = step_scores(scores.at(i));
    }
    judge(row, json, answers, question);
    for (const ScoredSample& sample : question.samples) {
      ++file.samples;
      file.without_answer += sample.key.empty();
      file.without_scores += sample.steps.empty();
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

  // Keys, and which samples are right.
  void judge(const JsonRow& row, const Json& json, const std::vector<std::string>& answers,
             SampledQuestion& question) const {
    const bool judged = json.contains("correct");
    std::vector<std::string> all;
    if (!judged) all.emplace_back(row.written("answer"));
    for (const std::string& answer : answers) all.push_back(answer);
    const std::vector<std::string> keys = keys_of(all);
    const size_t first = judged ? 0 : 1;
    for (size_t i = 0; i < answers.size(); ++i) {
      ScoredSample& sample = question.samples[i];
      sample.key = answers[i].empty() ? "" : keys[first + i];
      sample.right = !judged && !sample.key.empty() && sample.key == keys[0];
    }
    if (!judged) return;
    const Json& correct = list(row, json, "correct");
    if (correct.size() != answers.size()) throw row.refuse("correct", "not one judgement per sample");
    for (size_t i = 0; i < answers.size(); ++i) {
      if (!correct.at(i).is_boolean()) throw row.refuse("correct", "a judgement is true or false");
      question.samples[i].right = correct.at(i).get<bool>();
    }
  }

  std::vector<std::string> keys_of(const std::vector<std::string>& answers) const {
    std::vector<std::string> out;
    if (keys_ == AnswerKeys::text) {
      for (const std::string& answer : answers) out.push_back(published_form(answer));
      return out;
    }
    for (const size_t number : answer_classes(answers)) out.push_back(fmt::format("{}", number));
    return out;
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
