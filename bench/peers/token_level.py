"""P1, P1b: generalised advantage estimation with whitening, dense (B, T) tensors in and out."""

import gradus
import numpy as np
import torch
from verl.trainer.ppo import core_algos

SHAPES = [(64, 512), (256, 2048), (1024, 4096)]
GAMMA, LAMBDA = 1.0, 0.95


def tensors(rows, width, seed=1):
    """Ragged lengths and two tool observations in every fourth row, as agents have them."""
    draw = np.random.default_rng(seed)
    mask = np.zeros((rows, width), dtype=np.int64)
    for r, length in enumerate(draw.integers(width // 8, width + 1, size=rows)):
        mask[r, :length] = 1
        if r % 4 == 0:
            for begin in draw.integers(1, length, size=2):
                mask[r, begin:begin + width // 16] = 0
    reward = np.where(draw.random((rows, width)) < 0.02, draw.normal(size=(rows, width)), 0).astype(np.float32) * mask
    value = draw.normal(size=(rows, width)).astype(np.float32)
    return reward.astype(np.float32), value, mask


def ours(reward, value, mask, threads=2):
    op = gradus.operator("credit.gae", gamma=GAMMA, **{"lambda": LAMBDA})

    def call():
        batch = gradus.Batch.from_dense(mask, **{"token.reward": reward, "token.value": value})
        op(batch, threads=threads)
        return batch["token.advantage"], batch["token.return"]

    return call


def verl(reward, value, mask):
    reward, value, mask = torch.from_numpy(reward), torch.from_numpy(value), torch.from_numpy(mask)
    return lambda: core_algos.compute_gae_advantage_return(reward, value, mask, torch.tensor(GAMMA), torch.tensor(LAMBDA))


def time_major(reward, value, mask):
    """The strongest torch that we could write: contiguous along the batch, in place, one pass over time."""
    reward, value, mask = torch.from_numpy(reward), torch.from_numpy(value), torch.from_numpy(mask)

    def call():
        r, v, m = reward.t().contiguous(), value.t().contiguous(), mask.t().to(torch.bool).contiguous()
        advantage = torch.empty_like(r)
        following, last = torch.zeros_like(r[0]), torch.zeros_like(r[0])
        for t in range(r.shape[0] - 1, -1, -1):
            step = following.mul(GAMMA).add_(r[t]).sub_(v[t]).add_(last, alpha=GAMMA * LAMBDA)
            last = torch.where(m[t], step, last)
            following = torch.where(m[t], v[t], following)
            advantage[t] = last
        returns = (advantage + v).t().contiguous()
        weights = m.to(r.dtype)
        count = weights.sum()
        mean = (advantage * weights).sum() / count
        variance = ((advantage - mean).square_() * weights).sum() / (count - 1)
        return advantage.sub_(mean).mul_(torch.rsqrt(variance + 1e-8)).t().contiguous(), returns

    return call


def check(mask, mine, theirs):
    """Whatever a fast answer is worth: the same numbers on every trained token."""
    for a, b in zip(mine, theirs):
        b = b.numpy()
        error = np.abs(a - b)[mask != 0].max()
        if not error <= 2e-3 * max(1.0, np.abs(b[mask != 0]).max()):
            raise SystemExit(f"outputs differ by {error}: nothing is timed")
