"""Arrays in and out of a batch: structure, borrowed memory, missing values, refusals."""

import gc
import pickle
import threading

import gradus
import numpy as np
import pytest
from gradus import Batch, Error

MASK = np.array([[1, 1, 0, 1, 0], [1, 1, 1, 0, 0]])


def dense(**columns):
    return Batch.from_dense(MASK, group=[7, 7], **columns)


def test_runs_of_the_mask_are_steps():
    batch = dense()
    assert (batch.rollouts, batch.steps, batch.tokens) == (2, 6, 10)
    assert batch.kinds == ["act", "observe", "act", "observe", "act", "observe"]
    assert batch.step_offsets.tolist() == [0, 4, 6]
    assert batch.token_offsets.tolist() == [0, 2, 3, 4, 5, 8, 10]


def test_step_ends_and_step_ids_split_trained_runs():
    ends = np.zeros((2, 5), dtype=bool)
    ends[1, 0] = ends[0, 2] = True  # the second stands on an observed token and splits nothing
    by_ends = Batch.from_dense(MASK, step_ends=ends)
    by_ids = Batch.from_dense(MASK, step_ids=np.array([[0, 0, 0, 1, 1], [0, 1, 1, 1, 1]], dtype=np.int16))
    assert by_ends.token_offsets.tolist() == by_ids.token_offsets.tolist() == [0, 2, 3, 4, 5, 6, 8, 10]
    with pytest.raises(Error, match="give one of them"):
        Batch.from_dense(MASK, step_ends=ends, step_ids=ends)


@pytest.mark.parametrize("dtype", ["bool", "int8", "int32", "int64", "uint8", "float32", "float64"])
def test_masks_of_any_dtype_and_stride(dtype):
    wide = np.zeros((2, 10), dtype=dtype)
    wide[:, ::2] = MASK
    assert Batch.from_dense(wide[:, ::2]).token_offsets.tolist() == dense().token_offsets.tolist()


def test_a_mask_is_made_of_zero_and_one():
    with pytest.raises(Error, match="found 0.5 at row 1, position 2"):
        Batch.from_dense(np.array([[0, 0, 0], [0, 0, 0.5]]))
    with pytest.raises(Error, match="2 dimensions"):
        Batch.from_dense(np.ones(3))


@pytest.mark.parametrize("groups", [
    np.array([3, 3, 9]), np.array(["a", "a", "b"]), np.array(["a", "a", "b"], dtype=object), ["a", "a", "b"],
    (("x", 1), ("x", 1), ("x", 2)), np.array([3, 3, 9], dtype=np.int32), np.array(["x" * 40, "x" * 40, "y"])])
def test_groups_of_any_label(groups):
    first, second, third = Batch.from_rollouts(groups, outcome=np.zeros(3)).groups
    assert first == second != third


def test_equal_labels_need_not_be_one_object():
    labels = ["".join(["u", "id"]) for _ in range(3)] + ["other"]
    assert Batch.from_rollouts(np.array(labels, dtype=object), outcome=np.zeros(4)).groups.tolist() == [0, 0, 0, 1]


def test_as_many_groups_as_rollouts():
    for groups in ([1], np.array([1]), np.array(["a"]), np.array(["a"], dtype=object)):
        with pytest.raises(Error) as raised:
            Batch.from_rollouts(groups, outcome=np.zeros(2))
        assert raised.value.field == "group"
    with pytest.raises(TypeError, match="unhashable"):
        Batch.from_rollouts([[1], [2]], outcome=np.zeros(2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_columns_are_borrowed_and_given_back_in_place(dtype):
    rewards = (np.arange(10).reshape(2, 5) * MASK).astype(dtype)
    batch = dense(**{"token.reward": rewards})
    assert np.shares_memory(batch["token.reward"], rewards)
    assert batch["token.reward"].shape == (2, 5) and batch["token.reward"].dtype == dtype
    assert not batch["token.reward"].flags.writeable


def test_borrowed_memory_outlives_its_first_owner():
    batch = Batch.from_rollouts(outcome=np.arange(1000.0))
    view = batch["rollout.outcome"]
    del batch
    gc.collect()
    assert view.sum() == 499500


def test_a_view_keeps_its_values_when_an_operator_rewrites_the_column():
    outcome = np.array([1.0, 0.0], dtype=np.float32)
    batch = Batch.from_rollouts([0, 0], outcome=outcome)
    view = batch["rollout.outcome"]
    gradus.run("shape.normalise", batch, channel="outcome", level="rollout", scale="none")
    assert view.tolist() == outcome.tolist() == [1, 0]
    assert batch["rollout.outcome"].tolist() == [0.5, -0.5]


def test_results_have_the_precision_of_the_inputs():
    for dtype in ("float32", "float64"):
        batch = dense(**{"rollout.outcome": np.array([1, 0], dtype=dtype)})
        assert gradus.run("credit.grpo", batch)["token.outcome_advantage"].dtype == dtype


@pytest.mark.parametrize(("bad", "words"), [
    (np.zeros((2, 5), dtype=np.float16), ["float16", "float32 or float64", "astype"]),
    (np.zeros((2, 5), dtype=np.int64), ["int64", "float32 or float64"]),
    (np.zeros((5, 2), dtype=np.float32).T, ["strided", "C-contiguous", "ascontiguousarray"]),
    (np.zeros((2, 4), dtype=np.float32), ["(2, 4)", "(2, 5)"]),
    ([[0.0] * 5] * 2, ["list", "float32 or float64 array"]),
    (np.zeros((2, 5), dtype=">f4"), ["ndarray"]),
    (None, ["NoneType"])])
def test_what_does_not_fit_is_refused_in_full(bad, words):
    with pytest.raises(Error) as raised:
        dense(**{"token.reward": bad})
    assert raised.value.field == "token.reward" and raised.value.kind == "input"
    for word in words:
        assert word in str(raised.value)


def test_values_that_are_not_numbers_are_refused_with_their_place():
    rewards = np.zeros((2, 5), dtype=np.float32)
    rewards[1, 2] = np.inf
    with pytest.raises(Error, match="found inf at row 1, position 2.*missing=.skip") as raised:
        dense(**{"token.reward": rewards})
    assert raised.value.field == "token.reward"
    with pytest.raises(Error, match="nan at row 1"):
        dense(**{"rollout.outcome": np.array([0, np.nan])})


def test_masked_places_may_hold_anything_and_never_count():
    rewards = np.where(MASK == 1, 1.0, np.nan).astype(np.float32)
    batch = dense(**{"token.reward": rewards})
    assert batch.missing("token.reward") == 4
    gradus.run("shape.aggregate", batch, channel="reward", level="token", form="sum", into="total")
    assert batch["rollout.total"].tolist() == [3, 3]


def test_skip_marks_as_missing_and_leaves_the_array_alone():
    outcome = np.array([1, np.nan, 0, np.inf])
    batch = Batch.from_rollouts(missing="skip", outcome=outcome)
    assert batch.valid("rollout.outcome").tolist() == [True, False, True, False]
    assert batch["rollout.outcome"].tolist() == [1, 0, 0, 0]
    assert np.isnan(outcome[1])
    with pytest.raises(Error, match="'refuse' or 'skip'"):
        Batch.from_rollouts(missing="zero", outcome=outcome)


def test_a_step_column_may_be_given_per_token():
    scores = np.arange(10, dtype=np.float32).reshape(2, 5)
    batch = dense(**{"step.prm": scores})
    assert batch["step.prm"].tolist() == [1, 0, 3, 0, 7, 0]
    assert batch.valid("step.prm").tolist() == [True, False, True, False, True, False]
    assert dense(**{"step.prm": np.arange(6, dtype=np.float32)})["step.prm"].tolist() == [0, 1, 2, 3, 4, 5]


def test_ragged_batches():
    batch = Batch.from_ragged([0, 2, 2, 3], [0, 2, 2, 5], [1, 1, 2], kinds=["act", "observe", "answer"],
                              **{"step.prm": np.ones(3, dtype=np.float32)})
    assert (batch.rollouts, batch.steps, batch.tokens) == (3, 3, 5)
    assert Batch.from_ragged(None, np.array([0, 3, 3])).step_offsets.tolist() == [0, 1, 2]
    assert Batch.from_ragged([0, 2]).tokens == 0
    with pytest.raises(Error, match="offsets of a batch do not fit"):
        Batch.from_ragged([0, 2], [0, 3, 1])
    with pytest.raises(Error, match="offsets"):
        Batch.from_ragged([1, 2], [0, 3, 4])
    with pytest.raises(Error, match="needs offsets"):
        Batch.from_ragged()
    with pytest.raises(Error, match="reason, act, observe, answer"):
        Batch.from_ragged([0, 1], kinds=["think"])


def test_empty_batches():
    batch = Batch.from_dense(np.zeros((0, 4)), group=[])
    assert (batch.rollouts, batch.steps, batch.tokens) == (0, 0, 0)
    batch["token.reward"] = np.zeros((0, 4), dtype=np.float32)
    assert batch["token.reward"].shape == (0, 4)
    assert Batch.from_dense(np.zeros((3, 0))).rollouts == 3


def layouts():
    mask = np.array([[1, 0, 1, 1, 0], [1, 1, 0, 1, 1], [0, 0, 0, 0, 0]])
    scores = np.full((3, 5), np.nan, dtype=np.float32)
    scores[0, 3], scores[1, 4] = .5, 0
    values = np.where(mask == 1, np.arange(15).reshape(3, 5), np.nan)
    dropped = Batch.from_dense(mask, ["a", "a", "b"], step_ends=~np.isnan(scores), columns={"step.prm": scores, "token.x": values})
    rows = Batch.from_dense(np.ones((3, 2)), ["q"] * 3, rollout=["x", "y", "x"], columns={"token.r": np.arange(6.0).reshape(3, 2)})
    ragged = Batch.from_ragged([0, 2, 3], [0, 2, 2, 5], [1, 1], kinds=["act", "observe", "answer"])
    ragged.put("step.prm", np.array([1, np.nan, 2]), missing="skip", estimates="correctness", evaluator="judge")
    ragged.set_note("source", ["x", "\u00fc\0y"])
    return {"dropped": dropped, "rows": rows, "ragged": ragged, "empty": Batch.from_dense(np.zeros((0, 4)), group=[]),
            "ungrouped": Batch.from_rollouts(missing="skip", outcome=[1, None])}


@pytest.mark.parametrize("name", list(layouts()))
def test_a_pickle_is_the_same_batch(name):
    batch = layouts()[name]
    again = pickle.loads(pickle.dumps(batch))
    assert repr(again) == repr(batch) and again.kinds == batch.kinds and list(again) == list(batch)
    for part in ("groups", "step_offsets", "token_offsets"):
        assert getattr(again, part).tolist() == getattr(batch, part).tolist()
    for column in batch:
        assert again[column].tobytes() == batch[column].tobytes() and again[column].dtype == batch[column].dtype
        assert again[column].shape == batch[column].shape and (again.valid(column) == batch.valid(column)).all()
    width = (3, 5) if name == "dropped" else (3, 2)
    if name in ("dropped", "rows"):  # what comes later is laid out alike
        more = np.arange(np.prod(width), dtype=np.float32).reshape(width)
        batch["token.more"] = again["token.more"] = more
        assert again["token.more"].tolist() == batch["token.more"].tolist()
    if name == "dropped":
        wrong = np.zeros((3, 5), dtype=np.float32)
        wrong[0, 1] = .5
        with pytest.raises(Error, match="row 0, position 1"):
            again["step.other"] = wrong
    if name == "ungrouped":
        with pytest.raises(Error, match="no groups"):
            gradus.run("credit.rloo", again, channel="outcome")
    if name == "ragged":
        assert again.note("source") == ["x", "\u00fc\0y"]


def test_a_batch_with_texts_is_no_pickle():
    with pytest.raises(TypeError, match="texts.*write_jsonl"):
        pickle.dumps(Batch.from_texts([["a"]], [1]))


def test_a_column_is_given_once():
    with pytest.raises(Error, match="given twice") as raised:
        Batch.from_rollouts([0], columns={"outcome": [1]}, outcome=[2])
    assert raised.value.field == "outcome"
    with pytest.raises(Error, match="given twice"):
        dense(columns={"rollout.outcome": [1, 0]}, **{"rollout.outcome": [1, 0]})


def test_messages_about_rollout_ids_name_them():
    for ids, words in ((["x", None], "rows without one would be taken for one rollout"), (np.array([0.5, 1]), "a rollout id is not a whole number"),
                       (["x"], "as many rollout ids as rows")):
        with pytest.raises(Error, match=words) as raised:
            Batch.from_dense(np.ones((2, 2)), rollout=ids)
        assert raised.value.field == "rollout"
    with pytest.raises(TypeError, match="rollout: expected a sequence of ids"):
        Batch.from_dense(np.ones((2, 2)), rollout=3)


def test_texts_notes_and_files(tmp_path):
    batch = Batch.from_texts([["a", "b"], []], [1, 2], kinds=[["reason", "answer"], []], prompts=["p", "q"],
                             **{"step.prm": np.array([0.5, 1], dtype=np.float32)})
    batch.set_note("rollout.source", ["x", "y"])
    path = tmp_path / "rollouts.jsonl"
    batch.write_jsonl(str(path))
    read = gradus.read_jsonl(path)
    assert (read.lines, read.bad_lines, read.errors) == (2, 0, [])
    assert read.batch.text(1) == "b" and read.batch.kinds == ["reason", "answer"]
    assert read.batch["step.prm"].tolist() == [0.5, 1]
    with pytest.raises(Error, match="number below 2"):
        read.batch.text(2)
    assert read.batch.note("rollout.source") == ["x", "y"]
    path.write_text(path.read_text() + "{broken\n")
    with pytest.raises(Error) as raised:
        gradus.read_jsonl(path)
    assert raised.value.file == str(path) and raised.value.line == 3
    loose = gradus.read_jsonl(path, strict=False)
    assert loose.bad_lines == 1 and f"{path}:3" in loose.errors[0]


def test_a_missing_file_is_no_input_error(tmp_path):
    with pytest.raises(Error, match="nowhere.jsonl"):
        gradus.read_jsonl(tmp_path / "nowhere.jsonl")


def test_column_names_are_checked():
    batch = dense()
    with pytest.raises(Error, match="LEVEL.NAME"):
        batch["reward"] = np.zeros(2)
    with pytest.raises(Error, match="no column 'token.x'"):
        batch["token.x"]
    assert "token.x" not in batch


def test_operators_run_without_the_interpreter_lock_and_one_thread_at_a_time():
    batch = Batch.from_dense(np.ones((256, 4096), dtype=np.uint8), **{"token.a": np.random.rand(256, 4096).astype("f4")})
    whiten = gradus.operator("credit.whiten", channel="a")
    refused, stop = [], threading.Event()

    def work():
        while not stop.is_set():
            try:
                whiten(batch)
            except Error as error:
                refused.append(str(error))

    worker = threading.Thread(target=work)
    worker.start()
    # Were the lock held, no line of this thread could run while the operator does.
    for _ in range(1_000_000):
        try:
            batch["token.a"]
        except Error as error:
            refused.append(str(error))
        if refused:
            break
    stop.set()
    worker.join()
    assert refused and "in use by another thread" in refused[0]


def test_torch_in_and_out(torch):
    rewards = torch.arange(10.0).reshape(2, 5)
    batch = Batch.from_dense(torch.from_numpy(MASK), torch.tensor([1, 1]), **{"token.reward": rewards})
    out = batch.to_torch("token.reward")
    assert out.shape == (2, 5) and torch.equal(out, rewards * torch.from_numpy(MASK))
    out.mul_(7)
    assert rewards[0, 1] == batch["token.reward"][0, 1] == 1  # a tensor of its own
    for bad, word in ((rewards.half(), "float16"), (rewards.bfloat16(), "bfloat16"), (torch.zeros(5, 2).T, "contiguous"),
                      (rewards.clone().requires_grad_(), "detach"), (rewards.to("meta"), "meta")):
        with pytest.raises(Error, match=word):
            batch["token.reward"] = bad
