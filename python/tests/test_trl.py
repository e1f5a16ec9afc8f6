"""TRL's real GRPOTrainer with a model of a few thousand weights, on the CPU."""

import gradus
import pytest

torch = pytest.importorskip("torch")
trl = pytest.importorskip("trl")

from gradus.trl import StepGRPOTrainer, reward_funcs  # noqa: E402
from gradus import Error  # noqa: E402


def score(prompts, completions, completion_ids, **columns):
    assert set(columns) >= {"answer"}
    return [{"outcome": float(len(ids) % 2), "style": [0.5, None, 1.0] if len(ids) % 3 else [None]} for ids in completion_ids]


def test_one_function_per_channel_scored_once():
    calls, metrics, extra = [], {}, {}

    def counted(**given):
        calls.append(1)
        return score(**given)

    functions = reward_funcs(counted, {"outcome": 1.0, "style": 0.5}, forms={"style": "min"})
    assert [function.__name__ for function in functions] == ["outcome", "style"]
    ids = [[1, 2, 3], [1, 2]]
    given = dict(prompts=["p", "p"], completions=["c", "c"], completion_ids=ids, answer=["x", "x"], trainer_state=None,
                 log_metric=metrics.__setitem__, log_extra=extra.__setitem__)
    assert functions[0](**given) == [1.0, 0.0]
    assert functions[1](**given) == [None, 0.5]
    assert len(calls) == 1
    assert metrics == {"outcome/missing": 0.0, "style/missing": 0.5} and extra["style/steps"] == ["[None]", "[0.5, None, 1.0]"]


def make(tmp_path, step_rewards, pipeline=None, reward_funcs=None, **settings):
    from datasets import Dataset
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate(["<pad>", "<eos>", *"abcdefgh"])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="<eos>", padding_side="left")
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=len(vocabulary), n_positions=32, n_embd=16, n_layer=1, n_head=2,
                                       bos_token_id=1, eos_token_id=1, pad_token_id=0))
    arguments = trl.GRPOConfig(**{"output_dir": str(tmp_path), "per_device_train_batch_size": 4, "num_generations": 4, "max_completion_length": 6,
                                  "max_steps": 1, "report_to": [], "use_cpu": True, "bf16": False, "logging_steps": 1, **settings})
    given = {} if pipeline is None else {"pipeline": pipeline}
    data = Dataset.from_dict({"prompt": ["a b"] * 8, "answer": ["x"] * 8})
    return StepGRPOTrainer(model, reward_funcs=reward_funcs or (lambda completion_ids, **unused: [float(len(ids)) for ids in completion_ids]),
                           args=arguments, train_dataset=data, eval_dataset=data.select(range(1)), processing_class=tokenizer, step_rewards=step_rewards, **given)


@pytest.fixture
def trainer(tmp_path):
    seen = []

    def step_rewards(prompts, completions, completion_ids, **columns):
        assert columns["answer"] == ["x"] * len(prompts)
        seen.append([list(ids) for ids in completion_ids])
        return [[(0, float(row)), (len(ids) - 1, None)] if len(ids) > 1 else [(0, float(row))] for row, ids in enumerate(completion_ids)]

    trainer = make(tmp_path, step_rewards)
    trainer.seen = seen
    return trainer


def test_advantages_are_per_token_and_the_model_learns_from_them(trainer):
    outputs, compute = [], trainer._compute_loss

    def spy(model, inputs):
        outputs.append({key: inputs[key].clone() for key in ("advantages", "completion_mask")})
        return compute(model, inputs)

    trainer._compute_loss = spy
    before = [weight.clone() for weight in trainer.model.parameters()]
    trainer.train()
    (inputs,) = outputs
    assert inputs["advantages"].shape == inputs["completion_mask"].shape
    assert not (inputs["advantages"] * (1 - inputs["completion_mask"])).any()
    assert torch.isfinite(inputs["advantages"]).all()
    # The first token answers for its step and the outcome, the others for the outcome alone.
    lengths = inputs["completion_mask"].sum(1)
    for row in range(4):
        if lengths[row] > 1:
            assert inputs["advantages"][row, 0] != inputs["advantages"][row, 1]
    assert any(not torch.equal(old, new) for old, new in zip(before, trainer.model.parameters()))


def test_process_advantages_are_those_of_the_operators(trainer):
    found = trainer._process_advantages([[(1, 1.0)], [(0, 0.0), (2, 2.0)], [], [(0, None)]], [[1, 1, 0], [1, 1, 1], [1, 1, 1], [1, 0, 0]])
    offsets = [0, 1, 3, 4, 5]
    batch = gradus.Batch.from_ragged(offsets, [0, 2, 3, 5, 8, 9], [0] * 4, missing="skip",
                                     **{"step.process": torch.tensor([1.0, 0, 2, float("nan"), float("nan")])})
    gradus.run("shape.normalise", batch, channel="process", level="step", pool="group")
    gradus.run("credit.step_return", batch, channel="process", into="a")
    expected = batch["token.a"].tolist()
    assert found[0, :2].tolist() == expected[0:2] and found[1].tolist() == expected[2:5] and not found[2:].any()


def test_what_step_rewards_may_return(trainer):
    assert trainer._checked([[(1, 1.0)], None, [], torch.tensor([[0.0, 2.0]])], [2, 1, 0, 1]) == [[(1, 1.0)], [], [], [(0, 2.0)]]
    for outside in ([(2, 1.0)], [(-1, 1.0)], [(1, 1.0), (0, 1.0)]):
        with pytest.raises(Error, match="completion 1.*within its 2 response tokens"):
            trainer._checked([[], outside, [], []], [2] * 4)
    for short in ([[]], None):
        with pytest.raises(Error, match="expected 4, one per completion"):
            trainer._checked(short, [1] * 4)


def ends(completion_ids, **unused):
    return [[(len(ids) - 1, float(row))] for row, ids in enumerate(completion_ids)]


def watched(trainer):
    """The inputs of every loss."""
    seen, compute = [], trainer._compute_loss

    def spy(model, inputs):
        seen.append({key: inputs[key].clone() for key in ("advantages", "completion_mask")})
        return compute(model, inputs)

    trainer._compute_loss = spy
    return seen


def test_truncated_completions_are_masked_and_missing(tmp_path):
    trainer = make(tmp_path, ends, mask_truncated_completions=True)
    seen = watched(trainer)
    trainer.train()
    (inputs,) = seen
    assert (inputs["completion_mask"].sum(1) == 0).any(), "no completion was truncated"
    assert torch.isfinite(inputs["advantages"]).all() and not (inputs["advantages"] * (1 - inputs["completion_mask"])).any()


def test_scores_on_tool_tokens_belong_to_the_step_before(trainer):
    trainer._pipeline = gradus.Pipeline([("credit.step_return", {"channel": "process", "into": "a"})])
    masks = [[1, 1, 0, 0, 1, 1]] * 4
    found = trainer._process_advantages([[(2, 1.0), (5, 1.0)], [(1, 1.0), (5, 1.0)], [(5, 0.0)], []], masks)
    assert found.tolist() == [[2, 2, 0, 0, 1, 1]] * 2 + [[0] * 6] * 2
    with pytest.raises(Error, match="token 3 of completion 1"):
        trainer._process_advantages([[], [(1, 1.0), (3, 1.0), (5, 1.0)], [], []], masks)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_scores_that_are_no_numbers_are_refused(tmp_path, bad):
    trainer = make(tmp_path, lambda completion_ids, **unused: [[(0, bad)] for ids in completion_ids])
    with pytest.raises(Error, match="completion 0.*expected a finite number"):
        trainer.train()


def test_none_arrays_and_async_functions(tmp_path):
    async def scores(completion_ids, **unused):
        return [None, [], torch.tensor([[0.0, 1.0]]), [(0, None)]][: len(completion_ids)]

    async def channels(prompts, completions, completion_ids, **unused):
        return [{"outcome": float(len(ids)), "style": torch.tensor([0.5, 1.0])} for ids in completion_ids]

    trainer = make(tmp_path, scores, reward_funcs=reward_funcs(channels, {"outcome": 1.0, "style": 0.5}))
    trainer.train()
    (logged,) = [entry for entry in trainer.state.log_history if "step_rewards/mean" in entry]
    assert logged["step_rewards/mean"] == 1 and logged["step_rewards/missing"] == 0.5


RUNNING = (("shape.running", {"channel": "process", "level": "step"}), ("credit.step_return", {"channel": "process", "into": "a"}))


def test_memories_learn_from_training_alone_and_are_in_the_checkpoint(tmp_path):
    trainer = make(tmp_path, ends, RUNNING, max_steps=2, save_steps=1, per_device_eval_batch_size=4)
    trainer.evaluate()
    assert trainer._pipeline.state() == ["null", "null"]
    trainer.train()
    state = trainer._pipeline.state()
    assert state[0] != "null"
    trainer.evaluate()
    assert trainer._pipeline.state() == state
    resumed = make(tmp_path, ends, RUNNING, max_steps=2, save_steps=1)
    resumed.train(resume_from_checkpoint=str(tmp_path / "checkpoint-1"))
    assert resumed._pipeline.state() == state and resumed._batches == trainer._batches == 2


def test_schedules_follow_the_optimiser_steps(tmp_path):
    at = ({"channel": "process", "level": "step", "at": [0, 10], "scale": [1.0, 0.0]})
    trainer = make(tmp_path, lambda completion_ids, **unused: [[(len(ids) - 1, 1.0)] for ids in completion_ids],
                   (("shape.schedule", at), ("credit.step_return", {"channel": "process", "into": "a"})), max_steps=3,
                   reward_funcs=lambda completion_ids, **unused: [0.0] * len(completion_ids))
    seen = watched(trainer)
    trainer.train()
    assert [inputs["advantages"].max().item() for inputs in seen] == pytest.approx([1, .9, .8])
