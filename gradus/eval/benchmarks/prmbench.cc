#include "gradus/eval/benchmarks/prmbench.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr size_t kMissingAllowed = 5;  // fewer than this many items without an answer

double released_share(double part, double whole) {
  return whole == 0 ? -1 : part / whole;
}

double released_f1(double precision, double recall) {
  return precision + recall == 0 ? -1 : 2 * precision * recall / (precision + recall);
}

const std::vector<uint8_t>& labels_of(const PrmbenchAnswer& answer) {
  if (answer.valid) return *answer.valid;
  throw Error::input("an answer has no validity labels").field(answer.idx);
}

// Redundancy labels judge the two classes of superfluous steps where a model gives them.
PrmbenchCounts counts_of(const PrmbenchCase& item, const PrmbenchAnswer& answer, double& share) {
  std::vector<uint8_t> inverted;
  const bool simplicity = item.kind == kRedundencyClass || item.kind == "circular";
  if (simplicity && answer.redundant) {
    for (const uint8_t redundant : *answer.redundant) inverted.push_back(redundant == 0);
  }
  const std::vector<uint8_t>& labels = simplicity && answer.redundant ? inverted : labels_of(answer);
  share = response_share(labels);
  return count_labels(item.error_steps, labels);
}

}  // namespace

PrmbenchCounts& PrmbenchCounts::operator+=(const PrmbenchCounts& other) {
  steps.tp += other.steps.tp;
  steps.fp += other.steps.fp;
  steps.tn += other.steps.tn;
  steps.fn += other.steps.fn;
  first_hits += other.first_hits;
  first_errors += other.first_errors;
  similarity += other.similarity;
  similar += other.similar;
  return *this;
}

std::vector<Solution> prmbench_items(Solution row) {
  std::vector<Solution> items;
  if (row.kind == kRedundencyClass) {
    Solution correct;
    const size_t tail = std::min(row.id.size(), row.kind.size() + 1);
    correct.id = kCorrectClass + "_" + row.id.substr(tail);
    correct.question = correct.original_question = row.original_question;
    correct.steps = row.original_steps;
    correct.labels.assign(correct.steps.size(), StepLabel::right);
    correct.sound = true;
    correct.kind = kCorrectClass;
    correct.split = row.split;
    correct.schema = row.schema;
    correct.index_base = row.index_base;
    items.push_back(std::move(correct));
  }
  items.push_back(std::move(row));
  return items;
}

PrmbenchCounts count_labels(std::span<const int64_t> error_steps, std::span<const uint8_t> labels) {
  PrmbenchCounts out;
  const auto first = std::min_element(error_steps.begin(), error_steps.end());
  for (size_t i = 0; i < labels.size(); ++i) {
    const int64_t number = static_cast<int64_t>(i) + 1;
    const bool wrong = std::find(error_steps.begin(), error_steps.end(), number) != error_steps.end();
    out.steps.add(!wrong, labels[i] == 1);
    if (first == error_steps.end() || number != *first) continue;
    out.first_errors += 1;
    out.first_hits += labels[i] != 1;
  }
  return out;
}

double response_share(std::span<const uint8_t> labels) {
  double valid = 0;
  for (const uint8_t label : labels) valid += label;
  return released_share(valid, static_cast<double>(labels.size()));
}

void add_similarity(PrmbenchCounts& counts, double own, std::optional<double> correct) {
  if (!correct || *correct == 0 || own == -1) return;
  counts.similarity += std::abs(own - *correct);
  counts.similar += 1;
}

PrmbenchMetrics official_metrics(const PrmbenchCounts& c) {
  const Confusion& s = c.steps;
  PrmbenchMetrics m;
  m.correct_step_acc = released_share(s.tp, s.tp + s.fn);
  m.wrong_step_acc = released_share(s.tn, s.tn + s.fp);
  m.total_step_acc = released_share(s.tp + s.tn, s.total());
  m.first_error_acc = released_share(c.first_hits, c.first_errors);
  m.similarity = released_share(c.similarity, c.similar);
  m.precision = released_share(s.tp, s.tp + s.fp);
  m.recall = released_share(s.tp, s.tp + s.fn);
  m.f1 = released_f1(m.precision, m.recall);
  m.negative_precision = released_share(s.tn, s.tn + s.fn);
  m.negative_recall = released_share(s.tn, s.tn + s.fp);
  m.negative_f1 = released_f1(m.negative_precision, m.negative_recall);
  return m;
}

double prm_score(const PrmbenchMetrics& m, const std::string& kind) {
  return kind == "multi_solutions" ? m.f1 : 0.5 * m.f1 + 0.5 * m.negative_f1;
}

Share strict_prm_score(const PrmbenchCounts& counts, const std::string& kind) {
  return kind == "multi_solutions" ? counts.steps.f1() : macro_f1(counts.steps);
}

PrmbenchResult evaluate_prmbench(std::span<const PrmbenchCase> cases,
                                 std::span<const PrmbenchAnswer> answers) {
  std::unordered_map<std::string, const PrmbenchCase*> items;
  PrmbenchResult out;
  for (const PrmbenchCase& item : cases) {
    items.emplace(item.idx, &item);
    out.counts[item.kind];
  }
  std::unordered_map<std::string, const PrmbenchAnswer*> first;
  std::vector<std::pair<const PrmbenchCase*, const PrmbenchAnswer*>> kept;
  for (const PrmbenchAnswer& answer : answers) {
    const auto item = items.find(answer.idx);
    if (item == items.end() || !first.emplace(answer.idx, &answer).second) continue;
    kept.emplace_back(item->second, &answer);
  }
  if (kept.size() + kMissingAllowed <= cases.size() || cases.size() + kMissingAllowed <= kept.size()) {
    throw Error::input("too many items have no answer")
        .found(fmt::format("{} of {}", kept.size(), cases.size()))
        .expected(fmt::format("all but fewer than {}, as the official script demands", kMissingAllowed));
  }
  std::unordered_map<std::string, double> correct_share;
  double corrects = 0, usable = 0;
  for (const auto& [item, answer] : kept) {
    if (item->kind != kCorrectClass) continue;
    corrects += 1;
    if (!answer->usable) continue;
    correct_share[item->idx] = response_share(labels_of(*answer));
    out.counts[item->kind] += count_labels(item->error_steps, labels_of(*answer));
  }
  for (const auto& [item, answer] : kept) {
    if (item->kind == kCorrectClass || !answer->usable) continue;
    usable += 1;
    double share = 0;
    PrmbenchCounts counts = counts_of(*item, *answer, share);
    const size_t tail = std::min(item->idx.size(), item->kind.size() + 1);
    const auto twin = correct_share.find(kCorrectClass + "_" + item->idx.substr(tail));
    add_similarity(counts, share, twin == correct_share.end() ? std::nullopt : std::optional(twin->second));
    out.counts[item->kind] += counts;
    out.total_counts += counts;
  }
  const double others = static_cast<double>(cases.size()) - corrects;
  if (others == 0) throw Error::input("there are no items but unmodified ones");
  out.validity_rate = usable / others;
  out.total = official_metrics(out.total_counts);
  for (const auto& [kind, counts] : out.counts) out.by_class[kind] = official_metrics(counts);
  return out;
}

}  // namespace gradus
