"""rLLM: advantage estimators named "gradus_*", and step rewards to the per-token advantages of a workflow.

    import gradus.rllm                          # then rllm.algorithm.adv_estimator=gradus_grpo
    gradus.rllm.assign(groups)                  # with rllm.algorithm.use_precomputed_advantage=true

`assign` writes Step.advantage from Step.reward, one list per step as long as its response_ids (rLLM turns a list of another
length into zeros with a warning).
"""

import numpy as np
from rllm.trainer.algorithms.advantage import RLLM_ADV_ESTIMATOR_REGISTRY, register_rllm_adv_estimator

from . import _gradus, dense
from .registry import Pipeline


def assign(groups, pipeline=dense.PROCESS["step_grpo"]):
    """groups: TrajectoryGroups. The pipeline reads step.process and rollout.outcome (Trajectory.reward, where all have one)."""
    rollouts = [(number, trajectory) for number, group in enumerate(groups) for trajectory in group.trajectories]
    steps = [step for _, trajectory in rollouts for step in trajectory.steps]
    batch = _gradus.Batch.from_ragged(
        np.cumsum([0] + [len(trajectory.steps) for _, trajectory in rollouts]),
        np.cumsum([0] + [len(step.response_ids) for step in steps]), [number for number, _ in rollouts],
        **{"step.process": np.array([step.reward for step in steps], dtype=np.float32)})
    if all(trajectory.reward is not None for _, trajectory in rollouts):
        batch["rollout.outcome"] = np.array([trajectory.reward for _, trajectory in rollouts], dtype=np.float32)
    chain = Pipeline(pipeline)
    values, offsets = chain(batch)[chain.result], batch.token_offsets
    for number, step in enumerate(steps):
        step.advantage = values[offsets[number] : offsets[number + 1]].tolist()


def _register(name):
    @register_rllm_adv_estimator(f"gradus_{name}")
    def estimate(rewards, algorithm_config, **unused):
        if not rewards:
            return [], []
        sizes = [len(group) for group in rewards]
        flat = np.ascontiguousarray(np.concatenate(rewards), dtype=np.float32)
        found = _gradus.advantages(flat, np.repeat(np.arange(len(sizes)), sizes), name)
        parts = np.split(found, np.cumsum(sizes)[:-1])
        return parts, parts


for _name, _estimator in dense.estimators().items():
    if not _estimator.reads_steps and f"gradus_{_name}" not in RLLM_ADV_ESTIMATOR_REGISTRY:
        _register(_name)
