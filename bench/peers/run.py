"""Measures Gradus against its peers as paired ratios in one run and prints a table (docs/performance.md says how to read it).

    scripts/bench_peers.sh            # makes the environment and runs this
    python bench/peers/run.py --only P1,P2
"""

import argparse
import math
import os
import platform
import tempfile

import gradus
import group_level
import ingestion
import numpy as np
import token_level
import torch
from paired import paired

ROWS = []


def row(metric, case, result, target):
    verdict = "" if target is None else ("met" if result.low >= target else f"missed, wanted {target}")
    ROWS.append((metric, case, result))
    print(f"| {metric} | {case} | {1e3 * result.ours:.3f} | {1e3 * result.peer:.2f} | {result.ratio:.1f} "
          f"[{result.low:.1f}, {result.high:.1f}] | {verdict} |", flush=True)


def mean_row(metric, results, target):
    geometric = math.exp(sum(math.log(r.ratio) for r in results) / len(results))
    low = math.exp(sum(math.log(r.low) for r in results) / len(results))
    verdict = "met" if low >= target else f"missed, wanted {target}"
    print(f"| {metric} | geometric mean | | | {geometric:.1f} | {verdict} |", flush=True)


def token_metrics():
    for metric, peer, each, mean in (("P1 verl", token_level.verl, 20, 60), ("P1b time-major torch", token_level.time_major, 3, 8)):
        results = []
        for rows, width in token_level.SHAPES:
            reward, value, mask = token_level.tensors(rows, width)
            mine, theirs = token_level.ours(reward, value, mask), peer(reward, value, mask)
            token_level.check(mask, mine(), theirs())
            results.append(paired(mine, theirs))
            row(metric, f"GAE + whitening ({rows}, {width})", results[-1], each)
        mean_row(metric, results, mean)


def near(a, b):
    error = np.abs(np.asarray(a) - np.asarray(b)).max()
    if not error <= 1e-4:
        raise SystemExit(f"outputs differ by {error}: nothing is timed")


def scalar_metrics():
    reward, index = group_level.rewards(), group_level.uids()
    ones = np.ones((group_level.ROLLOUTS, 1), dtype=np.int64)
    loops, twins = [], []
    for name, (estimator, params, loop, twin) in group_level.ESTIMATORS.items():
        mine = group_level.ours(estimator, params, reward, index)
        for peer, results, target, label in ((loop, loops, 200, "loop"), (twin, twins, 10, "vectorised")):
            if peer is None:
                continue
            theirs = group_level.verl(peer, reward, index, ones)
            near(mine(), theirs()[0][:, 0])
            results.append(paired(mine, theirs))
            row("P2", f"{name}, verl {label}, 1024 rewards", results[-1], target)
    mean_row("P2 loops", loops, 200)
    mean_row("P2 vectorised", twins, 10)
    values, offsets = group_level.steps()
    mine, theirs = group_level.step_grpo_ours(values, offsets, index), group_level.step_grpo_numpy(values, offsets, index)
    near(mine(), theirs())
    row("P2", "step GRPO, numpy, 1024 rollouts of 1-12 steps", paired(mine, theirs), None)


def dense_metrics():
    reward, index, mask = group_level.rewards(), group_level.uids(), group_level.dense_mask()
    for name, (estimator, params, loop, twin) in group_level.ESTIMATORS.items():
        mine = group_level.ours(estimator, params, reward, index, mask)
        for peer, target, label in ((loop, 5, "loop"), (twin, 1, "vectorised")):
            if peer is None:
                continue
            theirs = group_level.verl(peer, reward, index, mask)
            near(mine(), theirs()[0])
            row("P2b", f"{name}, verl {label}, dense (1024, 2048)", paired(mine, theirs), target)


def ingestion_metrics():
    with tempfile.TemporaryDirectory() as folder:
        for name, rollouts, words, tokens, floats, target in (("text-heavy", 8000, 60, 8, False, 8),
                                                              ("float-heavy", 4000, 20, 40, True, 5)):
            path = os.path.join(folder, name + ".jsonl")
            ingestion.write(path, rollouts, words, tokens, floats)
            mine, theirs = ingestion.ours(path), ingestion.python_json(path)
            ingestion.check(mine(), theirs())
            result = paired(mine, theirs)
            speed = ingestion.size(path) / result.ours / 1e6
            row("P3", f"{name}, Python json + numpy (ours {speed:.0f} MB/s)", result, target)
            row("P3", f"{name}, share of bare simdjson (wanted 0.6)", paired(mine, ingestion.bare(path)), 0.6)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="P1,P2,P2b,P3", help="metrics to run")
    only = parser.parse_args().only.split(",")
    torch.set_num_threads(2)
    print(f"gradus {gradus.__version__}, torch {torch.__version__}, numpy {np.__version__}, Python {platform.python_version()}, "
          f"{os.cpu_count()} cores, 2 threads on both sides for P1, 1 of ours otherwise\n")
    print("| metric | case | ours, ms | peer, ms | peer / ours [95 %] | target |\n|---|---|---|---|---|---|")
    for metric, run in (("P1", token_metrics), ("P2", scalar_metrics), ("P2b", dense_metrics), ("P3", ingestion_metrics)):
        if metric in only:
            run()


main()
