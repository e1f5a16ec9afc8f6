"""The scores of steps as scoring functions return them, checked once for all trainers.

A score belongs to the tokens from behind the last end to its own. It may stand on a token that is not trained (rejected, or the tool output that was
judged), but not on a step without a trained token: it would be lost, so it is refused with its place. Missing is None, never NaN.
"""

import numpy as np

from ._gradus import Error


def as_list(values):
    """A list of Python values from a list, a tuple, an array or a tensor; None is empty."""
    if values is None:
        return []
    return values.tolist() if hasattr(values, "tolist") else list(values)


def is_list(value):
    """More than one number: a list, a tuple, an array or a tensor with a dimension."""
    return isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0


def number(value, where):
    """A score as float, or None."""
    if value is None:
        return None
    if isinstance(value, (str, bytes)):
        raise Error(f"{where}: {value!r} is not a number")
    try:
        found = float(value)
    except OverflowError:  # an integer that not even float64 holds
        found = float("inf")
    with np.errstate(over="ignore"):
        stored = np.isfinite(np.float32(found))
    if not stored:
        raise Error(f"{where}: found {found}; expected a finite number of at most 3.4e38 in size (float32), or None where there is no score")
    return found


def numbers(values, where):
    """Scores as float32, NaN where one is None."""
    return np.array([number(value, f"{where} {place}") for place, value in enumerate(values)], dtype=np.float32)


def pairs(ends, rewards, length, where):
    """[(end, reward or None), ...] with the ends rising within the response."""
    ends = [int(end) for end in as_list(ends)]
    rewards = [number(reward, f"{where}: reward {place}") for place, reward in enumerate(as_list(rewards))]
    if len(ends) != len(rewards) or ends != sorted(set(ends)) or any(not 0 <= end < length for end in ends):
        raise Error(f"{where}: step_ends {ends} with {len(rewards)} step_rewards; expected one reward per end, ends rising, all within its {length} "
                    "response tokens")
    return list(zip(ends, rewards))


def place(rows, mask, where="response"):
    """(scores, ends) as (B, T) arrays from a list of (end, reward or None) per row: NaN where there is no score. mask (B, T): 1 where a token is trained.
    A row without a trained token has no scores: there is nothing that they could train."""
    scores, ends = np.full(mask.shape, np.nan, dtype=np.float32), np.zeros(mask.shape, dtype=np.uint8)
    for row, steps in enumerate(rows):
        trained = np.flatnonzero(mask[row])
        if not len(trained):
            continue
        begin = 0
        for end, reward in steps:
            if reward is not None and not mask[row, begin : end + 1].any():
                raise Error(f"the step that ends at token {end} of {where} {row} has a reward, but no token that the model wrote and that is trained")
            ends[row, end], scores[row, end] = 1, np.nan if reward is None else reward
            begin = end + 1
    return scores, ends
