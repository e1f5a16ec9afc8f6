#!/usr/bin/env python3
"""Holds the numbers of README.md and docs/ to what the command printed.

    scripts/check_results.py build/gradus

docs/results/NAME.txt is what a command printed, whole; its first line is the command (gradus study, or scripts/seed_sets.py), the second the key of the study
that it ran. A code block below
a line `<!-- from docs/results/NAME.txt -->` may leave lines out, and holds none that is not there, in that order. A key that is no longer the study's
says that the study has changed since: run it again and replace the file. Exit code 1 where anything differs, naming it.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- from (docs/results/\S+\.txt) -->\n+```\w*\n(.*?)```", re.DOTALL)


def study_of(told):
    """The arguments of 'gradus study' behind a command; None where there is none."""
    if told[:2] == ["gradus", "study"]:
        return told[2:]
    if told[:1] != ["scripts/seed_sets.py"]:
        return None
    given = dict(zip(told[3::2], told[4::2]))
    return [told[2], "--arms", given["--arms"], "--seed", given["--first"]]


def stale(command, path):
    """Why the numbers of a file are of another study than today's; '' where they are not."""
    first, second, *_ = [*path.read_text().splitlines(), "", ""]
    study, key = study_of(first.split()), second.removeprefix("key: ")
    if study is None:
        return f"{path.name}: its first line is no 'gradus study' command, and none of scripts/seed_sets.py"
    if key == second:
        return f"{path.name}: the second line is no 'key: ...'; the file is the command and all that it printed"
    checked = subprocess.run([command, "study", *study, "--check", "--json"], capture_output=True, text=True, cwd=SOURCE)
    if checked.returncode != 0:
        return f"{path.name}: {checked.stderr.strip()}"
    now = json.loads(checked.stdout)["key"]
    return "" if now == key else f"{path.name}: the study has changed since (key {key[:12]}, now {now[:12]}); run '{first}' again"


def strange_lines(page, text):
    """Lines of a page's blocks that are not, in order, in the file that the block names."""
    for name, block in BLOCK.findall(text):
        path = SOURCE / name
        if not path.is_file():
            yield f"{page}: {name} is not there"
            continue
        printed = iter(path.read_text().splitlines())
        for line in block.splitlines():
            if line.strip() and line not in printed:
                yield f"{page}: not in {name}, or not in this order: {line.strip()}"
                break


def main():
    command = str(Path(sys.argv[1]).resolve())
    files = sorted((SOURCE / "docs" / "results").glob("*.txt"))
    pages = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
    faults = [fault for path in files if (fault := stale(command, path))]
    for page in pages:
        faults += strange_lines(page.relative_to(SOURCE), page.read_text())
    for fault in faults:
        print(f"check_results: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
