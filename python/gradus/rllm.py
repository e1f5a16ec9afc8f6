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
from .step_scores import number
from .tuning import setting


def _scores(values, where):
    """Float32 with NaN where a reward is None."""
    given = [number(value, f"{where} {place}") for place, value in enumerate(values)]
    return np.array([np.nan if value is None else value for value in given], dtype=np.float32)


def assign(groups, pipeline=dense.PROCESS["step_grpo"], *, updates=0, seed=0):
    """groups: TrajectoryGroups. The pipeline, stages or a gradus.Pipeline that remembers, reads step.process (Step.reward) and rollout.outcome
    (Trajectory.reward); a reward that is None is missing. updates (of the policy so far) and seed go to its operators."""
    rollouts = [(number, trajectory) for number, group in enumerate(groups) for trajectory in group.trajectories]
    steps = [step for _, trajectory in rollouts for step in trajectory.steps]
    batch = _gradus.Batch.from_ragged(
        np.cumsum([0] + [len(trajectory.steps) for _, trajectory in rollouts]),
        np.cumsum([0] + [len(step.response_ids) for step in steps]), [group for group, _ in rollouts], missing="skip",
        columns={"step.process": _scores([step.reward for step in steps], "reward of step"),
                 "rollout.outcome": _scores([trajectory.reward for _, trajectory in rollouts], "reward of trajectory")})
    chain = pipeline if isinstance(pipeline, Pipeline) else Pipeline(pipeline)
    values, offsets = chain(batch, updates=updates, seed=dense.random_seed(seed, updates))[chain.result], batch.token_offsets
    for place, step in enumerate(steps):
        step.advantage = values[offsets[place] : offsets[place + 1]].tolist()


def _register(name, estimator):
    full = f"gradus_{name}"

    @register_rllm_adv_estimator(full)
    def estimate(rewards, algorithm_config, **unused):
        if not rewards:
            return [], []
        sizes = [len(group) for group in rewards]
        flat = _scores([value for group in rewards for value in group], "reward of trajectory")
        labels = np.repeat(np.arange(len(sizes)), sizes)
        tuned = estimator.tuned(full, norm=bool(setting(algorithm_config, "norm_adv_by_std_in_grpo", True)),
                                gamma=float(setting(algorithm_config, "gamma", 1.0)), lam=float(setting(algorithm_config, "lam", 1.0)))
        dense.require_peers(full, tuned, labels)
        batch = _gradus.Batch.from_ragged(None, np.arange(len(flat) + 1), labels, missing="skip", columns={"rollout.outcome": flat})
        found = tuned.pipeline(batch)[tuned.pipeline.result]
        parts = np.split(found, np.cumsum(sizes)[:-1])
        return parts, parts


for _name, _estimator in dense.estimators().items():
    if not _estimator.reads_steps and f"gradus_{_name}" not in RLLM_ADV_ESTIMATOR_REGISTRY:
        _register(_name, _estimator)
