"""Padded token rewards of a trainer to token advantages: what verl and SkyRL hand to an estimator.

    estimate = dense.Estimator([("credit.grpo", {"channel": "outcome"})])
    advantages = estimate(token_level_rewards, response_mask, index)        # torch, (B, T)

The pipeline reads rollout.outcome (the sum of a row's rewards, wherever they stand: a trainer that rejects a token does not take back its reward) and
step.process. Steps and their scores are `steps` or, without it, read off the token rewards (`steps_of`). A row without a trained token is missing.
"""

import json

from . import _gradus
from ._gradus import Error
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
        reads = {name for stage in self.pipeline.stages for name in stage.reads}
        self.reads_steps, self.reads_outcome = "step.process" in reads, "rollout.outcome" in reads
        self._tuned = {}

    def tuned(self, name, **settings):
        """The same with a trainer's settings (see gradus.tuning), its memories kept from call to call."""
        from .tuning import changed, stages_with

        settings = changed(settings)
        if not settings:
            return self
        key = tuple(sorted(settings.items()))
        if key not in self._tuned:
            self._tuned[key] = Estimator(stages_with(name, self.pipeline.stages, settings))
        return self._tuned[key]

    def state(self):
        """The memories of the pipeline by the settings it ran with; {} where nothing is remembered."""
        everyone = [((), self), *self._tuned.items()]
        return {json.dumps(dict(key)): one.pipeline.state() for key, one in everyone if any(text != "null" for text in one.pipeline.state())}

    def load_state(self, name, state):
        for key, texts in state.items():
            self.tuned(name, **json.loads(key)).pipeline.load_state(texts)

    def __call__(self, rewards, mask, index, steps=None, *, ends=None, rollouts=None, whole=None, updates=0, seed=0):
        """rewards, mask (B, T), index (B,): the group of every row; None for rules that compare nothing. steps (B, T): the score of a step at its last
        token, NaN elsewhere; ends: where steps end, where that is more places. rollouts (B,): rows that share an id are one rollout, and the last one's
        reward is its outcome. whole: the mask before the trainer rejected tokens; steps are what it says, and rejected tokens are not trained. updates and
        seed go to the operators."""
        import torch

        mask = mask.detach().cpu()
        whole = mask if whole is None else whole.detach().cpu()
        device, rewards = rewards.device, readable(rewards.detach().cpu().double(), whole)
        trained = (mask != 0).any(-1)
        if self.reads_steps:
            scores, marks = steps_of(rewards, whole) if steps is None else (steps.detach().cpu().double(), None)
            scores = stored(torch.where(trained[:, None], scores, float("nan")), "a step score").contiguous()
            marks = ~scores.isnan() if marks is None and ends is None else marks if ends is None else ends
            batch = _gradus.Batch.from_dense(whole, index, step_ends=marks, rollout=rollouts)
            batch.put("step.process", scores, missing="skip")
        else:
            batch = _gradus.Batch.from_dense(whole, index, rollout=rollouts)
        batch.put("rollout.outcome", outcomes(rewards, trained, rollouts), missing="skip")
        if index is not None:  # without groups the operator itself says so
            self.pipeline.require_peers(batch)
        self.pipeline(batch, updates=updates, seed=seed)
        return (batch.to_torch(self.pipeline.result) * (mask != 0)).to(device)


def readable(rewards, mask):
    """Rewards without what is no number in places that are not trained; on a trained place that is refused."""
    bad = ~rewards.isfinite()
    if bool((bad & (mask != 0)).any()):
        row, place = (bad & (mask != 0)).nonzero()[0].tolist()
        raise Error(f"a token reward is not a finite number: found {rewards[row, place]} at row {row}, position {place}; expected a number on every "
                    "trained token")
    return rewards.masked_fill(bad, 0.0).contiguous()


def stored(values, what):
    """As float32. What it does not hold is refused, NaN stays."""
    found = values.float()
    if bool((large := found.isinf()).any()):
        place = large.nonzero()[0].tolist()
        where = ", position ".join(str(at) for at in place)
        raise Error(f"{what} is too large: found {values[tuple(place)]} at row {where}; expected at most 3.4e38 in size (float32)")
    return found


def outcomes(rewards, trained, rollouts=None):
    """One number per rollout, NaN where none of its tokens is trained."""
    import torch

    sums = stored(rewards.double().sum(-1), "the sum of a row's rewards")
    if rollouts is None:
        return sums.masked_fill(~trained, float("nan"))
    found, kept = {}, {}
    for row, name in enumerate(as_labels(rollouts)):
        found[name], kept[name] = sums[row], kept.get(name, False) or bool(trained[row])
    return torch.stack([found[name] if kept[name] else torch.tensor(float("nan")) for name in found]) if found else sums


def as_labels(labels):
    return labels.tolist() if hasattr(labels, "tolist") else list(labels)


def steps_of(rewards, mask):
    """(scores, ends): steps read off token rewards, each (B, T). A reward on a token that is not trained counts for the turn before it. Where rewards stand at
    the ends of turns only, every turn is a step, and 0 is its score; otherwise a step ends where a reward is not zero, and at the end of a turn."""
    import torch

    trained = mask != 0
    last = trained & ~torch.nn.functional.pad(trained[:, 1:], (0, 1))
    turn = trained.logical_and(~torch.nn.functional.pad(trained[:, :-1], (1, 0))).long().cumsum(-1)
    count = int(turn.max()) if turn.numel() else 0
    loose = rewards.new_zeros(len(rewards), count + 1).scatter_add_(1, turn, rewards.masked_fill(trained, 0.0))
    scores = torch.where(trained, rewards, 0.0) + torch.where(last, loose.gather(1, turn), 0.0)
    lost = (loose[:, 0] != 0) & trained.any(-1)
    if bool(lost.any()):
        row = int(lost.nonzero()[0])
        raise Error(f"row {row} has a reward before its first trained token, which no step can take; expected rewards where steps end")
    by_turn = not bool((scores[trained & ~last] != 0).any())
    scored = last if by_turn else scores != 0
    return torch.where(scored, scores, float("nan")), scored | last


def random_seed(base, updates):
    """The seed of one batch: another one after every update, the same in a run that goes on."""
    return (int(base) * 1_000_003 + int(updates)) % (1 << 63)


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
