#!/usr/bin/env python3
"""The generated pages of docs/ are fresh, every command shows an example, and the quick examples run as pasted.

    tests/docs/command_docs_test.py build/gradus
"""

import functools
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
COMMAND = ""


@functools.cache  # not twice for the same answer
def run(*arguments, folder=SOURCE):
    return subprocess.run([COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=300)


def verbs():
    return re.findall(r"^  (\w+) ", run("--help").stdout.split("Subcommands:")[1], re.MULTILINE)


def examples():
    """The lines under 'Example' in the help of every command, as argument lists."""
    found = []
    for verb in verbs():
        for line in run(verb, "--help").stdout.split("Example")[1].splitlines()[1:]:
            if line.strip():
                found.append(line.split())
    return found


class CommandDocs(unittest.TestCase):
    def test_pages_are_fresh(self):
        ran = subprocess.run([sys.executable, SOURCE / "scripts" / "make_command_docs.py", COMMAND, "--check"],
                             capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_every_command_has_help_with_an_example_of_itself(self):
        self.assertGreaterEqual(len(verbs()), 7)
        for verb in verbs():
            ran = run(verb, "--help")
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), verb)
            self.assertIn("Example", ran.stdout, verb)
            self.assertIn(f"\n  gradus {verb}", ran.stdout, verb)

    def test_examples_use_options_that_exist(self):
        for example in examples():
            help_text = run(example[1], "--help").stdout
            for option in (word for word in example if word.startswith("--")):
                self.assertIn(option, help_text, " ".join(example))

    def test_files_in_examples_exist(self):
        for example in examples():
            for word in example:
                if word.endswith(".toml"):
                    self.assertTrue((SOURCE / word).exists(), " ".join(example))

    def test_quick_examples_run(self):
        quick = [example for example in examples() if example[1] == "operators"]
        self.assertTrue(quick)
        studies = [example for example in examples() if example[1] == "study"]
        self.assertTrue(studies)
        for example in [*quick, ["gradus", "reproduce", "--list"], *[study + ["--check"] for study in studies]]:
            ran = run(*example[1:])
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), " ".join(example))
            self.assertNotEqual(ran.stdout, "", " ".join(example))

    def test_examples_run_from_any_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            ran = run("study", "studies/clean_code.toml", "--check", folder=folder)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            self.assertEqual(os.listdir(folder), [], "a check leaves nothing behind")

    def test_links_of_the_pages_lead_somewhere(self):
        for page in SOURCE.glob("docs/**/*.md"):
            prose = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
            for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
                if not target.startswith("http"):
                    self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")

    def test_the_keys_of_studies_are_those_that_are_read(self):
        """docs/studies.md against the reader: key, range, default."""
        reader = (SOURCE / "gradus" / "study" / "spec.cc").read_text().replace("'", "")
        page = (SOURCE / "docs" / "studies.md").read_text()
        documented = re.findall(r"^\| `(\w+)` \| (?:whole number|number), ([\d.]+) to ([\d.]+) \| ([^|]+) \|", page, re.MULTILINE)
        read = []
        for key, given in re.findall(r'\.(?:integer|number)\(\s*"(\w+)", ([^)]+)\)', reader):
            numbers = [float(number) for number in given.split(",")]
            read.append((key, *numbers[-2:], numbers[0] if len(numbers) == 3 else None))
        written = [(key, float(low), float(high), float(default) if re.fullmatch(r"[\d.]+", default) else None)
                   for key, low, high, default in documented]
        # Said in words there: defaults that are no number, two keys in one row, and a margin above 0.
        read = [entry for entry in read if entry[0] not in ("clip_low", "clip_high", "margin", "primary_spread", "constraint_spread")]
        self.assertEqual(sorted(written, key=str), sorted(read, key=str))


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1])
