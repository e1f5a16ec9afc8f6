// The items of a step benchmark beside what a scorer said of them, compact: texts are read, used and let go,
// so a file of any size passes in bounded memory.
//
//   JudgedItems items({.valid_iff_above = true, .threshold = 0.5});
//   items.add(solution, prediction);         // counts what is missing, too many, not finite
//   JudgedItem one = items.item(i);          // one.labels, one.called, one.scores: spans over its steps
//
// An item is judged only if every step has a finite score (or a label), or an answer for the whole was given;
// otherwise it is left out and counted: nothing is imputed. For solutions of kind "redundant_errors" with
// three-class scores, the score is -p1 and its threshold -redundancy, as in ReasonEval.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/eval/benchmarks/predictions.h"
#include "gradus/rollout/solution.h"

namespace gradus {

struct JudgingRule {
  bool valid_iff_above = true;  // score > threshold (PRMBench); else a step is wrong iff score < threshold
  double threshold = 0.5;
  double redundancy = 0.15;
};

struct ScoreOddities {
  size_t missing = 0;                // items of which nothing was said
  size_t too_few = 0, too_many = 0;  // items with another number of scores than steps
  size_t incomplete = 0;             // items with a step score that is missing or not finite
  size_t unusable = 0;               // items whose row says so itself
  std::vector<std::string> examples;
  Json json() const;
  size_t left_out() const { return missing + too_few + too_many + incomplete + unusable; }
};

// Views into JudgedItems.
struct JudgedItem {
  std::string_view kind, split, source;
  uint64_t question = 0, twin = 0;    // twin: of the modified solutions of one original
  std::span<const StepLabel> labels;  // what is true
  std::span<const uint8_t> called;    // 1 valid; empty: only a whole answer was given
  std::span<const double> scores;     // empty: labels or an answer were given
  std::span<const int64_t> stated;    // error numbers as the file states them
  std::optional<size_t> first_error;  // true one, within the steps
  std::optional<bool> sound, answer_right;
  std::optional<int64_t> predicted;  // first step called wrong, -1 none; nothing: unreadable answer
  int index_base = 0;
  bool at_threshold = false;       // the lowest score is the threshold itself
  std::string_view stated_text;    // of the first wrong step, in the words of the row
  std::string_view stated_number;  // the number of it, as text
  const MrAnswer* verdict = nullptr;
};

class JudgedItems {
 public:
  explicit JudgedItems(JudgingRule rule) : rule_(rule) {}

  // False: left out and counted. `time`: how many items of this split, kind and id came before.
  bool add(const Solution& solution, const Prediction& prediction, size_t time = 0);

  size_t size() const { return items_.size(); }
  JudgedItem item(size_t index) const;
  const std::vector<std::string>& names() const { return names_; }

  void settle();  // after the last item: gives back memory that was kept for more

  // Calls every step again by another threshold; items without scores stay as they are.
  void call_again(const JudgingRule& rule);
  void keep_split(const std::string& split);
  void remove_split(const std::string& split);
  std::vector<std::string> splits() const;
  // Both sides keep only the items that both judge; they must have been filled from the same files.
  static void keep_common(JudgedItems& a, JudgedItems& b);

  ScoreOddities odd;

 private:
  struct Item {
    uint64_t id = 0, question = 0, twin = 0;
    uint32_t kind = 0, split = 0, source = 0, text = 0, number = 0, steps = 0, stated_count = 0;
    size_t begin = 0, stated = 0;
    int32_t first_error = -1, verdict = -1;
    int8_t sound = -1, answer_right = -1;
    int8_t index_base = 0;
    bool has_scores = false, has_called = false, readable = true, by_redundancy = false;
    int64_t predicted = -1;
  };

  uint32_t name(const std::string& text);
  double threshold_of(const Item& item) const {
    return item.by_redundancy ? -rule_.redundancy : rule_.threshold;
  }
  void call(Item& item);
  void note(const std::string& what);

  JudgingRule rule_;
  std::vector<Item> items_;
  std::vector<StepLabel> labels_;
  std::vector<uint8_t> called_;
  std::vector<double> scores_;
  std::vector<int64_t> stated_;
  std::vector<MrAnswer> verdicts_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, uint32_t> name_index_;
};

}  // namespace gradus
