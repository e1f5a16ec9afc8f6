"""Process rewards and credit assignment for post-training.

    import gradus, numpy as np
    batch = gradus.Batch.from_dense(mask, group=uids, **{"token.reward": rewards})
    gradus.run("credit.grpo", batch, channel="outcome")
"""
from ._gradus import *
