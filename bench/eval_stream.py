#!/usr/bin/env python3
"""How 'gradus eval prmbench' takes a large file: time, memory, and the official script beside it. Prints; asserts nothing.

    bench/eval_stream.py build/gradus                              # a gigabyte of rows: time and memory
    bench/eval_stream.py build/gradus --official PRMBench/mr_eval/tasks/prmtest_classified/task.py

With --official both score the first 40,000 rows, in turns, five times: the PRMScore is compared first, then CPU time (the
whole of our command; of the script what it does after its imports). The script is the user's own copy; what it imports from
its package to load models and settings is left out, since no model runs here.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

COMPARED = 40_000
TURNS = 5
WORDS = "the sum of x and y is equal to 12 so we get therefore 2x+3 = triangle angle area".split()

OFFICIAL = """
import importlib.util, json, logging, sys, time, types
script, rows, scores = sys.argv[1:]
for name in ("mr_eval", "mr_eval.utils", "mr_eval.utils.task_utils", "mr_eval.utils.utils", "mr_eval.utils.log_utils"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["mr_eval.utils.log_utils"].get_logger = logging.getLogger
tasks = sys.modules["mr_eval.utils.task_utils"]
tasks.load_task_config = lambda path: {}
tasks.load_dir_of_jsonl_data_function_default = lambda config: [json.loads(line) for line in open(rows)]
tasks.__all__ = ["load_task_config", "load_dir_of_jsonl_data_function_default"]
spec = importlib.util.spec_from_file_location("task", script)
task = importlib.util.module_from_spec(spec)
spec.loader.exec_module(task)
began = time.process_time()
items = task.load_data_function()
said = [json.loads(line) for line in open(scores)]
answers = [{"idx": one["id"], "scores": {"step_level_validity_labels": [s > 0.5 for s in one["scores"]]}} for one in said]
total = task.evaluate_function(answers, items)["total_hallucination_results"]
print(json.dumps([0.5 * total["f1"] + 0.5 * total["negative_f1"], time.process_time() - began]))
"""


def write_rows(folder, bytes_wanted):
    """Rows in PRMBench's schema with random steps, and random scores for them."""
    rng = random.Random(1)
    rows, scores, written, n = folder / "circular.jsonl", folder / "scores.jsonl", 0, 0
    with rows.open("w") as out, scores.open("w") as said:
        while written < bytes_wanted:
            count = rng.randint(5, 12)
            steps = [f"{i + 1}. " + " ".join(rng.choices(WORDS, k=30)) for i in range(count)]
            wrong = sorted(rng.sample(range(1, count + 1), 2))
            written += out.write(json.dumps({
                "original_question": f"q{n}", "modified_question": f"q{n}", "original_process": steps, "modified_process": steps,
                "modified_steps": wrong, "error_steps": wrong, "reason": "r" * 200, "idx": f"p{n}", "question": f"q{n}",
                "classification": "circular"}) + "\n")
            said.write(json.dumps({"id": f"circular_p{n}", "scores": [round(rng.random(), 4) for _ in range(count)]}) + "\n")
            n += 1
    return rows, scores, n


def evaluate(command, rows, scores):
    """PRMScore and CPU seconds of our command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run([command, "eval", "prmbench", rows, "--scores", scores, "--bootstrap", "0", "--json"], check=True,
                         capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    numbers = json.loads(ran.stdout)["numbers"]
    score = next(row for row in numbers if row["part"] == "all" and row["id"] == "prm_score")["compat"]["value"]
    return score, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def head(path, lines):
    shorter = path.with_name("first_" + path.name)
    with path.open() as source, shorter.open("w") as out:
        for _, line in zip(range(lines), source):
            out.write(line)
    return shorter


def compare(command, script, rows, scores):
    rows, scores = head(rows, COMPARED), head(scores, COMPARED)
    ratios = []
    for _ in range(TURNS):
        ours, seconds = evaluate(command, rows, scores)
        theirs, official = json.loads(subprocess.run([sys.executable, "-c", OFFICIAL, script, rows, scores], check=True,
                                                     capture_output=True, text=True).stdout)
        if abs(ours - theirs) > 1e-9:
            sys.exit(f"the scores differ: {ours} and {theirs}")
        ratios.append(official / seconds)
    print(f"{COMPARED} rows: PRMScore {ours:.12f} from both, official CPU time / ours {statistics.median(ratios):.1f} "
          f"({min(ratios):.1f} to {max(ratios):.1f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command")
    parser.add_argument("--official", help="path of the official task.py")
    options = parser.parse_args()
    command = str(Path(options.command).resolve())
    with tempfile.TemporaryDirectory() as folder:
        size = 1_000_000_000 if not options.official else 150_000_000
        rows, scores, count = write_rows(Path(folder), size)
        if options.official:
            compare(command, options.official, rows, scores)
            return
        _, seconds = evaluate(command, rows, scores)
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{size / 1e9:.1f} GB, {count} rows: {seconds:.1f} s of CPU, {largest:.0f} MB at most")


if __name__ == "__main__":
    main()
