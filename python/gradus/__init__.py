"""Process rewards and credit assignment for post-training.

Step boundaries + named reward channels + a credit rule = per-token advantages:

    batch = gradus.Batch.from_dense(mask, group=uids, columns={"rollout.outcome": outcomes})
    gradus.credit.grpo(batch, channel="outcome")
    advantages = batch.to_torch("token.outcome_advantage")

`gradus.operators()` describes every operator; docs/python.md has the module, docs/plug-in.md the hooks of trainers.
"""

import os
from typing import NamedTuple

from . import _gradus
from ._gradus import Batch, Error, Memory, Operator, advantages
from .registry import Chain, Method, Param, Pipeline, Spec, method, methods, operator, operators, rooms, run

__version__ = _gradus.version


class RolloutFile(NamedTuple):
    """A rollout file that was read: the batch, how many lines hold something, how many of them were left out and why
    (the first 100)."""

    batch: Batch
    lines: int
    bad_lines: int
    errors: list[str]


def read_jsonl(path: str | os.PathLike[str], *, strict: bool = True) -> RolloutFile:
    """Reads a rollout file. strict: raises at the first bad line; otherwise bad lines are left out, counted and described."""
    return RolloutFile(*_gradus.read_jsonl(str(path), strict))


globals().update(rooms(__name__))

__all__ = ["Batch", "Chain", "Error", "Memory", "Method", "Operator", "Param", "Pipeline", "RolloutFile", "Spec", "advantages", "method",
           "methods", "operator", "operators", "read_jsonl", "run"]
