#!/usr/bin/env python3
"""Writes methods/verified.tsv, which `gradus reproduce --list` shows, from what `gradus verify` finds.

    scripts/make_verified_table.py build/gradus
    scripts/make_verified_table.py build/gradus --check     exit code 1 when the table is stale
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
TABLE = SOURCE / "methods" / "verified.tsv"
NOTE = "# method\tfunctions of the authors' own code that agree in every case\tcases\t(written by scripts/make_verified_table.py)\n"
ROWS = {"gigpo": "grpo_family"}  # golden files that are a part of another row


def table(command):
    golden = SOURCE / "tests" / "golden"
    ran = subprocess.run([command, "verify", golden, "--allow-unclaimed", "--json"], capture_output=True, text=True, timeout=600)
    counts = {}
    for function in json.loads(ran.stdout)["functions"]:
        if not function["claimed"] or function["passed"] < function["total"]:
            continue
        key = ROWS.get(function["method"], function["method"])
        functions, cases = counts.get(key, (0, 0))
        counts[key] = (functions + 1, cases + function["total"])
    return NOTE + "".join(f"{key}\t{functions}\t{cases}\n" for key, (functions, cases) in sorted(counts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", type=Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = table(arguments.command.resolve())
    if not arguments.check:
        TABLE.write_text(text)
    elif not TABLE.exists() or TABLE.read_text() != text:
        sys.exit("methods/verified.tsv is stale: scripts/make_verified_table.py build/gradus")


if __name__ == "__main__":
    main()
