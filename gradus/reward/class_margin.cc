#include "gradus/reward/class_margin.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/base/logistic.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class ClassMargin : public Operator {
 public:
  explicit ClassMargin(const Params& params)
      : for_(params.text("level") + "." + params.text("for")),
        against_(params.text("level") + "." + params.text("against")),
        into_(params.text("level") + "." + params.text("into")),
        probability_(params.text("form") == "probability") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column &favoured = batch.column(for_), &against = batch.column(against_);
    Column out(favoured.level(), favoured.size(), favoured.info(), batch.precision());
    for_each_valid(batch, favoured, [&](size_t i) {
      if (against.valid(i)) out.set(i, read(favoured[i] - against[i]));
    });
    batch.put_column(into_, std::move(out));
  }

 private:
  double read(double difference) const {
    return probability_ ? sigmoid(difference) : std::tanh(difference / 2);
  }

  std::string for_, against_, into_;
  bool probability_;
};

// Both of a two-class softmax, the larger logit taken off first, in the arithmetic of the precision.
template <class T>
std::pair<double, double> softmax(const TwoLogits& logits) {
  const T against = static_cast<T>(logits.against), favour = static_cast<T>(logits.in_favour);
  const T high = std::max(against, favour);
  const T a = std::exp(against - high), f = std::exp(favour - high);
  return {static_cast<double>(a / (a + f)), static_cast<double>(f / (a + f))};
}

}  // namespace

std::vector<double> released_tag_scores(std::span<const TwoLogits> logits, std::span<const uint8_t> tags,
                                        Precision precision) {
  std::vector<double> kept;
  for (size_t i = 0; i < std::min(logits.size(), tags.size()); ++i) {
    if (tags[i] == 0) continue;
    const auto [against, favour] =
        precision == Precision::single ? softmax<float>(logits[i]) : softmax<double>(logits[i]);
    if (against != 0) kept.push_back(against);
    if (favour != 0) kept.push_back(favour);
  }
  if (kept.size() % 2 != 0) {
    throw Error::input("a probability at a step tag is exactly 0, so the released reader cannot pair them")
        .found(fmt::format("{} probabilities that are not 0", kept.size()))
        .expected("two per step")
        .hint("shape.class_margin reads by place");
  }
  std::vector<double> scores;
  for (size_t i = 1; i < kept.size(); i += 2) scores.push_back(kept[i]);
  return scores;
}

void register_class_margin(OperatorRegistry& registry) {
  registry.add({.name = "shape.class_margin",
                .summary = "probability of one class, or its margin over the other, from two logits",
                .paper = "2504.15275 (margin), 2501.07301 (probability)",
                .params = {text_param("for", nullptr, "channel of the favoured class's logits"),
                           text_param("against", nullptr, "channel of the other class's logits"),
                           text_param("form", "margin", "what is read", {"margin", "probability"}),
                           level_param("step"), text_param("into", nullptr, "channel to write")},
                .reads = {"{level}.{for}", "{level}.{against}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<ClassMargin>(params); });
}

}  // namespace gradus
