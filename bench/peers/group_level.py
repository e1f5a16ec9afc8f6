"""P2, P2b: group and step estimators. 1024 rollouts in groups of 8 with uuid group ids; verl gets one reward per row."""

import uuid

import gradus
import numpy as np
import torch
from verl.trainer.ppo import core_algos
from verl.trainer.config import AlgoConfig

ROLLOUTS, GROUP, WIDTH = 1024, 8, 2048

# name: (our estimator, our parameters, verl's loop, verl's vectorised twin or None)
ESTIMATORS = {
    "GRPO": ("grpo", {}, core_algos.compute_grpo_outcome_advantage, core_algos.compute_grpo_vectorized_outcome_advantage),
    "RLOO": ("rloo", {}, core_algos.compute_rloo_outcome_advantage, core_algos.compute_rloo_vectorized_outcome_advantage),
    "OPO": ("opo", {}, core_algos.compute_opo_outcome_advantage, None),
    "Pass@k": ("pass_at_k", {}, core_algos.compute_grpo_passk_outcome_advantage, None),
    "REINFORCE++-baseline": (None, {}, core_algos.compute_reinforce_plus_plus_baseline_outcome_advantage, None),
}


def rewards(seed=1):
    return np.random.default_rng(seed).normal(size=ROLLOUTS).astype(np.float32)


def uids():
    return np.repeat(np.array([str(uuid.UUID(int=i)) for i in range(ROLLOUTS // GROUP)], dtype=object), GROUP)


def verl(function, reward, index, mask):
    token_rewards = torch.zeros(mask.shape, dtype=torch.float32)
    token_rewards[:, 0] = torch.from_numpy(reward)
    mask = torch.from_numpy(mask).to(torch.float32)
    config = {"config": AlgoConfig()} if function is core_algos.compute_grpo_passk_outcome_advantage else {}
    return lambda: function(token_rewards, mask, index=index, **config)


def lengths(seed=2):
    return np.random.default_rng(seed).integers(WIDTH // 8, WIDTH + 1, size=ROLLOUTS)


def dense_mask():
    return (np.arange(WIDTH)[None, :] < lengths()[:, None]).astype(np.int64)


def ours(estimator, params, reward, index, mask=None):
    """An estimator by name, or the two operators of REINFORCE++-baseline: centred in the group, whitened over the batch."""
    if estimator:
        return lambda: gradus.advantages(reward, index, estimator, mask=mask, **params)
    level = "rollout" if mask is None else "token"
    pipeline = gradus.Pipeline([("credit.dr_grpo", {"level": level, "into": "advantage"}),
                                ("credit.whiten", {"level": level, "channel": "advantage"})])

    def call():
        if mask is None:
            batch = gradus.Batch.from_rollouts(index, outcome=reward)
        else:
            batch = gradus.Batch.from_dense(mask, index, **{"rollout.outcome": reward})
        pipeline(batch)
        return batch[f"{level}.advantage"]

    return call


def steps(seed=3):
    """Step rewards with 1 to 12 steps per rollout: values [S] and offsets [R+1]."""
    draw = np.random.default_rng(seed)
    counts = draw.integers(1, 13, size=ROLLOUTS)
    return draw.normal(size=counts.sum()).astype(np.float32), np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def step_grpo_numpy(values, offsets, index):
    """All steps of a group pooled: (r - mean) / (std + 1e-6), then the sum from each step on (DeepSeekMath)."""
    def call():
        _, groups = np.unique(index.astype(str), return_inverse=True)
        counts = np.diff(offsets)
        group = np.repeat(groups, counts)
        n = np.bincount(group)
        mean = np.bincount(group, values) / n
        centred = values - mean[group]
        std = np.sqrt(np.bincount(group, centred * centred) / (n - 1))
        z = centred / (std[group] + 1e-6)
        total = np.cumsum(z)
        before = np.concatenate([[0], total])[offsets[:-1]]
        sums = total[offsets[1:] - 1] - before
        rollout = np.repeat(np.arange(ROLLOUTS), counts)
        return (before + sums)[rollout] - total + z

    return call


def step_grpo_ours(values, offsets, index):
    pipeline = gradus.Pipeline([("shape.normalise", {"channel": "prm", "pool": "group", "singleton": "own"}),
                                ("shape.suffix", {"channel": "prm", "level": "step", "form": "sum", "into": "advantage"})])

    def call():
        batch = gradus.Batch.from_ragged(step_offsets=offsets, group=index, **{"step.prm": values})
        pipeline(batch)
        return batch["step.advantage"]

    return call
