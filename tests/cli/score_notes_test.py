#!/usr/bin/env python3
"""`gradus score` and what operators read beside columns: notes in either spelling, texts, tokens; and the examples of
docs/rollout-files.md, pasted as they stand.

    tests/cli/score_notes_test.py build/gradus
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
COMMAND = ""

TARGET = json.dumps({"solution": [{"Action": {"function": "Home"}}], "bbox": None, "image_w_h": [100, 100],
                     "max_pixels": 1000000})
PROGRAM = "int f(int a) {\n  return a;\n}\n"
# Operator: the note that it reads by default, a text that it takes.
READERS = {
    "reward.answer_equal": ("answer", "\\frac{1}{2}"),
    "reward.answer_overlap": ("answer", "half"),
    "reward.block_format": ("reference", "<think>x</think>"),
    "reward.tool_call": ("reference", "x"),
    "reward.gui_step": ("target", TARGET),
    "reward.verification": ("verification", "Verification: Is the answer correct? Yes"),
    "reward.c_style": ("source", PROGRAM),
}


def rollout(name, notes=None, text="\\boxed{0.5}", tokens=()):
    line = {"id": name, "group": 1, "task": "q", "prompt": "?",
            "steps": [{"kind": "answer", "text": text, "tokens": list(tokens)}]}
    if notes is not None:
        line["notes"] = notes
    return line


class Notes(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def score(self, lines, operator, **params):
        """Score the lines with one operator; what it printed, and the lines written."""
        source, recipe, out = (self.folder / name for name in ("in.jsonl", "recipe.toml", "out.jsonl"))
        source.write_text("".join(json.dumps(line) + "\n" for line in lines))
        entries = "".join(f"{key} = {json.dumps(value)}\n" for key, value in params.items())
        recipe.write_text(f'[[operator]]\nname = "{operator}"\n{entries}')
        out.unlink(missing_ok=True)
        ran = subprocess.run([COMMAND, "score", source, "--recipe", recipe, "--out", out], capture_output=True, text=True,
                             timeout=120)
        written = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
        return ran, written

    def test_either_spelling_is_the_note(self):
        for operator, (note, text) in READERS.items():
            found = []
            for name in (note, "rollout." + note):
                ran, written = self.score([rollout("a", {name: text})], operator)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""), operator)
                self.assertIn(name, written[0]["notes"], "it keeps its spelling")
                found.append(written[0]["columns"])
            self.assertEqual(found[0], found[1], operator)
            values = [v for level in ("rollout", "step") for v in found[0][level].values()]
            flat = [x for v in values for x in (v if isinstance(v, list) else [v])]
            self.assertTrue(any(x is not None for x in flat), (operator, found[0]))

    def test_parameters_name_notes_in_either_spelling(self):
        for named in ("gold", "rollout.gold"):
            for written_as in ("gold", "rollout.gold"):
                ran, written = self.score([rollout("a", {written_as: "0.5"})], "reward.answer_equal", reference=named)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                self.assertEqual(written[0]["columns"]["rollout"]["outcome"], 1)

    def test_lines_may_spell_differently(self):
        ran, written = self.score([rollout("a", {"answer": "0.5"}), rollout("b", {"rollout.answer": "3"})],
                                  "reward.answer_equal")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual([line["columns"]["rollout"]["outcome"] for line in written], [1, 0])

    def test_two_spellings_on_one_line(self):
        ran, written = self.score([rollout("a", {"answer": "0.5", "rollout.answer": "0.5"})], "reward.answer_equal")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(written[0]["columns"]["rollout"]["outcome"], 1)
        good = rollout("b", {"answer": "0.5"})
        ran, written = self.score([good, rollout("a", {"rollout.answer": "3", "answer": "0.5"})], "reward.answer_equal")
        self.assertIn("in.jsonl:2", ran.stderr)
        self.assertIn("two spellings", ran.stderr)
        self.assertEqual([line["id"] for line in written], ["b"])

    def test_a_note_of_no_rollout_is_an_error(self):
        for operator, (note, _) in READERS.items():
            for notes in (None, {}, {"other": "x"}, {note: ""}):
                ran, written = self.score([rollout("a", notes)], operator)
                self.assertEqual((ran.returncode, written), (2, []), (operator, notes, ran.stderr))
                self.assertIn(f"no rollout has the note '{note}', which {operator} reads", ran.stderr)
                self.assertEqual("(parameter" in ran.stderr, operator != "reward.c_style", ran.stderr)
        ran, _ = self.score([rollout("a", {"anser": "1"})], "reward.answer_equal")
        self.assertIn("anser", ran.stderr)

    def test_a_note_that_some_lack_is_counted(self):
        ran, written = self.score([rollout("a", {"answer": "0.5"}), rollout("b"), rollout("c", {"answer": ""})],
                                  "reward.answer_equal")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("2 of 3 rollouts have no note 'answer', which reward.answer_equal reads", ran.stderr)
        self.assertEqual([line["columns"]["rollout"]["outcome"] for line in written], [1, None, None])

    def test_texts_that_are_not_there(self):
        for operator, notes in (("reward.answer_equal", {"answer": "1"}), ("reward.answer_format", {}),
                                ("reward.think_length", {}), ("shape.occurrences", {})):
            ran, written = self.score([rollout("a", notes, text="")], operator)
            self.assertEqual((ran.returncode, written), (2, []), operator)
            self.assertIn(f"no step of any rollout has a text, which {operator} reads", ran.stderr)
            ran, _ = self.score([rollout("a", notes, text=""), rollout("b", notes)], operator)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertIn("1 of 2 rollouts have no text in any step", ran.stderr)

    def test_workspace(self):
        source = self.folder / "in.jsonl"
        source.write_text(json.dumps(rollout("a", {"other": "x"})) + "\n")
        ran = subprocess.run([COMMAND, "score", source, "--lsp", "clangd"], capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("no rollout has the note 'workspace'", ran.stderr)

    def test_no_tokens(self):
        line = rollout("a")
        line["columns"] = {"rollout": {"outcome": 1}}
        ran, _ = self.score([line], "credit.reinforce")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("no rollout has token ids", ran.stderr)
        self.assertIn("token.outcome_advantage", ran.stderr)
        ran, _ = self.score([line], "credit.reinforce", level="rollout")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        line["steps"][0]["tokens"] = [4]
        ran, _ = self.score([line], "credit.reinforce")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))

    def test_operators_says_what_is_read(self):
        for operator, (note, _) in READERS.items():
            ran = subprocess.run([COMMAND, "operators", operator], capture_output=True, text=True, timeout=60)
            self.assertIn("notes read:", ran.stdout)
            self.assertIn(note, ran.stdout)
            listed = json.loads(subprocess.run([COMMAND, "operators", operator, "--json"], capture_output=True, text=True,
                                               timeout=60).stdout)
            self.assertTrue(listed[0]["notes"], operator)

    def test_examples_of_the_page_work_as_pasted(self):
        page = (SOURCE / "docs/rollout-files.md").read_text()
        blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(blocks), 3)
        path = str(Path(COMMAND).parent) + os.pathsep + os.environ["PATH"]
        for block in blocks:
            if "--lsp clangd" in block and not shutil.which("clangd"):
                continue
            ran = subprocess.run(["bash", "-e", "-c", block], cwd=self.folder, env={**os.environ, "PATH": path},
                                 capture_output=True, text=True, timeout=300)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), block)
        read = [json.loads(line) for line in (self.folder / "answers_scored.jsonl").read_text().splitlines()]
        self.assertEqual([line["columns"]["rollout"]["right"] for line in read], [1, 0])
        read = json.loads((self.folder / "program_scored.jsonl").read_text())
        self.assertNotIn(None, read["columns"]["step"]["style"])
        if shutil.which("clangd"):
            read = json.loads((self.folder / "edits_scored.jsonl").read_text())
            self.assertEqual(read["columns"]["rollout"]["diagnostics_before"], 1)
            self.assertGreater(read["columns"]["step"]["edit_reward"][0], 0)

    def test_the_line_at_the_top_of_the_page_is_judged(self):
        page = (SOURCE / "docs/rollout-files.md").read_text()
        line = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])
        ran, written = self.score([line], "reward.c_style")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(written[0]["columns"]["step"]["style"], [0])


if __name__ == "__main__":
    COMMAND = os.path.abspath(sys.argv.pop(1))
    unittest.main()
