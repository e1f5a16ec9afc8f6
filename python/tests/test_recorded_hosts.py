"""slime, SkyRL and rLLM on their recorded signatures, verifiers on its real classes where it is installed."""

import importlib
import pickle
import subprocess
import sys
import types
from dataclasses import dataclass, field

import gradus
import gradus.dense
import numpy as np
import pytest
import recorded
from gradus import Error

torch = pytest.importorskip("torch")


# slime


@dataclass
class Sample:
    group_index: int | None = None
    response_length: int = 0
    reward: float | dict | None = None
    loss_mask: list | None = None
    metadata: dict = field(default_factory=dict)
    train_metadata: dict | None = None

    def get_reward_value(self, args):
        return self.reward if not args.reward_key else self.reward[args.reward_key]


def samples():
    return [Sample(0, 3, {"acc": 1.0}, [1, 0, 1], {"step_ends": [0, 2], "step_rewards": [1.0, 2.0]}),
            Sample(0, 2, {"acc": 0.0}, None, {"step_ends": [1], "step_rewards": [None]})]


def test_slime_carries_advantages_as_rewards_to_every_rank():
    import gradus.slime as slime

    args = types.SimpleNamespace(reward_key="acc")
    raw, rewards = slime.post_process(args, samples(), (("credit.step_return", {"channel": "process", "into": "a"}),))
    assert raw == [1.0, 0.0]
    # What _convert_samples_to_train_data and _split_train_data_by_dp do with them for a rank that gets both.
    data = {"rewards": [rewards[j] for j in (1, 0)], "kl": [torch.zeros(2), torch.zeros(3)]}
    assert slime.advantages(args, data) is None
    assert [row.tolist() for row in data["advantages"]] == [[0, 0], [3, 0, 2]]
    assert [row.shape for row in data["returns"]] == [(2,), (3,)]
    torch.cat(data["rewards"]).mean()  # slime's log of the rewards


def test_slime_adds_outcome_and_process():
    import gradus.slime as slime

    _, rewards = slime.post_process_rewards(types.SimpleNamespace(reward_key="acc"), samples())
    assert rewards[0].shape == (3,) and rewards[0][1] == 0 and torch.isfinite(torch.cat(rewards)).all()
    np.testing.assert_allclose(rewards[0][[0, 2]], [0.7071, 0.7071 + 0.7071], atol=1e-4)
    np.testing.assert_allclose(rewards[1], [-0.7071] * 2, atol=1e-4)


def test_slime_refuses_what_it_cannot_place():
    import gradus.slime as slime

    with pytest.raises(Error, match="context_parallel_size=1"):
        slime.advantages(None, {"rewards": [torch.zeros(4)], "kl": [torch.zeros(2)]})
    with pytest.raises(Error, match="post_process_rewards"):
        slime.advantages(None, {"rewards": [1.0], "kl": [torch.zeros(2)]})
    bad = Sample(0, 2, 1.0, None, {"step_ends": [2], "step_rewards": [1.0]})
    with pytest.raises(Error, match="within its 2 response tokens"):
        slime.post_process_rewards(types.SimpleNamespace(reward_key=None), [bad])


def test_slime_refuses_and_leaves_out_as_the_others_do():
    import gradus.slime as slime

    args = types.SimpleNamespace(reward_key=None)
    none = [Sample(None, 2, reward) for reward in (1.0, 0.0, 5.0, 5.0)]
    with pytest.raises(Error, match="no id"):
        slime.post_process_rewards(args, none)
    for ends, rewards in (([1, 1], [1.0, 2.0]), ([1, 0], [1.0, 2.0]), ([0], [float("nan")]), ([0], [float("inf")]), ([0, 1], [1.0])):
        with pytest.raises(Error, match="sample 0"):
            slime.post_process_rewards(args, [Sample(0, 2, 1.0, None, {"step_ends": ends, "step_rewards": rewards})])
    with pytest.raises(Error, match="token 3 of sample 0"):
        slime.post_process_rewards(args, [Sample(0, 4, 1.0, [1, 1, 0, 0], {"step_ends": [1, 3], "step_rewards": [1.0, 1.0]})])
    stages = (("credit.step_return", {"channel": "process", "into": "a"}),)
    _, found = slime.post_process(args, [Sample(0, 6, 1.0, [1, 1, 0, 0, 1, 1], {"step_ends": [2, 5], "step_rewards": np.array([1, 1], dtype="f4")})], stages)
    assert found[0].tolist() == [2, 2, 0, 0, 1, 1]
    group = [Sample(0, 1, 1.0), Sample(0, 1, 0.0), Sample(0, 2, 0.0, [0, 0]), Sample(0, 1, None)]
    raw, found = slime.post_process(args, group, (("credit.dr_grpo", {"channel": "outcome"}),))
    assert [row.tolist() for row in found] == [[.5], [-.5], [0, 0], [0]] and np.isnan(raw[3])


def test_slime_wants_peers_where_samples_are_compared():
    import gradus.slime as slime

    args = types.SimpleNamespace(reward_key=None)
    alone = [Sample(0, 1, 1.0), Sample(1, 1, 0.0)]
    with pytest.raises(Error, match="every prompt of this batch has one"):
        slime.post_process_rewards(args, alone)
    assert [row.tolist() for row in slime.post_process(args, alone, ["credit.reinforce"])[1]] == [[1], [0]]
    with pytest.raises(Error, match="reward of sample 1: found 1e\\+39"):
        slime.post_process(args, [Sample(0, 1, 1.0), Sample(0, 1, 1e39)], ["credit.reinforce"])


def test_slime_remembers_and_counts():
    import gradus.slime as slime

    chain = gradus.Pipeline([("shape.schedule", {"channel": "outcome", "level": "rollout", "at": [0, 10], "scale": [1.0, 0.0]}),
                             ("credit.reinforce", {"channel": "outcome"})])
    found = [slime.post_process(types.SimpleNamespace(reward_key=None), [Sample(0, 1, 1.0)], chain)[1][0].item() for _ in range(3)]
    assert found == pytest.approx([1, .9, .8])


# SkyRL


@pytest.fixture
def skyrl(monkeypatch):
    return recorded.skyrl(monkeypatch)


def test_skyrl_estimators(skyrl):
    rewards = torch.tensor([[0, 1.0, 0, 2.0], [0, 0, 0, 1.0]])
    mask = torch.tensor([[1, 1, 0, 1], [1, 1, 1, 1]])
    given = dict(token_level_rewards=rewards, response_mask=mask, index=np.array(["a", "a"], dtype=object), values=None,
                 grpo_norm_by_std=True, gamma=1.0, lambd=1.0, config=None)
    advantages, returns = skyrl["gradus_step_return"](**given)
    assert advantages.tolist() == returns.tolist() == [[3, 3, 0, 2], [1, 1, 1, 1]]
    assert skyrl["gradus_dr_grpo"](**given)[0].tolist() == [[1, 1, 0, 1], [-1] * 4]


def test_skyrl_settings_are_used_or_refused(skyrl):
    rewards, mask = torch.tensor([[0, 0, 1.0], [0, 0, 0]]), torch.tensor([[1, 1, 0], [1, 1, 1]])
    given = dict(token_level_rewards=rewards, response_mask=mask, index=np.array(["a", "a"], dtype=object), config=None)
    assert skyrl["gradus_grpo"](**given, grpo_norm_by_std=False)[0].tolist() == [[.5, .5, 0], [-.5] * 3]
    turns = {**given, "token_level_rewards": torch.tensor([[1.0, 0, 2], [0, 0, 0]]), "response_mask": torch.tensor([[1, 0, 1], [1, 0, 1]])}
    assert skyrl["gradus_step_return"](**turns, gamma=0.5)[0].tolist() == [[2, 0, 2], [0, 0, 0]]
    for settings, words in (({"gamma": 0.9}, "gamma"), ({"lambd": 0.9}, "lam")):
        with pytest.raises(Error, match=words):
            skyrl["gradus_grpo"](**given, **settings)
    with pytest.raises(Error, match="every prompt of this batch has one"):
        skyrl["gradus_grpo"](**{**given, "index": np.array(["a", "b"])})


def test_skyrls_real_registry():
    pytest.importorskip("skyrl")
    # SkyRL 0.3 does not import on Python 3.11 with a newer pydantic unless TypedDict is that of typing_extensions.
    code = """
import typing, typing_extensions
typing.TypedDict = typing_extensions.TypedDict
import numpy as np, torch, gradus.skyrl
from skyrl.backends.skyrl_train.utils import ppo_utils
rewards, mask = torch.tensor([[0, 0, 0.25], [0, 1.0, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]])
given = dict(token_level_rewards=rewards, response_mask=mask, index=np.array(["a", "a"]), config=None)
ours, _ = ppo_utils.compute_advantages_and_returns(adv_estimator="gradus_grpo", **given)
theirs, _ = ppo_utils.compute_advantages_and_returns(adv_estimator="grpo", **given)
torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
import cloudpickle
again = cloudpickle.loads(cloudpickle.dumps(ppo_utils.AdvantageEstimatorRegistry.get("gradus_step_grpo")))
assert again(**given)[0].shape == (2, 3)
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_estimators_survive_the_way_to_a_worker():
    estimate = pickle.loads(pickle.dumps(gradus.dense.Estimator(["credit.reinforce"])))
    assert estimate(torch.ones(1, 2), torch.ones(1, 2), [0]).tolist() == [[2, 2]]


# rLLM


@dataclass
class Step:
    response_ids: list
    reward: float = 0.0
    advantage: object = None


@dataclass
class Trajectory:
    steps: list
    reward: float | None = None


@dataclass
class TrajectoryGroup:
    trajectories: list


@pytest.fixture
def rllm(monkeypatch):
    return recorded.rllm(monkeypatch)


def test_rllm_estimators(rllm):
    rewards = [np.array([1.0, 0.0]), np.array([0.5, 0.5, 0.5])]
    advantages, returns = rllm["gradus_dr_grpo"](rewards=rewards, algorithm_config=None, traj_groups=[None, None])
    assert [row.tolist() for row in advantages] == [[0.5, -0.5], [0, 0, 0]]
    assert [row.shape for row in returns] == [(2,), (3,)]
    assert rllm["gradus_grpo"](rewards=[], algorithm_config=None) == ([], [])


def test_rllm_settings_and_missing_rewards(rllm):
    from gradus.rllm import assign

    rewards = [np.array([1.0, 0.0])]
    for config in ({"norm_adv_by_std_in_grpo": False}, types.SimpleNamespace(norm_adv_by_std_in_grpo=False)):
        assert rllm["gradus_grpo"](rewards=rewards, algorithm_config=config)[0][0].tolist() == [.5, -.5]
    assert rllm["gradus_dr_grpo"](rewards=[[1.0, None, 0.0]], algorithm_config=None)[0][0].tolist() == [.5, 0, -.5]
    steps = [Step([1, 2], None), Step([3], 2.0)]
    assign([TrajectoryGroup([Trajectory(steps)])], (("credit.step_return", {"channel": "process", "into": "a"}),))
    assert [step.advantage for step in steps] == [[2, 2], [2]]
    with pytest.raises(Error, match="reward of step 0.*finite"):
        assign([TrajectoryGroup([Trajectory([Step([1], float("nan"))])])])


def test_rllm_trajectories_without_tokens_are_missing(rllm):
    from gradus.rllm import assign

    for empty in (Trajectory([], 0.0), Trajectory([Step([])], 0.0), Trajectory([Step([], None)], 5.0)):
        trajectories = [Trajectory([Step([1])], 1.0), Trajectory([Step([2])], 0.0), empty]
        assign([TrajectoryGroup(trajectories)], (("credit.dr_grpo", {"channel": "outcome"}),))
        assert [step.advantage for trajectory in trajectories for step in trajectory.steps][:2] == [[.5], [-.5]]
    # A step that rLLM gave its default counts in no mean.
    trajectories = [Trajectory([Step([1], 3.0), Step([])], 1.0), Trajectory([Step([2], 1.0)], 0.0)]
    assign([TrajectoryGroup(trajectories)], (("shape.normalise", {"channel": "process", "scale": "none"}),
                                             ("credit.step_return", {"channel": "process", "into": "a"})))
    assert [step.advantage for trajectory in trajectories for step in trajectory.steps] == [[1], [], [-1]]
    with pytest.raises(Error, match="reward of step 1: found 0.5 on a step without response_ids"):
        assign([TrajectoryGroup([Trajectory([Step([1], 1.0), Step([], .5)]), Trajectory([Step([1])])])])
    with pytest.raises(Error, match="every prompt of this batch has one"):
        assign([TrajectoryGroup([Trajectory([Step([1], 1.0)])]), TrajectoryGroup([Trajectory([Step([1], 1.0)])])])
    assign([])


def test_rllm_step_advantages_are_as_long_as_the_responses(rllm):
    from gradus.rllm import assign

    groups = [TrajectoryGroup([Trajectory([Step([1, 2], 1.0), Step([3], 2.0)], 3.0), Trajectory([Step([4, 5, 6], 0.0)], 0.0)])]
    assign(groups, (("credit.step_return", {"channel": "process", "into": "a"}),))
    assert [step.advantage for trajectory in groups[0].trajectories for step in trajectory.steps] == [[3, 3], [2], [0, 0, 0]]
    assign(groups)
    assert all(len(step.advantage) == len(step.response_ids) for trajectory in groups[0].trajectories for step in trajectory.steps)


# verifiers


def traces(make):
    return [make([([True, False, True], 1), ([False], 0), ([True], 2)], 1.0), make([([True], 1)], 0.0)]


def plain(nodes, reward):
    return types.SimpleNamespace(nodes=[types.SimpleNamespace(mask=mask, advantages=None) for mask, _ in nodes], reward=reward)


def real(nodes, reward):
    graph = pytest.importorskip("verifiers.v1.graph")
    message = importlib.import_module("verifiers.v1").AssistantMessage(content="x")
    made = [graph.MessageNode(message=message, sampled=any(mask), mask=mask, token_ids=list(range(len(mask)))) for mask, _ in nodes]
    return types.SimpleNamespace(nodes=made, reward=reward)


@pytest.mark.parametrize("make", [plain, real])
def test_verifiers_nodes_get_credit_for_their_sampled_tokens(make):
    from gradus.verifiers import assign_advantages, sampled_nodes

    group = traces(make)
    assert [len(sampled_nodes(trace)) for trace in group] == [2, 1]
    assign_advantages(group, [[1.0, 2.0], [None]], pipeline=(("credit.step_return", {"channel": "process", "into": "a"}),))
    assert [node.advantages for node in group[0].nodes] == [[3, 3], None, [2]]
    assert group[1].nodes[0].advantages is None  # never scored, which is not zero
    assign_advantages(group, pipeline=(("credit.dr_grpo", {"channel": "outcome"}),))
    assert group[1].nodes[0].advantages == [-0.5]
    with pytest.raises(Error, match="trace 0: 1 step rewards; expected 2"):
        assign_advantages(group, [[1.0], [None]])
    with pytest.raises(Error, match="every prompt of this batch has one"):
        assign_advantages(group, groups=["p", "q"])
    with pytest.raises(Error, match="every prompt of this batch has one"):
        assign_advantages(group[:1], [[1.0, 2.0]])
    assign_advantages(group, groups=["p", "q"], pipeline=(("credit.reinforce", {"channel": "outcome"}),))
    assert group[1].nodes[0].advantages == [0]
