"""The operators of the registry as Python: descriptions, calls by name, and one function per operator."""

import inspect
import keyword
import math
import sys
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from . import _gradus
from ._gradus import Batch, Error, Memory, Operator

_SHAPES = {"rollout": "[R]", "step": "[S]", "token": "[T]"}


@dataclass(frozen=True)
class Param:
    """A parameter of an operator: type, default (None: it must be given), range or choices, meaning."""

    name: str
    type: str
    default: object
    help: str
    low: float
    high: float
    choices: tuple[str, ...]

    def allowed(self) -> str:
        """'float from 0 to 1', 'one of: sum, min'."""
        if self.choices:
            return "one of: " + ", ".join(self.choices)
        low = f" from {self.low:g}" if math.isfinite(self.low) else ""
        high = f" to {self.high:g}" if math.isfinite(self.high) else ""
        return self.type + low + high


@dataclass(frozen=True)
class Spec:
    """What an operator is: parameters, columns read and written ('{param}' stands for its value), notes read, scope, source."""

    name: str
    summary: str
    paper: str
    params: tuple[Param, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    scope: str
    notes: tuple[str, ...] = ()  # texts carried beside the columns, one per rollout

    def doc(self) -> str:
        """The docstring of the operator's function."""

        def columns(names):
            return "\n".join(f"    {name} {_SHAPES.get(name.split('.')[0], '')}".rstrip() for name in names) or "    none"

        lines = [f"{self.summary[:1].upper()}{self.summary[1:]}.", "", "Reads:", columns(self.reads), "Writes:",
                 columns(self.writes)]
        if self.notes:
            lines.append("Notes: " + ", ".join(self.notes) + " (one text per rollout)")
        lines.append("Parameters:")
        for param in self.params:
            default = "required" if param.default is None else f"default {param.default!r}"
            lines.append(f"    {python_name(param.name)}: {param.allowed()}; {default}: {param.help}")
        lines += ["    threads: results do not depend on it; seed: of what is random; updates: of the policy so far, for schedules;",
                  "    memory: a gradus.Memory for what runs on from batch to batch.",
                  "R rollouts, S steps, T tokens of the batch; values are float32, or float64 in a float64 batch.",
                  f"A value depends on the others of its: {self.scope}.",
                  "Returns the batch. Raises gradus.Error for a missing column or a parameter out of range.",
                  f"Source: {self.paper or 'this project'}."]
        return "\n".join(lines)


def python_name(name):
    """`lambda` and `from` are words of the language: `lambda_`, `from_`."""
    return name + "_" if keyword.iskeyword(name) else name


@cache
def operators() -> Mapping[str, Spec]:
    """Every operator by name, described."""
    specs = {}
    for name in _gradus.names():
        entry = _gradus.describe(name)
        params = tuple(Param(**{**param, "choices": tuple(param["choices"])}) for param in entry.pop("params"))
        specs[name] = Spec(**{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()},
                           params=params)
    return types.MappingProxyType(specs)


def operator(name: str, /, **params: Any) -> Operator:
    """An operator with its parameters checked once: `op = gradus.operator("credit.gae", gamma=1.0); op(batch)`."""
    return Operator(name, params)


def run(name: str, batch: Batch, /, *, threads: int = 1, seed: int = 0, updates: int = 0, memory: Memory | None = None, **params: Any) -> Batch:
    """Runs an operator by name on a batch, which is returned."""
    return Operator(name, params)(batch, threads=threads, seed=seed, updates=updates, memory=memory)


@dataclass(frozen=True)
class Chain:
    """A chain of a published method: its name, what it does, its parameters with their defaults, its operators in order."""

    name: str
    about: str
    parameters: Mapping[str, object]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Method:
    """A published method: key, what it is, what else it is called, paper, its chains (the first is what `method(key)` runs)."""

    key: str
    system: str
    names: tuple[str, ...]
    paper: str
    about: str
    chains: tuple[Chain, ...]


def methods(words: str = "") -> list[Method]:
    """The published methods of which all the words are said: in keys, names, papers (arXiv ids), descriptions, operators."""
    return [Method(**{**entry, "names": tuple(entry["names"]),
                      "chains": tuple(Chain(**{**chain, "parameters": types.MappingProxyType(chain["parameters"]),
                                               "operators": tuple(chain["operators"])}) for chain in entry["chains"])})
            for entry in _gradus.methods(words)]


def method(name: str, /, **parameters: Any) -> "Pipeline":
    """The chain of a published method, ready to run: `gradus.method("pure", temperature=0.2)(batch)`.

    name: a key, a name or an arXiv id, and "/CHAIN" behind it for another chain than the first. Raises gradus.Error for a name or a
    parameter that is not there, with the nearest ones.
    """
    return Pipeline(_gradus.chain(name, parameters))


class Pipeline:
    """Operators in order, checked once: `Pipeline([("shape.normalise", {"channel": "prm"}), "credit.grpo"])`.

    What an operator keeps from batch to batch, the pipeline keeps for it (`memories`); it travels with a pickle.
    """

    def __init__(self, stages: "Iterable[Operator | str | tuple[str, dict[str, Any]]]") -> None:
        self.stages: list[Operator] = [stage if isinstance(stage, Operator) else
                       Operator(stage, {}) if isinstance(stage, str) else Operator(*stage) for stage in stages]
        if not self.stages:
            raise Error("a pipeline needs at least one operator")
        self.memories: list[Memory] = [Memory() for _ in self.stages]
        self._updates = 0

    @classmethod
    def of(cls, given: "Pipeline | Iterable[Operator | str | tuple[str, dict[str, Any]]]") -> "Pipeline":
        """A pipeline as it is, or one made of stages."""
        return given if isinstance(given, cls) else cls(given)

    def __call__(self, batch: Batch, *, threads: int = 1, seed: int = 0, updates: int = 0, learn: bool = True) -> Batch:
        """learn=False, for evaluation: the memories are read and stay as they are."""
        for stage, memory in zip(self.stages, self.memories):
            stage(batch, threads=threads, seed=seed, updates=updates, memory=memory if learn else Memory(memory.text))
        return batch

    def state(self) -> list[str]:
        """The memories as texts, for a checkpoint."""
        return [memory.text for memory in self.memories]

    def load_state(self, texts: list[str]) -> None:
        if len(texts) != len(self.stages):
            raise Error(f"the state has {len(texts)} memories; expected {len(self.stages)}, one per operator")
        self.memories = [Memory(text) for text in texts]

    @property
    def compares(self) -> list[str]:
        """Its operators whose values depend on the other rollouts of a group."""
        return [stage.name for stage in self.stages if stage.scope not in ("rollout", "batch")]

    def require_peers(self, batch: Batch) -> None:
        """Refuses a batch in which every group is a single rollout where rollouts of a group are compared: nothing would be learnt from it."""
        if self.compares and batch.rollouts and len(set(batch.groups.tolist())) == batch.rollouts:
            raise Error(f"'{self.compares[0]}' compares the samples of a prompt, and every prompt of this batch has one; expected more samples per prompt, "
                        "or a rule that compares none (credit.reinforce)")

    def next_update(self) -> int:
        """How often it was asked before: the updates of the policy so far, for trainers that do not say."""
        self._updates += 1
        return self._updates - 1

    @property
    def result(self) -> str:
        """The column that the last operator writes first."""
        return self.stages[-1].writes[0]


def signature(spec):
    """The Python signature of an operator's function."""
    kinds = {"bool": bool, "int": int, "float": float, "str": str, "list[str]": list[str], "list[float]": list[float]}
    named, empty = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.empty
    params = [inspect.Parameter("batch", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Batch)]
    params += [inspect.Parameter(python_name(param.name), named, annotation=kinds[param.type],
                                 default=empty if param.default is None else param.default) for param in spec.params]
    params += [inspect.Parameter(name, named, annotation=kind, default=value) for name, kind, value in
               (("threads", int, 1), ("seed", int, 0), ("updates", int, 0), ("memory", Memory | None, None))]
    return inspect.Signature(params, return_annotation=Batch)


def _function(spec):
    def call(batch, *, threads=1, seed=0, updates=0, memory=None, **params):
        return run(spec.name, batch, threads=threads, seed=seed, updates=updates, memory=memory, **params)

    room, call.__name__ = spec.name.split(".", 1)
    call.__qualname__, call.__module__ = call.__name__, f"gradus.{room}"
    call.__doc__, call.__signature__ = spec.doc(), signature(spec)
    return call


class Room(types.ModuleType):
    """The operators that share a prefix, as functions: `gradus.credit.grpo(batch, channel="outcome")`."""

    def __getattr__(self, name):
        spec = operators().get(f"{self.__name__.split('.')[-1]}.{name}")
        if spec is None:
            raise AttributeError(f"module '{self.__name__}' has no operator '{name}'; there are: {', '.join(dir(self))}")
        function = _function(spec)
        setattr(self, name, function)
        return function

    def __dir__(self):
        prefix = self.__name__.split(".")[-1] + "."
        return [name.removeprefix(prefix) for name in _gradus.names() if name.startswith(prefix)]


def rooms(package):
    """One module per prefix, importable as `gradus.PREFIX`."""
    found = {}
    for name in _gradus.names():
        room = name.split(".", 1)[0]
        found[room] = sys.modules[f"{package}.{room}"] = Room(f"{package}.{room}", f"The operators {room}.*")
    return found
