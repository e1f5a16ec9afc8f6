#!/usr/bin/env python3
"""docs/add-a-method.md is true: its code compiles against the built libraries, its test passes, its recipe names
operators that exist.

    tests/docs/add_a_method_test.py build/gradus        (the compiler is $CXX, or c++)
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGE = (SOURCE / "docs" / "add-a-method.md").read_text()
BUILD = Path()
COMPILER = os.environ.get("CXX", "c++")


def files_of_page():
    """Every 'File `PATH`:' that is followed by a block of code."""
    return {path: code for path, _, code in re.findall(r"^File `([^`]+)`[^\n]*:\n\n```(\w+)\n(.*?)^```", PAGE,
                                                       re.MULTILINE | re.DOTALL)}


class AddAMethod(unittest.TestCase):
    def test_the_page_names_every_file(self):
        self.assertEqual(
            list(files_of_page()),
            ["gradus/reward/floor.h", "gradus/reward/floor.cc", "gradus/learn/operators.cc",
             "recipes/outcome_process_floor.toml", "tests/reward/floor_test.cc"])

    def test_the_code_compiles_and_its_test_passes(self):
        with tempfile.TemporaryDirectory() as folder:
            sources = []
            for path, code in files_of_page().items():
                if not path.endswith((".h", "floor.cc", "_test.cc")):
                    continue
                (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / path).write_text(code)
                sources += [path] if path.endswith(".cc") else []
            program = Path(folder) / "floor_test"
            libraries = [str(BUILD / f"libgradus_{room}.a") for room in ("rollout", "base")]
            command = [COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-Wno-restrict",
                       "-Wno-missing-field-initializers", f"-I{folder}", f"-I{SOURCE}", *sources, "-o", str(program),
                       *libraries, "-lgtest", "-lgtest_main", "-lfmt", "-lcrypto", "-lsimdjson", "-ltomlplusplus", "-pthread"]
            built = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=500)
            self.assertEqual(built.returncode, 0, built.stderr)
            ran = subprocess.run([program], capture_output=True, text=True, timeout=60)
            self.assertEqual(ran.returncode, 0, ran.stdout)
            self.assertIn("3 tests ran", ran.stdout.replace("3 tests from 1 test suite ran", "3 tests ran"))

    def test_the_list_stands_where_the_page_says(self):
        known_list = (SOURCE / "gradus" / "learn" / "operators.cc").read_text()
        for line in files_of_page()["gradus/learn/operators.cc"].splitlines():
            known = line.lstrip("+").replace("floor", "min_form")
            self.assertIn(known, known_list, "the list no longer looks like this")

    def test_the_recipe_names_operators_that_exist(self):
        recipe = files_of_page()["recipes/outcome_process_floor.toml"]
        sources = "".join(path.read_text() for room in ("reward", "credit")
                          for path in (SOURCE / "gradus" / room).glob("*.cc"))
        for name in re.findall(r'^name = "([^"]+)"', recipe, re.MULTILINE):
            if name != "shape.floor":
                self.assertIn(f'"{name}"', sources)


if __name__ == "__main__":
    BUILD = Path(sys.argv[1]).resolve().parent
    unittest.main(argv=sys.argv[:1])
