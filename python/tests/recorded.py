"""The interfaces of hosts that do not install without their GPU stack, as recorded.

slime 624b824a (slime/ray/rollout.py, slime/backends/megatron_utils/loss.py), SkyRL a9564572 (skyrl/backends/skyrl_train/utils/ppo_utils.py;
the real one, see test_recorded_hosts.py, takes long to import), rLLM 9beb6e0f (rllm/trainer/algorithms/advantage.py, rllm/types.py).
"""

import importlib
import sys
import types


def _module(monkeypatch, name, **content):
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        path = ".".join(parts[:depth])
        monkeypatch.setitem(sys.modules, path, types.ModuleType(path))
    vars(sys.modules[name]).update(content)


def skyrl(monkeypatch):
    """The registry's functions, filled by the shim."""
    functions = {}

    class AdvantageEstimatorRegistry:
        @classmethod
        def list_available(cls):
            return list(functions)

    def register_advantage_estimator(name):
        def decorator(func):
            if name in functions:
                raise ValueError(f"'{name}' already registered")
            functions[name] = func
            return func

        return decorator

    _module(monkeypatch, "skyrl.backends.skyrl_train.utils.ppo_utils", AdvantageEstimatorRegistry=AdvantageEstimatorRegistry,
            register_advantage_estimator=register_advantage_estimator)
    _reload(monkeypatch, "skyrl")
    return functions


def rllm(monkeypatch):
    """The registry's functions, filled by the shim."""
    registry = {}

    def register_rllm_adv_estimator(name):
        return lambda func: registry.setdefault(name, func)

    _module(monkeypatch, "rllm.trainer.algorithms.advantage", RLLM_ADV_ESTIMATOR_REGISTRY=registry,
            register_rllm_adv_estimator=register_rllm_adv_estimator)
    _reload(monkeypatch, "rllm")
    return registry


def _reload(monkeypatch, name):
    monkeypatch.delitem(sys.modules, f"gradus.{name}", raising=False)
    importlib.import_module(f"gradus.{name}")
