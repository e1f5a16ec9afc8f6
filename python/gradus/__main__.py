"""python -m gradus: what this installation has, and what it does without."""

import importlib.metadata
import shutil

from . import __version__, operators

# Distribution, and what it is for.
OTHERS = {"numpy": "arrays", "torch": "its tensors in and out", "pyarrow": "Arrow arrays in and out", "verl": "gradus.verl", "trl": "gradus.trl",
          "openrlhf": "gradus.openrlhf", "skyrl": "gradus.skyrl", "rllm": "gradus.rllm", "verifiers": "gradus.verifiers"}


def version_of(distribution):
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def main():
    print(f"ok  gradus {__version__}: {len(operators())} operators")
    for name, purpose in OTHERS.items():
        version = version_of(name)
        print(f"ok  {name} {version}" if version else f"--  {name} is not installed: it is needed for {purpose} alone")
    command = shutil.which("gradus")
    print(f"ok  the command {command}" if command else
          "--  the command gradus is not on PATH: studies, claims, language servers and operators that run a tool are in it alone")


if __name__ == "__main__":
    main()
