"""What a mask means: rewards and step scores are read where they stand, padding is never read and never comes back."""

import gradus
import numpy as np
import pytest
from gradus import Batch, Error
from gradus.dense import PROCESS, Estimator

f4 = np.float32


# Steps with dropped tokens


STEP_IDS = [[0, 0, 0, 0, 0, 1, 1, 1]]
ENDS = [[0, 0, 0, 0, 1, 0, 0, 1]]


def returns(mask, gamma=0.5, scores=None, **steps):
    scores = np.array([[np.nan] * 4 + [0] + [np.nan] * 2 + [1]] if scores is None else scores, dtype=f4)
    batch = Batch.from_dense(np.array(mask), [0] * len(mask), **{key: np.array(value) for key, value in steps.items()}, missing="skip",
                             columns={"step.prm": scores})
    gradus.credit.step_return(batch, channel="prm", gamma=gamma, into="a")
    return batch["token.a"].tolist()


@pytest.mark.parametrize("steps", [{"step_ids": STEP_IDS}, {"step_ends": ENDS}], ids=["ids", "ends"])
@pytest.mark.parametrize("dropped", [[], [2], [0], [4], [7], [5], [1, 2], [0, 1, 2, 3], [1, 3, 6], [0, 4, 5]])
def test_a_dropped_token_changes_no_other_token(steps, dropped):
    whole = [.5] * 5 + [1] * 3
    mask = [[int(t not in dropped) for t in range(8)]]
    assert returns(mask, **steps) == [[value * kept for value, kept in zip(whole, mask[0])]]


def test_a_dropped_token_shifts_no_index_and_counts_for_no_score():
    mask = np.ones((2, 8), dtype=int)
    mask[0, 2] = 0
    batch = Batch.from_dense(mask, [0, 0], step_ids=np.array(STEP_IDS * 2))
    assert batch.kinds == ["act", "observe", "act", "act", "act"] and batch.tokens == 16
    scores = np.zeros((2, 8), dtype=f4)
    scores[:, 4], scores[:, 7] = (.2, .4), (.6, .8)
    batch["step.prm"] = scores
    gradus.shape.normalise(batch, channel="prm", pool="index", scale="none")
    np.testing.assert_allclose(batch["step.prm"], [-.1, 0, -.1, .1, .1], atol=1e-6)


def test_token_columns_go_in_and_come_back_where_they_stood():
    mask = np.array([[1, 0, 1, 1, 0], [1, 1, 0, 1, 1]])
    values = np.arange(1, 11, dtype=f4).reshape(2, 5)
    batch = Batch.from_dense(mask, step_ids=np.zeros((2, 5), dtype=int), columns={"token.x": values})
    assert batch.kinds == ["act", "observe"] * 2 and batch.token_offsets.tolist() == [0, 3, 5, 9, 10]
    assert (batch["token.x"] == values * mask).all() and (batch.valid("token.x") == (mask == 1)).all()
    gradus.shape.affine(batch, channel="x", level="token", scale=2.0)
    assert (batch["token.x"] == 2 * values * mask).all()
    with pytest.raises(Error, match="nan at row 1, position 3"):
        batch["token.x"] = np.where(np.arange(10).reshape(2, 5) == 8, np.nan, values).astype(f4)


# Scores beside their step


@pytest.mark.parametrize(("mask", "ends", "scores", "place"), [
    ([1] * 6, [0, 0, 1, 0, 0, 1], [0, 0, 0, .9, 0, 0], 3), ([1] * 6, [0, 0, 1, 0, 0, 1], [0, .9, 0, 0, .5, 0], 1),
    ([1] * 6, [0, 0, 1, 0, 0, 1], [np.nan, np.nan, np.nan, .9, np.nan, .5], 3), ([1, 1, 0, 1], [0, 1, 0, 1], [0, 0, .9, .5], 2),
    ([1, 1, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1], [0, .5, 0, .7, 0, .9], 3), ([1, 1, 0, 0], [0, 1, 0, 1], [0, .5, 0, .9], 3),
    ([1, 1, 1, 1], None, [0, .5, 0, .9], 1), ([1, 1, 0, 1], None, [0, 0, .9, 0], 2),
    ([0, 1, 1, 1], [1, 0, 0, 1], [.7, 0, 0, .5], 0), ([0, 0, 1, 0, 1], [0, 1, 1, 0, 1], [np.nan, .7, .1, np.nan, .5], 1)])
def test_a_score_that_no_step_takes_is_refused_with_its_place(mask, ends, scores, place):
    with pytest.raises(Error, match=f"at row 0, position {place}") as raised:
        Batch.from_dense(np.array([mask]), step_ends=None if ends is None else np.array([ends]), missing="skip",
                         columns={"step.prm": np.array([scores], dtype=f4)})
    assert raised.value.field == "step.prm"


def steps_read(mask, ends, scores, **given):
    batch = Batch.from_dense(np.array([mask]), step_ends=np.array([ends]), columns={"step.prm": np.array([scores], dtype=f4)}, **given)
    act = [number for number, kind in enumerate(batch.kinds) if kind == "act"]
    return [batch["step.prm"][number] if batch.valid("step.prm")[number] else None for number in act]


def test_scores_are_read_where_they_stand():
    assert steps_read([1, 1, 0, 0, 1, 1], [0, 0, 1, 0, 0, 1], [0, 0, 1, 0, 0, 2]) == [1, 2]      # on the tool's answer
    assert steps_read([1, 1, 0], [0, 0, 1], [0, 0, 3]) == [3]                                     # on a rejected last token
    assert steps_read([1, 0, 1], [0, 1, 1], [0, 3, 2]) == [3, 2]
    assert steps_read([1, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 99]) == [0, None]                     # a step of 0; padding
    assert steps_read([1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 5, np.inf]) == [0, 5]
    assert steps_read([0, 0, 1, 1], [0, 0, 0, 1], [np.nan, 7, 0, 5]) == [5]                       # padding on the left
    assert steps_read([0, 0, 1, 1], [1, 1, 0, 1], [np.nan, 0, 0, 5]) == [5]                       # marked, and nothing there
    assert steps_read([1, 1, 1, 1], [0, 1, 0, 1], [.5, .5, 2, 2]) == [.5, 2]                      # on every token of the step
    assert steps_read([0, 0], [1, 1], [4, 5]) == []                                               # nothing is trained


def test_scores_of_zero_are_scores_and_the_tail_has_none():
    prm = np.array([[np.nan, 0, np.nan, .9, np.nan], [np.nan, .9, np.nan, 0, np.nan]], dtype=f4)
    batch = Batch.from_dense(np.ones((2, 5)), ["q", "q"], step_ends=~np.isnan(prm), columns={"step.prm": prm})
    assert batch["step.prm"].tolist() == [0, f4(.9), 0, f4(.9), 0, 0] and batch.valid("step.prm").tolist() == [True, True, False] * 2
    equal = np.array([[0, .9, 0, .9, 0]] * 2, dtype=f4)
    batch = Batch.from_dense(np.ones((2, 5)), ["q", "q"], step_ends=equal != 0, columns={"step.prm": equal})
    gradus.shape.normalise(batch, channel="prm", pool="group")
    assert not gradus.credit.step_return(batch, channel="prm", into="a")["token.a"].any()


def test_no_number_on_a_step_end_is_refused():
    for bad in (np.nan, np.inf):
        with pytest.raises(Error, match="row 0, step 0"):
            Batch.from_dense(np.ones((1, 2)), step_ends=np.array([[0, 1]]), columns={"step.prm": np.array([[0, bad]], dtype=f4)})


# Padding


@pytest.mark.parametrize("garbage", [99, np.nan, np.inf, -np.inf])
def test_what_stands_in_padding_never_comes_back(garbage):
    b = Batch.from_dense(np.array([[1, 1], [1, 0]]), [0, 0], columns={"token.loss": np.array([[1, 2], [3, garbage]], f4)})
    assert b["token.loss"].tolist() == [[1, 2], [3, 0]]
    gradus.loss.aggregate(b)
    assert b["token.loss"].sum() == 2.0


def test_missing_values_of_a_borrowed_column_are_zero():
    b = Batch.from_rollouts(missing="skip", outcome=np.array([1, np.nan, np.inf]))
    assert b["rollout.outcome"].tolist() == [1, 0, 0]


def test_a_torch_column_is_a_copy_with_zeros(torch):
    given = torch.tensor([[1.0, 2.0], [3.0, float("nan")]])
    b = Batch.from_dense(torch.tensor([[1, 1], [1, 0]]), columns={"token.x": given})
    out = b.to_torch("token.x")
    assert out.tolist() == [[1, 2], [3, 0]]
    out.mul_(7)
    assert given[0, 0] == 1 and b["token.x"][0, 0] == 1


# Rewards of a trainer


@pytest.fixture
def grpo(torch):
    return Estimator([("credit.grpo", {"channel": "outcome"})])


def test_the_outcome_counts_where_it_stands(torch, grpo):
    found = grpo(torch.tensor([[0, 0, 1.0], [0, 0, 0]]), torch.tensor([[1, 1, 0], [1, 1, 1]]), ["a", "a"])
    assert torch.allclose(found, torch.tensor([[.7071, .7071, 0], [-.7071] * 3]), atol=1e-4)
    rejected = grpo(torch.tensor([[0, 0, 1.0], [0, 0, 1], [0, 0, 0]]), torch.tensor([[1, 1, 0], [1, 1, 1], [1, 1, 1]]), ["a"] * 3)
    assert (rejected[:2, 0] > 0).all() and rejected[2, 0] < 0


@pytest.mark.parametrize("reward", [0.0, 1.0, 5.0])
def test_a_row_with_nothing_to_train_on_is_missing(torch, grpo, reward):
    rewards = torch.tensor([[0, 1.0], [0, 0], [0, reward]])
    found = grpo(rewards, torch.tensor([[1, 1], [1, 1], [0, 0]]), ["a"] * 3)
    assert torch.allclose(found, torch.tensor([[.7071, .7071], [-.7071, -.7071], [0, 0]]), atol=1e-4)
    alone = gradus.advantages([1, 0, reward], ["a"] * 3, mask=np.array([[1, 1], [1, 1], [0, 0]]))
    assert np.allclose(alone, found.numpy(), atol=1e-4)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_rewards_in_padding_may_be_anything(torch, grpo, bad):
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    assert torch.equal(grpo(torch.tensor([[0, 1.0, bad], [0, 0, 0]]), mask, [0, 0]), grpo(torch.tensor([[0, 1.0, 0], [0, 0, 0]]), mask, [0, 0]))
    with pytest.raises(Error, match="row 1, position 2"):
        grpo(torch.tensor([[0, 1.0, 0], [0, 0, bad]]), mask, [0, 0])


@pytest.mark.parametrize("dtype", ["bool", "int64", "int32", "float32", "float64"])
def test_masks_and_rewards_of_any_dtype(torch, grpo, dtype):
    kind = getattr(torch, dtype)
    found = grpo(torch.tensor([[0, 1], [0, 0]]).to(kind), torch.tensor([[1, 1], [1, 0]]).to(kind), torch.tensor([4, 4]))
    assert torch.allclose(found, torch.tensor([[.7071, .7071], [-.7071, 0]]), atol=1e-4)


def test_steps_are_those_before_the_rejection(torch):
    estimate = Estimator([("credit.step_return", {"channel": "process", "gamma": 0.5, "into": "a"})])
    steps = torch.tensor([[float("nan")] * 4 + [0] + [float("nan")] * 2 + [1]])
    whole, mask = torch.ones(1, 8, dtype=torch.long), torch.ones(1, 8, dtype=torch.long)
    mask[0, 5:] = 0  # the whole second step: nothing of it is trained, and the first was followed by it
    assert estimate(torch.zeros(1, 8), mask, [0], steps, whole=whole).tolist() == [[.5] * 5 + [0] * 3]


def test_turns_are_steps_and_a_turn_of_zero_is_scored(torch):
    estimate = Estimator(PROCESS["step_return"])
    mask = torch.tensor([[1, 1, 0, 1, 1, 0]])
    assert estimate(torch.tensor([[0, 0, 0, 0, .9, 0]]), mask, [0])[0].tolist() == pytest.approx([.9, .9, 0, .9, .9, 0])
    assert estimate(torch.tensor([[0, 0, 1.0, 0, 2, 0]]), mask, [0])[0].tolist() == [3, 3, 0, 2, 2, 0]  # on the tool's answer
    assert estimate(torch.tensor([[0, 0, 0, 0, 1.0, 2]]), mask, [0])[0].tolist() == [3, 3, 0, 3, 3, 0]
    normal = Estimator([("shape.normalise", {"channel": "process", "pool": "group", "scale": "none"}),
                        ("credit.step_return", {"channel": "process", "form": "own", "into": "a"})])
    found = normal(torch.tensor([[0, 0, 0, 0, 1.0, 0], [0, 0, 0, 0, 1, 0]]), mask.repeat(2, 1), [0, 0])
    assert found[0].tolist() == [-.5, -.5, 0, .5, .5, 0]


@pytest.mark.parametrize("place", ["inside", "tool", "sum", "steps"])
def test_what_float32_does_not_hold_is_refused_and_not_missing(torch, place):
    estimate = Estimator(PROCESS["outcome_and_process"])
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    rewards, steps = torch.zeros(2, 3, dtype=torch.float64), None
    if place == "inside":
        rewards[1, 1] = -1e39
    elif place == "tool":
        rewards[0, 2] = 1e39
    elif place == "sum":
        rewards[1] = 3e38
    else:
        steps = torch.full((2, 3), float("nan"), dtype=torch.float64)
        steps[1, 0] = 1e39
    with pytest.raises(Error, match="too large.* at row [01].*float32"):
        estimate(rewards, mask, ["a", "a"], steps)


def test_rules_that_compare_want_peers_and_the_others_no_groups(torch, grpo):
    rewards, mask = torch.tensor([[0, 1.0], [0, 0]]), torch.ones(2, 2)
    for stages in ([("credit.grpo", {"channel": "outcome"})], [("credit.peer_baseline", {"channel": "process", "into": "a"}),
                   ("credit.step_return", {"channel": "a", "into": "b"})], PROCESS["step_grpo"],
                   [("shape.normalise", {"channel": "process", "pool": "index"}), ("credit.step_return", {"channel": "process", "into": "a"})]):
        with pytest.raises(Error, match="every prompt of this batch has one"):
            Estimator(stages)(rewards, mask, ["a", "b"])
        with pytest.raises(Error, match="no groups"):
            Estimator(stages)(rewards, mask, None)
        assert Estimator(stages)(rewards, mask, ["a", "a"]).shape == (2, 2)
        with pytest.raises(Error, match="every prompt of this batch has one"):
            Estimator(stages)(rewards, mask, ["a", "a"], rollouts=["x", "x"])
        with pytest.raises(Error, match="no id"):
            Estimator(stages)(rewards, mask, ["a", None])
    for index in (["a", "b"], None):
        assert Estimator([("credit.reinforce", {"channel": "outcome"})])(rewards, mask, index).tolist() == [[1, 1], [0, 0]]
    assert grpo(torch.zeros(0, 2), torch.zeros(0, 2), []).shape == (0, 2)


def test_several_rows_of_one_rollout_count_once(torch, grpo):
    rewards = torch.tensor([[0, 1.0], [0, 1.0], [0, 1.0], [0, 0]])
    found = grpo(rewards, torch.ones(4, 2), ["a"] * 4, rollouts=["x", "x", "x", "y"])
    assert torch.allclose(found[:, 0], torch.tensor([.7071, .7071, .7071, -.7071]), atol=1e-4)
    batch = Batch.from_dense(np.ones((3, 2)), ["q"] * 3, rollout=["x", "y", "x"], columns={"token.r": np.arange(6, dtype=f4).reshape(3, 2)})
    assert batch.rollouts == 2 and batch["token.r"].tolist() == [[0, 1], [2, 3], [4, 5]]
    with pytest.raises(Error, match="different groups"):
        Batch.from_dense(np.ones((2, 2)), ["q", "p"], rollout=["x", "x"])


# Groups


@pytest.mark.parametrize("label", [None, float("nan"), np.nan, np.float32("nan"), np.datetime64("NaT"), "", b""])
def test_no_id_is_no_group(label):
    for labels in (["a", label], (label, "a"), np.array(["a", label], dtype=object)):
        with pytest.raises(Error, match="no id") as raised:
            Batch.from_rollouts(labels, outcome=np.zeros(2))
        assert raised.value.field == "group"
    with pytest.raises(Error, match="no id"):
        gradus.advantages([1, 0], [label, label])


def test_no_id_in_typed_arrays():
    for labels in (np.array(["a", ""]), np.array([0.0, np.nan]), np.array([b"", b"x"])):
        with pytest.raises(Error, match="no id.*at row"):
            Batch.from_rollouts(labels, outcome=np.zeros(2))
    pandas = pytest.importorskip("pandas")
    for labels in ([1, pandas.NA], pandas.Series(["a", None]), pandas.Series([1, pandas.NA], dtype="Int64")):
        with pytest.raises(Error, match="no id"):
            Batch.from_rollouts(labels, outcome=np.zeros(2))


def test_tensors_as_labels_are_their_numbers(torch):
    assert Batch.from_rollouts([torch.tensor(3), torch.tensor(3), 4], outcome=np.zeros(3)).groups.tolist() == [0, 0, 1]


# What counts as a number


@pytest.mark.parametrize("rewards", [[1, 0], (True, False), [1.0, 0.0], np.array([1, 0]), np.array([True, False]), np.array([1, 0], dtype=np.int32),
                                     [np.float32(1), np.int64(0)]])
def test_rewards_of_any_kind(rewards):
    assert gradus.advantages(rewards, [0, 0], "rloo").tolist() == [1, -1]
    batch = Batch.from_dense(np.ones((2, 2)), [0, 0], columns={"rollout.outcome": rewards})
    assert batch["rollout.outcome"].tolist() == [1, 0]
    assert Batch.from_rollouts([0, 0], outcome=rewards)["rollout.outcome"].tolist() == [1, 0]


def test_torch_rewards_give_torch_advantages(torch):
    for rewards in (torch.tensor([1.0, 0.0]), torch.tensor([1, 0]), torch.tensor([True, False])):
        found = gradus.advantages(rewards, [0, 0], "rloo")
        assert isinstance(found, torch.Tensor) and found.tolist() == [1, -1]
        found.mul_(2)
    assert rewards.tolist() == [True, False]


def test_none_is_missing_and_other_things_are_no_numbers():
    assert gradus.advantages([1, None, 0], [0] * 3, "dr_grpo", missing="skip").tolist() == [.5, 0, -.5]
    with pytest.raises(Error, match="nan at row 1"):
        gradus.advantages([1, None], [0, 0])
    for bad, words in ((["1", 0], "str at 0"), ([[1], [0]], "list at 0"), ([1], "1 numbers|2")):
        with pytest.raises(Error, match=words):
            Batch.from_dense(np.ones((2, 2)), columns={"rollout.outcome": bad})


def test_keys_are_whole_numbers_up_to_what_float64_holds():
    keys = np.array([16777216, 16777217])
    batch = Batch.from_ragged([0, 1, 2], group=[0, 0], columns={"step.key": keys, "step.r": np.array([1, 0], dtype=f4)})
    assert batch["step.key"].tolist() == keys.tolist()
    with pytest.raises(Error, match="2\\^53"):
        Batch.from_ragged([0, 1], columns={"step.key": np.array([2**53 + 1])})


def test_a_batch_is_a_container_of_columns():
    import copy

    batch = Batch.from_dense(np.ones((2, 2)), [0, 0], columns={"rollout.a": [1, 2], "token.b": np.ones((2, 2), dtype=f4)})
    assert len(batch) == 2 and list(batch) == ["rollout.a", "token.b"] and "rollout.a" in batch
    other = copy.copy(batch)
    gradus.shape.affine(other, channel="b", level="token", scale=3.0)
    assert batch["token.b"][0, 0] == 1 and other["token.b"][0, 0] == 3
    view = other["token.b"]
    del other["token.b"]
    assert list(other) == ["rollout.a"] and list(batch) == ["rollout.a", "token.b"] and view[0, 0] == 3
    with pytest.raises(Error, match="no column 'token.b'"):
        del other["token.b"]
