// gradus.advantages: rewards in, advantages out, for callers that hold one number per rollout. The estimator
// is the registered operator; this only spares the caller the batch.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nanobind/stl/string.h>

#include "python/src/groups.h"
#include "python/src/operators.h"
#include "python/src/tensor.h"

#include "gradus/learn/operators.h"
#include "gradus/rollout/spans.h"

namespace gradus::python {

namespace {

bool has_level(const std::string& op) {
  const std::vector<ParamSpec>& params = operators().spec(op).params;
  return std::any_of(params.begin(), params.end(),
                     [](const ParamSpec& param) { return param.name == "level"; });
}

// Estimators without parameters are compiled once, for each level that they write.
const Compiled& estimator(const std::string& name, bool per_token, const nb::kwargs& params,
                          std::unique_ptr<Compiled>& own) {
  static auto* const known = new std::map<std::pair<std::string, bool>, Compiled>;
  const std::string full = name.find('.') == std::string::npos ? "credit." + name : name;
  const auto it = params.size() > 0 ? known->end() : known->find({full, per_token});
  if (it != known->end()) return it->second;
  nb::dict given;
  for (const auto& [key, value] : params) given[key] = value;
  if (!per_token && has_level(full)) given["level"] = "rollout";
  if (params.size() == 0) {
    return known->try_emplace({full, per_token}, full, given).first->second;
  }
  own = std::make_unique<Compiled>(full, given);
  return *own;
}

const std::string& only_reward(const Compiled& op) {
  const bool fits = op.reads().size() == 1 && op.reads()[0].starts_with("rollout.") && !op.writes().empty();
  if (fits) return op.reads()[0];
  throw Error::input("'" + op.name() + "' is no estimator over one reward per rollout")
      .found("it reads " + fmt::format("{}", fmt::join(op.reads(), ", ")))
      .hint("make a batch and call gradus.run");
}

std::unique_ptr<Batch> one_token_each(nb::handle group, size_t rollouts) {
  RolloutShape shape;
  shape.groups = groups_of(group, rollouts);
  shape.step_offsets.resize(rollouts + 1);
  for (size_t r = 0; r <= rollouts; ++r) shape.step_offsets[r] = static_cast<int64_t>(r);
  shape.token_offsets = shape.step_offsets;
  shape.kinds.assign(rollouts, StepKind::act);
  return std::make_unique<Batch>(RolloutBatch(std::move(shape)), !group.is_none());
}

// A rollout with nothing left to train on is missing, not one that failed.
void forget_untrained(const RolloutBatch& batch, Column& rewards) {
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (trained_tokens(batch, r) == 0) rewards.clear(r);
  }
}

nb::object advantages(nb::handle rewards, nb::handle group, const std::string& name, nb::handle mask,
                      const std::string& missing, int threads, const nb::kwargs& params) {
  std::unique_ptr<Compiled> own;
  const Compiled& op = estimator(name, !mask.is_none(), params, own);
  const std::string& reward = only_reward(op);
  const auto column = [&](size_t rollouts) {
    if (is_list(rewards)) return list_column(rewards, "rewards", Level::rollout, rollouts, {});
    const Tensor values(rewards, "rewards");
    values.require_dimensions(1);
    return values.whole_numbers() ? values.converted(Level::rollout, {}) : values.column(Level::rollout, {});
  };
  const size_t given = is_list(rewards) ? nb::len(rewards) : Tensor(rewards, "rewards").shape()[0];
  const std::unique_ptr<Batch> batch =
      mask.is_none() ? one_token_each(group, given)
                     : batch_from_dense(mask, group, nb::none(), nb::none(), nb::none());
  Column values = column(given);
  if (!mask.is_none() && given == batch->rollouts.rollouts()) forget_untrained(batch->rollouts, values);
  batch->put(reward, std::move(values), missing);
  batch->settle_precision();
  op.apply(*batch, {.threads = threads});
  const std::string& result = op.writes()[0];
  return nb::hasattr(rewards, "requires_grad") ? batch->get_torch(result) : batch->get(result);
}

}  // namespace

void bind_advantages(nb::module_& module) {
  using namespace nb::literals;
  module.def(
      "advantages", &advantages, "rewards"_a, "group"_a = nb::none(), "estimator"_a = "grpo", nb::kw_only(),
      "mask"_a = nb::none(), "missing"_a = "refuse", "threads"_a = 1, "params"_a,
      nb::sig(
          "def advantages(rewards: object, group: object | None = None, estimator: str = 'grpo', *, mask: "
          "object | None = None, missing: typing.Literal['refuse', 'skip'] = 'refuse', threads: int = 1, "
          "**params: typing.Any) -> typing.Any"),
      "Advantages of rollouts that have one reward each.\n\n"
      "rewards (R,): float32 or float64, C-contiguous, on the CPU; a list, bool or int counts as float64.\n"
      "group (R,): integers or any hashable labels; rollouts of one prompt share one. estimator: the name of "
      "a credit operator that reads one\n"
      "rollout channel ('grpo' is 'credit.grpo'); its parameters go by keyword. Returns a read-only numpy\n"
      "array of the rewards' dtype (torch for torch): (R,), or (R, T) with mask (R, T), 0 where the mask is\n"
      "0; a row whose mask is all 0 is missing, not 0, for its group. missing='skip' leaves rewards that are "
      "NaN or infinite out of every mean and gives their rollouts 0.\n"
      "Raises gradus.Error for anything that does not fit.");
}

}  // namespace gradus::python
