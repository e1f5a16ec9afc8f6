"""A study that is looked at after every seed stops where its question is answered, and goes on where it was.

    tests/study/sequence_test.py build/gradus
"""

import json
import pathlib
import subprocess
import sys
import tempfile

# Four updates change little: a wide margin says so after few seeds, a narrow one never.
STUDY = """
name = "small"
baseline = "outcome"
seeds = 7
[environment]
name = "calculator"
[policy]
layers = 1
heads = 2
width = 16
demonstrations = 2000
batch = 32
learning_rate = 5e-3
[training]
updates = 4
prompts = 8
samples = 4
learning_rate = 1e-3
[evaluation]
primary = "useful_calls"
constraint = "correct"
margin = MARGIN
every = 4
tasks = 8
samples = 2
viewer = 0
sequence = true
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


def run(gradus, study, out, *more):
    ran = subprocess.run([gradus, "study", str(study), "--out", str(out), "--quiet", *more], capture_output=True, text=True,
                         timeout=600, check=False)
    assert ran.returncode == 0, ran.stderr
    return (out / "results.json").read_bytes()


def differences(results, metric):
    return next(row["differences"] for row in json.loads(results)["rows"] if row["metric"] == metric)


def main(gradus):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        wide, narrow = folder / "wide.toml", folder / "narrow.toml"
        wide.write_text(STUDY.replace("MARGIN", "0.9"))
        narrow.write_text(STUDY.replace("MARGIN", "1e-9"))

        stopped = run(gradus, wide, folder / "one", "--workers", "1")
        assert run(gradus, wide, folder / "two", "--workers", "2") == stopped, "two workers gave other bytes than one"
        sequence = json.loads(stopped)["sequence"]
        seeds = len(json.loads(stopped)["study"]["seeds"])
        assert sequence["settled"], sequence
        assert sequence["level"] == 0.05 and len(sequence["looks"]) == seeds, sequence
        assert 4 < seeds < 7, f"stopped after {seeds} seeds"

        # The same runs, asked a harder question: it goes on to the last seed, and further when asked to.
        whole = run(gradus, narrow, folder / "one")
        assert len(json.loads(whole)["study"]["seeds"]) == 7
        assert json.loads(whole)["sequence"]["settled"] is None
        more = run(gradus, narrow, folder / "one", "--seeds", "8")
        for metric in ("useful_calls", "correct"):
            assert differences(more, metric)[:7] == differences(whole, metric), "the first seeds are the same runs"
        assert run(gradus, narrow, folder / "fresh", "--seeds", "8") == more, "going on gave other bytes than going at once"

        fixed = folder / "fixed.toml"
        fixed.write_text(STUDY.replace("MARGIN", "0.9").replace("sequence = true\n", ""))
        ran = subprocess.run([gradus, "study", str(fixed), "--seeds", "3"], capture_output=True, text=True, check=False)
        assert ran.returncode == 2 and "part of the plan" in ran.stderr, (ran.returncode, ran.stderr)
    print(f"stopped after {seeds} seeds, went on to 8")


if __name__ == "__main__":
    main(sys.argv[1])
