"""Faults that other trainers had, as their public reports tell them, and that must stay away from here."""

import gradus
import numpy as np
import pytest
from gradus import Batch, Error

f4 = np.float32


def test_gae_passes_over_observed_tokens():
    """verl #2337, miles #1827: advantages stepped through the tool's tokens."""
    rng = np.random.default_rng(0)
    mask = np.array([[1, 1, 0, 0, 1, 1, 0, 1]])
    rewards, values = rng.random((1, 8)), rng.random((1, 8))
    holes = Batch.from_dense(mask, columns={"token.reward": rewards, "token.value": values})
    whole = Batch.from_dense(np.ones((1, 5)), columns={"token.reward": rewards[:, mask[0] == 1], "token.value": values[:, mask[0] == 1]})
    found = [gradus.credit.gae(batch, gamma=0.9, lambda_=0.8, whiten=False)["token.advantage"] for batch in (holes, whole)]
    np.testing.assert_allclose(found[0][:, mask[0] == 1], found[1], rtol=1e-12)


@pytest.mark.parametrize("value", [0.2, 1 / 3, 0.1, 1e-30, -7.7])
@pytest.mark.parametrize("estimator", ["grpo", "rloo", "dr_grpo", "opo"])
def test_equal_rewards_are_exactly_zero(value, estimator):
    """verl #4598: eight times 0.2 was not 0."""
    assert not gradus.advantages(np.full(8, value, dtype=f4), [0] * 8, estimator).any()


def test_a_group_with_one_score_left_is_zero():
    """TRL #5773, #5902: the deviation of one sample was NaN."""
    for rewards in ([1, None, None], [None, None, None]):
        assert gradus.advantages(rewards, [0] * 3, missing="skip").tolist() == [0, 0, 0]


def test_leave_one_out_does_not_explode():
    """NeMo-RL #1518, #4161: the deviation of the others is 0 where they are equal."""
    found = gradus.advantages([1.0] + [0.0] * 7, [0] * 8, "rloo")
    assert found[0] == 1 and found[1:].tolist() == pytest.approx([-1 / 7] * 7)


def test_a_batch_without_groups_is_refused_where_rollouts_are_compared():
    """rllm #924: rollout ids were used as groups."""
    with pytest.raises(Error, match="no groups"):
        gradus.credit.grpo(Batch.from_rollouts(outcome=[1, 0]))


def test_normalise_then_sum_and_sum_then_normalise_are_both_there():
    """IGPO #5."""
    def batch():
        return Batch.from_dense(np.ones((2, 2)), [0, 0], step_ends=np.ones((2, 2)), columns={"step.r": np.array([1, 2, 3, 6], dtype=f4)})

    first = gradus.shape.normalise(batch(), channel="r", pool="group", scale="none")
    first = gradus.credit.step_return(first, channel="r", into="a")["token.a"]
    second = gradus.credit.step_return(batch(), channel="r", into="a")
    second = gradus.shape.normalise(second, channel="a", level="token", pool="index", scale="none")["token.a"]
    assert first.tolist() == [[-3, -1], [3, 3]] and second.tolist() == [[-3, -2], [3, 2]]


def test_discounts_count_from_where_a_token_stands():
    """TRL #6626: gamma to the power of the absolute position."""
    batch = Batch.from_dense(np.ones((1, 3)), [0], step_ends=np.ones((1, 3)), columns={"step.r": np.array([0, 0, 1], dtype=f4)})
    assert gradus.credit.step_return(batch, channel="r", gamma=0.5, into="a")["token.a"].tolist() == [[.25, .5, 1]]


def test_no_width_and_no_length_changes_a_sum():
    """Long sequences: float32 totals drifted, and padding changed them."""
    length, rng = 262_144, np.random.default_rng(1)
    rewards = rng.random((2, length), dtype=f4)
    totals = []
    for width in (length, length + 37):
        mask, padded = np.zeros((2, width), dtype=np.uint8), np.full((2, width), np.nan, dtype=f4)
        mask[:, :length], padded[:, :length] = 1, rewards
        batch = Batch.from_dense(mask, columns={"token.r": padded})
        gradus.shape.aggregate(batch, channel="r", level="token", form="sum", into="total")
        totals.append(batch["rollout.total"])
    assert totals[0].tobytes() == totals[1].tobytes()
    np.testing.assert_allclose(totals[0], rewards.astype(np.float64).sum(1), rtol=1e-7)


def test_samples_with_and_without_steps_have_the_same_keys():
    """verl #6545: the keys of samples differed."""
    from gradus.packed_steps import STEPS, pack, unpack

    with_steps, without = pack({"score": 1.0, "step_ends": [0], "step_rewards": [1.0]}, 2), pack({"score": 0.0}, 2)
    assert set(with_steps) == set(without) == {"score", STEPS} and unpack([without[STEPS], None]) == [[], []]


@pytest.mark.parametrize(("aggregation", "shared"), [("token_mean", {"all_tokens": 7.0}), ("sequence_mean", {"all_rollouts": 3.0}),
                                                     ("sequence_sum", {"all_rollouts": 3.0})])
def test_a_loss_over_ranks_is_the_loss_of_the_whole(aggregation, shared):
    """verl #5366, #5798, Trinity #336: off by the number of ranks, or each rank divided by its own count."""
    mask, loss = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0]]), np.arange(1, 13, dtype=np.float64).reshape(4, 3)

    def total(rows, **more):
        batch = Batch.from_dense(mask[rows], columns={"token.loss": loss[rows]})
        return gradus.loss.aggregate(batch, aggregation=aggregation, **more)["token.loss"].sum()

    by_rank = [total([row], ranks=4.0, **shared) for row in range(4)]
    assert np.mean(by_rank) == pytest.approx(total([0, 1, 2, 3]), rel=1e-12)
    assert by_rank[3] == 0


def test_slots_behind_a_rollout_are_in_no_statistic():
    """RLlib #57989: the slots that bootstrap the value were whitened along."""
    values = np.array([[1, 2, 4], [8, 3, 6]], dtype=f4)
    plain = gradus.credit.whiten(Batch.from_dense(np.ones((2, 3)), columns={"token.advantage": values}))["token.advantage"]
    for slot in (0, 1e6, np.nan):
        wide = np.concatenate([values, np.full((2, 1), slot, dtype=f4)], axis=1)
        found = gradus.credit.whiten(Batch.from_dense(np.array([[1, 1, 1, 0]] * 2), columns={"token.advantage": wide}))["token.advantage"]
        assert found[:, :3].tobytes() == plain.tobytes() and not found[:, 3].any()


def test_truncated_importance_weights_are_a_chain():
    """verl #3694, slime #657: weights between the rollout's policy and the trainer's, cut at 2, tool tokens left out."""
    mask = np.array([[1, 1, 1, 0, 1]])
    logprob = np.log(np.array([[.5, .8, .8, .9, .1]]))
    rollout = np.log(np.array([[.5, .4, .01, 1e-9, .4]]))
    batch = Batch.from_dense(mask, columns={"token.logprob": logprob, "token.rollout": rollout})
    gradus.reward.log_ratio(batch, reference="rollout", into="w")
    gradus.shape.clip(batch, channel="w", level="token", low=-20.0, high=20.0)
    gradus.shape.transform(batch, channel="w", level="token", into="w")
    gradus.shape.clip(batch, channel="w", level="token", high=2.0)
    assert batch["token.w"][0].tolist() == pytest.approx([1, 2, 2, 0, .25])


def test_the_top_share_takes_no_token_without_an_entropy():
    """TRL #7221, rlhf-book #398: NaN in the quantile, and batches without a token."""
    mask = np.array([[1, 1, 1, 1, 0], [0, 0, 0, 0, 0]])
    entropy = np.array([[.1, np.nan, .9, .2, 5], [7] * 5])
    batch = gradus.loss.top_share(Batch.from_dense(mask, missing="skip", columns={"token.entropy": entropy}), share=0.34)
    assert batch["token.importance"].tolist() == [[0, 0, 1, 0, 0], [0] * 5] and batch.missing("token.importance") == 7
    empty = gradus.loss.top_share(Batch.from_dense(np.zeros((2, 3)), columns={"token.entropy": np.full((2, 3), np.nan)}))
    assert not empty["token.importance"].any() and empty.missing("token.importance") == 6


@pytest.mark.parametrize("tool", [-1.0, -700.0, np.nan])
def test_the_kl_of_a_tools_tokens_is_left_out(tool):
    """slime #1370: tokens that the policy did not write were pulled towards the reference."""
    mask = np.array([[1, 1, 0, 0, 1]])
    logprob, reference = np.array([[-1, -2, tool, tool, -3]]), np.array([[-1, -1, -.5, -.5, -2]])
    batch = gradus.loss.kl(Batch.from_dense(mask, columns={"token.logprob": logprob, "token.ref_logprob": reference}), estimator="k1")
    assert batch["token.kl"].tolist() == [[0, -1, 0, 0, -1]] and not batch["token.kl_slope"][mask == 0].any()
    gradus.loss.aggregate(batch, channels=["kl"])
    assert batch["token.kl"].sum() == pytest.approx(-2 / 3)


def test_gae_says_what_to_do_with_a_single_trained_token():
    """ROLL #475: one value has no variance; verl raises too."""
    def batch():
        return Batch.from_dense(np.array([[1, 0], [0, 0]]), columns={"token.reward": np.full((2, 2), 3.0), "token.value": np.ones((2, 2))})

    with pytest.raises(Error, match="at least two values.*leave whitening out"):
        gradus.credit.gae(batch())
    assert gradus.credit.gae(batch(), whiten=False)["token.advantage"].tolist() == [[2, 0], [0, 0]]
