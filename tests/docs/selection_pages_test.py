#!/usr/bin/env python3
"""The commands of docs/selection.md and of the pages of RewardBench 2, RewardMATH and ViLBench run as pasted, on small files
in the published schemas.

    tests/docs/selection_pages_test.py build/gradus
"""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ["selection.md", "benchmarks/rewardbench2.md", "benchmarks/rewardmath.md", "benchmarks/vilbench.md"]
COMMAND = ""


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def rewardbench2():
    rows, scores = [], []
    for subset in ["Factuality", "Precise IF", "Math", "Safety", "Focus"]:
        for i in range(4):
            rows.append({"id": str(i), "prompt": "p", "chosen": ["r"], "rejected": ["a", "b", "c"], "num_correct": 1,
                         "total_completions": 4, "subset": subset})
            scores.append([3.0, float(i), 0.5, 0.1])
    for k in range(3):
        for kind, right in (("ref", 1), ("tied", 2)):
            rows.append({"id": f"{kind}:{k}", "prompt": "p", "chosen": ["r"] * right, "rejected": ["w"], "num_correct": right,
                         "total_completions": right + 1, "subset": "Ties"})
            scores.append([2.0 + 0.1 * i for i in range(right)] + [1.0])
    said = [{"id": row["id"], "scores": one} for row, one in zip(rows, scores)]
    results = {"model": "m", "id": [r["id"] for r in rows], "subset": [r["subset"] for r in rows],
               "num_correct": [r["num_correct"] for r in rows], "scores": scores}
    judge = [{"id": row["id"], "ratings": [9, *range(1, row["total_completions"])]} for row in rows]
    return {"rewardbench2.jsonl": lines(rows), "rewardbench2_judge.jsonl": lines(judge), "rewardbench2_scores.jsonl": lines(said),
            "rewardbench2_results.json": json.dumps(results)}


def rewardmath():
    names = ["human_to_GPT-4"] + [f"model_{i}" for i in range(9)]
    results = [{"problem": f"p{p}", "solution_reference": names, "score": [0.9] + [0.1 * i for i in range(9)]} for p in range(4)]
    others = [dict(row, score=[0.5] + row["score"][1:]) for row in results]
    direct, scores = [], []
    for p in range(3):
        for s, name in enumerate(names):
            direct.append({"problem": f"p{p}", "answer": "1", "eval_solution": ["a", "b"], "solution_reference": name,
                           "solution_type": "chosen" if s == 0 else "rejected", "subject": "Algebra", "level": 1,
                           "problem_id": p, "id": 10 * p + s})
            scores.append({"id": 10 * p + s, "scores": [0.5 + 0.04 * s, 0.9 - 0.04 * s]})
    pairs = [{"problem": f"p{p}", "answer": f"p{p}", "eval_solution_A": ["a"], "eval_solution_B": ["b", "c"], "solution_reference": name,
              "chosen_position": "AB"[s % 2], "subject": "Algebra", "level": 1, "problem_id": p, "id": 9 * p + s}
             for p in range(3) for s, name in enumerate(names[1:])]
    verdicts = [{"id": row["id"], "score": "A"} for row in pairs]
    return {"RewardMATH_pairwise.json": json.dumps(pairs), "verdicts.jsonl": lines(verdicts), "MODEL_reward.json": json.dumps(results), "OTHER_reward.json": json.dumps(others),
            "RewardMATH_direct.json": json.dumps(direct), "rewardmath_scores.jsonl": lines(scores)}


def files():
    vilbench = [{"id": f"q{q}", "question": "?", "image": "a.png", "steps": ["a", "b"], "step_scores": [3 + c, 4],
                 "score": 5 - c, "correct": c == 1} for q in range(4) for c in range(2)]
    samples = [{"problem": "half", "answer": "\\frac{1}{2}", "completions": ["\\boxed{0.5}", "\\boxed{7}"] * 4,
                "scores": [[0.9, 0.8], [0.4]] * 4} for _ in range(5)]
    return {**rewardbench2(), **rewardmath(), "vilbench.jsonl": lines(vilbench), "completions.jsonl": lines(samples)}


def commands(page):
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    return [line.split() for block in blocks for line in block.splitlines() if line.startswith("gradus ")]


class SelectionPages(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        for name, text in files().items():
            (Path(self.folder.name) / name).write_text(text)

    def tearDown(self):
        self.folder.cleanup()

    def run_in_folder(self, arguments):
        return subprocess.run([COMMAND, *arguments], cwd=self.folder.name, capture_output=True, text=True, timeout=300)

    def test_commands_run_as_pasted(self):
        for page in PAGES:
            found = commands(page)
            self.assertTrue(found, f"{page} shows no command")
            for arguments in found:
                with self.subTest(page=page, command=" ".join(arguments)):
                    done = self.run_in_folder(arguments[1:])
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn("strict", done.stdout)

    def test_the_two_columns_of_a_choice(self):
        done = self.run_in_folder(["eval", "select", "completions.jsonl", "--rule", "majority", "--n", "2", "--json",
                                   "--bootstrap", "0"])
        self.assertEqual(done.returncode, 0, done.stderr)
        majority = [row for row in json.loads(done.stdout)["curves"] if row["rule"] == "majority"][0]
        self.assertEqual(majority["compat"]["value"], 0.0, "0.5 is another text than \\frac{1}{2}")
        self.assertEqual(majority["strict"]["value"], 0.5, "one of two tied answers is right")
        self.assertEqual(majority["tied"], 1.0)

    def test_numbers_of_the_pages(self):
        done = self.run_in_folder(["eval", "rewardmath", "MODEL_reward.json", "--json", "--bootstrap", "0"])
        accuracy = [row for row in json.loads(done.stdout)["numbers"] if row["id"] == "Acc"][0]
        self.assertEqual(accuracy["compat"]["value"], 100.0)
        self.assertEqual(self.run_in_folder(["eval", "rewardmath", "MODEL_reward.json", "--threshold", "0.5"]).returncode, 2)
        self.assertEqual(self.run_in_folder(["eval", "vilbench", "completions.jsonl"]).returncode, 2)


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
