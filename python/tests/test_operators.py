"""Every operator of the registry: described, callable by name and as a function, picklable, refusing with a sentence."""

import ast
import inspect
import pickle
import re
from pathlib import Path

import gradus
import numpy as np
import pytest
from gradus import Batch, Error

STUBS = Path(gradus.__file__).parent


def required(spec):
    """Some value for every parameter that must be given."""
    values = {"str": "x", "float": 1.0, "int": 1, "bool": True, "list[str]": ["x"], "list[float]": [1.0]}
    return {param.name: param.choices[0] if param.choices and param.type == "str" else values[param.type]
            for param in spec.params if param.default is None}


@pytest.mark.parametrize("name", list(gradus.operators()))
def test_every_operator_is_described_and_compiles(name):
    spec = gradus.operators()[name]
    assert spec.name == name and spec.summary and spec.scope
    assert all(re.match(r"(rollout|step|token|\{\w+\})\.", column) for column in spec.reads + spec.writes), spec
    try:
        op = gradus.operator(name, **required(spec))
    except Error as error:  # parameters that only fit together; the message says which
        assert error.kind == "input"
        return
    assert op.name == name and set(op.params) == {param.name for param in spec.params}
    again = pickle.loads(pickle.dumps(op))
    assert (again.name, again.params, again.reads, again.writes) == (op.name, op.params, op.reads, op.writes)


@pytest.mark.parametrize("name", list(gradus.operators()))
def test_every_operator_is_a_documented_function_with_a_stub(name):
    spec = gradus.operators()[name]
    room, short = name.split(".", 1)
    function = getattr(getattr(gradus, room), short)
    assert short in dir(getattr(gradus, room))
    names = list(inspect.signature(function).parameters)
    assert names[0] == "batch" and names[-4:] == ["threads", "seed", "updates", "memory"]
    for word in ["Reads:", "Writes:", "Raises gradus.Error", "Source:", *(param.help for param in spec.params)]:
        assert word in function.__doc__
    module = ast.parse((STUBS / f"{room}.pyi").read_text())
    (stub,) = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == short]
    assert [arg.arg for arg in stub.args.args + stub.args.kwonlyargs] == names
    assert ast.get_docstring(stub).split() == function.__doc__.split()


def test_no_operator_takes_the_names_that_calls_use_themselves():
    taken = {"batch", "threads", "seed", "updates", "memory", "name"}
    assert not [(name, param.name) for name, spec in gradus.operators().items() for param in spec.params if param.name in taken]


def test_the_package_is_typed():
    assert (STUBS / "py.typed").exists() and (STUBS / "_gradus.pyi").exists()
    face = (STUBS / "__init__.pyi").read_text()
    for name in {name.split(".")[0] for name in gradus.operators()}:
        assert f"from . import {name} as {name}" in face
    ast.parse(face)


def test_closed_choices_are_literals_and_results_have_types():
    room = (STUBS / "credit.pyi").read_text()
    assert "singleton: Literal['zero', 'own', 'refuse'] = 'zero'" in room
    compiled = (STUBS / "_gradus.pyi").read_text()
    for words in ("def __getitem__(self, name: str) -> numpy.ndarray", "missing: Literal['refuse', 'skip']", "class Error(ValueError)", "    field: str"):
        assert words in compiled
    ast.parse(compiled)


def grpo(outcome, groups):
    """By the formula, in float64."""
    out = np.zeros(len(outcome))
    for group in set(groups):
        member = np.array(groups) == group
        values = np.array(outcome, dtype=np.float64)[member]
        spread = values.std(ddof=1) if len(values) > 1 and np.ptp(values) > 0 else 0.0
        out[member] = (values - values.mean()) / (spread + 1e-6) if spread else 0.0
    return out


def test_a_function_computes_what_the_formula_says():
    rng = np.random.default_rng(0)
    outcome, groups = rng.random(24), rng.integers(0, 5, 24).tolist()
    mask = rng.random((24, 7)) < 0.7
    batch = gradus.credit.grpo(Batch.from_dense(mask, groups, **{"rollout.outcome": outcome}), channel="outcome", into="a")
    np.testing.assert_allclose(batch["token.a"], grpo(outcome, groups)[:, None] * mask, rtol=1e-9, atol=1e-12)


def test_a_function_is_importable_from_its_room():
    from gradus.credit import grpo as function

    assert function is gradus.credit.grpo
    with pytest.raises(AttributeError, match="no operator 'grop'"):
        gradus.credit.grop


def test_words_of_the_language_end_in_an_underscore():
    mask, values = np.ones((2, 6)), np.random.default_rng(0).random((2, 6))
    columns = {"token.reward": values, "token.value": values}
    by_name = gradus.run("credit.gae", Batch.from_dense(mask, **columns), **{"lambda": 0.5})
    by_function = gradus.credit.gae(Batch.from_dense(mask, **columns), lambda_=0.5)
    np.testing.assert_array_equal(by_name["token.advantage"], by_function["token.advantage"])
    other = gradus.credit.gae(Batch.from_dense(mask, **columns))
    assert not np.array_equal(other["token.advantage"], by_name["token.advantage"])


def test_the_same_bytes_for_any_number_of_threads():
    rng = np.random.default_rng(1)
    mask = (rng.random((64, 5000)) < 0.9).astype(np.uint8)
    columns = {"token.reward": rng.random((64, 5000), dtype=np.float32), "token.value": rng.random((64, 5000), dtype=np.float32)}
    results = [gradus.run("credit.gae", Batch.from_dense(mask, **columns), threads=threads)["token.advantage"].tobytes()
               for threads in (1, 2, 8)]
    assert results[0] == results[1] == results[2]


def test_what_is_random_comes_from_the_seed():
    def shuffled(seed):
        batch = Batch.from_ragged([0, 50], **{"step.prm": np.arange(50, dtype=np.float32)})
        return gradus.run("shape.shuffle", batch, channel="prm", seed=seed)["step.prm"].tolist()

    assert shuffled(3) == shuffled(3) != shuffled(4)


@pytest.mark.parametrize(("call", "field", "words"), [
    (lambda: gradus.operator("credit.grop"), "", "did you mean 'credit.grpo'"),
    (lambda: gradus.operator("credit.gae", gama=1.0), "gama", "did you mean 'gamma'"),
    (lambda: gradus.operator("credit.gae", gamma=2), "gamma", "from 0 to 1"),
    (lambda: gradus.operator("credit.gae", gamma="high"), "gamma", "a number"),
    (lambda: gradus.operator("credit.gae", gamma=None), "gamma", "NoneType"),
    (lambda: gradus.operator("shape.normalise"), "channel", "needs the parameter 'channel'"),
    (lambda: gradus.operator("shape.normalise", channel="x", pool="all"), "pool", "one of"),
    (lambda: gradus.run("credit.grpo", Batch.from_rollouts([0], other=np.zeros(1))), "", "no column 'rollout.outcome'"),
    (lambda: gradus.run("credit.reinforce", Batch.from_rollouts([0], outcome=np.zeros(1)), threads=0), "threads", "one thread")])
def test_refusals_say_what_is_wrong(call, field, words):
    with pytest.raises(Error) as raised:
        call()
    assert words in str(raised.value) and raised.value.field == field
    assert isinstance(raised.value, ValueError) and raised.value.line == 0


def test_numpy_scalars_are_parameters():
    op = gradus.operator("credit.gae", gamma=np.float32(0.5), whiten=False)
    assert op.params["gamma"] == 0.5 and op.params["whiten"] is False


def test_groups_are_asked_for_where_rollouts_are_compared():
    batch = Batch.from_rollouts(outcome=np.array([1.0, 0.0]))
    with pytest.raises(Error, match="this batch has no groups"):
        gradus.run("shape.normalise", batch, channel="outcome", level="rollout", pool="group")
    gradus.run("shape.normalise", batch, channel="outcome", level="rollout", pool="batch")
    assert batch["rollout.outcome"].sum() == 0


def test_a_pipeline_runs_in_order():
    batch = Batch.from_dense(np.ones((2, 4)), [0, 0], step_ends=np.array([[0, 1, 0, 1]] * 2),
                             **{"step.prm": np.array([1, 2, 3, 4], dtype=np.float32)})
    pipeline = gradus.Pipeline([("shape.normalise", {"channel": "prm", "scale": "none"}),
                                ("credit.step_return", {"channel": "prm", "into": "advantage"})])
    pipeline(batch)
    assert pipeline.result == "token.advantage"
    assert batch["token.advantage"].tolist() == [[-2, -2, -0.5, -0.5], [2, 2, 1.5, 1.5]]
    with pytest.raises(Error, match="at least one"):
        gradus.Pipeline([])


def steps(*values):
    return Batch.from_ragged([0, len(values)], **{"step.prm": np.array(values, dtype=np.float64)})


def test_running_statistics_run_on_in_a_memory():
    def run(memory, *values):
        return gradus.shape.running(steps(*values), channel="prm", level="step", memory=memory)["step.prm"].tolist()

    memory, fresh = gradus.Memory(), gradus.Memory()
    run(memory, 1, 5)
    again = pickle.loads(pickle.dumps(memory))
    assert again.text == memory.text != fresh.text == "null"
    assert run(again, 2, 8) == run(memory, 2, 8) != run(fresh, 2, 8) == run(None, 2, 8)
    with pytest.raises(Error, match="not JSON"):
        gradus.Memory("{")


def test_a_pipeline_keeps_the_memories_of_its_operators():
    pipeline = gradus.Pipeline([("shape.running", {"channel": "prm", "level": "step"})])
    pipeline(steps(1, 5))
    second = pickle.loads(pickle.dumps(pipeline))(steps(2, 8))["step.prm"].tolist()
    assert second == pipeline(steps(2, 8))["step.prm"].tolist() != gradus.shape.running(steps(2, 8), channel="prm", level="step")["step.prm"].tolist()


def test_schedules_follow_the_updates():
    halves = [gradus.shape.schedule(steps(4), channel="prm", level="step", at=[0, 10], scale=[0.0, 1.0], updates=n)["step.prm"][0] for n in (0, 5, 20)]
    assert halves == [0, 2, 4]
