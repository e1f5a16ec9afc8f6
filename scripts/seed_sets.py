#!/usr/bin/env python3
"""Runs one study on several fresh sets of seeds and prints what each concluded: how much a verdict owes to its seeds.

    scripts/seed_sets.py build/gradus studies/clean_code.toml --arms process_1,shuffled --first 101 --sets 20

Set N is `gradus study FILE --arms ARMS --seed N`, kept in runs/seed_sets/NAME/N (--out), and goes on where it was stopped.
The first arm is the one under test. A row: its verdict, then the difference of every arm to the baseline on the constraint
and on its primary metric, with 95 % intervals. The last lines count verdicts, and give mean and standard deviation of the
differences over the sets beside the mean standard error that the sets themselves state. The first line is the key of the first
set (scripts/check_results.py).
"""

import argparse
import collections
import json
import statistics
import subprocess
import sys
from pathlib import Path


def read_arguments():
    parser = argparse.ArgumentParser(description="Run a study on fresh sets of seeds")
    parser.add_argument("command", type=Path)
    parser.add_argument("study", type=Path)
    parser.add_argument("--arms", required=True, help="arms beside the baseline, separated by commas")
    parser.add_argument("--first", type=int, default=101, help="--seed of the first set")
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--out", type=Path, help="folder [runs/seed_sets/NAME]")
    return parser.parse_args()


def study(given, seed, *options):
    """What `gradus study --json` prints for one set."""
    command = [given.command, "study", given.study, "--arms", given.arms, "--seed", str(seed), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"seed set {seed}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def row_of(results, arm, metric):
    return next(row for row in results["rows"] if row["arm"] == arm and row["metric"] == metric)


def interval(row):
    return f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"


def print_spread(label, rows):
    differences = [row["difference"] for row in rows]
    covered = sum(row["low"] <= statistics.mean(differences) <= row["high"] for row in rows)
    print(f"{label:<40} mean {statistics.mean(differences):+.4f}, sd over sets {statistics.stdev(differences):.4f}, mean standard error "
          f"{statistics.mean(row['error'] for row in rows):.4f}; {covered} of {len(rows)} intervals hold the mean of all sets")


def main():
    given = read_arguments()
    arms = given.arms.split(",")
    folder = given.out or Path("runs/seed_sets") / given.study.stem
    print(f"key: {study(given, given.first, '--check')['key']}")
    found = []
    for seed in range(given.first, given.first + given.sets):
        results = study(given, seed, "--out", folder / str(seed), "--quiet")
        found.append(results)
        metrics = [results["study"]["constraint"], results["study"]["primary"]]
        if len(found) == 1:
            columns = [f"{arm}: {metric}" for arm in arms for metric in metrics]
            print(f"{'seed':<6} {'verdict':<15} " + " ".join(f"{column:<26}" for column in columns))
        cells = [interval(row_of(results, arm, metric)) for arm in arms for metric in metrics]
        print(f"{seed:<6} {results['verdict']['answer']:<15} " + " ".join(f"{cell:<26}" for cell in cells), flush=True)
    counts = collections.Counter(results["verdict"]["answer"] for results in found)
    print("verdicts: " + ", ".join(f"{name} {count}" for name, count in counts.most_common()))
    if len(found) > 1:
        for arm in arms:
            for metric in metrics:
                print_spread(f"{arm}: {metric}", [row_of(results, arm, metric) for results in found])


if __name__ == "__main__":
    main()
