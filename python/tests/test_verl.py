"""verl's real registry, compute_advantage, DataProto and reward manager (no GPU, no ray cluster)."""

import asyncio
import json
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


# Rejected tokens, tool messages, padding


def proto(rewards, mask, uids=None, **more):
    rewards, mask = torch.tensor(rewards, dtype=torch.float32), torch.tensor(mask)
    texts = {STEPS: np.array(more.pop("texts"), dtype=object)} if "texts" in more else {}
    return DataProto.from_dict(tensors={"token_level_rewards": rewards, "response_mask": mask, **more},
                               non_tensors={"uid": np.array(uids or ["a"] * len(rewards), dtype=object), **texts})


def advantages(data, name, config=None):
    return ray_trainer.compute_advantage(data, adv_estimator=name, config=config).batch["advantages"]


def rejected(data, tokens):
    """By verl's own correction: tokens whose log-probabilities differ are taken out of the mask."""
    from verl.trainer.config.algorithm import RolloutCorrectionConfig
    from verl.trainer.ppo import rollout_corr_helper

    old = torch.zeros(data.batch["response_mask"].shape)
    for row, token in tokens:
        old[row, token] = -20
    data.batch["old_log_probs"], data.batch["rollout_log_probs"] = old, torch.zeros_like(old)
    config = RolloutCorrectionConfig(rollout_is=None, rollout_rs="token_k1", rollout_rs_threshold="0.5_2.0")
    data, _ = rollout_corr_helper.compute_rollout_correction_and_add_to_batch(data, config)
    assert all(data.batch["response_mask"][row, token] == 0 for row, token in tokens)
    return data


@pytest.mark.parametrize("tokens", [[(0, 2)], [(0, 0)], [(0, 2), (2, 2)], [(1, 1), (1, 2)]])
def test_a_right_answer_with_rejected_tokens_is_not_pushed_down(tokens):
    data = rejected(proto([[0, 0, 1], [0, 0, 1], [0, 0, 0]], [[1, 1, 1]] * 3), tokens)
    expected = advantages(proto([[0, 0, 1], [0, 0, 1], [0, 0, 0]], [[1, 1, 1]] * 3), "grpo") * data.batch["response_mask"]
    torch.testing.assert_close(advantages(data, "gradus_grpo"), expected, rtol=1e-4, atol=1e-4)


def test_a_row_that_is_rejected_whole_is_missing():
    data = rejected(proto([[0, 1], [0, 1], [0, 0]], [[1, 1]] * 3), [(0, 0), (0, 1)])
    torch.testing.assert_close(advantages(data, "gradus_grpo"), torch.tensor([[0, 0], [.7071, .7071], [-.7071, -.7071]]), rtol=1e-3, atol=1e-3)


def test_rejected_tokens_cut_no_step_and_take_no_score():
    texts = ["[[4, 0.0], [7, 1.0]]", "[[4, 1.0], [7, 0.0]]"]
    whole = advantages(proto([[0] * 8] * 2, [[1] * 8] * 2, texts=texts), "gradus_step_return", {"gamma": 0.5})
    assert whole.tolist() == [[.5] * 5 + [1] * 3, [1] * 5 + [0] * 3]
    for tokens in ([(0, 2)], [(0, 4)], [(0, 7)], [(0, 0), (1, 5)], [(0, 5), (0, 6), (0, 7)]):  # in the last, a whole step
        data = rejected(proto([[0] * 8] * 2, [[1] * 8] * 2, texts=texts), tokens)
        mask = data.batch["response_mask"]
        assert torch.equal(advantages(data, "gradus_step_return", {"gamma": 0.5}), whole * mask)


def test_rewards_and_scores_on_a_tools_answer():
    data = proto([[0, 0, 1], [0, 0, 0]], [[1, 1, 0], [1, 1, 1]])
    torch.testing.assert_close(advantages(data, "gradus_grpo")[:, 0], torch.tensor([.7071, -.7071]), rtol=1e-3, atol=1e-3)
    data = proto([[0] * 6], [[1, 1, 0, 0, 1, 1]], texts=["[[2, 1.0], [5, 1.0]]"])
    assert advantages(data, "gradus_step_return").tolist() == [[2, 2, 0, 0, 1, 1]]
    with pytest.raises(Error, match="token 3 of response 0"):
        advantages(proto([[0] * 6], [[1, 1, 0, 0, 1, 1]], texts=["[[1, 1.0], [3, 1.0], [5, 1.0]]"]), "gradus_step_return")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 99.0])
def test_padding_is_never_read(bad):
    attention = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]])
    data = proto([[0, 1, bad], [0, 0, 0]], [[1, 1, 0], [1, 1, 1]], attention_mask=attention)
    torch.testing.assert_close(advantages(data, "gradus_grpo")[:, 0], torch.tensor([.7071, -.7071]), rtol=1e-3, atol=1e-3)


# Settings


def configs(**values):
    from omegaconf import OmegaConf
    from verl.trainer.config import AlgoConfig

    return [values, OmegaConf.create(values), AlgoConfig(**values), type("Object", (), values)()]


def test_norm_adv_by_std_in_grpo_is_used():
    rewards, mask = torch.tensor([[0, 1.0], [0, 1], [0, 0]]), torch.ones(3, 2)
    expected, _ = compute_grpo_outcome_advantage(rewards, mask, np.array(["a"] * 3), norm_adv_by_std_in_grpo=False)
    for config in configs(norm_adv_by_std_in_grpo=False):
        torch.testing.assert_close(advantages(proto(rewards.tolist(), mask.long().tolist()), "gradus_grpo", config), expected)
    texts = ["[[0, 1.0], [1, 3.0]]"] * 2
    found = advantages(proto([[0, 0]] * 2, [[1, 1]] * 2, texts=texts), "gradus_step_grpo", {"norm_adv_by_std_in_grpo": False})
    assert found.tolist() == [[0, 1], [0, 1]]


def test_gamma_is_used_or_refused():
    texts = ["[[0, 1.0], [1, 2.0]]"] * 2
    for config in configs(gamma=0.5):
        assert advantages(proto([[0, 0]] * 2, [[1, 1]] * 2, texts=texts), "gradus_step_return", config).tolist() == [[2, 2]] * 2
        for name in ("gradus_grpo", "gradus_rloo", "gradus_step_min"):
            with pytest.raises(Error, match=f"'{name}' does not use the trainer's setting gamma"):
                advantages(proto([[0, 1], [0, 0]], [[1, 1]] * 2, texts=texts), name, config)
    with pytest.raises(Error, match="setting lam"):
        advantages(proto([[0, 1], [0, 0]], [[1, 1]] * 2), "gradus_grpo", {"lam": 0.9})
    with pytest.raises(Error, match="use_kl_in_reward=false"):
        advantages(proto([[0, 1], [0, 0]], [[1, 1]] * 2, texts=texts), "gradus_step_grpo", {"use_kl_in_reward": True})


def test_a_run_with_one_sample_per_prompt_is_refused():
    with pytest.raises(Error, match="every prompt of this batch has one"):
        advantages(proto([[0, 1], [0, 0]], [[1, 1]] * 2, uids=["a", "b"]), "gradus_grpo")
    advantages(proto([[0, 1], [0, 0]], [[1, 1]] * 2, uids=["a", "b"]), "gradus_reinforce")
    given = {"token_level_rewards": torch.tensor([[0, 1.0], [0, 0]]), "response_mask": torch.ones(2, 2, dtype=torch.long)}
    assert get_adv_estimator_fn("gradus_reinforce")(**given)[0].tolist() == [[1, 1], [0, 0]]  # no index
    with pytest.raises(Error, match="no groups"):
        get_adv_estimator_fn("gradus_grpo")(**given)
    for uids in (["a", None], ["a", float("nan")]):
        with pytest.raises(Error, match="no id"):
            advantages(proto([[0, 1], [0, 0]], [[1, 1]] * 2, uids=uids), "gradus_grpo")


# Updates, memories, the v1 trainer


def test_schedules_shuffles_and_memories_follow_the_run():
    import gradus.verl_hooks as hooks

    shim.register("gradus_test_schedule", [("shape.schedule", {"channel": "outcome", "level": "rollout", "at": [0, 10], "scale": [1.0, 0.0]}),
                                           ("credit.reinforce", {"channel": "outcome"})])
    found = [advantages(proto([[0, 1.0]], [[1, 1]]), "gradus_test_schedule")[0, 0].item() for _ in range(3)]
    assert found == pytest.approx([1, .9, .8])
    data = proto([[0, 1.0]], [[1, 1]])
    data.meta_info["global_steps"] = 6
    assert advantages(data, "gradus_test_schedule")[0, 0].item() == pytest.approx(.5)
    shim.register("gradus_test_running", [("shape.running", {"channel": "outcome", "level": "rollout"}), ("credit.reinforce", {"channel": "outcome"})])
    advantages(proto([[0, 1.0], [0, 3.0]], [[1, 1]] * 2), "gradus_test_running")
    state = hooks.estimators["gradus_test_running"].state()
    after = advantages(proto([[0, 1.0], [0, 3.0]], [[1, 1]] * 2), "gradus_test_running")
    hooks.estimators["gradus_test_running"].load_state("gradus_test_running", state)
    assert torch.equal(advantages(proto([[0, 1.0], [0, 3.0]], [[1, 1]] * 2), "gradus_test_running"), after)


def test_memories_are_in_the_checkpoint(tmp_path):
    import types

    import gradus.verl_hooks as hooks

    class Trainer:
        global_steps = 3
        config = types.SimpleNamespace(trainer=types.SimpleNamespace(default_local_dir=str(tmp_path), resume_mode="auto"))

    save, load = hooks._around_save(lambda self: None), hooks._around_load(lambda self: None)
    shim.register("gradus_test_saved", [("shape.running", {"channel": "outcome", "level": "rollout"}), ("credit.reinforce", {"channel": "outcome"})])
    advantages(proto([[0, 1.0], [0, 3.0]], [[1, 1]] * 2), "gradus_test_saved")
    before = hooks.estimators["gradus_test_saved"].state()
    save(Trainer())
    advantages(proto([[0, 9.0], [0, 3.0]], [[1, 1]] * 2), "gradus_test_saved")
    assert hooks.estimators["gradus_test_saved"].state() != before
    load(Trainer())
    assert hooks.estimators["gradus_test_saved"].state() == before
    assert hasattr(ray_trainer.RayPPOTrainer._save_checkpoint, "__gradus__") and hasattr(ray_trainer.RayPPOTrainer._load_checkpoint, "__gradus__")


def test_carried_steps_are_read_where_a_rule_wants_them():
    data = proto([[0, 1.0], [0, 0]], [[1, 1]] * 2, texts=["not JSON"] * 2)
    torch.testing.assert_close(advantages(data, "gradus_grpo")[:, 0], torch.tensor([.7071, -.7071]), rtol=1e-3, atol=1e-3)


def v1():
    return pytest.importorskip("verl.trainer.ppo.v1.utils").compute_advantage_for_multi_trajectories


def test_sessions_of_several_outputs_count_once():
    keys = ["a_0_0", "a_0_1", "a_0_2", "a_1_0", "a_2_0"]
    rewards = [[0, 1]] * 3 + [[0, 0], [0, 1]]
    found = v1()(proto(rewards, [[1, 1]] * 5), keys, "gradus_grpo").batch["advantages"]
    expected = v1()(proto(rewards, [[1, 1]] * 5), keys, "grpo").batch["advantages"]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    shuffled = [keys[2], keys[4], keys[0], keys[3], keys[1]]
    found = v1()(proto([rewards[2], rewards[4], rewards[0], rewards[3], rewards[1]], [[1, 1]] * 5), shuffled, "gradus_grpo").batch["advantages"]
    torch.testing.assert_close(found, expected[[2, 4, 0, 3, 1]], rtol=1e-4, atol=1e-4)


def test_the_default_trainer_carries_steps(monkeypatch):
    import types

    base = pytest.importorskip("verl.trainer.ppo.v1.trainer_base")
    import tensordict

    texts = ["[[0, 1.0], [1, 2.0]]", "[[1, 0.0]]"]
    fields = {"uid": ["a", "a"], "extra_fields": [{"reward_extra_info": {STEPS: text}} for text in texts],
              "response_mask": [torch.ones(3, dtype=torch.long), torch.ones(2, dtype=torch.long)], "rm_scores": [torch.zeros(3), torch.zeros(2)]}
    put = {}

    def get(keys, partition_id, select_fields):
        if select_fields == ["extra_fields"]:
            return {"extra_fields": types.SimpleNamespace(tolist=lambda: fields["extra_fields"])}
        nested = {name: torch.nested.as_nested_tensor(fields[name], layout=torch.jagged) for name in ("response_mask", "rm_scores")}
        return tensordict.TensorDict({**nested, "uid": tensordict.NonTensorStack(*fields["uid"])}, batch_size=[2])

    queue = sys.modules["transfer_queue"]
    monkeypatch.setattr(queue, "kv_batch_get", get)
    monkeypatch.setattr(queue, "kv_batch_put", lambda keys, partition_id, fields: put.update(fields))
    algorithm = {"adv_estimator": "gradus_step_return", "use_kl_in_reward": False, "gamma": 1.0, "lam": 1.0, "rollout_correction": None}
    from omegaconf import OmegaConf

    trainer = types.SimpleNamespace(config=OmegaConf.create({"algorithm": algorithm, "actor_rollout_ref": {"rollout": {"n": 2}}}))


    class Batch:
        keys, partition_id = ["a_0_0", "a_1_0"], "train"
        __len__ = lambda self: 2  # noqa: E731

    base.PPOTrainer._compute_advantage(trainer, Batch(), {})
    assert [row.tolist() for row in put["advantages"].unbind()] == [[3, 2, 0], [0, 0]]


@pytest.mark.parametrize("rewards", [[.5, 1], (1, 0), np.array([.5, 1], dtype=np.float32), np.array([1, 0]), np.array([True, False]), torch.tensor([.5, 1.0]),
                                     [np.float32(.5), None], torch.tensor([1, 2], dtype=torch.bfloat16)])
def test_scores_of_any_kind_are_packed(rewards):
    packed = pack({"score": 1.0, "step_ends": torch.tensor([0, 2]) if isinstance(rewards, torch.Tensor) else np.array([0, 2]), "step_rewards": rewards}, 3)
    assert [end for end, _ in json.loads(packed[STEPS])] == [0, 2]
    assert [reward for _, reward in json.loads(packed[STEPS])] == [None if reward is None else float(reward) for reward in rewards]
