"""TRL's reward functions from one function that scores named channels; see gradus.trl."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .channels import Channels


def reward_funcs(score, weights, forms=None):
    """One reward function per channel, named after it; give their weights to GRPOConfig(reward_weights=list(weights.values()))."""
    channels, last = Channels(weights, forms), {}

    def asked(completion_ids, **given):
        if last.get("of") is not completion_ids:  # all functions of a batch get the same list
            last.update(of=completion_ids, rows=answer(score(completion_ids=completion_ids, **given)))
            last["scalars"] = channels.scalars(last["rows"])
        return last

    def named(name):
        def reward(prompts, completions, completion_ids, log_metric=None, log_extra=None, **columns):
            found = asked(completion_ids, prompts=prompts, completions=completions, **columns)
            values = found["scalars"][name]
            if log_metric:
                log_metric(f"{name}/missing", float(np.isnan(values).mean()))
            if log_extra:
                log_extra(f"{name}/steps", [str(row.get(name)) for row in found["rows"]])
            return [None if np.isnan(value) else float(value) for value in values]

        reward.__name__ = name
        return reward

    return [named(name) for name in channels.weights]


def answer(found):
    """What a scoring function returned; an async one is waited for, in a thread of its own because this one may run a loop."""

    async def wait():
        return await found

    if not inspect.isawaitable(found):
        return found
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, wait()).result()
