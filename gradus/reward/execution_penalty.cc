#include "gradus/reward/execution_penalty.h"

namespace gradus {

namespace {

class ExecutionPenalty : public Operator {
 public:
  explicit ExecutionPenalty(const Params& params)
      : calls_("step." + params.text("calls")),
        into_("rollout." + params.text("into")),
        penalty_(params.number("penalty")),
        most_calls_(params.integer("most_calls")),
        released_(params.text("variant") == "released") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& calls = batch.column(calls_);
    Column out(Level::rollout, batch.rollouts(), {.estimates = "executability", .evaluator = "execution"},
               batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) out.set(r, penalised(batch, calls, r) ? penalty_ : 0);
    batch.put_column(into_, std::move(out));
  }

 private:
  bool penalised(const RolloutBatch& batch, const Column& calls, size_t r) const {
    int64_t count = 0;
    bool failed = false, last_ran = false;
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      if (!calls.valid(s)) continue;
      ++count;
      last_ran = calls[s] > 0;
      failed = failed || !last_ran;
    }
    return released_ ? !(last_ran && count >= most_calls_) : failed;
  }

  std::string calls_, into_;
  double penalty_;
  int64_t most_calls_;
  bool released_;
};

}  // namespace

void register_execution_penalty(OperatorRegistry& registry) {
  registry.add(
      {.name = "reward.execution_penalty",
       .summary = "taken off a rollout whose code does not run",
       .paper = "2503.23383",
       .params = {text_param("calls", "call_ok", "step channel: 1 the code ran, 0 it failed"),
                  text_param("into", "execution_penalty", "rollout channel to write"),
                  number_param("penalty", -0.5, "value of a penalised rollout; others have 0", -1000, 0),
                  text_param("variant", "paper", "who is penalised", {"paper", "released"}),
                  integer_param("most_calls", 1, "calls a rollout may make; only `released` asks", 1, 1000)},
       .reads = {"step.{calls}"},
       .writes = {"rollout.{into}"},
       .evaluator = "execution",
       .components = {"interpreter"}},
      [](const Params& params) { return std::make_unique<ExecutionPenalty>(params); });
}

}  // namespace gradus
