#include "gradus/eval/benchmarks/scoring.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "gradus/eval/benchmarks/prmbench.h"
#include "gradus/eval/benchmarks/processbench.h"
#include "gradus/eval/benchmarks/reasoneval.h"

namespace gradus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double or_none(Share share) {
  return share.value_or(kNone);
}

class Rows : public StepScoring {
 public:
  const std::vector<NumberRow>& rows() const override { return rows_; }

 protected:
  void row(std::string id, std::string part, double scale = 1) {
    rows_.push_back({std::move(id), std::move(part), scale});
  }
  std::vector<NumberRow> rows_;
};

// Writes pairs of values one behind the other.
class Writer {
 public:
  explicit Writer(std::span<double> out) : out_(out) {}
  void put(double compat, double strict) {
    out_[at_++] = compat;
    out_[at_++] = strict;
  }
  void put(Share both) { put(or_none(both), or_none(both)); }

 private:
  std::span<double> out_;
  size_t at_ = 0;
};

// Mean of values that all exist; none where one does not.
class Mean {
 public:
  void add(double value) {
    sum_ += value;
    count_ += 1;
  }
  double value() const { return count_ == 0 ? kNone : sum_ / count_; }

 private:
  double sum_ = 0, count_ = 0;
};

// Counts: hits on wrong solutions, wrong solutions, hits on right ones, right ones.
class ProcessBenchScoring : public Rows {
 public:
  size_t width() const override { return 4; }
  std::string cell_of(const JudgedItem& item) const override { return std::string(item.split); }
  void count(const JudgedItem& item, std::optional<double>, std::span<double> out) const override {
    const int64_t label = item.stated.empty() ? kNoError : item.stated[0] - item.index_base;
    ErrorAccuracy one;
    one.add(label, item.predicted);
    out[0] = one.error_hits, out[1] = one.errors, out[2] = one.correct_hits, out[3] = one.corrects;
  }
  void begin(const std::vector<std::string>& cells) override {
    rows_.clear();
    cells_ = cells.size();
    row("average_f1", "all", 100);
    for (const std::string& cell : cells) {
      row("f1", cell, 100);
      row("error_accuracy", cell, 100);
      row("correct_accuracy", cell, 100);
    }
  }
  size_t primary() const override { return 0; }
  void values(std::span<const double> totals, std::span<double> out) const override {
    Mean compat, strict;
    Writer writer(out.subspan(2));
    for (size_t c = 0; c < cells_; ++c) {
      const double* t = totals.data() + 4 * c;
      const ErrorAccuracy counts{t[0], t[1], t[2], t[3]};
      const double released = or_none(counts.f1()), corrected = or_none(counts.strict_f1());
      compat.add(released);
      strict.add(corrected);
      writer.put(released, corrected);
      writer.put(counts.error());
      writer.put(counts.correct());
    }
    out[0] = compat.value();
    out[1] = strict.value();
  }

 private:
  size_t cells_ = 0;
};

constexpr size_t kPrmbenchWidth = 8;

PrmbenchCounts prmbench_counts(const double* t) {
  return {.steps = {t[0], t[1], t[2], t[3]},
          .first_hits = t[4],
          .first_errors = t[5],
          .similarity = t[6],
          .similar = t[7]};
}

class PrmbenchScoring : public Rows {
 public:
  explicit PrmbenchScoring(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  size_t width() const override { return kPrmbenchWidth; }
  std::string cell_of(const JudgedItem& item) const override { return std::string(item.kind); }
  void count(const JudgedItem& item, std::optional<double> twin, std::span<double> out) const override {
    PrmbenchCounts c = count_labels(item.stated, item.called);
    if (item.kind != kCorrectClass) add_similarity(c, response_share(item.called), twin);
    const std::array<double, kPrmbenchWidth> all = {c.steps.tp,   c.steps.fp,     c.steps.tn,   c.steps.fn,
                                                    c.first_hits, c.first_errors, c.similarity, c.similar};
    std::copy(all.begin(), all.end(), out.begin());
  }
  void begin(const std::vector<std::string>& cells) override {
    rows_.clear();
    cells_ = cells;
    for (const char* id : {"prm_score", "f1", "negative_f1", "correct_step_accuracy", "wrong_step_accuracy",
                           "step_accuracy", "first_error_accuracy", "similarity"}) {
      row(id, "all");
    }
    members_.clear();
    for (const Heading& heading : headings_) {
      std::vector<size_t> members;
      for (size_t c = 0; c < cells.size(); ++c) {
        const auto& classes = heading.classes;
        if (std::find(classes.begin(), classes.end(), cells[c]) != classes.end()) members.push_back(c);
      }
      if (members.empty()) continue;
      members_.push_back(members);
      row("prm_score", heading.name);
      row("pooled_prm_score", heading.name);
    }
    for (const std::string& cell : cells) {
      if (cell == kCorrectClass) continue;
      for (const char* id : {"prm_score", "f1", "negative_f1"}) row(id, cell);
    }
  }
  size_t primary() const override { return 0; }

  void values(std::span<const double> totals, std::span<double> out) const override {
    PrmbenchCounts total;
    std::vector<PrmbenchCounts> by_cell;
    for (size_t c = 0; c < cells_.size(); ++c) {
      by_cell.push_back(prmbench_counts(totals.data() + kPrmbenchWidth * c));
      if (cells_[c] != kCorrectClass) total += by_cell.back();
    }
    Writer writer(out);
    const PrmbenchMetrics m = official_metrics(total);
    writer.put(shown(prm_score(m, "")), or_none(strict_prm_score(total, "")));
    writer.put(m.f1, or_none(total.steps.f1()));
    writer.put(m.negative_f1, or_none(total.steps.negative_f1()));
    writer.put(m.correct_step_acc, or_none(total.steps.recall()));
    writer.put(m.wrong_step_acc, or_none(total.steps.specificity()));
    writer.put(m.total_step_acc, or_none(total.steps.accuracy()));
    writer.put(m.first_error_acc, or_none(share_of(total.first_hits, total.first_errors)));
    writer.put(m.similarity, or_none(share_of(total.similarity, total.similar)));
    for (const std::vector<size_t>& members : members_) heading(members, by_cell, writer);
    for (size_t c = 0; c < cells_.size(); ++c) {
      if (cells_[c] == kCorrectClass) continue;
      const PrmbenchMetrics one = official_metrics(by_cell[c]);
      writer.put(shown(prm_score(one, cells_[c])), or_none(strict_prm_score(by_cell[c], cells_[c])));
      writer.put(one.f1, or_none(by_cell[c].steps.f1()));
      writer.put(one.negative_f1, or_none(by_cell[c].steps.negative_f1()));
    }
  }

 private:
  static double shown(double score) { return std::max(score, 0.0); }  // as the official tables show it

  void heading(const std::vector<size_t>& members, const std::vector<PrmbenchCounts>& by_cell,
               Writer& writer) const {
    Mean compat, strict;
    PrmbenchCounts pooled;
    for (const size_t c : members) {
      compat.add(shown(prm_score(official_metrics(by_cell[c]), cells_[c])));
      strict.add(or_none(strict_prm_score(by_cell[c], cells_[c])));
      pooled += by_cell[c];
    }
    writer.put(compat.value(), strict.value());
    writer.put(shown(prm_score(official_metrics(pooled), "")), or_none(strict_prm_score(pooled, "")));
  }

  std::vector<Heading> headings_;
  std::vector<std::string> cells_;
  std::vector<std::vector<size_t>> members_;
};

constexpr size_t kMrWidth = 6;

// Counts twice, by the released rule and by the strict one: tp, tn, steps, reasons, right, wrong.
class MrScoring : public Rows {
 public:
  explicit MrScoring(MrRule rule) : rule_(rule) {}
  size_t width() const override { return 2 * kMrWidth; }
  std::string cell_of(const JudgedItem& item) const override {
    return rule_ == MrRule::ben ? std::string(item.split) : "all solutions";
  }
  void count(const JudgedItem& item, std::optional<double>, std::span<double> out) const override {
    MrTruth truth{.right = item.sound == true,
                  .step = std::string(item.verdict ? item.stated_text : item.stated_number),
                  .number = std::string(item.stated_number)};
    truth.coding = rule_ == MrRule::ben && (item.kind == "coding" || item.split == "coding");
    // A step scorer says where the first wrong step is, and gives no reason.
    MrAnswer said;
    if (item.verdict) {
      said = *item.verdict;
    } else if (item.predicted) {
      const bool sound = *item.predicted == kNoError;
      said.correctness = sound ? "correct" : rule_ == MrRule::ben ? "incorrect" : "wrong";
      said.first_step = std::to_string(*item.predicted + 1);
      if (item.first_error && *item.predicted == static_cast<int64_t>(*item.first_error)) {
        said.first_step = truth.step;
      } else if (!sound && said.first_step == truth.step) {
        said.first_step = "";  // another place that happens to have the printed number as its position
      }
    }
    for (const MrRule rule : {rule_, MrRule::strict}) {
      MrCounts counts;
      counts.add(truth.right, judge_answer(truth, said, rule));
      const std::array<double, kMrWidth> all = {counts.tp,      counts.tn,    counts.steps,
                                                counts.reasons, counts.right, counts.wrong};
      std::copy(all.begin(), all.end(), out.begin() + (rule == rule_ ? 0 : kMrWidth));
    }
  }
  void begin(const std::vector<std::string>& cells) override {
    rows_.clear();
    cells_ = cells.size();
    if (rule_ == MrRule::ben) row("average_mr_score", "all");
    for (const std::string& cell : cells) {
      for (const char* id : {"mr_score", "mcc", "step_accuracy", "reason_accuracy"}) row(id, cell);
    }
  }
  size_t primary() const override { return 0; }
  void values(std::span<const double> totals, std::span<double> out) const override {
    const bool ben = rule_ == MrRule::ben;
    Mean compat, strict;
    Writer writer(out.subspan(ben ? 2 : 0));
    for (size_t c = 0; c < cells_; ++c) {
      const double* t = totals.data() + 2 * kMrWidth * c;
      const MrCounts released{t[0], t[1], t[2], t[3], t[4], t[5]};
      const MrCounts corrected{t[6], t[7], t[8], t[9], t[10], t[11]};
      const std::optional<double> absent = ben ? std::optional(0.0) : std::nullopt;
      const double a = or_none(mr_score(released, absent)), b = or_none(mr_score(corrected, 0.0));
      compat.add(a);
      strict.add(b);
      writer.put(a, b);
      writer.put(or_none(released.mcc() ? released.mcc() : absent), or_none(corrected.mcc()));
      writer.put(or_none(released.step_accuracy()), or_none(corrected.step_accuracy()));
      writer.put(or_none(released.reason_accuracy()), or_none(corrected.reason_accuracy()));
    }
    if (ben) out[0] = compat.value(), out[1] = strict.value();
  }

 private:
  MrRule rule_;
  size_t cells_ = 0;
};

// Counts at the level of solutions and of steps: right hits, right, wrong hits, wrong; then the released hits
// of solutions, where a score exactly at the threshold is none.
class ReasonEvalScoring : public Rows {
 public:
  size_t width() const override { return 10; }
  std::string cell_of(const JudgedItem& item) const override { return std::string(item.kind); }
  void count(const JudgedItem& item, std::optional<double>, std::span<double> out) const override {
    bool all_valid = true, any_known = false, has_wrong = false;
    for (size_t i = 0; i < item.labels.size(); ++i) {
      const bool valid = i < item.called.size() && item.called[i] == 1;
      all_valid = all_valid && valid;
      if (item.labels[i] == StepLabel::unknown) continue;
      any_known = true;
      const bool right = item.labels[i] == StepLabel::right;
      has_wrong = has_wrong || !right;
      out[right ? 5 : 7] += 1;
      if (valid == right) out[right ? 4 : 6] += 1;
    }
    if (!any_known) return;
    const bool right = item.sound.value_or(!has_wrong);
    out[right ? 1 : 3] += 1;
    if (all_valid != right) return;
    out[right ? 0 : 2] += 1;
    if (!item.at_threshold) out[right ? 8 : 9] += 1;
  }
  void begin(const std::vector<std::string>& cells) override {
    rows_.clear();
    cells_ = cells.size();
    for (const std::string& cell : cells) {
      row("solution_macro_f1", cell);
      row("step_macro_f1", cell);
    }
  }
  size_t primary() const override { return 1; }
  void values(std::span<const double> totals, std::span<double> out) const override {
    Writer writer(out);
    for (size_t c = 0; c < cells_; ++c) {
      const double* t = totals.data() + 10 * c;
      writer.put(or_none(reasoneval_f1({t[8], t[1], t[9], t[3]})), corrected(t));
      writer.put(or_none(reasoneval_f1({t[4], t[5], t[6], t[7]})), corrected(t + 4));
    }
  }

 private:
  static double corrected(const double* t) {
    return or_none(macro_f1({.tp = t[0], .fp = t[3] - t[2], .tn = t[2], .fn = t[1] - t[0]}));
  }
  size_t cells_ = 0;
};

}  // namespace

CellCounts count_items(const StepScoring& scoring, const JudgedItems& items) {
  CellCounts out;
  std::set<std::string> cells;
  std::unordered_map<uint64_t, double> twins;
  for (size_t i = 0; i < items.size(); ++i) {
    const JudgedItem item = items.item(i);
    cells.insert(scoring.cell_of(item));
    if (item.kind == kCorrectClass) twins[item.twin] = response_share(item.called);
  }
  out.cells.assign(cells.begin(), cells.end());
  out.table.width = scoring.width();
  out.table.cells = out.cells.size();
  std::vector<double> counts(scoring.width());
  for (size_t i = 0; i < items.size(); ++i) {
    const JudgedItem item = items.item(i);
    const auto cell = std::lower_bound(out.cells.begin(), out.cells.end(), scoring.cell_of(item));
    const auto twin = twins.find(item.twin);
    std::fill(counts.begin(), counts.end(), 0.0);
    scoring.count(item, twin == twins.end() ? std::nullopt : std::optional(twin->second), counts);
    out.table.add(item.question, static_cast<uint32_t>(cell - out.cells.begin()), counts);
  }
  return out;
}

std::unique_ptr<StepScoring> processbench_scoring() {
  return std::make_unique<ProcessBenchScoring>();
}
std::unique_ptr<StepScoring> prmbench_scoring(std::vector<Heading> headings) {
  return std::make_unique<PrmbenchScoring>(std::move(headings));
}
std::unique_ptr<StepScoring> mr_scoring(MrRule rule) {
  return std::make_unique<MrScoring>(rule);
}
std::unique_ptr<StepScoring> reasoneval_scoring() {
  return std::make_unique<ReasonEvalScoring>();
}

}  // namespace gradus
