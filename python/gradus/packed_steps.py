"""The step rewards of a response as one text, for trainers that carry texts but no ragged lists."""

import json

from .step_scores import pairs

STEPS = "gradus_steps"  # the name of the text among a trainer's extra columns


def pack(score, length):
    """verl's score dict with its step lists checked against the response and packed into one text."""
    score = dict(score) if isinstance(score, dict) else {"score": score}
    steps = pairs(score.pop("step_ends", None), score.pop("step_rewards", None), length, "the scoring function's answer")
    return {**score, STEPS: json.dumps([[end, reward] for end, reward in steps])}


def unpack(texts):
    """One list of (end, reward or None) per row; no text is no steps."""
    return [[(end, reward) for end, reward in json.loads(text or "[]")] for text in texts]
