#include "gradus/credit/step_return.h"

#include <algorithm>
#include <optional>

namespace gradus {

namespace {

enum class Form { sum, min, own };

std::optional<double> extend(Form form, double gamma, std::optional<double> later,
                             std::optional<double> reward) {
  if (form == Form::own) return reward;
  if (!reward) return form == Form::sum && later ? std::optional(gamma * *later) : later;
  if (!later) return reward;
  return form == Form::sum ? *reward + gamma * *later : std::min(*reward, *later);
}

class StepReturn : public Operator {
 public:
  explicit StepReturn(const Params& params)
      : reward_("step." + params.text("channel")),
        into_("token." + params.text("into")),
        gamma_(params.number("gamma")) {
    const std::string form = params.text("form");
    form_ = form == "sum" ? Form::sum : form == "min" ? Form::min : Form::own;
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column advantage(Level::token, batch.tokens(), {.estimates = "advantage"}, batch.precision());
    const Column& reward = batch.column(reward_);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      std::optional<double> later;
      for (size_t s = batch.step_end(r); s-- > batch.step_begin(r);) {
        if (batch.kind(s) == StepKind::observe) continue;
        later =
            extend(form_, gamma_, later, reward.valid(s) ? std::optional<double>(reward[s]) : std::nullopt);
        if (!later) continue;
        for (size_t t = batch.token_begin(s); t < batch.token_end(s); ++t) {
          advantage.set(t, *later);
        }
      }
    }
    batch.add_column(into_, advantage.info()) = std::move(advantage);
  }

 private:
  std::string reward_, into_;
  Form form_;
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
