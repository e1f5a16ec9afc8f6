#!/usr/bin/env python3
"""gradus eval and gradus convert on files that are made here in the published schemas: every command of docs/benchmarks runs, the
numbers are those of the formulas, and what is odd is counted or refused. Where the real files are, they are evaluated too.

    tests/cli/eval_test.py build/gradus
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("GRADUS_SHARED_DATA", SOURCE.parent / "shared" / "data"))
COMMAND = ""


def processbench(rng, name, count):
    rows = []
    for i in range(count):
        steps = rng.randint(2, 7)
        label = rng.choice([-1, rng.randrange(steps)])
        rows.append({"id": f"{name}-{i}", "generator": rng.choice(["m1", "m2"]), "problem": f"{name} problem {i // 2}",
                     "steps": [f"step {k}" for k in range(steps)], "final_answer_correct": label == -1 or rng.random() < 0.2,
                     "label": label})
    return rows


def prmbench(rng, kind, count):
    rows = []
    for i in range(count):
        steps = [f"{k + 1}. step" for k in range(rng.randint(3, 8))]
        errors = [] if kind == "multi_solutions" else sorted(rng.sample(range(1, len(steps) + 1), 2))
        rows.append({"original_question": f"q{i}", "modified_question": f"q{i}", "original_process": steps[:3],
                     "modified_process": steps, "modified_steps": errors, "error_steps": errors, "reason": "", "idx": f"p{i}",
                     "question": f"q{i}", "classification": kind})
    return rows


def mr_gsm8k(rng, count):
    rows = []
    for i in range(count):
        right = rng.random() < 0.5
        said = rng.choice(["correct", "wrong", "incorrect."])
        rows.append({"uuid": f"u{i}", "question": f"q{i}", "model_output_steps": ["Step 1: a", "Step 2: b"],
                     "model_output_answer_correctness": "correct" if right else "wrong",
                     "model_output_solution_correctness": "correct" if right else "wrong",
                     "model_output_solution_first_error_step": "N/A" if right else rng.randint(1, 2), "question_type": "original",
                     "Evaluation_Result": {"solution_correctness": said, "first_error_step": "Step 2", "error_reason": "r"},
                     "Error_Reason_Correctness_Analysis": {"error_reason_correctness": rng.choice(["Correct", "Wrong"])}})
    return rows


def mr_ben(rng, count):
    rows = {}
    for i in range(count):
        right = rng.random() < 0.5
        rows.setdefault(f"u{i // 3}", []).append({
            "Question_UUID": f"u{i // 3}", "Subject": "physics", "Question": f"q{i // 3}", "Options": "A", "Sampled_Model": f"m{i % 3}",
            "Model_Solution_Steps": ["Step 1: a", "", "Step 2: b"], "Model_Solution_Correctness": "correct" if right else "incorrect",
            "Model_Solution_First_Error_Step": "N/A" if right else str(rng.randint(1, 2)), "Model_Solution_Error_Reason": "",
            "Model_Solution_Rectified_First_Error_Step": ""})
    return rows


def reasoneval(rng, count, redundant):
    rows = []
    for i in range(count):
        row = {"id": i, "question": f"q{i}", "generator": "m", "model_output_step_format": [["a"], ["b", "c"], ["d"]]}
        if redundant:
            row["rating"] = [1, rng.randint(0, 1), 1, rng.randint(0, 1)]
        else:
            right = rng.random() < 0.5
            row["model_output_solution_correctness"] = "correct" if right else "wrong"
            row["model_output_solution_first_error_step"] = "N/A" if right else rng.randint(1, 3)
        rows.append(row)
    return rows


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def scored(rng, items):
    return lines({"id": name, "scores": [round(rng.random(), 3) for _ in range(steps)]} for name, steps in items)


class EvalTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.rng = random.Random(7)

    def write(self, name, content):
        (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content))

    def run_command(self, *arguments, code=0):
        ran = subprocess.run([COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, code, ran.stderr + ran.stdout[-500:])
        return ran

    def evaluate(self, *arguments):
        return json.loads(self.run_command("eval", *arguments, "--json", "--bootstrap", "200").stdout)

    def number(self, result, name, part="all", column="compat"):
        rows = [row for row in result["numbers"] if (row["id"], row["part"]) == (name, part)]
        self.assertEqual(len(rows), 1, (name, part))
        return rows[0][column]["value"]

    def make_all(self):
        """A small file in every published schema, and scores.jsonl for all of them."""
        items = []
        for split in ("gsm8k", "math"):
            rows = processbench(self.rng, split, 40)
            self.write(f"{split}.json", rows)
            items += [(row["id"], len(row["steps"])) for row in rows]
        for kind in ("redundency", "circular", "multi_solutions"):
            rows = prmbench(self.rng, kind, 20)
            self.write(f"prm800k_test_p1_4o_{kind}.jsonl", lines(rows))
            items += [(f"{kind}_{row['idx']}", len(row["modified_process"])) for row in rows]
            if kind == "redundency":
                items += [(f"correct_{row['idx']}", len(row["original_process"])) for row in rows]
        for kind in ("repeat_inconsistency", "detection_error"):
            rows = prmbench(self.rng, kind, 20)
            self.write(f"test_{kind}.jsonl", lines(rows))
            items += [(f"{kind}_{row['idx']}", len(row["modified_process"])) for row in rows]
        self.write("MR-GSM8K_graded.json", mr_gsm8k(self.rng, 30))
        self.write("physics.json", mr_ben(self.rng, 30))
        items += [(f"u{i // 3}/m{i % 3}", 3) for i in range(30)]
        for name, redundant in (("mr-math_invalid_errors.json", False), ("mr-math_redundant_errors.json", True)):
            self.write(name, lines(reasoneval(self.rng, 30, redundant)))
        self.write("scores.jsonl", scored(self.rng, items))
        self.write("other.jsonl", scored(self.rng, items))
        self.write("reasoneval_scores.jsonl", lines({"id": i, "scores": [[0.2, 0.1, 0.7], [0.5, 0.2, 0.3], [0.3, 0.1, 0.6], [0.1, 0.3, 0.6]]}
                                                    for i in range(30)))


class Numbers(EvalTest):
    def test_processbench_is_its_formula(self):
        self.make_all()
        rows = json.loads((self.folder / "gsm8k.json").read_text())
        scores = {row["id"]: row["scores"] for row in map(json.loads, (self.folder / "scores.jsonl").read_text().splitlines())}
        hits = {True: [], False: []}
        for row in rows:
            below = [k for k, score in enumerate(scores[row["id"]]) if score < 0.3]
            hits[row["label"] == -1].append((below[0] if below else -1) == row["label"])
        wrong, right = (100 * sum(hits[side]) / len(hits[side]) for side in (False, True))
        result = self.evaluate("processbench", "gsm8k.json", "-s", "scores.jsonl", "--threshold", "0.3")
        self.assertAlmostEqual(self.number(result, "error_accuracy", "gsm8k"), wrong)
        self.assertAlmostEqual(self.number(result, "correct_accuracy", "gsm8k"), right)
        self.assertAlmostEqual(self.number(result, "f1", "gsm8k", "strict"), 2 * wrong * right / (wrong + right))

    def test_everything_called_right_scores_zero(self):
        self.make_all()
        rows = json.loads((self.folder / "gsm8k.json").read_text())
        self.write("none.jsonl", lines({"id": row["id"], "first_error": -1} for row in rows))
        result = self.evaluate("processbench", "gsm8k.json", "-s", "none.jsonl")
        self.assertEqual(self.number(result, "f1", "gsm8k"), 0)
        self.assertEqual(self.number(result, "correct_accuracy", "gsm8k"), 100)

    def test_a_threshold_is_not_reported_on_the_split_that_it_comes_from(self):
        self.make_all()
        result = self.evaluate("processbench", "gsm8k.json", "math.json", "-s", "scores.jsonl", "--threshold-from", "gsm8k")
        self.assertEqual({row["part"] for row in result["numbers"]}, {"all", "math"})
        self.assertEqual(result["threshold"]["from"], "gsm8k")
        there = self.evaluate("processbench", "gsm8k.json", "-s", "scores.jsonl", "--threshold", str(result["threshold"]["value"]))
        self.assertAlmostEqual(self.number(there, "average_f1", column="strict"), result["threshold"]["reached"])
        for threshold in (0.1, 0.3, 0.5, 0.7):
            other = self.evaluate("processbench", "gsm8k.json", "-s", "scores.jsonl", "--threshold", str(threshold))
            self.assertLessEqual(self.number(other, "average_f1", column="strict"), result["threshold"]["reached"] + 1e-9)

    def test_a_scorer_compared_with_itself_does_not_differ(self):
        self.make_all()
        result = self.evaluate("prmbench", "prm800k_test_p1_4o_redundency.jsonl", "-s", "scores.jsonl", "--compare", "scores.jsonl")
        for row in result["comparison"]:
            self.assertIn(row["strict"]["difference"], (0, None))
        swapped = [self.evaluate("prmbench", "prm800k_test_p1_4o_circular.jsonl", "-s", a, "--compare", b)["comparison"][0]["compat"]
                   for a, b in (("scores.jsonl", "other.jsonl"), ("other.jsonl", "scores.jsonl"))]
        self.assertAlmostEqual(swapped[0]["difference"], -swapped[1]["difference"])
        self.assertNotEqual(swapped[0]["difference"], 0)

    def test_the_same_seed_gives_the_same_bytes(self):
        self.make_all()
        arguments = ("eval", "processbench", "gsm8k.json", "-s", "scores.jsonl", "--json", "--bootstrap", "100")
        self.assertEqual(self.run_command(*arguments).stdout, self.run_command(*arguments).stdout)
        self.assertNotEqual(self.run_command(*arguments).stdout, self.run_command(*arguments, "--seed", "2").stdout)

    def test_the_page_holds_the_same_result(self):
        self.make_all()
        arguments = ("eval", "processbench", "gsm8k.json", "-s", "scores.jsonl", "--compare", "other.jsonl", "--bootstrap", "100")
        self.run_command(*arguments, "--html", "page.html", "--out", "result.json")
        page = (self.folder / "page.html").read_text()
        embedded = re.search(r'<script id="results" type="application/json">(.*?)</script', page, re.DOTALL).group(1)
        self.assertEqual(json.loads(embedded), json.loads((self.folder / "result.json").read_text()))
        self.run_command("report", "result.json", "--out", "later.html")
        self.assertEqual((self.folder / "later.html").read_text(), page, "the same page from the document")
        cut = json.loads((self.folder / "result.json").read_text())
        del cut["numbers"][0]["strict"]
        self.write("cut.json", cut)
        self.assertIn("numbers[0].strict", self.run_command("report", "cut.json", code=2).stderr)
        ran = self.run_command(*arguments, "--html", "absent/page.html", code=3)
        self.assertIn("absent/page.html", ran.stderr)

    def test_ranking_and_calibration_have_intervals(self):
        self.make_all()
        result = self.evaluate("prmbench", "prm800k_test_p1_4o_circular.jsonl", "-s", "scores.jsonl")
        for part, names in (("ranking", ("step_auroc", "step_auprc_wrong", "step_auprc_right")), ("calibration", ("ece", "brier"))):
            for name in names:
                interval = result[part]["intervals"][name]
                self.assertLess(interval["low"], interval["high"], name)
                self.assertLess(interval["low"], result[part][name], name)
        table = self.run_command("eval", "prmbench", "prm800k_test_p1_4o_circular.jsonl", "-s", "scores.jsonl", "--bootstrap", "100")
        for name in ("step_auroc", "brier"):
            self.assertRegex(table.stdout, rf"{name} +0\.\d+ \[ *0\.\d+, *0\.\d+\]")

    def test_a_graded_answer_is_judged_by_what_can_be_read_of_it(self):
        rows = mr_gsm8k(self.rng, 4)
        said = [("wrong", "Step 2", 1, False), ("correct", "", -1, True), ("wrong", "N/A", None, False), ("who knows", "Step 1", None, None)]
        for row, (correctness, step, _, _) in zip(rows, said):
            row["Evaluation_Result"] = {"solution_correctness": correctness, "first_error_step": step, "error_reason": "r"}
        rows[0].update(model_output_answer_correctness="correct", model_output_solution_correctness="wrong",
                       model_output_solution_first_error_step=2)
        self.write("graded.json", rows)
        shares = self.evaluate("mr_gsm8k", "graded.json")["shares"]
        self.assertGreater(shares["correct_answer_wrong_step"], 0)
        self.assertIsNone(shares["correct_answer_wrong_step_found"], "nobody judged its steps")
        for solution, (correctness, step, predicted, right) in zip(self.evaluate("mr_gsm8k", "graded.json")["solutions"], said):
            self.assertEqual(solution["predicted"], predicted)
            self.assertEqual((solution["verdict"]["correctness"], solution["verdict"]["first_step"]), (correctness, step))
            self.assertEqual(solution["verdict"]["called_right"], right)

    def test_incorrect_counts_as_correct_only_in_compat(self):
        rows = mr_gsm8k(self.rng, 40)
        for row in rows:
            row["Evaluation_Result"]["solution_correctness"] = "incorrect."
        self.write("graded.json", rows)
        result = self.evaluate("mr_gsm8k", "graded.json")
        self.assertIsNone(self.number(result, "mr_score", "all solutions"))  # MCC divides by zero
        self.assertEqual(self.number(result, "step_accuracy", "all solutions"), 0)
        self.assertGreater(self.number(result, "step_accuracy", "all solutions", "strict"), 0)

    def test_graded_files_of_two_models_are_kept_apart(self):
        rows = mr_gsm8k(self.rng, 10)
        for row in rows:
            row["Evaluation_Result"]["solution_correctness"] = row["model_output_solution_correctness"]
        self.write("first.json", rows)
        for row in rows:
            row["Evaluation_Result"]["solution_correctness"] = {"correct": "wrong", "wrong": "correct"}[
                row["model_output_solution_correctness"]]
        self.write("second.json", rows)
        for files, mcc in ((["first.json"], 1), (["second.json"], -1), (["first.json", "second.json"], 0)):
            self.assertAlmostEqual(self.number(self.evaluate("mr_gsm8k", *files), "mcc", "all solutions", "strict"), mcc)

    def test_reasoneval_takes_the_lowest_sub_step(self):
        self.write("mr-math_invalid_errors.json", lines([
            {"id": 1, "question": "q", "model_output_step_format": [["a"], ["b", "c"]], "model_output_solution_correctness": "wrong",
             "model_output_solution_first_error_step": 2},
            {"id": 2, "question": "r", "model_output_step_format": [["a"]], "model_output_solution_correctness": "correct",
             "model_output_solution_first_error_step": "N/A"}]))
        self.write("s.jsonl", lines([{"id": 1, "scores": [0.9, 0.9, 0.1]}, {"id": 2, "scores": [0.8]}]))
        result = self.evaluate("reasoneval", "mr-math_invalid_errors.json", "-s", "s.jsonl")
        self.assertEqual(self.number(result, "step_macro_f1", "invalid_errors"), 1)
        self.assertEqual(self.number(result, "solution_macro_f1", "invalid_errors"), 1)


class Odd(EvalTest):
    def test_what_does_not_fit_is_counted_and_refused_under_strict(self):
        rows = processbench(self.rng, "a", 6)
        rows[0]["label"] = 99
        self.write("a.json", rows + [rows[1]])
        said = [{"id": row["id"], "scores": [0.5] * len(row["steps"])} for row in rows]
        said[1]["scores"].append(0.5)
        said[2]["scores"].pop()
        said[3]["scores"][0] = None
        said[4]["scores"][0] = 7
        self.write("s.jsonl", lines(said[:5]).replace("null", "NaN") + '{"id":"stranger","scores":[1]}\n{"id":\n')
        result = self.evaluate("processbench", "a.json", "-s", "s.jsonl")
        counts = result["counts"]
        self.assertEqual((counts["items"]["errors_out_of_range"], counts["items"]["duplicate_ids"]), (1, 1))
        found = {key: value for key, value in counts["scores"][0].items() if key != "examples"}
        self.assertEqual(found, {"missing": 1, "too_few": 1, "too_many": 1, "incomplete": 1, "unusable": 0, "judged": 2, "rows": 7,
                                 "bad_rows": 1, "duplicates": 0, "unknown_ids": 1, "not_finite": 1, "outside_unit": 1})
        ran = self.run_command("eval", "processbench", "a.json", "-s", "s.jsonl", "--strict", code=2)
        self.assertIn("s.jsonl:7", ran.stderr)

    def test_mixed_schemas_are_named(self):
        self.make_all()
        ran = self.run_command("eval", "processbench", "test_detection_error.jsonl", "-s", "scores.jsonl", "--strict", code=2)
        for word in ("test_detection_error.jsonl:1", "another schema", "prmbench"):
            self.assertIn(word, ran.stderr)

    def test_unknown_names_get_the_nearest(self):
        self.assertIn("processbench", self.run_command("eval", "procesbench", "x", code=2).stderr)
        self.assertIn("prm800k", self.run_command("convert", "prm800", "trl", "a", "b", code=2).stderr)


class Convert(EvalTest):
    def test_every_schema_comes_back_the_same(self):
        self.make_all()
        for schema, name in (("processbench", "gsm8k.json"), ("prmbench", "test_detection_error.jsonl"), ("mr_gsm8k", "MR-GSM8K_graded.json"),
                             ("mr_ben", "physics.json"), ("reasoneval", "mr-math_redundant_errors.json")):
            def read(path):
                text = (self.folder / path).read_text()
                return [json.loads(line) for line in text.splitlines()] if schema in ("prmbench", "reasoneval") else json.loads(text)
            self.run_command("convert", schema, schema, name, "same")
            self.assertEqual(read("same"), read(name), schema)
            self.run_command("convert", schema, "rollouts", name, "rollouts.jsonl")
            self.run_command("convert", "rollouts", schema, "rollouts.jsonl", "again")
            self.assertEqual(read("again"), read(name), schema)

    def test_training_rows_stop_at_the_first_error(self):
        self.make_all()
        rows = json.loads((self.folder / "gsm8k.json").read_text())
        self.run_command("convert", "processbench", "trl", "gsm8k.json", "t.jsonl")
        for row, got in zip(rows, map(json.loads, (self.folder / "t.jsonl").read_text().splitlines())):
            good = len(row["steps"]) if row["label"] == -1 else row["label"]
            self.assertEqual(got["labels"], [True] * good + [False] * (row["label"] != -1))
            self.assertEqual((got["prompt"], got["completions"]), (row["problem"], row["steps"][: len(got["labels"])]))

    def test_what_a_schema_cannot_hold_is_said(self):
        self.make_all()
        ran = self.run_command("convert", "processbench", "prmbench", "gsm8k.json", "out.jsonl", "--json")
        summary = json.loads(ran.stdout)
        self.assertEqual(summary["read"], summary["written"] + summary["left_out"])
        self.assertEqual(ran.stderr.count("left out"), summary["left_out"])
        self.run_command("convert", "processbench", "prmbench", "gsm8k.json", "never", "--strict", code=2)
        self.assertFalse((self.folder / "never").exists())


class Pages(EvalTest):
    def test_commands_of_the_pages_run(self):
        self.make_all()
        pages = [SOURCE / "docs" / "benchmarks" / f"{name}.md"
                 for name in ("processbench", "prmbench", "socratic", "mr_gsm8k", "mr_ben", "reasoneval")]
        for page in pages:
            commands = re.findall(r"^    gradus (.*)$", page.read_text(), re.MULTILINE)
            self.assertTrue(commands, page.name)
            for command in commands:
                ran = self.run_command(*command.split())
                self.assertNotEqual(ran.stdout, "", command)

    def test_list_names_every_benchmark_that_has_a_page(self):
        listed = {row["name"] for row in json.loads(self.run_command("eval", "list", "--json").stdout)}
        self.assertLessEqual({"processbench", "prmbench", "socratic", "mr_gsm8k", "mr_ben", "reasoneval"}, listed)


@unittest.skipUnless((DATA / "prmbench").is_dir(), f"no real files in {DATA}")
class RealFiles(EvalTest):
    def test_prmbench_all_valid(self):
        files = sorted(str(path) for path in (DATA / "prmbench").glob("*.jsonl"))
        said = []
        for path in files:
            for row in map(json.loads, Path(path).read_text().splitlines()):
                said.append({"id": f"{row['classification']}_{row['idx']}", "labels": [True] * len(row["modified_process"])})
                if row["classification"] == "redundency":
                    said.append({"id": f"correct_{row['idx']}", "labels": [True] * len(row["original_process"])})
        self.write("valid.jsonl", lines(said))
        result = self.evaluate("prmbench", *files, "-s", "valid.jsonl")
        self.assertEqual(result["counts"]["scores"][0]["judged"], 360)
        self.assertEqual(result["counts"]["items"]["errors_out_of_range"], 10)
        self.assertAlmostEqual(self.number(result, "prm_score"), 0.4573748308525034, delta=1e-9)
        self.assertEqual(self.number(result, "negative_f1"), 0)

    def test_graded_files_of_mr_gsm8k(self):
        files = sorted(str(path) for path in (DATA / "mr_gsm8k").glob("*.json"))
        result = self.evaluate("mr_gsm8k", *files)
        self.assertEqual(result["counts"]["scores"][0]["judged"], 29)
        self.assertEqual(result["counts"]["scores"][0]["duplicates"], 0)
        self.assertLessEqual(self.number(result, "reason_accuracy", "all solutions", "strict"),
                             self.number(result, "reason_accuracy", "all solutions"))

    def test_mr_ben_finds_every_printed_step(self):
        ran = self.run_command("convert", "mr_ben", "mr_ben", str(DATA / "mr_ben" / "physics_first25.json"), "out.json", "--json")
        odd = json.loads(ran.stdout)["odd"]
        self.assertEqual((odd["solutions"], odd["errors_out_of_range"]), (75, 0))
        self.assertGreater(odd["blank_steps"], 52)
        self.assertEqual(json.loads((self.folder / "out.json").read_text()),
                         json.loads((DATA / "mr_ben" / "physics_first25.json").read_text()))


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1])
