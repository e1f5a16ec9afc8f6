#!/usr/bin/env python3
"""Lets torch's wheel for Linux start without CUDA, for tests on the CPU: stands in for the 5 GB of libraries that it is linked against.

    scripts/cuda_stand_ins.py VENV

Every library that the wheel asks for and that is nowhere is made, with the symbols that the wheel asks of it. Each answers "no device" (100), so torch
finds no GPU; work on the CPU calls none of the rest. Only for a virtual environment of tests on x86-64: with a GPU, install the real libraries.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

SYMBOL = re.compile(r"\s+U (\w+)(?:@+([\w.]+))?$", re.MULTILINE)
CUDA = re.compile(r"^(cu|nccl|nvrtc|nvshmem|nvtx|nvJit|cuda|__cuda)")
TEXT = ["lea no_device(%rip), %rax", "ret"]
# What is called without a device too: the texts of errors, and whether a stream is being recorded (it is not).
BODIES = {"cudaStreamIsCapturing": ["movl $0, (%rsi)", "xor %eax, %eax", "ret"]}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def build(soname, symbols, folder):
    """One library whose functions all return 100."""
    lines, versions = ['no_device: .asciz "no device"', ".balign 16"], {}
    for name, version in sorted(symbols):
        body = TEXT if re.search(r"Error(String|Name)$", name) else BODIES.get(name, ["mov $100, %eax", "ret"])
        lines += [f".globl {name}", f".type {name}, @function", f"{name}:", *body]
        versions.setdefault(version, []).append(name)
    with tempfile.TemporaryDirectory() as place:
        source, script = Path(place, "stand_in.s"), Path(place, "versions")
        source.write_text("\n".join([*lines, '.section .note.GNU-stack,"",@progbits', ""]))
        named = {version: names for version, names in versions.items() if version}
        script.write_text("".join(f"{version} {{ global: {'; '.join(names)}; }};\n" for version, names in named.items()))
        run("gcc", "-shared", "-nostdlib", "-o", str(folder / soname), f"-Wl,-soname,{soname}", str(source),
            *([f"-Wl,--version-script={script}"] if named else []))


def main():
    (site,) = Path(sys.argv[1]).glob("lib/python3*/site-packages")
    folder = site / "torch/lib"
    libraries = [path for path in folder.glob("*.so") if path.is_file()]
    there = {path.name for path in folder.iterdir()}
    needed, asked, versions = set(), set(), {}
    for library in libraries:
        headers = run("objdump", "-p", str(library))
        needed |= set(re.findall(r"NEEDED\s+(\S+)", headers))
        for soname, body in re.findall(r"required from (\S+):\n((?:\s+0x.*\n)+)", headers):
            versions.setdefault(soname, set()).update(re.findall(r"(\S+)$", body, re.MULTILINE))
        asked |= set(SYMBOL.findall(run("nm", "-D", str(library))))
    absent = {name for name in needed - there if CUDA.match(name.removeprefix("lib"))}
    loose = {symbol for symbol in asked if not symbol[1] and CUDA.match(symbol[0])}  # of no version: any library may have them
    for number, soname in enumerate(sorted(absent)):
        own = {symbol for symbol in asked if symbol[1] in versions.get(soname, ())}
        build(soname, own | (loose if number == 0 else set()), folder)
    print(f"cuda_stand_ins: {len(absent)} libraries: {', '.join(sorted(absent)) or 'all are there'}")


main()
