#include "gradus/eval/benchmarks/judged.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <unordered_set>

#include "gradus/base/random.h"
#include "gradus/eval/benchmarks/processbench.h"
#include "gradus/rollout/schema/stated_step.h"

namespace gradus {

namespace {

constexpr size_t kExamples = 5;

// The question that a modified solution comes from: the original's, where the file has it.
uint64_t question_of(const Solution& s) {
  return hash64(s.original_question.empty() ? s.question : s.original_question);
}

std::optional<bool> truth_of(int8_t stored) {
  if (stored < 0) return std::nullopt;
  return stored == 1;
}

}  // namespace

Json ScoreOddities::json() const {
  return {{"missing", missing},       {"too_few", too_few},   {"too_many", too_many},
          {"incomplete", incomplete}, {"unusable", unusable}, {"examples", examples}};
}

void JudgedItems::note(const std::string& what) {
  if (odd.examples.size() < kExamples) odd.examples.push_back(what);
}

uint32_t JudgedItems::name(const std::string& text) {
  const auto [at, fresh] = name_index_.emplace(text, static_cast<uint32_t>(names_.size()));
  if (fresh) names_.push_back(text);
  return at->second;
}

bool JudgedItems::add(const Solution& s, const Prediction& p, size_t time) {
  const size_t said = !p.labels.empty() || !p.redundant.empty()
                          ? std::max(p.labels.size(), p.redundant.size())
                          : p.scores.size();
  const bool whole = p.said_first || p.verdict != nullptr;
  if (!p.there) {
    ++odd.missing;
    note(fmt::format("nothing is said of '{}'", s.id));
    return false;
  }
  if (!p.usable) {
    ++odd.unusable;
    return false;
  }
  if (!whole && said != s.steps.size()) {
    ++(said < s.steps.size() ? odd.too_few : odd.too_many);
    note(fmt::format("'{}' has {} steps and {} scores", s.id, s.steps.size(), said));
    return false;
  }
  const auto finite = [](double score) { return std::isfinite(score); };
  if (!whole && p.labels.empty() && !std::all_of(p.scores.begin(), p.scores.end(), finite)) {
    ++odd.incomplete;
    note(fmt::format("a step of '{}' has no finite score", s.id));
    return false;
  }
  Item item;
  item.id = hash64(s.split + '\n' + s.kind + '\n' + id_of_time(s.id, time));
  item.question = question_of(s);
  item.twin = hash64(s.id.substr(std::min(s.id.size(), s.kind.size() + 1)));
  item.kind = name(s.kind);
  item.split = name(s.split);
  item.source = name(s.source);
  item.steps = static_cast<uint32_t>(s.steps.size());
  item.begin = labels_.size();
  item.stated = stated_.size();
  item.stated_count = static_cast<uint32_t>(s.stated_errors.size());
  item.first_error = s.first_error ? static_cast<int32_t>(*s.first_error) : -1;
  item.index_base = static_cast<int8_t>(s.index_base);
  if (s.sound) item.sound = *s.sound;
  if (s.answer_right) item.answer_right = *s.answer_right;
  item.has_scores = !whole && p.labels.empty() && !p.scores.empty();
  item.has_called = !whole;
  labels_.insert(labels_.end(), s.labels.begin(), s.labels.end());
  stated_.insert(stated_.end(), s.stated_errors.begin(), s.stated_errors.end());
  scores_.resize(labels_.size());
  called_.resize(labels_.size());
  item.by_redundancy =
      item.has_scores && s.kind == "redundant_errors" && p.redundancy.size() == p.scores.size();
  for (size_t i = 0; i < s.steps.size() && item.has_scores; ++i) {
    scores_[item.begin + i] = item.by_redundancy ? -p.redundancy[i] : p.scores[i];
  }
  // Labels for superfluous steps, where a model gives them, judge the classes of such steps.
  const bool superfluous = s.kind == "redundency" || s.kind == "circular";
  for (size_t i = 0; i < s.steps.size() && item.has_called; ++i) {
    uint8_t& call = called_[item.begin + i];
    if (superfluous && i < p.redundant.size()) {
      call = p.redundant[i] == 0;
    } else if (i < p.labels.size()) {
      call = p.labels[i];
    }
  }
  if (p.said_first) {
    item.readable = p.first.has_value();
    item.predicted = p.first.value_or(0);
  }
  if (p.verdict) {
    item.verdict = static_cast<int32_t>(verdicts_.size());
    verdicts_.push_back(*p.verdict);
  }
  if (s.index_base == 1) {
    item.text = name(s.stated_text);
    item.number = name(stated_step_text(s));
  }
  call(item);
  items_.push_back(item);
  return true;
}

void JudgedItems::call(Item& item) {
  if (!item.has_called) return;
  item.predicted = kNoError;
  for (size_t i = 0; i < item.steps; ++i) {
    const size_t at = item.begin + i;
    if (item.has_scores) {
      const double threshold = threshold_of(item);
      called_[at] = rule_.valid_iff_above ? scores_[at] > threshold : !(scores_[at] < threshold);
    }
    if (called_[at] == 0 && item.predicted == kNoError) item.predicted = static_cast<int64_t>(i);
  }
}

void JudgedItems::settle() {
  items_.shrink_to_fit();
  labels_.shrink_to_fit();
  called_.shrink_to_fit();
  scores_.shrink_to_fit();
  stated_.shrink_to_fit();
}

void JudgedItems::call_again(const JudgingRule& rule) {
  rule_ = rule;
  for (Item& item : items_) call(item);
}

void JudgedItems::keep_split(const std::string& split) {
  std::erase_if(items_, [&](const Item& item) { return names_[item.split] != split; });
}

std::vector<std::string> JudgedItems::splits() const {
  std::set<std::string> out;
  for (const Item& item : items_) out.insert(names_[item.split]);
  return {out.begin(), out.end()};
}

void JudgedItems::remove_split(const std::string& split) {
  std::erase_if(items_, [&](const Item& item) { return names_[item.split] == split; });
}

void JudgedItems::keep_common(JudgedItems& a, JudgedItems& b) {
  const auto ids = [](const JudgedItems& items) {
    std::unordered_set<uint64_t> out;
    for (const Item& item : items.items_) out.insert(item.id);
    return out;
  };
  const auto in_a = ids(a), in_b = ids(b);
  std::erase_if(a.items_, [&](const Item& item) { return in_b.count(item.id) == 0; });
  std::erase_if(b.items_, [&](const Item& item) { return in_a.count(item.id) == 0; });
}

JudgedItem JudgedItems::item(size_t index) const {
  const Item& item = items_[index];
  JudgedItem out;
  out.kind = names_[item.kind];
  out.split = names_[item.split];
  out.source = names_[item.source];
  out.question = item.question;
  out.twin = item.twin;
  out.labels = std::span(labels_).subspan(item.begin, item.steps);
  if (item.has_called) out.called = std::span(called_).subspan(item.begin, item.steps);
  if (item.has_scores) out.scores = std::span(scores_).subspan(item.begin, item.steps);
  out.stated = std::span(stated_).subspan(item.stated, item.stated_count);
  if (item.first_error >= 0) out.first_error = static_cast<size_t>(item.first_error);
  out.sound = truth_of(item.sound);
  out.answer_right = truth_of(item.answer_right);
  if (item.readable && (item.has_called || item.verdict < 0)) out.predicted = item.predicted;
  out.index_base = item.index_base;
  if (!out.scores.empty()) {
    out.at_threshold = *std::min_element(out.scores.begin(), out.scores.end()) == threshold_of(item);
  }
  if (item.index_base == 1) {
    out.stated_text = names_[item.text];
    out.stated_number = names_[item.number];
  }
  if (item.verdict >= 0) out.verdict = &verdicts_[static_cast<size_t>(item.verdict)];
  return out;
}

}  // namespace gradus
