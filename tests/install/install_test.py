#!/usr/bin/env python3
"""What `cmake --install` puts somewhere works there, and still does when the folder is moved: the command with its parts, manual pages, completion,
and the library, by CMake and by pkg-config, with the programs of docs/cpp.md.

    tests/install/install_test.py build/gradus
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGE = (SOURCE / "docs" / "cpp.md").read_text()
BUILD = Path()


def run(command, **more):
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, **more)
    if ran.returncode != 0:
        raise AssertionError(f"{command} failed:\n{ran.stdout}{ran.stderr}")
    return ran.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        first = Path(cls.folder.name) / "first"
        run(["cmake", "--install", str(BUILD), "--prefix", str(first)])
        cls.prefix = Path(cls.folder.name) / "moved" / "here"
        cls.prefix.parent.mkdir()
        first.rename(cls.prefix)
        cls.environment = dict(os.environ, PATH=f"{cls.prefix}/bin:{os.environ['PATH']}")
        for name in ("GRADUS_JAIL", "GRADUS_CLANG"):
            cls.environment.pop(name, None)

    def test_the_command_finds_its_parts(self):
        said = run(["gradus", "doctor"], env=self.environment, cwd=self.folder.name)
        self.assertRegex(said, r"(?m)^ok   sandbox ")
        self.assertRegex(said, r"(?m)^ok   libclang ")
        self.assertNotIn(str(BUILD), said)
        self.assertEqual("neither beside" in said, not (self.prefix / "lib/gradus/gradus-cuda.so").exists() and "no libtorch" not in said, said)

    def test_studies_are_there_from_any_folder(self):
        run(["gradus", "study", "studies/clean_code.toml", "--check"], env=self.environment, cwd=self.folder.name)
        run(["gradus", "study", str(self.prefix / "share/gradus/studies/clean_code.toml"), "--check"], env=self.environment, cwd=self.folder.name)

    def test_manual_pages(self):
        pages = {page.stem for page in (self.prefix / "share/man/man1").iterdir()}
        self.assertLessEqual({"gradus", "gradus-study", "gradus-lsp"}, pages)
        page = (self.prefix / "share/man/man1/gradus-doctor.1").read_text()
        self.assertIn("two\\-second self\\-test", page)
        self.assertIn("\\-\\-json", page)

    def complete(self, *words):
        script = f"""source {self.prefix}/share/bash-completion/completions/gradus
                     COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gradus; printf '%s\\n' "${{COMPREPLY[@]}}" """
        return run(["bash", "-c", script, "-", *words], cwd=self.folder.name).split()

    def test_completion(self):
        self.assertEqual(self.complete("gradus", "st"), ["study"])
        self.assertEqual(self.complete("gradus", "lsp", "prep"), ["prepare-rename"])
        self.assertEqual(self.complete("gradus", "lsp", "trace", "replay", "--work"), ["--workers", "--workspace"])
        self.assertIn("moved", self.complete("gradus", "study", "--seeds", "3", "m"))

    def test_the_page_for_cpp(self):
        files = dict(re.findall(r"File `([^`]+)`:\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
        printed = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                (Path(folder) / name).write_text(text)
            found = dict(self.environment, CMAKE_PREFIX_PATH=str(self.prefix), PKG_CONFIG_PATH=str(self.prefix / "lib/pkgconfig"))
            run(["cmake", "-S", folder, "-B", f"{folder}/build"], env=found)
            run(["cmake", "--build", f"{folder}/build"], env=found)
            self.assertEqual(run([f"{folder}/build/advantages", f"{folder}/rollouts.jsonl"]), printed)
            self.assertEqual(run([f"{folder}/build/sandboxed"], env=self.environment), "42\n")  # by the command on PATH
            if subprocess.run(["pkg-config", "--version"], capture_output=True).returncode == 0:
                flags = run(["pkg-config", "--cflags", "--libs", "gradus"], env=found).split()
                compiler = os.environ.get("CXX", "c++")
                run([compiler, "-std=c++20", f"{folder}/sandboxed.cc", "-o", f"{folder}/by_flags", *flags])
                self.assertEqual(run([f"{folder}/by_flags"], env=self.environment), "42\n")


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve().parent
    unittest.main()
