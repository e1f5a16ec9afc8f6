#include "gradus/reward/merge.h"

#include <algorithm>
#include <numeric>

#include "gradus/reward/places.h"

namespace gradus {

namespace {

class Merge : public Operator {
 public:
  explicit Merge(const Params& params)
      : column_("step." + params.text("channel")),
        label_("step." + params.text("label")),
        form_(params.text("form")),
        every_(params.text("at") == "every") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column label = batch.column(label_);  // its own copy: it may be the channel itself
    Column& column = batch.column(column_);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::vector<size_t> steps = trained_places(batch, Level::step, r);
      for (size_t begin = 0; begin < steps.size();) {
        size_t end = begin + 1;
        while (end < steps.size() && label.valid(steps[begin]) && label.valid(steps[end]) &&
               label[steps[end]] == label[steps[begin]]) {
          ++end;
        }
        merge(column, {steps.begin() + static_cast<std::ptrdiff_t>(begin),
                       steps.begin() + static_cast<std::ptrdiff_t>(end)});
        begin = end;
      }
    }
  }

 private:
  double value_of(const std::vector<double>& values) const {
    if (form_ == "last") return values.back();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    // A mean of equal values is that value to the bit, however many there are.
    if (form_ == "min" || (form_ == "mean" && *low == *high)) return *low;
    if (form_ == "max") return *high;
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    return form_ == "sum" ? sum : sum / static_cast<double>(values.size());
  }

  void merge(Column& column, const std::vector<size_t>& run) const {
    std::vector<double> values;
    for (const size_t s : run) {
      if (column.valid(s)) values.push_back(column[s]);
    }
    if (values.empty()) return;
    const double value = value_of(values);
    for (const size_t s : run) {
      if (every_ || s == run.back()) {
        column.set(s, value);
      } else {
        column.clear(s);
      }
    }
  }

  std::string column_, label_, form_;
  bool every_;
};

}  // namespace

void register_merge(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.merge",
       .summary = "neighbouring steps with the same label count as one",
       .paper = "2507.23317",
       .params = {text_param("channel", nullptr, "step channel to change"),
                  text_param("label", nullptr, "step channel of labels"),
                  text_param("form", "mean", "value of a run", {"mean", "sum", "min", "max", "last"}),
                  text_param("at", "every", "the steps of a run that hold its value", {"every", "last"})},
       .reads = {"step.{channel}", "step.{label}"},
       .writes = {"step.{channel}"}},
      [](const Params& params) { return std::make_unique<Merge>(params); });
}

}  // namespace gradus
