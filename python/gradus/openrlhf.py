"""OpenRLHF: a reward file. One number per sample reaches the loss, so step channels become numbers and are logged apart.

    GRADUS_SCORE=my_scores:score  --reward.remote_url $(python -m gradus.openrlhf)

`my_scores.score(query, prompt, label)` returns {"outcome": 1.0, "style": [0.2, None, 1.0]} (see gradus.channels). Weights and
forms are those of `my_scores.score.weights` and `.forms` where it has them; otherwise every channel weighs 1. `scores` (dynamic
filtering) is the channel "outcome" where there is one.
"""

import importlib
import os

import numpy as np

from gradus import Error  # OpenRLHF loads this file by its path, outside the package
from gradus.channels import Channels


def reward_function(score, weights=None, forms=None):
    """reward_func(queries, prompts, labels) over a function that scores one sample."""

    def reward_func(queries, prompts, labels, **unused):
        rows = [score(query, prompt, label) for query, prompt, label in zip(queries, prompts, labels)]
        if not rows:
            return {"rewards": [], "scores": [], "extra_logs": {}}
        channels = Channels(weights or {name: 1.0 for row in rows for name in row}, forms)
        scalars = channels.scalars(rows)
        rewards = channels.rewards(scalars)
        if np.isnan(rewards).any():
            raise Error(f"sample {int(np.isnan(rewards).argmax())} has no score in any channel; OpenRLHF would train on it as 0")
        scores = scalars.get("outcome", rewards)
        logs = {name: float(np.nanmean(values)) for name, values in scalars.items() if not np.isnan(values).all()}
        logs |= {f"{name}_missing": float(np.isnan(values).mean()) for name, values in scalars.items()}
        return {"rewards": rewards.tolist(), "scores": scores.tolist(), "extra_logs": logs}

    return reward_func


def _scorer():
    place = os.environ.get("GRADUS_SCORE", "")
    module, _, name = place.partition(":")
    if not name:
        raise Error(f"the environment variable GRADUS_SCORE is '{place}'; expected MODULE:FUNCTION, the function that scores one sample")
    return getattr(importlib.import_module(module), name)


def reward_func(queries, prompts, labels, **kwargs):
    """What OpenRLHF calls: scores with the function that GRADUS_SCORE names."""
    score = _scorer()
    call = reward_function(score, getattr(score, "weights", None), getattr(score, "forms", None))
    return call(queries, prompts, labels, **kwargs)


if __name__ == "__main__":
    print(os.path.abspath(__file__))
