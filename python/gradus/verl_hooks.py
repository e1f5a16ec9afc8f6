"""What verl does not hand to an advantage estimator, kept at hand around its own functions: the batch with the carried steps, the mask before tokens were
rejected, which rows are one session, the trainer with its step number and its checkpoints. Nothing else of verl is changed.
"""

import contextvars
import functools
import importlib
import json
import os
import sys
import weakref

from .packed_steps import STEPS

estimators = {}  # by name
_sight = contextvars.ContextVar("gradus_verl_sight", default=None)
_MASK, _STATE = "gradus_mask", "gradus_state.json"
_trainer = None


class Sight:
    """What an estimator of one batch may know; None where verl did not say."""

    def __init__(self, texts=None, mask=None, attended=None, rollouts=None, indices=None, step=None):
        self.texts, self.mask, self.attended, self.rollouts, self.indices, self.step = texts, mask, attended, rollouts, indices, step

    def updates(self, pipeline):
        """Updates of the policy so far: the trainer's step number, or how often the pipeline was asked."""
        trainer, asked = _trainer() if _trainer else None, pipeline.next_update()
        step = self.step if self.step is not None else getattr(trainer, "global_steps", None)
        return asked if step is None else max(int(step) - 1, 0)

    def order(self):
        """The rows with those of a session behind each other, in the order in which it wrote them."""
        first = {}
        for row, name in enumerate(self.rollouts):
            first.setdefault(name, row)
        return sorted(range(len(self.rollouts)), key=lambda row: (first[self.rollouts[row]], self.indices[row]))


def in_sight():
    return _sight.get() or Sight()


def _during(changes, call):
    seen = in_sight()
    token = _sight.set(Sight(**{**vars(seen), **{name: value for name, value in changes.items() if value is not None}}))
    try:
        return call()
    finally:
        _sight.reset(token)


def _around_advantage(original):
    @functools.wraps(original)
    def compute_advantage(data, *args, **kwargs):
        meta = data.meta_info or {}
        attended, width = None, data.batch["token_level_rewards"].shape[-1] if "token_level_rewards" in data.batch.keys() else 0
        if "attention_mask" in data.batch.keys() and width:
            attended = data.batch["attention_mask"][:, -width:].bool()
        texts = data.non_tensor_batch.get(STEPS)
        return _during({"texts": texts, "mask": meta.pop(_MASK, None), "attended": attended, "step": meta.get("global_steps")},
                       lambda: original(data, *args, **kwargs))

    return compute_advantage


def _around_sessions(original):
    @functools.wraps(original)
    def compute_advantage_for_multi_trajectories(data, batch_keys, *args, **kwargs):
        parts = [key.rsplit("_", 2) for key in batch_keys]
        sessions = {"rollouts": [f"{uid}_{session}" for uid, session, _ in parts], "indices": [int(index) for _, _, index in parts]}
        return _during(sessions, lambda: original(data, batch_keys, *args, **kwargs))

    return compute_advantage_for_multi_trajectories


def _around_rejection(original):
    @functools.wraps(original)
    def compute_rollout_correction_and_add_to_batch(batch, *args, **kwargs):
        mask = batch.batch["response_mask"].clone()
        found, metrics = original(batch, *args, **kwargs)
        found.meta_info[_MASK] = mask
        return found, metrics

    return compute_rollout_correction_and_add_to_batch


def last_rows(keys):
    """True for the last output of every session."""
    last = {}
    for row, key in enumerate(keys):
        session, _, index = key.rpartition("_")
        if session not in last or last[session][0] < int(index):
            last[session] = (int(index), row)
    rows = {row for _, row in last.values()}
    return [row in rows for row in range(len(keys))]


def _around_queue(original):
    """The v1 trainer's data lie in a queue, the carried steps among the extra fields; they belong to a session's last output."""

    @functools.wraps(original)
    def _compute_advantage(self, batch, *args, **kwargs):
        estimator = estimators.get(self.config.algorithm.adv_estimator)
        if estimator is None or not estimator.reads_steps:
            return original(self, batch, *args, **kwargs)
        queue = importlib.import_module("transfer_queue")
        extra = queue.kv_batch_get(keys=batch.keys, partition_id=batch.partition_id, select_fields=["extra_fields"])["extra_fields"]
        fields = [getattr(value, "data", value) or {} for value in (extra.tolist() if hasattr(extra, "tolist") else list(extra))]
        found = [(field.get("reward_extra_info") or {}).get(STEPS) for field in fields]
        texts = [text if last else None for text, last in zip(found, last_rows(batch.keys))]
        return _during({"texts": texts if any(text is not None for text in found) else None}, lambda: original(self, batch, *args, **kwargs))

    return _compute_advantage


def _around_start(original):
    @functools.wraps(original)
    def __init__(self, *args, **kwargs):
        global _trainer
        _trainer = weakref.ref(self)
        original(self, *args, **kwargs)

    return __init__


def _folder(trainer, load):
    config = trainer.config.trainer
    if load and config.resume_mode == "resume_path":
        return config.resume_from_path
    return os.path.join(config.default_local_dir, f"global_step_{trainer.global_steps}")


def _around_save(original):
    @functools.wraps(original)
    def _save_checkpoint(self, *args, **kwargs):
        done = original(self, *args, **kwargs)
        states = {name: state for name, estimator in estimators.items() if (state := estimator.state())}
        if states:
            os.makedirs(_folder(self, False), exist_ok=True)
            with open(os.path.join(_folder(self, False), _STATE), "w") as file:
                json.dump(states, file)
        return done

    return _save_checkpoint


def _around_load(original):
    @functools.wraps(original)
    def _load_checkpoint(self, *args, **kwargs):
        done = original(self, *args, **kwargs)
        path = os.path.join(_folder(self, True), _STATE) if getattr(self, "global_steps", 0) else ""
        if os.path.exists(path):
            with open(path) as file:
                for name, state in json.load(file).items():
                    if name in estimators:
                        estimators[name].load_state(name, state)
        return done

    return _load_checkpoint


def _replace(owner, name, around):
    """In its module or class, and in the modules that imported it by name. Once."""
    original = getattr(owner, name)
    if getattr(original, "__gradus__", False):
        return
    wrapped = around(original)
    wrapped.__gradus__ = True
    setattr(owner, name, wrapped)
    for module in [module for path, module in list(sys.modules.items()) if path.startswith("verl.")]:
        if vars(module).get(name) is original:
            setattr(module, name, wrapped)


def install():
    trainers = [importlib.import_module("verl.trainer.ppo.ray_trainer")]
    _replace(trainers[0], "compute_advantage", _around_advantage)
    classes = [trainers[0].RayPPOTrainer]
    try:
        _replace(importlib.import_module("verl.trainer.ppo.rollout_corr_helper"), "compute_rollout_correction_and_add_to_batch", _around_rejection)
        _replace(importlib.import_module("verl.trainer.ppo.v1.utils"), "compute_advantage_for_multi_trajectories", _around_sessions)
        queued = importlib.import_module("verl.trainer.ppo.v1.trainer_base").PPOTrainer
        _replace(queued, "_compute_advantage", _around_queue)
        classes.append(queued)
    except ImportError:  # an older verl, or one without its queue: no v1 trainer
        pass
    for trainer in classes:
        for name, around in (("__init__", _around_start), ("_save_checkpoint", _around_save), ("_load_checkpoint", _around_load)):
            if name in vars(trainer):
                _replace(trainer, name, around)
