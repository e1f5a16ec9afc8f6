"""A study gives the same bytes for any number of workers and however often it is killed.

    tests/study/resume_test.py build/gradus

Runs a small study on the calculator whole, with one and with two workers; then again while killing it (kill -9, and once
Ctrl-C) at random moments until it is done. Every results.json must be the same file. A study with more demonstrations is
killed while its base policies learn, once a checkpoint of one is there.
"""

import contextlib
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

STUDY = """
name = "small"
baseline = "outcome"
seeds = 2
[environment]
name = "calculator"
[policy]
layers = 1
heads = 2
width = 16
base_policies = 2
demonstrations = 2000
batch = 32
learning_rate = 5e-3
[training]
updates = 24
prompts = 8
samples = 4
[evaluation]
primary = "useful_calls"
constraint = "correct"
margin = 0.02
every = 4
tasks = 16
samples = 2
draws = 200
viewer = 2
[[arm]]
id = "outcome"
  [[arm.operator]]
  name = "credit.grpo"
  into = "advantage"
[[arm]]
id = "process"
  [[arm.operator]]
  name = "credit.step_return"
  channel = "call_ok"
  into = "advantage"
"""

KILLS = 20


def start(gradus, study, out, workers):
    command = [gradus, "study", str(study), "--out", str(out), "--workers", str(workers), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def run(gradus, study, out, workers):
    process = start(gradus, study, out, workers)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return (out / "results.json").read_bytes()


def unfinished(out):
    """How many base policies have a checkpoint of their training in the store."""
    if not (out / "store.sqlite").exists():
        return 0
    try:
        with contextlib.closing(sqlite3.connect(out / "store.sqlite", timeout=10)) as store:
            return store.execute("SELECT count(*) FROM artifact WHERE kind = 'unfinished base policy'").fetchone()[0]
    except sqlite3.OperationalError:  # the table is not there yet
        return 0


def kill_while_learning(gradus, folder):
    study = folder / "learning.toml"
    study.write_text(STUDY.replace("demonstrations = 2000", "demonstrations = 30000\nepochs = 2"))
    whole = run(gradus, study, folder / "learning-whole", 2)
    out = folder / "learning-killed"
    process = start(gradus, study, out, 2)
    give_up = time.monotonic() + 120
    while not unfinished(out) and time.monotonic() < give_up and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert unfinished(out) > 0, "no checkpoint of a base policy was there to go on from"
    assert run(gradus, study, out, 2) == whole, "base policies that went on from a checkpoint gave other bytes"
    assert unfinished(out) == 0, "checkpoints of finished base policies are left in the store"


def main(gradus):
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        kill_while_learning(gradus, folder)
        study = folder / "small.toml"
        study.write_text(STUDY)
        began = time.monotonic()
        whole = run(gradus, study, folder / "one", 1)
        length = time.monotonic() - began
        assert run(gradus, study, folder / "two", 2) == whole, "two workers gave other bytes than one"

        killed, fresh, here = 0, 0, 0
        for attempt in range(200):
            out = folder / f"killed-{fresh}"  # a few kills for each run, then a fresh one
            process = start(gradus, study, out, 1 + attempt % 2)
            try:
                _, errors = process.communicate(timeout=rng.uniform(0.02, 0.6) * length)
                assert process.returncode == 0, errors
                assert (out / "results.json").read_bytes() == whole, "a resumed study gave other bytes"
                here = 5
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate(timeout=60)
                killed, here = killed + 1, here + 1
            if here == 5:
                fresh, here = fresh + 1, 0
            if killed >= KILLS:
                break
        assert killed >= KILLS, f"only {killed} kills"
        for out in sorted(folder.glob("killed-*")):
            assert run(gradus, study, out, 2) == whole, f"{out.name}: a resumed study gave other bytes"

        process = start(gradus, study, folder / "interrupted", 2)
        while not (folder / "interrupted" / "store.sqlite").exists():  # from here on a signal is a request to stop
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130 and "go on from here" in errors, (process.returncode, errors)
        assert run(gradus, study, folder / "interrupted", 2) == whole, "after Ctrl-C a resumed study gave other bytes"
    print(f"same bytes after {killed} kills, one while learning, one Ctrl-C, one and two workers")


if __name__ == "__main__":
    main(sys.argv[1])
