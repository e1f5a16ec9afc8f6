"""Named channels to one number per rollout, for trainers that take nothing finer.

A scoring function returns, per completion, {"outcome": 1.0, "style": [0.2, None, 1.0]}: a number, or the scores of the steps
in order (a list, an array or a tensor), None where a score is missing. Step channels become numbers by an operator (shape.aggregate); channels are combined
with explicit weights and only at the end.

    rewards = Channels({"outcome": 1.0, "style": 0.5}, forms={"style": "min"})
    scalars = rewards.scalars(scored)      # {"outcome": array (R,), "style": array (R,)}, NaN where missing
"""

import numpy as np

from . import _gradus
from ._gradus import Error
from .registry import Operator
from .step_scores import as_list, is_list, numbers


class Channels:
    """Names with their weights in the reward; forms: how the steps of a channel become one number (mean by default)."""

    def __init__(self, weights, forms=None):
        self.weights = dict(weights)
        if not self.weights:
            raise Error("at least one channel is needed, as a name with its weight")
        forms = {name: "mean" for name in self.weights} | dict(forms or {})
        if unknown := set(forms) - set(self.weights):
            raise Error(f"forms for {sorted(unknown)}, which have no weight; known: {sorted(self.weights)}")
        self._aggregate = {name: Operator("shape.aggregate", {"channel": name, "into": name, "form": form})
                           for name, form in forms.items()}

    def scalars(self, scored):
        """{name: (R,) float32}; scored: one dict per completion. A channel that a completion lacks is missing there."""
        if unknown := {name for row in scored for name in row} - set(self.weights):
            raise Error(f"the scores hold channels {sorted(unknown)} without a weight; known: {sorted(self.weights)}")
        return {name: self._scalar(name, [row.get(name) for row in scored]) for name in self.weights}

    def _scalar(self, name, values):
        rows = [as_list(value) if is_list(value) else [value] for value in values]
        steps = [numbers(row, f"channel '{name}' of completion {place}, score") for place, row in enumerate(rows)]
        offsets = np.cumsum([0] + [len(row) for row in steps])
        flat = np.concatenate([np.zeros(0, dtype=np.float32), *steps])
        batch = _gradus.Batch.from_ragged(offsets, missing="skip", **{f"step.{name}": flat})
        self._aggregate[name](batch)
        column = f"rollout.{name}"
        return np.where(batch.valid(column), batch[column], np.float32(np.nan))

    def rewards(self, scalars):
        """The weighted sum per completion over the channels it has; NaN where it has none."""
        stacked = np.stack([scalars[name] * np.float32(weight) for name, weight in self.weights.items()])
        return np.where(np.isnan(stacked).all(0), np.float32(np.nan), np.nansum(stacked, 0))
