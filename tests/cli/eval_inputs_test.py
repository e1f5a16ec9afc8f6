#!/usr/bin/env python3
"""What stands in the files of gradus eval and gradus convert: the spellings of a model's answer, twins, samples without an answer, null,
scores of which a form makes no number, byte-order marks, compressed files, and numbers on the command line.

    tests/cli/eval_inputs_test.py build/gradus
"""

import codecs
import gzip
import json
import math
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMMAND = ""


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def released_mr_ben(files):
    """The formula of Mr-Ben's script, read from its description: {subject: rows}."""
    steps = {f"step {i}": str(i) for i in range(30)}
    scores = []
    for subject, rows in files.items():
        tp = tn = second = third = 0
        right = sum(row["Model_Solution_Correctness"] == "correct" for row in rows)
        wrong = len(rows) - right
        for row in rows:
            said = row["Evaluation_Result"]
            word = "".join(c for c in said["solution_correctness"].strip().lower() if c.isalpha())
            if word != row["Model_Solution_Correctness"]:
                continue
            if word == "correct":
                tp += 1
                continue
            tn += 1
            reason = "correct" in row["Error_Reason_Correctness_Analysis"]["error_reason_correctness"].lower()
            if subject == "coding" and reason:
                second += 1
                third += 1
                continue
            step = said["first_error_step"]
            if not step.strip().isdigit():
                step = steps.get("".join(c for c in step.strip().lower() if c.isalnum() or c == " "), "")
            if step == row["Model_Solution_First_Error_Step"]:
                second += 1
                third += reason
        fp, fn = wrong - tn, right - tp
        above, below = tp * tn - fp * fn, math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        mcc = above / below if above and below else 0.0
        scores.append(0.2 * max(0, mcc) + 0.3 * second / wrong + 0.5 * third / wrong)
    return sum(scores) / len(scores)


def mr_ben_row(uuid, right, step, said_right, said_step, reason="Correct", model="m", subject="physics"):
    return {"Question_UUID": uuid, "Subject": subject, "Question": "q " + uuid, "Sampled_Model": model,
            "Model_Solution_Steps": ["Step 1: a", "", "Step 2: b", "Step 3: c"] if subject != "coding" else "a = 1\nb = 2\nreturn b",
            "Model_Solution_Correctness": "correct" if right else "incorrect", "Model_Solution_First_Error_Step": step,
            "Evaluation_Result": {"solution_correctness": said_right, "first_error_step": said_step, "error_reason": "r"},
            "Error_Reason_Correctness_Analysis": {"error_reason_correctness": reason}}


class Inputs(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def write(self, name, content):
        if isinstance(content, bytes):
            (self.folder / name).write_bytes(content)
        else:
            (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))

    def run_command(self, *arguments, code=0):
        ran = subprocess.run([COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, code, ran.stderr + ran.stdout[-500:])
        return ran

    def evaluate(self, *arguments):
        return json.loads(self.run_command("eval", *arguments, "--json", "--bootstrap", "0").stdout)

    def number(self, result, name, part="all", column="compat"):
        return next(row[column]["value"] for row in result["numbers"] if (row["id"], row["part"]) == (name, part))


class MrBen(Inputs):
    def by_question(self, rows):
        out = {}
        for row in rows:
            out.setdefault(row["Question_UUID"], []).append(row)
        return out

    def compare(self, files):
        for subject, rows in files.items():
            self.write(f"{subject}.json", self.by_question(rows))
        result = self.evaluate("mr_ben", *(f"{subject}.json" for subject in files))
        self.assertAlmostEqual(self.number(result, "average_mr_score"), released_mr_ben(files), delta=1e-12)
        return result

    def test_every_spelling_of_a_step_is_as_released(self):
        spelled = ["2", "[2]", "(2)", "2.", "**2**", "#2", " 2", "2 ", "2\n", "Step 2", "step 2.", "[Step 2]", "**Step 2**:", " Step 2 ", "Step  2",
                   "Step\t2", "- Step 2", "Step2", "Step 02", "step 2: b", "step 2 is wrong", "two", "", "N/A", "２", "²", "Step ２", "第step 2",
                   "step 2。", "“step 2”", "step 2 ✓", "Step #2", "step #2", "Step 2 (b)", "02", "2,3", "30", "step 30", "\"2\"", "`2`", "2/3", "Step: 2"]
        for said in spelled:
            result = self.compare({"physics": [mr_ben_row("u1", False, "2", "incorrect", said), mr_ben_row("u2", True, "N/A", "correct", "N/A")]})
            self.assertIn(self.number(result, "step_accuracy", "physics"), (0, 1), said)
        self.assertEqual(self.number(self.compare({"physics": [
            mr_ben_row("u1", False, "2", "incorrect", "[2]"), mr_ben_row("u2", True, "N/A", "correct", "N/A")]}), "average_mr_score"), 0.2)

    def test_every_spelling_of_the_correctness_is_as_released(self):
        for said in ("Incorrect", "**incorrect**", "incorrect.", "'incorrect'", "in correct", "wrong", "Incorrect 错误", "incorrect！", "INCORRECT\n",
                     "incorrect²", "", "correct", "not correct", "incorrect 1"):
            self.compare({"math": [mr_ben_row("u1", False, "2", said, "2"), mr_ben_row("u2", True, "N/A", "correct", "N/A")]})

    def test_random_files_are_as_released(self):
        rng = random.Random(3)
        for _ in range(10):
            files = {}
            for subject in rng.sample(["physics", "math", "coding", "biology"], 3):
                rows = [mr_ben_row("right", True, "N/A", "correct", "N/A", subject=subject)]
                for i in range(25):
                    right = rng.random() < 0.4
                    gold = "N/A" if right else rng.choice(["", "b = 2", "return b"] if subject == "coding" else ["1", "2", "3"])
                    rows.append(mr_ben_row(f"u{i // 3}", right, gold, rng.choice(["correct", "Incorrect.", "incorrect", "?"]),
                                           rng.choice(["1", "[2]", "step 3.", " 2", "2", "", "b = 2", "Step 2: b"]),
                                           rng.choice(["Correct", "Wrong", "Incorrect", "ERROR_PARSING"]), model=f"m{i % 3}", subject=subject))
                files[subject] = rows
            self.compare(files)

    def test_twins_are_both_judged(self):
        twins = [mr_ben_row("u", False, "2", "incorrect", "2"), mr_ben_row("u", False, "2", "incorrect", "3"),
                 mr_ben_row("v", True, "N/A", "correct", "N/A")]
        result = self.compare({"physics": twins})
        self.assertEqual(result["counts"]["scores"][0]["judged"], 3)
        self.assertEqual(result["counts"]["items"]["duplicate_ids"], 1)
        self.assertEqual(result["counts"]["scores"][0]["duplicates"], 0)
        self.assertEqual(self.number(result, "step_accuracy", "physics", "strict"), 0.5)
        del twins[0]["Evaluation_Result"]
        self.write("physics.json", self.by_question(twins))
        result = self.evaluate("mr_ben", "physics.json")
        self.assertEqual(self.number(result, "step_accuracy", "physics", "strict"), 0, "the second answer is of the second twin")

    def test_a_blank_line_of_code_equals_an_answer_without_a_step(self):
        rows = [mr_ben_row("u", False, "", "incorrect", "somewhere", "Wrong", subject="coding"), mr_ben_row("v", True, "N/A", "correct", "N/A", subject="coding")]
        result = self.compare({"coding": rows})
        self.assertEqual(self.number(result, "step_accuracy", "coding"), 1)
        self.assertEqual(self.number(result, "step_accuracy", "coding", "strict"), 0)

    def test_a_line_of_code_is_no_number(self):
        for said, strict in (("b = 2", 1), ("a = 2", 0), ("line 2", 1), ("2", 1), ("return b", 0)):
            rows = [mr_ben_row("u", False, "b = 2", "incorrect", said, "Wrong", subject="coding"),
                    mr_ben_row("v", True, "N/A", "correct", "N/A", subject="coding")]
            self.assertEqual(self.number(self.compare({"coding": rows}), "step_accuracy", "coding", "strict"), strict, said)

    def test_a_result_file_of_the_official_script_holds_several_subjects(self):
        rng = random.Random(5)
        files = {subject: [mr_ben_row("r", True, "N/A", "correct", "N/A")] + [
            mr_ben_row(f"u{i}", False, "2", "incorrect", rng.choice(["2", "3"]), rng.choice(["Correct", "Wrong"])) for i in range(8 + 5 * len(subject))]
            for subject in ("physics", "math")}
        self.write("model_scored_eval_results.json", files)
        result = self.evaluate("mr_ben", "model_scored_eval_results.json")
        self.assertAlmostEqual(self.number(result, "average_mr_score"), released_mr_ben(files), delta=1e-12)
        self.assertEqual({row["part"] for row in result["numbers"]}, {"all", "physics", "math"})

    def test_files_that_share_ids_have_scores_of_their_own_or_the_same(self):
        self.write("gsm8k.json", [{"id": 1, "problem": "q", "steps": ["x", "y"], "label": 0}, {"id": 2, "problem": "r", "steps": ["x"], "label": -1}])
        self.write("math.json", [{"id": 1, "problem": "s", "steps": ["x", "y"], "label": 1}, {"id": 2, "problem": "t", "steps": ["x"], "label": -1}])
        said = [{"id": 1, "scores": [0, 1]}, {"id": 2, "scores": [1]}, {"id": 1, "scores": [1, 0]}, {"id": 2, "scores": [1]}]
        for rows, second in ((said, 100), (said[:2], 0)):
            self.write("s.jsonl", lines(rows))
            result = self.evaluate("processbench", "gsm8k.json", "math.json", "-s", "s.jsonl")
            self.assertEqual((self.number(result, "error_accuracy", "gsm8k"), self.number(result, "error_accuracy", "math")), (100, second))
            self.assertEqual((result["counts"]["scores"][0]["judged"], result["counts"]["scores"][0]["duplicates"]), (4, 0))

    def test_rows_that_are_there_twice_are_joined_by_place(self):
        rows = [{"id": "a", "problem": "q", "steps": ["x", "y"], "label": 0}, {"id": "a", "problem": "q", "steps": ["x", "z"], "label": 1},
                {"id": "b", "problem": "r", "steps": ["x"], "label": -1}]
        self.write("gsm8k.json", rows)
        said = [{"id": "a", "scores": [0, 1]}, {"id": "a", "scores": [1, 0]}, {"id": "b", "scores": [1]}]
        self.write("s.jsonl", lines(said))
        result = self.evaluate("processbench", "gsm8k.json", "-s", "s.jsonl")
        self.assertEqual((self.number(result, "f1", "gsm8k"), result["counts"]["scores"][0]["judged"]), (100, 3))
        self.write("s.jsonl", lines([said[0], said[2]]))
        result = self.evaluate("processbench", "gsm8k.json", "-s", "s.jsonl")
        self.assertEqual((result["counts"]["scores"][0]["judged"], result["counts"]["scores"][0]["missing"]), (2, 0))


class Select(Inputs):
    def curves(self, rows, *arguments):
        self.write("q.jsonl", lines(rows))
        result = self.evaluate("select", "q.jsonl", *arguments)
        return {row["rule"]: row for row in result["curves"]}, result["counts"]

    def value(self, rows, rule, column, *arguments):
        name = rule if rule in ("majority", "pass") else rule + " " + (arguments[1] if arguments else "last")
        form = arguments or ("--form", "last")
        return self.curves(rows, "--rule", "majority" if rule == "pass" else rule, *form, "--n", str(len(rows[0].get("preds", rows[0].get("completions")))))[0][name][column]["value"]

    def test_samples_without_an_answer_vote_in_compat(self):
        for empty in ("", "  ", None):
            rows = [{"answer": "5", "preds": [empty, empty, "5"], "scores": [0.9, 0.9, 0.1]}]
            for rule in ("majority", "weighted", "best"):
                self.assertEqual(self.value(rows, rule, "compat"), 0, (empty, rule))
                self.assertEqual(self.value(rows, rule, "strict"), 1, (empty, rule))
            _, counts = self.curves(rows, "--n", "3")
            self.assertEqual(counts["without_answer"], 2)
        rows = [{"answer": "5", "completions": ["no idea", "cut off", "\\boxed{5}"], "scores": [0.9, 0.9, 0.1]}]
        self.assertEqual(self.value(rows, "majority", "compat"), 0)
        self.assertEqual(self.value(rows, "majority", "strict"), 1)
        self.assertEqual(self.value([{"answer": "5", "preds": ["", "5", "5"]}], "majority", "compat"), 1)

    def test_the_known_answer_does_not_vote(self):
        preds = ["5\\text{ cm}", "5\\text{ kg}", "7", "7"]
        known, judged = {"answer": "5", "preds": preds}, {"correct": [True, True, False, False], "preds": preds}
        self.assertEqual(self.value([known], "majority", "strict"), 0)
        self.assertEqual(self.value([judged], "majority", "strict"), 0)
        more = {"answer": "5", "preds": preds[:2] + ["5\\text{ s}"] + preds[2:]}
        self.assertEqual(self.value([more], "majority", "strict"), 0)
        scored = {**known, "scores": [0.5, 0.5, 0.3, 0.3]}
        self.assertEqual(self.value([scored], "weighted", "strict"), 0, "0.6 of the sevens against 0.5 of each unit")
        self.assertEqual(self.value([known], "pass", "strict"), 1)

    def test_a_score_that_is_no_number_does_not_win_by_its_place(self):
        forms = {"mean_logit": [1.0, 0.0], "mean_odds": [0.3, 1.0], "geometric_mean": [-0.5, 0.5], "product": [1e200, 1e200, 1e200],
                 "sum": [1e308, 1e308], "mean": [1.5e308, 1.5e308]}
        for form, odd in forms.items():
            for first in (True, False):
                samples = [("2", odd), ("1", [0.9, 0.9])]
                if not first:
                    samples.reverse()
                row = {"answer": "1", "preds": [p for p, _ in samples], "scores": [s for _, s in samples]}
                for rule in ("best", "weighted"):
                    for column in ("compat", "strict"):
                        self.assertEqual(self.value([row], rule, column, "--form", form), 1, (form, rule, column, first))
                curves, _ = self.curves([row], "--rule", "best", "--form", form, "--n", "2")
                self.assertEqual(curves["best " + form]["not_finite"], 1)
        ran = self.run_command("eval", "select", "q.jsonl", "--form", "mean", "--n", "2", "--bootstrap", "0")
        self.assertIn("best mean: 1 sample has no finite score and takes no part", ran.stdout)
        odd = [1.5e308, 1.5e308]
        self.curves([{"answer": "1", "preds": ["2", "1", "3"], "scores": [odd, [0.9], odd]}])
        ran = self.run_command("eval", "select", "q.jsonl", "--rule", "best", "--form", "mean", "--n", "3", "--n", "1", "--bootstrap", "0")
        self.assertIn("best mean: 2 samples have no finite score and take no part", ran.stdout, "of the largest n, not of the last")

    def test_a_row_without_a_known_answer_is_a_bad_row(self):
        for gold in (None, "", " ", True, False, [], ["1"], {}):
            rows = [{"answer": gold, "preds": ["null"]}, {"answer": "1", "preds": ["1"]}]
            _, counts = self.curves(rows)
            self.assertEqual((counts["questions"], counts["bad_rows"]), (1, 1), gold)
            self.assertIn("answer", self.run_command("eval", "select", "q.jsonl", "--strict", code=2).stderr)
        _, counts = self.curves([{"preds": ["1"]}, {"answer": "1", "preds": ["1"]}])
        self.assertEqual(counts["bad_rows"], 1)
        self.write("q.jsonl", lines([{"answer": None, "preds": ["null"]}]))
        self.assertIn("found null", self.run_command("eval", "select", "q.jsonl", code=2).stderr)

    def test_numbers_are_answers(self):
        for gold, said, right in ((0, "0", 1), (5, "5", 1), (0, 0, 1), ("5", 5, 1), (5, "6", 0), (0, "", 0), (0, None, 0), (-1.5, "-1.5", 1)):
            self.assertEqual(self.value([{"answer": gold, "preds": [said]}], "majority", "strict"), right, (gold, said))
        self.write("q.jsonl", lines([{"answer": "1", "preds": [True, "1"]}]))
        self.assertIn("preds[0]", self.run_command("eval", "select", "q.jsonl", code=2).stderr)

    def test_scores_that_are_texts_are_refused_with_the_reason(self):
        rows = [{"answer": "1", "preds": ["1", "2"], "scores": ["0.9", "0.1"]}]
        self.write("q.jsonl", lines(rows))
        ran = self.run_command("eval", "select", "q.jsonl", code=2)
        self.assertIn('scores[0]', ran.stderr)
        self.assertIn('"0.9"', ran.stderr)
        _, counts = self.curves([{"answer": "1", "preds": ["1", "2"], "scores": [None, [0.5, "NaN"]]}])
        self.assertEqual((counts["bad_rows"], counts["without_scores"]), (0, 2))


class Files(Inputs):
    ROWS = [{"id": f"g{i}", "problem": f"p{i}", "steps": ["x", "y"], "label": i % 3 - 1} for i in range(9)]
    SAID = [{"id": f"g{i}", "scores": [0.9, 0.2]} for i in range(9)]

    def setUp(self):
        super().setUp()
        self.write("gsm8k.json", self.ROWS)
        self.write("s.jsonl", lines(self.SAID))
        self.plain = self.evaluate("processbench", "gsm8k.json", "-s", "s.jsonl")["numbers"]

    def test_a_byte_order_mark_is_no_part_of_a_file(self):
        for name, text in (("gsm8k.json", json.dumps(self.ROWS)), ("gsm8k.json", lines(self.ROWS)), ("gsm8k.json", json.dumps(self.ROWS, indent=1)),
                           ("s.jsonl", lines(self.SAID)), ("s.jsonl", json.dumps(self.SAID)), ("s.jsonl", lines(self.SAID).replace("\n", "\r\n"))):
            self.write(name, codecs.BOM_UTF8 + text.encode())
            result = self.evaluate("processbench", "gsm8k.json", "-s", "s.jsonl")
            self.assertEqual(result["numbers"], self.plain)
            self.assertEqual(result["counts"]["scores"][0]["bad_rows"], 0)
        self.write("q.jsonl", codecs.BOM_UTF8 + lines([{"answer": "1", "preds": ["1"]}]).encode())
        self.assertEqual(self.evaluate("select", "q.jsonl")["counts"]["questions"], 1)
        self.run_command("convert", "processbench", "trl", "gsm8k.json", "out.jsonl")
        self.write("prompts.json", codecs.BOM_UTF8 + json.dumps([{"id": "1", "subset": "Math", "num_correct": 1, "scores": [2, 1]}]).encode())
        self.assertEqual(self.evaluate("rewardbench2", "prompts.json")["counts"]["items"]["rows"], 1)

    def test_what_is_no_text_is_named(self):
        text = lines(self.SAID)
        kinds = {"gzip": gzip.compress(text.encode()), "UTF-16": text.encode("utf-16"), "UTF-32": text.encode("utf-32"), "zip": b"PK\x03\x04rest",
                 "zstd": b"\x28\xb5\x2f\xfdrest", "Parquet": b"PAR1rest", "web page": b"<!DOCTYPE html>\n<html>",
                 "git lfs pull": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"}
        for word, content in kinds.items():
            self.write("odd", content)
            for arguments in (("eval", "processbench", "gsm8k.json", "-s", "odd"), ("eval", "processbench", "odd", "-s", "s.jsonl"),
                              ("eval", "select", "odd"), ("eval", "rewardmath", "odd"), ("eval", "vilbench", "odd"), ("eval", "rewardbench2", "odd"),
                              ("convert", "processbench", "trl", "odd", "out"), ("convert", "rollouts", "trl", "odd", "out")):
                ran = self.run_command(*arguments, code=2)
                self.assertIn(word, ran.stderr, arguments)
                self.assertEqual(len(ran.stderr.strip().splitlines()), 1, ran.stderr)

    def test_the_reason_why_nothing_was_judged_is_the_true_one(self):
        self.write("texts.jsonl", lines({"id": row["id"], "scores": ["0.9", "0.1"]} for row in self.SAID))
        ran = self.run_command("eval", "processbench", "gsm8k.json", "-s", "texts.jsonl", code=2)
        for word in ("'0.9'", "texts.jsonl:1", "a number, or null"):
            self.assertIn(word, ran.stderr)
        self.write("other.jsonl", lines({"id": row["id"], "rewards": row["scores"]} for row in self.SAID))
        self.assertIn("id, rewards", self.run_command("eval", "processbench", "gsm8k.json", "-s", "other.jsonl", code=2).stderr)
        self.write("strangers.jsonl", lines({"id": "x" + row["id"], "scores": row["scores"]} for row in self.SAID))
        self.assertIn("scores whose ids are those of the items", self.run_command("eval", "processbench", "gsm8k.json", "-s", "strangers.jsonl", code=2).stderr)
        self.write("one.jsonl", lines([{"id": "g0", "scores": ["0.9", "0.1"]}] + self.SAID[1:]))
        ran = self.run_command("eval", "processbench", "gsm8k.json", "-s", "one.jsonl", "--bootstrap", "0")
        self.assertIn("bad_rows 1", ran.stdout)
        self.assertIn("one.jsonl:1", ran.stdout, "and why")

    def test_a_threshold_needs_another_split_to_be_reported(self):
        ran = self.run_command("eval", "processbench", "gsm8k.json", "-s", "s.jsonl", "--threshold-from", "gsm8k", code=2)
        self.assertIn("no split is left to report", ran.stderr)
        self.assertNotIn("whose ids", ran.stderr)

    def test_every_scorer_is_named(self):
        self.write("other.jsonl", lines(self.SAID))
        ran = self.run_command("eval", "processbench", "gsm8k.json", "-s", "s.jsonl", "--compare", "other.jsonl", "--bootstrap", "0")
        self.assertIn("scores of s.jsonl:", ran.stdout)
        self.assertIn("scores of other.jsonl:", ran.stdout)
        self.assertIn("(none)", ran.stdout, "a kind without a name")

    def test_numbers_on_the_command_line(self):
        base = ("eval", "processbench", "gsm8k.json", "-s", "s.jsonl")
        self.write("q.jsonl", lines([{"answer": "1", "preds": ["1"]}]))
        for option, values in (("--threshold", ("nan", "NaN", "inf", "-inf", "1e999", "0.5x", "")), ("--bootstrap", ("1", "99", "-1", "1000001", "10.5", "nan")),
                               ("--seed", ("-1", "1.5", "x", "18446744073709551616"))):
            for value in values:
                for command in (base, ("eval", "select", "q.jsonl")):
                    if option == "--threshold" and "select" in command:
                        continue
                    ran = self.run_command(*command, f"{option}={value}", code=2)
                    self.assertIn(option, ran.stderr)
                    self.assertEqual(ran.stdout, "")
        for value in ("0", "-1", "x", "1000001"):
            self.assertIn("--n", self.run_command("eval", "select", "q.jsonl", f"--n={value}", code=2).stderr)
        self.assertIn("at most 1", self.run_command("eval", "select", "q.jsonl", "--n", "2", code=2).stderr)
        for arguments in (("--threshold", "0"), ("--threshold=-0.5",), ("--threshold", "1e-3"), ("--seed", "18446744073709551615"), ("--bootstrap", "100")):
            self.run_command(*base, *arguments)


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1])
