"""TRL: reward functions with named channels, and a GRPO trainer that takes step rewards to per-token advantages.

    reward_funcs = gradus.trl.reward_funcs(score, {"outcome": 1.0, "style": 0.5}, forms={"style": "min"})
    trainer = gradus.trl.StepGRPOTrainer(model, reward_funcs=check_answer, step_rewards=step_rewards, ...)

`score(prompts, completions, completion_ids, **columns)` returns one dict of channels per completion (see gradus.channels);
`step_rewards(...)`, called alike, one list of (index of the step's last token, reward or None) per completion, or None. Both may be async.
"""

import json
from pathlib import Path

import numpy as np
from accelerate.utils import gather_object
from trl import GRPOTrainer

from . import _gradus, dense
from ._gradus import Error
from .registry import Pipeline
from .step_scores import pairs, place
from .trl_channels import answer, reward_funcs

__all__ = ["StepGRPOTrainer", "reward_funcs"]
_STATE = "gradus_state.json"


class StepGRPOTrainer(GRPOTrainer):
    """TRL's advantages of the outcome, plus the process advantages of `pipeline` (step.process to a token column) times
    `process_weight`. Groups are whole: step rewards are gathered over processes before they are normalised."""

    def __init__(self, *args, step_rewards, pipeline=dense.PROCESS["step_grpo"], process_weight=1.0, **kwargs):
        self._step_rewards, self._process_weight, self._batches = step_rewards, process_weight, 0
        self._pipeline = Pipeline.of(pipeline)
        super().__init__(*args, **kwargs)
        if getattr(self, "use_liger_kernel", False):
            raise Error("use_liger_kernel takes one advantage per completion; expected use_liger_kernel=False")

    def _calculate_rewards(self, inputs, prompts, completions, completion_ids_list):
        columns = {key: [row[key] for row in inputs] for key in inputs[0] if key not in ("prompt", "completion", "completion_ids")}
        found = answer(self._step_rewards(prompts=prompts, completions=completions, completion_ids=completion_ids_list, **columns))
        self._steps = self._checked(found, [len(ids) for ids in completion_ids_list])
        given = [reward for row in self._steps for _, reward in row]
        scored = [reward for reward in given if reward is not None]
        if scored:
            self._log_metric("step_rewards/mean", sum(scored) / len(scored))
        if given:
            self._log_metric("step_rewards/missing", 1 - len(scored) / len(given))
        return super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)

    def _checked(self, found, lengths):
        if found is None or len(found) != len(lengths):
            raise Error(f"step_rewards returned {'None' if found is None else len(found)} lists; expected {len(lengths)}, one per completion")
        rows = [[tuple(pair) for pair in ([] if row is None else row)] for row in found]
        return [pairs([end for end, _ in row], [reward for _, reward in row], length, f"step_rewards of completion {number}")
                for number, (row, length) in enumerate(zip(rows, lengths))]

    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        mask = output["completion_mask"] * output.get("tool_mask", 1)
        process = self._process_advantages(self._steps, mask.tolist()).to(mask.device)
        output["advantages"] = output["advantages"].unsqueeze(1) * mask + self._process_weight * process
        return output

    def _process_advantages(self, steps, masks):
        width, mine = len(masks[0]), len(masks)
        everyone = gather_object(list(zip(steps, masks)))
        size = self.num_generations if self.model.training else self.num_generations_eval
        first = self.accelerator.process_index * mine
        trained = np.zeros((len(everyone), max(len(mask) for _, mask in everyone)), dtype=np.uint8)
        for row, (_, mask) in enumerate(everyone):
            trained[row, : len(mask)] = mask
        values, ends = place([scores for scores, _ in everyone], trained, "completion")
        batch = _gradus.Batch.from_dense(trained, np.arange(len(everyone)) // size, step_ends=ends)
        batch.put("step.process", values, missing="skip")
        self._batches += self.model.training
        self._pipeline(batch, updates=self.state.global_step, seed=dense.random_seed(self.args.seed, self._batches), learn=self.model.training)
        return batch.to_torch(self._pipeline.result)[first : first + mine, :width]

    def _save_checkpoint(self, model, trial):
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            path = Path(self._get_output_dir(trial=trial), f"checkpoint-{self.state.global_step}", _STATE)
            path.write_text(json.dumps({"memories": self._pipeline.state(), "batches": self._batches}))

    def _load_optimizer_and_scheduler(self, checkpoint):
        super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is not None and (path := Path(checkpoint, _STATE)).exists():
            state = json.loads(path.read_text())
            self._batches = state["batches"]
            self._pipeline.load_state(state["memories"])
