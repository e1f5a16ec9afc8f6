"""slime: step rewards to per-token advantages, computed where whole groups are and carried to the trainer.

    --custom-reward-post-process-path gradus.slime.post_process_rewards
    --custom-advantage-function-path gradus.slime.advantages

A custom reward model (--custom-rm-path) leaves sample.metadata["step_ends"] (index of a step's last response token) and
["step_rewards"] (float or None). The advantages travel as the samples' "rewards": of the columns that slime deals out to its
ranks, that one is free once a custom advantage function is set. Another pipeline needs a module that makes a gradus.Pipeline once
and calls `post_process(args, samples, pipeline)`. Context parallelism splits responses over ranks and is refused.
"""

import numpy as np

from . import _gradus, dense
from ._gradus import Error
from .registry import Pipeline
from .step_scores import number, pairs, place

PIPELINE = Pipeline(dense.PROCESS["outcome_and_process"])  # one for the run: it remembers


def post_process_rewards(args, samples):
    """slime's hook: raw rewards, and in place of the rewards one tensor of advantages per sample."""
    return post_process(args, samples, PIPELINE)


def post_process(args, samples, pipeline):
    """pipeline: stages, or a gradus.Pipeline that is kept from batch to batch and counts them as updates of the policy."""
    raw = [number(sample.get_reward_value(args), f"reward of sample {row}") for row, sample in enumerate(samples)]
    widths = [sample.response_length for sample in samples]
    mask = np.zeros((len(samples), max(widths, default=0)), dtype=np.uint8)
    rows = []
    for row, sample in enumerate(samples):
        mask[row, : widths[row]] = 1 if sample.loss_mask is None else sample.loss_mask
        found = sample.metadata or {}
        rows.append(pairs(found.get("step_ends"), found.get("step_rewards"), widths[row], f"sample {row}"))
    steps, ends = place(rows, mask, "sample")
    batch = _gradus.Batch.from_dense(mask, [sample.group_index for sample in samples], step_ends=ends)
    outcomes = [reward if mask[row].any() else None for row, reward in enumerate(raw)]  # nothing to train on: missing
    batch.put("rollout.outcome", np.array(outcomes, dtype=np.float32), missing="skip")
    batch.put("step.process", steps, missing="skip")
    chain = Pipeline.of(pipeline)
    chain.require_peers(batch)
    updates = chain.next_update()
    chain(batch, updates=updates, seed=dense.random_seed(getattr(args, "seed", None) or 0, updates))
    result = batch.to_torch(chain.result)
    return [float("nan") if reward is None else reward for reward in raw], [result[row, :width].clone() for row, width in enumerate(widths)]


def advantages(args, rollout_data):
    """slime's hook in the trainer: the advantages that post_process_rewards left, like rollout_data["kl"]."""
    carried, kl = rollout_data["rewards"], rollout_data["kl"]
    for row, (values, tokens) in enumerate(zip(carried, kl, strict=True)):
        if not hasattr(values, "shape"):
            raise Error("the samples carry no Gradus advantages; expected --custom-reward-post-process-path "
                        "gradus.slime.post_process_rewards")
        if len(values) != len(tokens):
            raise Error(f"response {row} of this rank has {len(tokens)} tokens and {len(values)} advantages; expected "
                        "context_parallel_size=1")
    rollout_data["advantages"] = [values.to(tokens.device) for values, tokens in zip(carried, kl)]
    rollout_data["returns"] = list(rollout_data["advantages"])
