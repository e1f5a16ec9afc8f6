#!/usr/bin/env python3
"""scripts/run_tests.py counts the cases of a test script: a script whose cases are all skipped has passed nothing.

    tests/docs/run_tests_test.py
"""

import contextlib
import importlib.util
import io
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "run_tests.py"
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("run_tests", SCRIPT)
run_tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run_tests)


def counted(script):
    """(passed, failed, skipped) of a test script that is really run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some_test.py")
        path.write_text(textwrap.dedent(script))
        ran = subprocess.run([sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        counts = run_tests.script_counts("some_test", ran.stdout, ran.returncode == 0)
    assert ("skipped: " in said.getvalue()) == (counts["skipped"] > 0), said.getvalue()
    return counts["passed"], counts["failed"], counts["skipped"]


def unittest_of(*bodies):
    cases = "".join(f"    def test_{i}(self):\n        {body}\n" for i, body in enumerate(bodies))
    return f"import unittest\nclass Some(unittest.TestCase):\n{cases}unittest.main()\n"


PASS, FAIL, SKIP, BREAK = "pass", "self.fail()", "self.skipTest('no server')", "1 / 0"


class CountsOfScripts(unittest.TestCase):
    def test_every_case_counts(self):
        self.assertEqual(counted(unittest_of(PASS, PASS, PASS)), (3, 0, 0))
        self.assertEqual(counted(unittest_of(PASS, SKIP, PASS)), (2, 0, 1))
        self.assertEqual(counted(unittest_of(PASS, FAIL, SKIP, BREAK)), (1, 2, 1))

    def test_all_skipped_is_not_passed(self):
        self.assertEqual(counted(unittest_of(SKIP)), (0, 0, 1))
        self.assertEqual(counted(unittest_of(SKIP, SKIP)), (0, 0, 2))

    def test_a_class_that_is_skipped(self):
        script = unittest_of(PASS, PASS).replace("class Some", "@unittest.skipUnless(False, 'no data')\nclass Some")
        self.assertEqual(counted(script), (0, 0, 2))

    def test_a_script_that_is_one_case(self):
        self.assertEqual(counted("print('done')"), (1, 0, 0))
        self.assertEqual(counted("print('skipped: clangd is not installed')"), (0, 0, 1))
        self.assertEqual(counted("raise SystemExit(1)"), (0, 1, 0))
        self.assertEqual(counted("print('skipped: half of it'); 1 / 0"), (0, 1, 1))

    def test_a_script_that_dies_after_its_cases_has_failed(self):
        script = unittest_of(PASS).replace("unittest.main()", "unittest.main(exit=False)\n1 / 0")
        self.assertEqual(counted(script)[1], 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
