#include <algorithm>
#include <map>
#include <numeric>

#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/read_answer.h"

namespace gradus {

namespace {

// Classes by the marks of their first answers.
class ClassIndex {
 public:
  // Of the classes that an answer with these marks can be in, in order.
  std::vector<size_t> candidates(const std::optional<std::vector<AnswerMark>>& marks) const {
    std::vector<size_t> out;
    if (!marks) {
      out.resize(count_);
      std::iota(out.begin(), out.end(), size_t{0});
      return out;
    }
    out = open_;
    for (const AnswerMark& mark : *marks) {
      const auto kind = by_kind_.find(mark.kind);
      if (kind == by_kind_.end()) continue;
      const long double width = 2 * mark.width();
      for (auto at = kind->second.lower_bound(mark.value - width);
           at != kind->second.end() && at->first <= mark.value + width; ++at) {
        out.push_back(at->second);
      }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void add(const std::optional<std::vector<AnswerMark>>& marks) {
    if (!marks) open_.push_back(count_);
    for (const AnswerMark& mark : marks.value_or(std::vector<AnswerMark>{}))
      by_kind_[mark.kind].emplace(mark.value, count_);
    ++count_;
  }

 private:
  std::map<std::string, std::multimap<long double, size_t>> by_kind_;
  std::vector<size_t> open_;  // may hold anything
  size_t count_ = 0;
};

}  // namespace

std::vector<size_t> answer_classes(std::span<const std::string> answers) {
  std::vector<size_t> out;
  std::vector<ReadAnswer> firsts;
  std::map<std::string_view, size_t> texts;
  ClassIndex index;
  for (const std::string& text : answers) {
    if (const auto known = texts.find(text); known != texts.end()) {
      out.push_back(known->second);
      continue;
    }
    ReadAnswer answer(text);
    const auto marks = answer.marks();
    const std::vector<size_t> candidates = index.candidates(marks);
    const auto fits = std::find_if(candidates.begin(), candidates.end(),
                                   [&](size_t number) { return firsts[number].compare(answer).equal; });
    const size_t number = fits == candidates.end() ? firsts.size() : *fits;
    if (fits == candidates.end()) {
      firsts.push_back(std::move(answer));
      index.add(marks);
    }
    if (!firsts[number].empty()) texts.emplace(text, number);
    out.push_back(number);
  }
  return out;
}

}  // namespace gradus
