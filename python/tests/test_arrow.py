"""Arrow arrays as batches: structure from their offsets, values borrowed."""

import numpy as np
import pytest
from gradus import Batch, Error

arrow = pytest.importorskip("pyarrow")

TOKENS = [[[1, 2], [3]], [], [[], [4, 5, 6]]]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("value", [arrow.float32(), arrow.float64()])
def test_nested_lists_are_rollouts_steps_and_tokens(large, value):
    kind = arrow.large_list if large else arrow.list_
    tokens = arrow.array(TOKENS, type=kind(kind(value)))
    batch = Batch.from_arrow([0, 0, 1], **{"token.reward": tokens, "step.prm": arrow.array([[1, 2], [], [3, 4]], type=kind(value))})
    assert batch.step_offsets.tolist() == [0, 2, 2, 4] and batch.token_offsets.tolist() == [0, 2, 3, 3, 6]
    assert batch["token.reward"].tolist() == [1, 2, 3, 4, 5, 6] and batch["step.prm"].tolist() == [1, 2, 3, 4]
    memory = np.frombuffer(tokens.values.values.buffers()[1], dtype=batch["token.reward"].dtype)
    assert np.shares_memory(batch["token.reward"], memory)


def test_slices_and_nulls():
    tokens = arrow.array(TOKENS, type=arrow.list_(arrow.list_(arrow.float32())))[2:]
    assert Batch.from_arrow([0], **{"token.reward": tokens})["token.reward"].tolist() == [4, 5, 6]
    scores = arrow.array([[1, None], [None]], type=arrow.list_(arrow.float32()))
    batch = Batch.from_arrow([0, 1], **{"step.prm": scores})
    assert batch.valid("step.prm").tolist() == [True, False, False] and batch["step.prm"].tolist() == [1, 0, 0]


def test_flat_lists_of_tokens_make_one_step_per_rollout():
    batch = Batch.from_arrow([0, 1], **{"token.reward": arrow.array([[1.0, 2.0], []]), "rollout.outcome": arrow.array([1.0, 0.0])})
    assert batch.step_offsets.tolist() == [0, 1, 2] and batch.token_offsets.tolist() == [0, 2, 2]


def test_the_values_live_as_long_as_the_batch():
    batch = Batch.from_arrow(**{"rollout.outcome": arrow.array(np.arange(1000.0))})
    assert batch["rollout.outcome"].sum() == 499500


@pytest.mark.parametrize(("columns", "words"), [
    ({"token.reward": arrow.array([[1, 2]])}, "format 'l'"),
    ({"token.reward": arrow.array([1.0])}, "0 levels of lists for a token column"),
    ({"rollout.outcome": arrow.array([[1.0]])}, "1 levels of lists for a rollout column"),
    ({"step.a": arrow.array([[1.0], None])}, "a null list at 1"),
    ({"step.a": arrow.array([[1.0]]), "step.b": arrow.array([[1.0, 2.0]])}, "different lengths"),
    ({"step.a": arrow.array([[1.0]]), "rollout.b": arrow.array([1.0, 2.0])}, "does not fit|expected"),
    ({"rollout.outcome": np.zeros(1)}, "ndarray"),
    ({"rollout.outcome": arrow.array([float("nan")])}, "nan at row 0"),
    ({}, "at least one column")])
def test_refusals(columns, words):
    with pytest.raises(Error, match=words):
        Batch.from_arrow(**columns)
