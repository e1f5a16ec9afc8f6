"""verl's real registry, compute_advantage, DataProto and reward manager (no GPU, no ray cluster)."""

import asyncio
import subprocess
import sys
from importlib.metadata import entry_points

import gradus
import numpy as np
import pytest
from gradus import Error

torch = pytest.importorskip("torch")
pytest.importorskip("verl")

import gradus.verl as shim  # noqa: E402
from gradus.packed_steps import STEPS, pack  # noqa: E402
from verl import DataProto  # noqa: E402
from verl.trainer.ppo import ray_trainer  # noqa: E402
from verl.trainer.ppo.core_algos import ADV_ESTIMATOR_REGISTRY, compute_grpo_outcome_advantage, get_adv_estimator_fn  # noqa: E402

UIDS = np.array(["a", "a", "b", "b"], dtype=object)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    mask = (torch.rand(4, 6, generator=generator) < 0.8).long()
    mask[:, 0] = 1
    rewards = torch.zeros(4, 6)
    for row in range(4):
        rewards[row, mask[row].nonzero().max()] = torch.rand((), generator=generator)
    return DataProto.from_dict(tensors={"token_level_rewards": rewards, "response_mask": mask}, non_tensors={"uid": UIDS})


def test_outcome_estimators_agree_with_verls_own(batch):
    assert {"gradus_grpo", "gradus_rloo", "gradus_step_grpo"} <= set(ADV_ESTIMATOR_REGISTRY)
    rewards, mask = batch.batch["token_level_rewards"], batch.batch["response_mask"]
    expected, _ = compute_grpo_outcome_advantage(rewards, mask.float(), UIDS)
    advantages, returns = get_adv_estimator_fn("gradus_grpo")(token_level_rewards=rewards, response_mask=mask, index=UIDS, config=None)
    torch.testing.assert_close(advantages, expected, rtol=1e-5, atol=1e-5)
    assert advantages.shape == returns.shape == (4, 6) and advantages.dtype == torch.float32


def test_step_rewards_travel_beside_the_scores(batch):
    score = {"score": 1.0, "step_ends": [0, 2], "step_rewards": [0.0, None]}
    texts = [pack(score, 6)[STEPS]] + [pack({"score": 0.0, "step_ends": [0], "step_rewards": [1.0]}, 6)[STEPS]]
    batch.non_tensor_batch[STEPS] = np.array(texts * 2)
    batch.batch["response_mask"] = torch.ones(4, 6, dtype=torch.long)
    done = ray_trainer.compute_advantage(batch, adv_estimator="gradus_step_return", config=None)
    advantages = done.batch["advantages"]
    # A reward of exactly zero is a reward; a missing one is none, and neither are the tokens after the last step.
    assert advantages[0].tolist() == [0, 0, 0, 0, 0, 0] and advantages[1].tolist() == [1, 0, 0, 0, 0, 0]
    normalised = ray_trainer.compute_advantage(batch, adv_estimator="gradus_step_grpo", config=None).batch["advantages"]
    np.testing.assert_allclose(normalised[:2, 0], [-0.7071, 0.7071], atol=1e-4)


def test_trainers_that_imported_the_function_by_name_see_it_too():
    code = ("import verl.experimental.separation.ray_trainer as early; import gradus.verl; from verl.trainer.ppo import ray_trainer;"
            "assert early.compute_advantage is ray_trainer.compute_advantage; assert hasattr(early.compute_advantage, '__wrapped__')")
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_without_carried_steps_they_end_where_a_reward_stands(batch):
    rewards, mask = torch.zeros(4, 6), torch.ones(4, 6)
    rewards[0, 1], rewards[0, 3], rewards[1, 5] = 1, 2, 1
    advantages, _ = get_adv_estimator_fn("gradus_step_return")(token_level_rewards=rewards, response_mask=mask, index=UIDS)
    assert advantages[0].tolist() == [3, 3, 2, 2, 0, 0] and advantages[1].tolist() == [1] * 6
    with pytest.raises(Error, match="one reward per sample"):  # verl's v1 trainer drops the extra columns
        ray_trainer.compute_advantage(batch, adv_estimator="gradus_step_return", config=None)
    with pytest.raises(Error, match="use_kl_in_reward"):
        get_adv_estimator_fn("gradus_step_return")(token_level_rewards=rewards, response_mask=mask, index=UIDS, config={"use_kl_in_reward": True})


@pytest.mark.parametrize("score", [
    {"score": 0, "step_ends": [0, 0], "step_rewards": [1, 1]}, {"score": 0, "step_ends": [4], "step_rewards": [1]},
    {"score": 0, "step_ends": [1], "step_rewards": []}, {"score": 0, "step_ends": [1], "step_rewards": [float("nan")]}])
def test_steps_that_do_not_fit_are_refused(score):
    with pytest.raises(Error):
        pack(score, 4)


@pytest.mark.skipif(not any(entry.value == "gradus.verl" for entry in entry_points(group="verl.plugins")), reason="not installed as a wheel")
def test_verl_finds_the_estimators_by_itself():
    code = "from verl.trainer.ppo.core_algos import get_adv_estimator_fn; get_adv_estimator_fn('gradus_grpo')"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


class Tokenizer:
    def decode(self, ids, skip_special_tokens):
        return " ".join(str(int(i)) for i in ids)


def test_the_manager_gives_token_ids_and_packs_steps():
    seen = {}

    def compute_score(data_source, solution_str, ground_truth, extra_info):
        seen.update(extra_info, text=solution_str)
        return {"score": 1.0, "acc": True, "step_ends": [0, 2], "step_rewards": [0.5, None]}

    data = DataProto.from_dict(
        tensors={"responses": torch.tensor([[5, 6, 7, 0, 0]]), "prompts": torch.tensor([[1, 2]]),
                 "attention_mask": torch.tensor([[1, 1, 1, 1, 1, 0, 0]])},
        non_tensors={"data_source": np.array(["x"], dtype=object), "reward_model": np.array([{"ground_truth": "7"}], dtype=object)})
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    manager = shim.StepRewardManager(config=None, tokenizer=Tokenizer(), compute_score=compute_score)
    manager.loop = loop
    result = loop.run_until_complete(manager.run_single(data))
    loop.close()
    assert seen["response_ids"] == [5, 6, 7] and seen["text"] == "5 6 7"
    assert result["reward_score"] == 1.0
    assert result["reward_extra_info"] == {"score": 1.0, "acc": True, STEPS: "[[0, 0.5], [2, null]]"}


def test_own_pipelines(batch):
    advantages = shim.register("gradus_test_own", [("credit.reinforce", {"channel": "outcome"})])
    assert get_adv_estimator_fn("gradus_test_own") is advantages
    assert gradus.verl is shim
