#!/usr/bin/env python3
"""A tiny study of every environment runs from its file to the report, and its results compare.

    tests/study/every_environment_test.py build/gradus
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMMAND = ""

STUDY = """name = "tiny"
baseline = "outcome"
seeds = 2
[environment]
name = "{environment}"
[policy]
layers = 1
heads = 2
width = 16
base_policies = 2
demonstrations = 200
[training]
updates = 2
prompts = 2
samples = 4
[evaluation]
primary = "{primary}"
constraint = "{constraint}"
margin = 0.05
every = 1
tasks = 4
samples = 2
draws = 200
viewer = 1
[[arm]]
id = "outcome"
  [[arm.operator]]
  name = "credit.rloo"
  into = "advantage"
[[arm]]
id = "process"
{process}
"""

STEPS = """  [[arm.operator]]
  name = "{source}"
  [[arm.operator]]
  name = "credit.step_return"
  channel = "{channel}"
  into = "advantage"
"""
LENGTH = """  [[arm.operator]]
  name = "shape.length"
  [[arm.operator]]
  name = "credit.rloo"
  channel = "length"
  into = "advantage"
"""

# What an environment pays for by itself needs no source.
ENVIRONMENTS = {
    "calculator": ("useful_calls", "correct", STEPS.replace('  [[arm.operator]]\n  name = "{source}"\n', "").format(channel="call_ok")),
    "code": ("necessity", "hidden_pass", LENGTH),
    "math": ("sound", "correct", STEPS.format(source="shape.occurrences", channel="occurrences")),
}


def run(*arguments, folder):
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, cwd=folder, timeout=300)


class EveryEnvironment(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_every_one_is_here(self):
        listed = json.loads(run("operators", "--json", folder=self.folder.name).stdout)
        self.assertEqual({entry["name"] for entry in listed if entry["noun"] == "environment"}, set(ENVIRONMENTS))

    def test_from_file_to_report(self):
        for environment, (primary, constraint, process) in ENVIRONMENTS.items():
            with self.subTest(environment):
                path = Path(self.folder.name) / f"{environment}.toml"
                path.write_text(STUDY.format(environment=environment, primary=primary, constraint=constraint, process=process))
                out = Path(self.folder.name) / environment
                ran = run("study", str(path), "--out", str(out), "--quiet", folder=self.folder.name)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                results = json.loads((out / "results.json").read_text())
                self.assertEqual({row["arm"] for row in results["rows"]}, {"process"})
                self.assertGreater((out / "report.html").stat().st_size, 10_000)
                # What the reward already sees: every arm, every metric; too few rollouts to say a number.
                cells = {(cell["arm"], cell["metric"]) for cell in results["seen_by_reward"]["cells"]}
                metrics = {metric["id"] for metric in results["metrics"]} - {"drift"}
                self.assertEqual(cells, {(arm, metric) for arm in ("outcome", "process") for metric in metrics})
                ranked = run("compare", str(out), folder=self.folder.name)
                self.assertIn(ranked.returncode, (0, 1), ranked.stderr)

    def test_a_primary_that_was_paid_for_is_refused_before_anything_is_trained(self):
        path = Path(self.folder.name) / "paid.toml"
        path.write_text(STUDY.format(environment="code", primary="tokens", constraint="hidden_pass", process=LENGTH))
        for extra in ([], ["--check"]):
            ran = run("study", str(path), *extra, folder=self.folder.name)
            self.assertEqual((ran.returncode, ran.stdout), (1, ""))
            self.assertIn("paid.toml", ran.stderr)
            self.assertIn("arm 'process' is not ranked against 'outcome' by 'tokens'", ran.stderr)
            self.assertIn("held out here: ", ran.stderr)
            self.assertEqual(ran.stderr.count("\n"), ran.stderr.strip().count("\n") + 1, "one paragraph")
        self.assertFalse((Path(self.folder.name) / "runs").exists(), "nothing was written")


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
