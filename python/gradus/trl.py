"""TRL: reward functions with named channels, and a GRPO trainer that takes step rewards to per-token advantages.

    reward_funcs = gradus.trl.reward_funcs(score, {"outcome": 1.0, "style": 0.5}, forms={"style": "min"})
    trainer = gradus.trl.StepGRPOTrainer(model, reward_funcs=check_answer, step_rewards=step_rewards, ...)

`score(prompts, completions, completion_ids, **columns)` returns one dict of channels per completion (see gradus.channels);
`step_rewards(...)`, called alike, one list of (index of the step's last token, reward or None) per completion.
"""

import numpy as np
import torch
from accelerate.utils import gather_object
from trl import GRPOTrainer

from . import _gradus, dense
from ._gradus import Error
from .channels import Channels
from .registry import Pipeline


def reward_funcs(score, weights, forms=None):
    """One reward function per channel, named after it; give their weights to GRPOConfig(reward_weights=list(weights.values()))."""
    channels, last = Channels(weights, forms), {}

    def scored(completion_ids, **given):
        if last.get("of") is not completion_ids:  # all functions of a batch get the same list
            last.update(of=completion_ids, rows=score(completion_ids=completion_ids, **given))
            last["scalars"] = channels.scalars(last["rows"])
        return last

    def named(name):
        def reward(prompts, completions, completion_ids, log_metric=None, log_extra=None, **columns):
            found = scored(completion_ids, prompts=prompts, completions=completions, **columns)
            values = found["scalars"][name]
            if log_metric:
                log_metric(f"{name}/missing", float(np.isnan(values).mean()))
            if log_extra:
                log_extra(f"{name}/steps", [str(row.get(name)) for row in found["rows"]])
            return [None if np.isnan(value) else float(value) for value in values]

        reward.__name__ = name
        return reward

    return [named(name) for name in channels.weights]


class StepGRPOTrainer(GRPOTrainer):
    """TRL's advantages of the outcome, plus the process advantages of `pipeline` (step.process to a token column) times
    `process_weight`. Groups are whole: step rewards are gathered over processes before they are normalised."""

    def __init__(self, *args, step_rewards, pipeline=dense.PROCESS["step_grpo"], process_weight=1.0, **kwargs):
        self._step_rewards, self._pipeline, self._process_weight = step_rewards, Pipeline(pipeline), process_weight
        super().__init__(*args, **kwargs)
        if getattr(self, "use_liger_kernel", False):
            raise Error("use_liger_kernel takes one advantage per completion; expected use_liger_kernel=False")

    def _calculate_rewards(self, inputs, prompts, completions, completion_ids_list):
        columns = {key: [row[key] for row in inputs] for key in inputs[0] if key not in ("prompt", "completion", "completion_ids")}
        self._steps = self._step_rewards(prompts=prompts, completions=completions, completion_ids=completion_ids_list, **columns)
        return super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)

    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        mask = output["completion_mask"] * output.get("tool_mask", 1)
        process = self._process_advantages(self._steps, mask.tolist()).to(mask.device)
        output["advantages"] = output["advantages"].unsqueeze(1) * mask + self._process_weight * process
        return output

    def _process_advantages(self, steps, masks):
        if len(steps) != len(masks):
            raise Error(f"step_rewards returned {len(steps)} lists; expected {len(masks)}, one per completion")
        width, mine = len(masks[0]), len(masks)
        everyone = gather_object(list(zip(steps, masks)))
        size = self.num_generations if self.model.training else self.num_generations_eval
        first = self.accelerator.process_index * mine
        values = np.full((len(everyone), max(len(mask) for _, mask in everyone)), np.nan, dtype=np.float32)
        trained, ends = np.zeros(values.shape, dtype=np.uint8), np.zeros(values.shape, dtype=np.uint8)
        for row, (scores, mask) in enumerate(everyone):
            trained[row, : len(mask)] = mask
            for end, reward in scores:
                if not 0 <= end < len(mask) or not mask[end]:
                    raise Error(f"step_rewards: token {end} of completion {row} is not one that the model wrote")
                ends[row, end], values[row, end] = 1, np.nan if reward is None else reward
        batch = _gradus.Batch.from_dense(trained, np.arange(len(everyone)) // size, step_ends=ends)
        batch.put("step.process", values, missing="skip")
        return torch.from_numpy(self._pipeline(batch)[self._pipeline.result][first : first + mine, :width].copy())
