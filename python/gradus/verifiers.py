"""verifiers / prime-rl: step credit into MessageNode.advantages, one step per message that the model wrote.

    class StepAlgorithm(Algorithm):                                   # registered inside prime-rl, which has no import hook
        def score_group(self, traces):
            gradus.verifiers.assign_advantages(traces, [[judge(node) for node in sampled_nodes(t)] for t in traces])

A node that no rule reaches keeps None, which is not the same as a credit of zero.
"""

import numpy as np

from . import _gradus, dense
from ._gradus import Error
from .registry import Pipeline


def sampled_nodes(trace):
    """The nodes whose tokens the model sampled: the steps of a trace, in order."""
    return [node for node in trace.nodes if any(node.mask)]


def assign_advantages(traces, step_rewards=None, *, groups=None, pipeline=None):
    """Writes per-token advantages for the sampled tokens of every trace.

    step_rewards: per trace, one reward or None per sampled node; without them the outcome alone counts. groups: one id per
    trace; without them all traces are samples of one task. The pipeline reads rollout.outcome (Trace.reward) and step.process.
    """
    steps = [sampled_nodes(trace) for trace in traces]
    nodes = [node for row in steps for node in row]
    batch = _gradus.Batch.from_ragged(np.cumsum([0] + [len(row) for row in steps]),
                                      np.cumsum([0] + [sum(node.mask) for node in nodes]),
                                      np.zeros(len(traces), dtype=np.int64) if groups is None else groups,
                                      **{"rollout.outcome": np.array([trace.reward for trace in traces], dtype=np.float32)})
    if step_rewards is not None:
        for row, (given, found) in enumerate(zip(step_rewards, steps, strict=True)):
            if len(given) != len(found):
                raise Error(f"trace {row}: {len(given)} step rewards; expected {len(found)}, one per node that the model sampled")
        flat = [np.nan if reward is None else reward for row in step_rewards for reward in row]
        batch.put("step.process", np.array(flat, dtype=np.float32), missing="skip")
    default = dense.PROCESS["step_grpo"] if step_rewards is not None else (("credit.grpo", {"channel": "outcome"}),)
    chain = Pipeline(pipeline or default)
    values, valid, offsets = chain(batch)[chain.result], batch.valid(chain.result), batch.token_offsets
    for number, node in enumerate(nodes):
        span = slice(offsets[number], offsets[number + 1])
        node.advantages = values[span].tolist() if valid[span].any() else None
