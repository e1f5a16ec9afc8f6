"""gradus.advantages: the estimators over one reward per rollout, without a batch of one's own."""

import gradus
import numpy as np
import pytest
from gradus import Batch, Error


@pytest.mark.parametrize("estimator", ["grpo", "rloo", "dr_grpo", "reinforce"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_numbers_as_the_operator_on_a_batch(estimator, dtype):
    rng = np.random.default_rng(2)
    rewards, groups = rng.random(40).astype(dtype), rng.integers(0, 6, 40)
    mask = rng.random((40, 9)) < 0.8
    mask[:, 0] = True
    batch = Batch.from_dense(mask, groups, **{"rollout.outcome": rewards})
    expected = gradus.run(f"credit.{estimator}", batch)["token.outcome_advantage"]
    dense = gradus.advantages(rewards, groups, estimator, mask=mask)
    flat = gradus.advantages(rewards, groups, f"credit.{estimator}")
    np.testing.assert_array_equal(dense, expected)
    np.testing.assert_array_equal(flat, expected[:, 0])
    assert flat.dtype == dense.dtype == dtype and flat.shape == (40,)


def test_equal_rewards_give_exactly_zero():
    for value in (0.7, 1 / 3, 0.1):
        assert not gradus.advantages(np.full(8, value, dtype=np.float32), np.zeros(8, dtype=int)).any()


def test_missing_rewards():
    rewards = np.array([1, np.nan, 0, 0.5], dtype=np.float32)
    with pytest.raises(Error, match="nan at row 1"):
        gradus.advantages(rewards, [0, 0, 0, 1])
    found = gradus.advantages(rewards, [0, 0, 0, 1], "dr_grpo", missing="skip")
    assert found.tolist() == [0.5, 0, -0.5, 0]


def test_refusals():
    rewards = np.zeros(4, dtype=np.float32)
    with pytest.raises(Error, match="no estimator over one reward per rollout"):
        gradus.advantages(rewards, None, "gae")
    with pytest.raises(Error, match="unknown operator 'credit.grop'"):
        gradus.advantages(rewards, None, "grop")
    with pytest.raises(Error, match="no parameter 'gamma'"):
        gradus.advantages(rewards, [0] * 4, gamma=1.0)
    with pytest.raises(Error, match="1 dimension"):
        gradus.advantages(rewards.reshape(2, 2), [0, 0])
    with pytest.raises(Error, match="found 4 values per rollout; expected 2"):
        gradus.advantages(rewards, [0, 0], mask=np.ones((2, 3)))
    with pytest.raises(Error, match="4 ids|expected 4"):
        gradus.advantages(rewards, [0, 0])


def test_a_million_random_groups_are_finite_and_exactly_zero_where_equal():
    rng = np.random.default_rng(3)
    for size in (2, 8, 64):
        count = 1_000_000 // size // 3
        rewards = rng.random((count, size), dtype=np.float32)
        rewards[::2] = rewards[::2, :1]
        found = gradus.advantages(rewards.ravel(), np.repeat(np.arange(count), size)).reshape(count, size)
        assert np.isfinite(found).all() and not found[::2].any()
        assert np.abs(found[1::2]).max() > 0
