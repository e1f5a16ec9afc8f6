"""SkyRL: advantage estimators named "gradus_*" over the token-level rewards that its generators write.

    import gradus.skyrl           # in the entry point, before the trainer starts
    trainer.algorithm.advantage_estimator=gradus_step_grpo

A generator's turn reward stands at the turn's last token (GeneratorOutput.rewards as list[list[float]]); a reward of exactly 0
is written as gradus.dense.ZERO, or its step cannot be told from one without a reward.
"""

from skyrl.backends.skyrl_train.utils.ppo_utils import AdvantageEstimatorRegistry, register_advantage_estimator

from . import dense


def register(name, stages):
    """Registers a pipeline over rollout.outcome and step.process as trainer.algorithm.advantage_estimator=NAME."""
    return _register(name, dense.Estimator(stages))


def _register(name, estimator):
    @register_advantage_estimator(name)
    def advantages(token_level_rewards, response_mask, index, **unused):
        out = estimator(token_level_rewards, response_mask, index)
        return out, out

    return advantages


for _name, _estimator in dense.estimators().items():
    if f"gradus_{_name}" not in AdvantageEstimatorRegistry.list_available():
        _register(f"gradus_{_name}", _estimator)
