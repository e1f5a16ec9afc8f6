"""rLLM: advantage estimators named "gradus_*", and step rewards to the per-token advantages of a workflow.

    import gradus.rllm                          # then rllm.algorithm.adv_estimator=gradus_grpo
    gradus.rllm.assign(groups)                  # with rllm.algorithm.use_precomputed_advantage=true

`assign` writes Step.advantage from Step.reward, one list per step as long as its response_ids (rLLM turns a list of another
length into zeros with a warning).
"""

import numpy as np
from rllm.trainer.algorithms.advantage import RLLM_ADV_ESTIMATOR_REGISTRY, register_rllm_adv_estimator

from . import _gradus, dense
from ._gradus import Error
from .registry import Pipeline
from .step_scores import numbers
from .tuning import setting


def _step_scores(steps):
    """A step without response_ids has none: 0, which is rLLM's default, is no score there, and another one would be lost."""
    scores = numbers([step.reward for step in steps], "reward of step")
    for place, step in enumerate(steps):
        if len(step.response_ids) == 0 and scores[place] != 0 and not np.isnan(scores[place]):
            raise Error(f"reward of step {place}: found {scores[place]} on a step without response_ids; expected a reward on steps that the model wrote")
    return np.where([len(step.response_ids) > 0 for step in steps], scores, np.float32(np.nan))


def _outcomes(trajectories):
    """A trajectory without a token has nothing to train on: missing, not failed."""
    scores = numbers([trajectory.reward for trajectory in trajectories], "reward of trajectory")
    return np.where([any(len(step.response_ids) for step in trajectory.steps) for trajectory in trajectories], scores, np.float32(np.nan))


def assign(groups, pipeline=dense.PROCESS["step_grpo"], *, updates=0, seed=0):
    """groups: TrajectoryGroups. The pipeline, stages or a gradus.Pipeline that remembers, reads step.process (Step.reward) and rollout.outcome
    (Trajectory.reward); a reward that is None is missing. updates (of the policy so far) and seed go to its operators."""
    trajectories = [trajectory for group in groups for trajectory in group.trajectories]
    steps = [step for trajectory in trajectories for step in trajectory.steps]
    batch = _gradus.Batch.from_ragged(
        np.cumsum([0] + [len(trajectory.steps) for trajectory in trajectories]),
        np.cumsum([0] + [len(step.response_ids) for step in steps]),
        [number for number, group in enumerate(groups) for _ in group.trajectories], missing="skip",
        columns={"step.process": _step_scores(steps), "rollout.outcome": _outcomes(trajectories)})
    chain = Pipeline.of(pipeline)
    chain.require_peers(batch)
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
        flat = numbers([value for group in rewards for value in group], "reward of trajectory")
        labels = np.repeat(np.arange(len(sizes)), sizes)
        tuned = estimator.tuned(full, norm=bool(setting(algorithm_config, "norm_adv_by_std_in_grpo", True)),
                                gamma=float(setting(algorithm_config, "gamma", 1.0)), lam=float(setting(algorithm_config, "lam", 1.0)))
        batch = _gradus.Batch.from_ragged(None, np.arange(len(flat) + 1), labels, missing="skip", columns={"rollout.outcome": flat})
        tuned.pipeline.require_peers(batch)
        found = tuned.pipeline(batch)[tuned.pipeline.result]
        parts = np.split(found, np.cumsum(sizes)[:-1])
        return parts, parts


for _name, _estimator in dense.estimators().items():
    if not _estimator.reads_steps and f"gradus_{_name}" not in RLLM_ADV_ESTIMATOR_REGISTRY:
        _register(_name, _estimator)
