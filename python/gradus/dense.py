"""Padded token rewards of a trainer to token advantages: what verl and SkyRL hand to an estimator.

    estimate = dense.Estimator([("credit.grpo", {"channel": "outcome"})])
    advantages = estimate(token_level_rewards, response_mask, index)        # torch, (B, T)

The pipeline reads rollout.outcome (the sum of a row's rewards) and step.process (the reward at the last token of a step).
Steps end where `steps` is not NaN or, without it, where a token reward is not zero, and at the end of every turn.
"""

from . import _gradus
from .registry import Pipeline, operator, operators

# A step reward of exactly zero that marks the end of its step where only non-zero rewards do.
ZERO = 1e-30

_NORMALISED = ("shape.normalise", {"channel": "process", "level": "step", "pool": "group"})
_RETURN = ("credit.step_return", {"channel": "process", "form": "sum", "into": "process_advantage"})
# Process supervision; outcome estimators come from the registry.
PROCESS = {
    "step_grpo": (_NORMALISED, _RETURN),
    "step_return": (_RETURN,),
    "step_min": (("credit.step_return", {"channel": "process", "form": "min", "into": "process_advantage"}),),
    "outcome_and_process": (("credit.grpo", {"channel": "outcome", "into": "outcome_advantage"}), _NORMALISED, _RETURN,
                            ("credit.sum", {"from": ["outcome_advantage", "process_advantage"], "weights": [1.0, 1.0],
                                            "into": "advantage"})),
}


class Estimator:
    """A pipeline from rollout.outcome and step.process to a token column."""

    def __init__(self, stages):
        self.pipeline = Pipeline(stages)
        self.reads_steps = any(name == "step.process" for stage in self.pipeline.stages for name in stage.reads)

    def __call__(self, rewards, mask, index, steps=None):
        rewards = rewards.detach().float().contiguous()
        mask = mask.detach()
        if steps is None:
            steps = rewards.masked_fill(rewards == 0, float("nan"))
        batch = _gradus.Batch.from_dense(mask, index, step_ends=~steps.isnan())
        batch["rollout.outcome"] = (rewards * mask).sum(-1)
        if self.reads_steps:
            batch.put("step.process", steps, missing="skip")
        self.pipeline(batch)
        return batch.to_torch(self.pipeline.result)


def estimators():
    """Every estimator by name: the process ones above and every credit operator over one reward per rollout."""
    found = {name: Estimator(stages) for name, stages in PROCESS.items()}
    for name, spec in operators().items():
        given = all(param.default is not None for param in spec.params)
        if name.startswith("credit.") and given and "channel" in {param.name for param in spec.params}:
            stage = operator(name, channel="outcome")
            if stage.reads == ["rollout.outcome"] and stage.writes[0].startswith("token."):
                found[name.removeprefix("credit.")] = Estimator([stage])
    return found
