"""verl: advantage estimators named "gradus_*", and reward managers that keep step rewards apart from the outcome.

    reward.reward_manager.source=importlib  reward.reward_manager.module.path=pkg://gradus.verl
    reward.reward_manager.name=StepRewardManager  algorithm.adv_estimator=gradus_outcome_and_process  trainer.use_v1=false

The scoring function is verl's own (`compute_score`); `extra_info["response_ids"]` gives it the token ids. To score steps it
returns {"score": outcome, "step_ends": [index of the last response token of a step, ...], "step_rewards": [float or None]}.
The steps travel as one text per sample beside the scores (reward_extra_info); docs/plug-in.md has more.
"""

import contextvars
import functools
import sys

import numpy as np
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
from verl.trainer.ppo import ray_trainer
from verl.trainer.ppo.core_algos import register_adv_est

from . import dense
from ._gradus import Error
from .packed_steps import STEPS, pack, unpack

_data = contextvars.ContextVar("gradus_verl_data", default=None)


class StepRewardManager(NaiveRewardManager):
    """verl's own manager; the scoring function also gets the response's token ids and may return step rewards."""

    async def run_single(self, data):
        if "extra_info" not in data.non_tensor_batch:
            data.non_tensor_batch["extra_info"] = np.array([{} for _ in range(len(data))], dtype=object)
        item = data[-1:][0]
        ids = item.batch["responses"]
        ids = ids[: int(item.batch["attention_mask"][-ids.shape[-1]:].sum())].tolist()
        extra = item.non_tensor_batch["extra_info"]
        extra["response_ids"] = ids
        result = await super().run_single(data)
        extra.pop("response_ids")
        info = {key: value for key, value in result["reward_extra_info"].items() if key not in ("step_ends", "step_rewards")}
        packed = pack({**result["reward_extra_info"], "score": result["reward_score"]}, len(ids))
        return {"reward_score": result["reward_score"], "reward_extra_info": {**info, STEPS: packed[STEPS]}}


def _steps(data, rewards):
    """Step rewards of the batch in sight; None where nothing was packed."""
    return None if data is None or STEPS not in data.non_tensor_batch else unpack(data.non_tensor_batch[STEPS], rewards)


def _outcome_only(rewards, mask):
    """No row has a reward before its last trained token."""
    later = mask.flip(-1).cumsum(-1).flip(-1) > 1
    return not bool((rewards[later & mask.bool()] != 0).any())


def register(name, stages):
    """Registers a pipeline over rollout.outcome and step.process as algorithm.adv_estimator=NAME."""
    return _register(name, dense.Estimator(stages))


def _register(name, estimator):
    @register_adv_est(name)
    def advantages(token_level_rewards, response_mask, index=None, config=None, **unused):
        steps = _steps(_data.get(), token_level_rewards)
        kl = config is not None and config.get("use_kl_in_reward", False)
        if estimator.reads_steps and steps is None and (kl or _outcome_only(token_level_rewards, response_mask)):
            raise Error(f"'{name}' needs step rewards, and verl handed over " + ("a penalty on every token (use_kl_in_reward)" if kl
                        else "one reward per sample, at its last token") + "; expected gradus.verl.StepRewardManager with "
                        "trainer.use_v1=false, or token rewards that are not zero where steps end")
        out = estimator(token_level_rewards, response_mask, index, steps)
        return out, out

    return advantages


def _in_sight(compute_advantage):
    """verl gives an estimator neither the batch nor its extra columns; this keeps the batch at hand during the call."""

    @functools.wraps(compute_advantage)
    def call(data, *args, **kwargs):
        token = _data.set(data)
        try:
            return compute_advantage(data, *args, **kwargs)
        finally:
            _data.reset(token)

    return call


if not hasattr(ray_trainer.compute_advantage, "__wrapped__"):
    _original, _wrapped = ray_trainer.compute_advantage, _in_sight(ray_trainer.compute_advantage)
    for _module in [module for name, module in sys.modules.items() if name.startswith("verl.")]:
        if vars(_module).get("compute_advantage") is _original:  # some trainers import it by name
            _module.compute_advantage = _wrapped
    for _name, _estimator in dense.estimators().items():
        _register(f"gradus_{_name}", _estimator)
