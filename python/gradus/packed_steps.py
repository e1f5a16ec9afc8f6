"""The step rewards of a response as one text, for trainers that carry texts but no ragged lists."""

import json

import numpy as np

from ._gradus import Error

STEPS = "gradus_steps"  # the name of the text among a trainer's extra columns


def pack(score, length):
    """verl's score dict with its step lists checked against the response and packed into one text."""
    score = dict(score) if isinstance(score, dict) else {"score": score}
    ends, rewards = list(score.pop("step_ends", [])), list(score.pop("step_rewards", []))
    if len(ends) != len(rewards) or ends != sorted(set(ends)) or any(not 0 <= end < length for end in ends):
        raise Error(f"step_ends {ends} with {len(rewards)} step_rewards; expected one reward per end, ends rising within "
                    f"the {length} tokens of the response")
    if any(reward is not None and not np.isfinite(reward) for reward in rewards):
        raise Error(f"step_rewards {rewards}: not all finite; a reward that is missing is None")
    return {**score, STEPS: json.dumps([[int(end), reward] for end, reward in zip(ends, rewards)])}


def unpack(texts, rewards):
    """Step rewards as (B, T) like the token rewards, NaN where there is none."""
    steps = rewards.new_full(rewards.shape, float("nan"))
    for row, text in enumerate(texts):
        for end, reward in json.loads(text):
            steps[row, end] = float("nan") if reward is None else reward
    return steps
