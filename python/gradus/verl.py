"""verl: advantage estimators named "gradus_*", and reward managers that keep step rewards apart from the outcome.

    reward.reward_manager.source=importlib  reward.reward_manager.module.path=pkg://gradus.verl
    reward.reward_manager.name=StepRewardManager  algorithm.adv_estimator=gradus_outcome_and_process

The scoring function is verl's own (`compute_score`); `extra_info["response_ids"]` gives it the token ids. To score steps it
returns {"score": outcome, "step_ends": [index of the last response token of a step, ...], "step_rewards": [float or None]}.
The steps travel as one text per sample beside the scores (reward_extra_info); docs/plug-in.md has more.
"""

import numpy as np
import torch
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
from verl.trainer.ppo.core_algos import register_adv_est

from . import dense, verl_hooks
from ._gradus import Error
from .packed_steps import STEPS, pack, unpack
from .step_scores import place
from .tuning import setting


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


def _outcome_only(rewards, mask):
    """No row has a reward before its last trained token."""
    later = mask.flip(-1).cumsum(-1).flip(-1) > 1
    return not bool((rewards[later & mask.bool()] != 0).any())


def register(name, stages):
    """Registers a pipeline over rollout.outcome and step.process as algorithm.adv_estimator=NAME, in a module that verl's processes import
    (VERL_USE_EXTERNAL_MODULES=my_module, or the reward manager's)."""
    return _register(name, dense.Estimator(stages))


def _require_steps(name, rewards, mask, kl):
    if kl or _outcome_only(rewards, mask):
        raise Error(f"'{name}' needs step rewards, and verl handed over " + ("a penalty on every token (use_kl_in_reward)" if kl
                    else "one reward per sample, at its last token") + "; expected gradus.verl.StepRewardManager, or token rewards that are not "
                    "zero where steps end")


def _register(name, estimator):
    verl_hooks.estimators[name] = estimator

    @register_adv_est(name)
    def advantages(token_level_rewards, response_mask, index=None, config=None, **unused):
        seen = verl_hooks.in_sight()
        kl = setting(config, "use_kl_in_reward", False)
        if kl and not estimator.reads_outcome:
            raise Error(f"'{name}' reads step rewards alone, and use_kl_in_reward puts its penalty on tokens; expected use_kl_in_reward=false")
        tuned = estimator.tuned(name, norm=bool(setting(config, "norm_adv_by_std_in_grpo", True)), gamma=float(setting(config, "gamma", 1.0)),
                                lam=float(setting(config, "lam", 1.0)))
        given = {"rewards": token_level_rewards if seen.attended is None else token_level_rewards.masked_fill(~seen.attended, 0.0),
                 "mask": response_mask, "whole": response_mask if seen.mask is None else seen.mask}
        if estimator.reads_steps and seen.texts is not None:
            scores, ends = place(unpack(seen.texts), (given["whole"] * response_mask.any(-1, keepdim=True)).numpy())
            given |= {"steps": torch.from_numpy(scores), "ends": torch.from_numpy(ends)}
        elif estimator.reads_steps:
            _require_steps(name, given["rewards"], response_mask, kl)
        updates = seen.updates(tuned.pipeline)
        run = {"updates": updates, "seed": dense.random_seed(setting(config, "seed", 0), updates)}
        if seen.rollouts is None:
            out = tuned(**given, index=index, **run)
            return out, out
        order, labels = seen.order(), None if index is None else dense.as_labels(index)
        found = tuned(**{key: value[order] for key, value in given.items()}, index=labels and [labels[row] for row in order],
                      rollouts=[seen.rollouts[row] for row in order], **run)
        out = torch.empty_like(found)
        out[order] = found
        return out, out

    return advantages


verl_hooks.install()
for _name, _estimator in dense.estimators().items():
    if f"gradus_{_name}" not in verl_hooks.estimators:
        _register(f"gradus_{_name}", _estimator)
