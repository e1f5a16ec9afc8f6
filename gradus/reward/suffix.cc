#include "gradus/reward/suffix.h"

#include <algorithm>

namespace gradus {

namespace {

// Runs backward over one rollout.
class Suffix {
 public:
  Suffix(const Column& values, SuffixForm form, double gamma, const Column* carry, Column& out)
      : values_(values), carry_(carry), out_(out), form_(form), gamma_(gamma) {}

  void take(size_t i) {
    const bool valid = values_.valid(i);
    if (form_ == SuffixForm::sum) {
      value_ = (valid ? values_[i] : 0.0) + gamma_ * value_;
    } else if (valid) {
      value_ = any_ ? std::min(values_[i], value_) : values_[i];
    }
    any_ = any_ || valid;
    if (any_) out_.set(i, value_);
    if (carry_ != nullptr && carry_->valid(i)) value_ *= (*carry_)[i];
  }

 private:
  const Column& values_;
  const Column* carry_;
  Column& out_;
  SuffixForm form_;
  double gamma_, value_ = 0;
  bool any_ = false;
};

class SuffixOperator : public Operator {
 public:
  explicit SuffixOperator(const Params& params)
      : from_(params.text("level") + "." + params.text("channel")),
        into_(params.text("level") + "." + params.text("into")),
        form_(params.text("form") == "sum" ? SuffixForm::sum : SuffixForm::min),
        carry_(params.text("carry").empty() ? "" : params.text("level") + "." + params.text("carry")),
        gamma_(params.number("gamma")) {
    if (!carry_.empty() && form_ == SuffixForm::min) {
      throw Error::input("a minimum carries nothing on that could be multiplied")
          .field("carry")
          .hint("leave 'carry' out, or use form = \"sum\"");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column* const carry = carry_.empty() ? nullptr : &batch.column(carry_);
    batch.put_column(into_, suffixes_of(batch, batch.column(from_), form_, gamma_, carry));
  }

 private:
  std::string from_, into_;
  SuffixForm form_;
  std::string carry_;
  double gamma_;
};

}  // namespace

Column suffixes_of(const RolloutBatch& batch, const Column& values, SuffixForm form, double gamma,
                   const Column* carry) {
  require(values.level() != Level::rollout, "suffixes run over the steps or tokens of a rollout");
  Column out(values.level(), values.size(), values.info(), batch.precision());
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    Suffix suffix(values, form, gamma, carry, out);
    for (size_t s = batch.step_end(r); s-- > batch.step_begin(r);) {
      if (batch.kind(s) == StepKind::observe) continue;
      if (values.level() == Level::step) {
        suffix.take(s);
      } else {
        for (size_t t = batch.token_end(s); t-- > batch.token_begin(s);) suffix.take(t);
      }
    }
  }
  return out;
}

void register_suffix(OperatorRegistry& registry) {
  registry.add({.name = "shape.suffix",
                .summary = "discounted sum or minimum of what is still to come",
                .paper = "2504.15275 (min)",
                .params = {text_param("channel", nullptr, "channel to read"),
                           text_param("level", "step", "level of the channels", {"step", "token"}),
                           text_param("form", "sum", "how later values count", {"sum", "min"}),
                           number_param("gamma", 1.0, "discount per step or token, for form sum", 0, 1),
                           text_param("carry", "", "channel that multiplies what each place hands back"),
                           text_param("into", nullptr, "channel to write")},
                .reads = {"{level}.{channel}", "{level}.{carry}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<SuffixOperator>(params); });
}

}  // namespace gradus
