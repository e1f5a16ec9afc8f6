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
from .step_scores import as_list, numbers


def sampled_nodes(trace):
    """The nodes whose tokens the model sampled: the steps of a trace, in order."""
    return [node for node in trace.nodes if any(node.mask)]


def assign_advantages(traces, step_rewards=None, *, groups=None, pipeline=None, updates=0, seed=0):
    """Writes per-token advantages for the sampled tokens of every trace.

    step_rewards: per trace, one reward or None per sampled node; without them the outcome alone counts. groups: one id per
    trace; without them all traces are samples of one task. The pipeline, stages or a gradus.Pipeline that remembers, reads rollout.outcome (Trace.reward; None
    is missing) and step.process. updates (of the policy so far) and seed go to its operators.
    """
    steps = [sampled_nodes(trace) for trace in traces]
    nodes = [node for row in steps for node in row]
    batch = _gradus.Batch.from_ragged(np.cumsum([0] + [len(row) for row in steps]),
                                      np.cumsum([0] + [sum(node.mask) for node in nodes]),
                                      np.zeros(len(traces), dtype=np.int64) if groups is None else groups)
    outcomes = [trace.reward if row else None for trace, row in zip(traces, steps)]  # without a sampled token: missing
    batch.put("rollout.outcome", numbers(outcomes, "reward of trace"), missing="skip")
    if step_rewards is not None:
        step_rewards = [as_list(given) if given is not None else [None] * len(found) for given, found in zip(step_rewards, steps, strict=True)]
        for row, (given, found) in enumerate(zip(step_rewards, steps, strict=True)):
            if len(given) != len(found):
                raise Error(f"trace {row}: {len(given)} step rewards; expected {len(found)}, one per node that the model sampled")
        batch.put("step.process", numbers([reward for row in step_rewards for reward in row], "step reward"), missing="skip")
    default = dense.PROCESS["step_grpo"] if step_rewards is not None else (("credit.grpo", {"channel": "outcome"}),)
    chain = Pipeline.of(pipeline or default)
    chain.require_peers(batch)
    chain(batch, updates=updates, seed=dense.random_seed(seed, updates))
    values, valid, offsets = batch[chain.result], batch.valid(chain.result), batch.token_offsets
    for place, node in enumerate(nodes):
        span = slice(offsets[place], offsets[place + 1])
        node.advantages = values[span].tolist() if valid[span].any() else None
