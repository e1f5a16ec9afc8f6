#include "gradus/credit/step_return.h"

#include "gradus/reward/place.h"
#include "gradus/reward/suffix.h"

namespace gradus {

namespace {

class StepReturn : public Operator {
 public:
  explicit StepReturn(const Params& params)
      : reward_("step." + params.text("channel")),
        into_("token." + params.text("into")),
        form_(params.text("form")),
        gamma_(params.number("gamma")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& reward = batch.column(reward_);
    Column advantage = placed(batch, form_ == "own" ? reward : returns(batch, reward), PlaceAt::every);
    batch.add_column(into_, {.estimates = "advantage"}) = std::move(advantage);
  }

 private:
  Column returns(const RolloutBatch& batch, const Column& reward) const {
    return suffixes_of(batch, reward, form_ == "sum" ? SuffixForm::sum : SuffixForm::min, gamma_);
  }

  std::string reward_, into_, form_;
  double gamma_;
};

}  // namespace

void register_step_return(OperatorRegistry& registry) {
  registry.add(
      {.name = "credit.step_return",
       .summary = "step rewards to token advantages: return-to-go, suffix minimum, or each step its own",
       .paper = "2402.03300, 2504.15275",
       .params = {text_param("channel", nullptr, "step channel that holds the rewards"),
                  text_param("form", "sum", "how later steps count", {"sum", "min", "own"}),
                  number_param("gamma", 1.0, "discount per step, for form sum", 0, 1),
                  text_param("into", "process_advantage", "token channel to write")},
       .reads = {"step.{channel}"},
       .writes = {"token.{into}"}},
      [](const Params& params) { return std::make_unique<StepReturn>(params); });
}

}  // namespace gradus
