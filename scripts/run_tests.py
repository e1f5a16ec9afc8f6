#!/usr/bin/env python3
"""Runs the test programs of a build folder (and the web tests), then prints one closing line.

    scripts/run_tests.py build --web
    scripts/run_tests.py build-tsan --rooms base tool study

Cases are counted, those of the test scripts too; a case that was skipped is named or, in a script, counted as such. A test program that dies before it
reports counts as one failed test. Exit code 1 when anything failed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent


def script_counts(name, text, passed):
    """Cases of a test script from what it printed: the closing lines of unittest, or a line 'skipped: why' of a script that is one case."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    ran = re.findall(r"^Ran (\d+) tests? in ", text, re.MULTILINE)
    closing = re.findall(r"^(?:OK|FAILED)(?: \((.*)\))?$", text, re.MULTILINE)
    if ran and closing:
        said = {key.strip(): int(number) for key, number in re.findall(r"([\w ]+)=(\d+)", closing[-1])}
        counts["skipped"] = said.get("skipped", 0)
        counts["failed"] = said.get("failures", 0) + said.get("errors", 0) + said.get("unexpected successes", 0)
        counts["passed"] = max(0, int(ran[-1]) - counts["skipped"] - counts["failed"])
    elif re.search(r"^skipped: ", text, re.MULTILINE):
        counts["skipped"] = 1
    elif passed:
        counts["passed"] = 1
    if not passed and counts["failed"] == 0:
        counts["failed"] = 1
    if counts["skipped"]:
        print(f"skipped: {counts['skipped']} of the script {name}")
    return counts


def run_ctest(build, rooms):
    """Counts per test case: GoogleTest leaves one XML file per program, ctest says which programs failed."""
    results = build / "test-results"
    shutil.rmtree(results, ignore_errors=True)
    summary = build / "test-summary.xml"
    command = ["ctest", "--test-dir", str(build), "-j", "2", "--output-on-failure", "--no-tests=error", "--progress",
               "--test-output-size-passed", "1000000", "--test-output-size-failed", "1000000", "--output-junit", str(summary)]
    if rooms:
        command += ["-R", "^(%s)$" % "|".join(rooms)]
    environment = dict(os.environ, GTEST_OUTPUT=f"xml:{results}/", GTEST_COLOR="no")
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    if ran.returncode != 0:
        print(ran.stdout + ran.stderr)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for path in sorted(results.glob("*.xml")):
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            if case.find("failure") is not None:
                counts["failed"] += 1
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                counts["skipped"] += 1
                print(f"skipped: {case.get('classname')}.{case.get('name')}")
            else:
                counts["passed"] += 1
    for case in ElementTree.parse(summary).getroot().iter("testcase"):  # scripts, and programs that died early
        if not (results / f"test_{case.get('name')}.xml").exists():
            found = script_counts(case.get("name"), case.findtext("system-out") or "", case.get("status") == "run")
            counts = {key: counts[key] + found[key] for key in counts}
    if ran.returncode != 0 and counts["failed"] == 0:
        counts["failed"] = 1
    return counts


def run_web():
    """`npm test` in web/; its runner ends with lines such as '# pass 12' (node) or 'Tests  12 passed' (vitest)."""
    web = SOURCE / "web"
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    if not (web / "package.json").exists():
        return counts
    for command in (["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], ["npm", "test", "--silent"]):
        ran = subprocess.run(command, cwd=web, capture_output=True, text=True, errors="replace")
        if ran.returncode != 0:
            print(ran.stdout + ran.stderr)
            print(f"web: '{' '.join(command)}' failed; its output is above")
            break
    text = re.sub(r"\x1b\[[0-9;]*m", "", ran.stdout)
    words = {"pass": "passed", "fail": "failed", "skipped": "skipped", "cancelled": "failed"}
    for word, key in words.items():
        for number in re.findall(rf"^(?:#|ℹ) {word} (\d+)$", text, re.MULTILINE):
            counts[key] += int(number)
    for line in re.findall(r"^\s*Tests\s+(.*)$", text, re.MULTILINE):
        for number, key in re.findall(r"(\d+) (passed|failed|skipped)", line):
            counts[key] += int(number)
    if ran.returncode != 0 and counts["failed"] == 0:
        counts["failed"] = 1
    if ran.returncode == 0 and counts["passed"] == 0:
        print("web: `npm test` succeeded without saying how many tests passed")
        counts["failed"] = 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--web", action="store_true", help="run the web tests too")
    parser.add_argument("--rooms", nargs="+", default=[], help="only the tests of these rooms")
    options = parser.parse_args()
    runs = [run_ctest(options.build.resolve(), options.rooms)]
    if options.web:
        runs.append(run_web())
    total = {key: sum(run[key] for run in runs) for key in ("passed", "failed", "skipped")}
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
