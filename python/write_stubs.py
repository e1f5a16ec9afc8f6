"""Writes the type stubs of the module: one file per room of operators, from the registry, so that they cannot go stale.

    write_stubs.py FOLDER_OF_EXTENSION OUT

The build runs it; the stubs go into the wheel.
"""

import re
import sys
import textwrap
import types
from pathlib import Path

from nanobind.stubgen import StubGen

SOURCE = Path(__file__).resolve().parent / "gradus"
ERROR = '''
class Error(ValueError):
    """What happened, where, what was found, what was expected and what to do."""

    kind: str
    field: str
    file: str
    line: int
'''
HEAD = "from typing import Literal\n\nfrom . import Batch, Memory\n"
CALL = ["threads: int = 1", "seed: int = 0", "updates: int = 0", "memory: Memory | None = None"]


def load(extension):
    """The package from the sources and the freshly built extension, without installing either."""
    package = types.ModuleType("gradus")
    package.__path__ = [str(SOURCE), extension]
    sys.modules["gradus"] = package
    from gradus import _gradus, registry
    return _gradus, registry


def default(value):
    return "" if value is None else f" = {value!r}"


def annotation(param):
    """The type; where choices are closed, those."""
    if not param.choices:
        return param.type
    closed = f"Literal[{', '.join(repr(choice) for choice in param.choices)}]"
    return param.type.replace("str", closed)


def function(registry, spec):
    params = [f"{registry.python_name(param.name)}: {annotation(param)}{default(param.default)}" for param in spec.params]
    head = f"def {spec.name.split('.', 1)[1]}(batch: Batch, *, {', '.join(params + CALL)}) -> Batch:"
    return head + "\n" + textwrap.indent(f'"""{spec.doc()}\n"""', "    ") + "\n"


def main():
    extension, out = sys.argv[1], Path(sys.argv[2])
    module, registry = load(extension)
    out.mkdir(parents=True, exist_ok=True)
    rooms = {}
    for name, spec in registry.operators().items():
        rooms.setdefault(name.split(".", 1)[0], []).append(function(registry, spec))
    for room, functions in rooms.items():
        (out / f"{room}.pyi").write_text(HEAD + "\n" + "\n".join(functions))
    face = (SOURCE / "__init__.py").read_text()
    names = "\n".join(f"from . import {room} as {room}" for room in sorted(rooms))
    face, count = re.subn(r"^globals\(\)\.update\(.*$", names, face, flags=re.MULTILINE)
    assert count == 1, "gradus/__init__.py adds the rooms in one line"
    (out / "__init__.pyi").write_text(face)
    generator = StubGen(module)
    generator.put(module)
    stub = re.sub(r"^from gradus import Error.*\n", "", generator.get(), flags=re.MULTILINE)
    (out / "_gradus.pyi").write_text(stub + ERROR)
    (out / "py.typed").write_text("")


main()
