"""SkyRL: advantage estimators named "gradus_*" over the token-level rewards that its generators write.

    import gradus.skyrl           # in the entry point, before the trainer starts
    trainer.algorithm.advantage_estimator=gradus_step_grpo

A generator's turn reward stands at the turn's last token (GeneratorOutput.rewards as list[list[float]]): every turn is then a step, and 0 is its score.
Where rewards also stand inside turns, a reward of exactly 0 is written as gradus.dense.ZERO, or its step cannot be told from one without a reward.
"""

from skyrl.backends.skyrl_train.utils.ppo_utils import AdvantageEstimatorRegistry, register_advantage_estimator

from . import dense
from .tuning import setting


def register(name, stages):
    """Registers a pipeline over rollout.outcome and step.process as trainer.algorithm.advantage_estimator=NAME."""
    return _register(name, dense.Estimator(stages))


def _register(name, estimator):
    @register_advantage_estimator(name)
    def advantages(token_level_rewards, response_mask, index, grpo_norm_by_std=True, gamma=1.0, lambd=1.0, config=None, **unused):
        tuned = estimator.tuned(name, norm=bool(setting(config, "grpo_norm_by_std", grpo_norm_by_std)), gamma=float(gamma), lam=float(lambd))
        updates = tuned.pipeline.next_update()  # SkyRL does not hand over its step number
        out = tuned(token_level_rewards, response_mask, index, updates=updates, seed=dense.random_seed(setting(config, "seed", 0), updates))
        return out, out

    return advantages


for _name, _estimator in dense.estimators().items():
    if f"gradus_{_name}" not in AdvantageEstimatorRegistry.list_available():
        _register(f"gradus_{_name}", _estimator)
