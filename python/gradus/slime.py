"""slime: step rewards to per-token advantages, computed where whole groups are and carried to the trainer.

    --custom-reward-post-process-path gradus.slime.post_process_rewards
    --custom-advantage-function-path gradus.slime.advantages

A custom reward model (--custom-rm-path) leaves sample.metadata["step_ends"] (index of a step's last response token) and
["step_rewards"] (float or None). The advantages travel as the samples' "rewards": of the columns that slime deals out to its
ranks, that one is free once a custom advantage function is set. Another pipeline needs a two-line module that calls
`post_process(args, samples, pipeline)`. Context parallelism splits responses over ranks and is refused.
"""

import numpy as np

from . import _gradus, dense
from ._gradus import Error
from .registry import Pipeline

PIPELINE = dense.PROCESS["outcome_and_process"]


def post_process_rewards(args, samples):
    """slime's hook: raw rewards, and in place of the rewards one tensor of advantages per sample."""
    return post_process(args, samples, PIPELINE)


def post_process(args, samples, pipeline):
    raw = [float(sample.get_reward_value(args)) for sample in samples]
    widths = [sample.response_length for sample in samples]
    shape = (len(samples), max(widths, default=0))
    mask, ends = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint8)
    steps = np.full(shape, np.nan, dtype=np.float32)
    for row, sample in enumerate(samples):
        mask[row, : widths[row]] = 1 if sample.loss_mask is None else sample.loss_mask
        found = sample.metadata or {}
        places, rewards = found.get("step_ends", []), found.get("step_rewards", [])
        if len(places) != len(rewards) or any(not 0 <= end < widths[row] for end in places):
            raise Error(f"sample {row}: step_ends {places} with {len(rewards)} step_rewards; expected one reward per end, all "
                        f"within its {widths[row]} response tokens")
        for end, reward in zip(places, rewards):
            ends[row, end], steps[row, end] = 1, np.nan if reward is None else reward
    batch = _gradus.Batch.from_dense(mask, [sample.group_index for sample in samples], step_ends=ends)
    batch["rollout.outcome"] = np.array(raw, dtype=np.float32)
    batch.put("step.process", steps, missing="skip")
    chain = Pipeline(pipeline)
    chain(batch)
    result = batch.to_torch(chain.result)
    return raw, [result[row, :width].clone() for row, width in enumerate(widths)]


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
