#!/usr/bin/env python3
"""scripts/check_results.py finds a number that no command printed, and a file whose study has changed since.

    tests/docs/check_results_test.py build/gradus
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
COMMAND = ""

STUDY = (SOURCE / "tests/study/smallest.toml").read_text()

TOLD = "gradus study studies/a.toml --seed 7"
PAGE = """# Numbers

<!-- from docs/results/a.txt -->
```
key: {key}
verdict: yes
pass +0.010
```
"""


class CheckResults(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.tree = Path(holder.name)
        for folder in ("scripts", "docs/results", "studies"):
            (self.tree / folder).mkdir(parents=True)
        shutil.copy(SOURCE / "scripts" / "check_results.py", self.tree / "scripts")
        (self.tree / "studies" / "a.toml").write_text(STUDY)
        checked = subprocess.run([COMMAND, *TOLD.split()[1:], "--check", "--json"], cwd=self.tree, capture_output=True, text=True)
        self.key = json.loads(checked.stdout)["key"]
        self.results = self.tree / "docs" / "results" / "a.txt"
        self.results.write_text(f"{TOLD}\nkey: {self.key}\n\nverdict: yes\nflagged -0.200\npass +0.010\n")
        self.page = self.tree / "README.md"
        self.page.write_text(PAGE.format(key=self.key))

    def checked(self):
        ran = subprocess.run([sys.executable, self.tree / "scripts" / "check_results.py", COMMAND], capture_output=True, text=True)
        self.assertEqual(ran.stderr, "")
        self.assertEqual(ran.returncode, 1 if ran.stdout else 0)
        return ran.stdout

    def test_what_was_printed_passes(self):
        self.assertEqual(self.checked(), "")

    def test_a_study_that_has_changed(self):
        study = self.tree / "studies" / "a.toml"
        study.write_text(STUDY.replace("updates = 1", "updates = 2"))
        said = self.checked()
        self.assertIn(f"a.txt: the study has changed since (key {self.key[:12]}, now ", said)
        self.assertIn(f"run '{TOLD}' again", said)
        self.assertEqual(said.count("\n"), 1)

    def test_other_seeds_are_another_study(self):
        self.results.write_text(self.results.read_text().replace("--seed 7", "--seed 8"))
        self.assertIn("the study has changed since", self.checked())

    def test_a_study_that_is_no_longer_there(self):
        (self.tree / "studies" / "a.toml").unlink()
        self.assertIn("a.txt: gradus: studies/a.toml: cannot open the file", self.checked())

    def test_a_number_that_is_not_in_the_file(self):
        self.page.write_text(self.page.read_text().replace("+0.010", "+0.011"))
        self.assertEqual(self.checked(), "check_results: README.md: not in docs/results/a.txt, or not in this order: pass +0.011\n")

    def test_another_order_is_not_what_was_printed(self):
        self.page.write_text(PAGE.replace("verdict: yes\npass +0.010", "pass +0.010\nverdict: yes").format(key=self.key))
        self.assertIn("or not in this order: verdict: yes", self.checked())

    def test_a_file_that_is_not_there(self):
        self.page.write_text(self.page.read_text().replace("a.txt", "b.txt"))
        self.assertIn("README.md: docs/results/b.txt is not there", self.checked())

    def test_a_file_that_does_not_say_what_it_is_of(self):
        for content, words in (("", "no 'gradus study' command"), ("gradus eval\nkey: 1\n", "no 'gradus study' command"),
                               (f"{TOLD}\n", "the second line is no 'key: ...'"), (f"{TOLD}\n\nverdict: yes\n", "no 'key: ...'")):
            self.results.write_text(content)
            self.assertIn(words, self.checked(), content)

    def test_pages_of_docs_are_read_too(self):
        (self.tree / "docs" / "deep").mkdir()
        (self.tree / "docs" / "deep" / "more.md").write_text(PAGE.format(key=self.key).replace("yes", "no"))
        self.assertIn("docs/deep/more.md: not in docs/results/a.txt", self.checked())


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
