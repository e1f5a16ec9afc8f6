#!/usr/bin/env python3
"""How fast 'gradus lsp' answers on a C++ workspace of 200 files: a batch against one process per question, and a replay
of a trace against the live command. Prints; asserts nothing.

    bench/lsp_commands.py build/gradus
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 200
QUESTIONS = 200
ALONE = 10


def workspace(folder):
    commands = []
    for i in range(FILES):
        (folder / f"part{i}.h").write_text(f"#pragma once\nint part{i}(int value);\n")
        includes = f'#include "part{i}.h"\n' + (f'#include "part{i - 1}.h"\n' if i else "")
        call = f"part{i - 1}(value)" if i else "value"
        (folder / f"part{i}.cc").write_text(f"{includes}\nint part{i}(int value) {{ return {call} + {i}; }}\n")
        commands.append({"directory": str(folder), "file": f"part{i}.cc", "command": f"c++ -c part{i}.cc"})
    (folder / "compile_commands.json").write_text(json.dumps(commands))


def timed(*words, folder, text=None):
    start = time.monotonic()
    ran = subprocess.run(words, cwd=folder, input=text, capture_output=True, text=True, check=True)
    return time.monotonic() - start, ran.stdout


def main():
    command = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "project"
        folder.mkdir()
        workspace(folder)
        timed(command, "lsp", "refs", "part0.cc@L3:C5", folder=folder)  # the index is on disk from here on
        lines = [{"id": i, "cmd": "def", "selectorText": f"part{i % FILES}.cc@L{3 if i % FILES == 0 else 4}:C5"}
                 for i in range(QUESTIONS)]
        text = "\n".join(json.dumps(line) for line in lines)
        batch, out = timed(command, "lsp", "batch", "--server", "clangd", folder=folder, text=text)
        failed = sum(json.loads(line)["exit"] != 0 for line in out.splitlines())
        alone = sum(timed(command, "lsp", "def", line["selectorText"], folder=folder)[0] for line in lines[:ALONE])
        print(f"batch        {QUESTIONS / batch:8.1f} answers/s  ({failed} failed)")
        print(f"one process  {ALONE / alone:8.1f} answers/s  (batch is {QUESTIONS / batch / (ALONE / alone):.1f} times as fast)")
        trace = str(Path(above) / "t.jsonl")
        live, out = timed(command, "lsp", "batch", "--server", "clangd", "--trace-file", trace, folder=folder, text=text)
        replay, again = min(timed(command, "lsp", "trace", "replay", trace, "--json", folder=folder) for _ in range(3))
        ids = [json.loads(line)["bundle"]["bundleId"] for line in out.splitlines()]
        same = [line.split('"')[3] for line in again.splitlines() if line.startswith('  "bundleId"')] == ids
        print(f"live batch   {1000 * live:8.1f} ms")
        print(f"its replay   {1000 * replay:8.1f} ms  ({live / replay:.1f} times as fast; same ids: {same})")



if __name__ == "__main__":
    main()
