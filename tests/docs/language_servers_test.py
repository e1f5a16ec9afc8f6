#!/usr/bin/env python3
"""docs/language-servers.md is true: its files, its commands in their order, and what they print.

    tests/docs/language_servers_test.py build/gradus

Sections whose language server is not installed are skipped and say so.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGE = (SOURCE / "docs" / "language-servers.md").read_text()
COMMAND = Path()


def blocks_of(section):
    """(kind, content) in order: ("file PATH", text), ("sh", script) or ("text", what the script before it prints)."""
    found = []
    for path, language, text in re.findall(r"(?:^File `([^`]+)`:\n\n)?^```(\w+)\n(.*?)^```", section,
                                           re.MULTILINE | re.DOTALL):
        found.append((f"file {path}" if path else language, text))
    return found


def sections():
    return {title: text for title, text in re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)}


class LanguageServers(unittest.TestCase):
    def setUp(self):
        self.above = Path(tempfile.mkdtemp(prefix="gradus-page-"))
        self.addCleanup(shutil.rmtree, self.above)
        self.folder = self.above / "project"
        self.folder.mkdir()

    def walk(self, titles):
        blocks = [block for title in titles for block in blocks_of(sections()[title])]
        commands = 0
        for number, (kind, text) in enumerate(blocks):
            if kind.startswith("file "):
                path = self.folder / kind.removeprefix("file ")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            if kind != "sh":
                continue
            environment = {**os.environ, "PATH": f"{COMMAND.parent}:{os.environ['PATH']}"}
            ran = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, timeout=300)
            self.assertEqual(ran.returncode, 0, text + ran.stdout)
            follows = blocks[number + 1] if number + 1 < len(blocks) else ("", "")
            if follows[0] == "text":
                self.assertEqual(ran.stdout, follows[1], text)
            commands += 1
        return commands

    def test_cpp(self):
        if shutil.which("clangd") is None:
            self.skipTest("clangd is not installed")
        self.assertEqual(self.walk(["A rename in C++", "Answers as documents, and traces", "A reward in C++"]), 8)

    def test_python(self):
        if shutil.which("node") is None or not (SOURCE / "servers/node_modules/pyright").is_dir():
            self.skipTest("pyright is not installed")
        subprocess.run(["git", "init", "-q", "."], cwd=self.folder, check=True)
        self.assertEqual(self.walk(["A rename in Python", "A reward in Python"]), 2)

    def test_exit_codes_are_the_published_ones(self):
        table = dict(re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", PAGE, re.MULTILINE))
        source = (SOURCE / "gradus/lsp/status.h").read_text()
        published = {code: name.upper() for name, code in re.findall(r"^  (\w+) = (\d+),", source, re.MULTILINE)}
        self.assertEqual(table, published)


if __name__ == "__main__":
    COMMAND = Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1])
