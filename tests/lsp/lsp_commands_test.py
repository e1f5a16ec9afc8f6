#!/usr/bin/env python3
"""'gradus lsp' with real language servers on a small C++ and a small Python project: facts, renames that are applied,
exit codes, batches, traces, an apply that is killed.

    tests/lsp/lsp_commands_test.py build/gradus

What needs a server that is not installed is skipped and says so.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
COMMAND = ""

CPP = {
    "src/cart.h": "#pragma once\n\nclass Cart {\n public:\n  int sum() const;\n  void add(int price);\n\n private:\n"
                  "  int prices_ = 0;\n};\n",
    "src/cart.cc": '#include "cart.h"\n\nint Cart::sum() const { return prices_; }\n\n'
                   "void Cart::add(int price) { prices_ += price; }\n",
    "src/main.cc": '#include "cart.h"\n\nint main() {\n  Cart cart;\n  cart.add(3);\n  return cart.sum();\n}\n',
}
PYTHON = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart:\n    def __init__(self) -> None:\n        self.prices: list[int] = []\n\n"
                    "    def total(self) -> int:\n        return sum(self.prices)\n",
    "main.py": "from shop.cart import Cart\n\ncart = Cart()\nprint(cart.total())\n",
}


def installed(server):
    if server == "clangd":
        return shutil.which("clangd") is not None
    return shutil.which("node") is not None and (SOURCE / "servers/node_modules/pyright").is_dir()


class LspTest(unittest.TestCase):
    files = {}
    server = ""

    def setUp(self):
        if self.server and not installed(self.server):
            self.skipTest(f"{self.server} is not installed")
        self.folder = Path(tempfile.mkdtemp(prefix="gradus-lsp-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in self.files.items():
            self.write(name, text)
        if self.server == "clangd":
            commands = [{"directory": str(self.folder), "file": name, "command": f"c++ -std=c++17 -c {name}"}
                        for name in CPP if name.endswith(".cc")]
            self.write("compile_commands.json", json.dumps(commands))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def read(self, name):
        return (self.folder / name).read_text()

    def lsp(self, *arguments, text=None):
        return subprocess.run([COMMAND, "lsp", *arguments], cwd=self.folder, input=text, capture_output=True,
                              text=True, timeout=300)

    def bundle(self, *arguments, exit_code=0):
        ran = self.lsp(*arguments, "--json")
        self.assertEqual(ran.returncode, exit_code, ran.stdout + ran.stderr)
        answer = json.loads(ran.stdout)
        self.assertEqual(answer["meta"]["exit_code"], exit_code)
        return answer

    def commit(self, message):
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
        for words in (["init", "-q", "."], ["add", "."], ["commit", "-qm", message]):
            subprocess.run([*git, *words], cwd=self.folder, check=True)

    def places(self, entries):
        return sorted((entry["uri"].removeprefix("ws:///"), entry["range"][0]) for entry in entries)


class Cpp(LspTest):
    files = CPP
    server = "clangd"

    def test_facts(self):
        found = self.bundle("def", "src/main.cc@L6:C16")
        self.assertEqual(self.places(found["facts"]["definitions"]), [("src/cart.cc", 2)])
        found = self.bundle("refs", "cpp://src/cart.cc#Cart::sum")
        self.assertEqual(self.places(found["facts"]["references"]),
                         [("src/cart.cc", 2), ("src/cart.h", 4), ("src/main.cc", 5)])
        self.assertIn("sum", self.bundle("hover", "src/main.cc@L6:C16")["facts"]["hover"]["value"])
        names = [symbol["name"] for symbol in self.bundle("symbols", "src/cart.h")["facts"]["symbols"]]
        self.assertIn("Cart::sum", names)
        self.assertEqual(self.bundle("diag", "src/main.cc")["facts"]["diagnostics"], [])

    def test_diagnostics_and_a_fix(self):
        self.write("src/main.cc", self.files["src/main.cc"].replace("cart.sum()", "cart.summ()"))
        found = self.bundle("diag", "src/main.cc")
        self.assertEqual(found["facts"]["counts"]["errors"], 1)
        actions = self.bundle("code-action", "src/main.cc@L6:C16")["facts"]["actions"]
        fix = [action for action in actions if action["applicable"]]
        self.assertTrue(fix, actions)
        ran = self.lsp("code-action", "src/main.cc@L6:C16", "--action", str(fix[0]["index"]), "--apply")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(self.read("src/main.cc"), CPP["src/main.cc"])

    def test_rename_is_a_preview_until_it_is_applied(self):
        before = {name: self.read(name) for name in CPP}
        preview = self.bundle("rename", "cpp://src/cart.cc#Cart::sum", "total")
        self.assertEqual({name: self.read(name) for name in CPP}, before)
        self.assertEqual(preview["facts"]["files"], ["ws:///src/cart.cc", "ws:///src/cart.h", "ws:///src/main.cc"])
        self.assertTrue(preview["facts"]["safety"]["safe"])
        self.assertEqual(preview["processReward"]["components"]["safety"], 1)
        ran = self.lsp("rename", "cpp://src/cart.cc#Cart::sum", "total", "--apply")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("3 files changed", ran.stdout)
        self.assertEqual({name: self.read(name) for name in CPP},
                         {name: text.replace("sum()", "total()") for name, text in before.items()})
        built = subprocess.run(["c++", "-fsyntax-only", "src/main.cc", "src/cart.cc"], cwd=self.folder)
        self.assertEqual(built.returncode, 0)

    def test_the_diff_is_one_that_git_takes(self):
        diff = self.bundle("rename", "cpp://src/cart.cc#Cart::sum", "total")["edits"]["diff"]
        taken = subprocess.run(["git", "apply", "-"], cwd=self.folder, input=diff, text=True, capture_output=True)
        self.assertEqual(taken.returncode, 0, taken.stderr)
        self.assertIn("Cart::total", self.read("src/cart.cc"))

    def test_guards(self):
        rename = ("rename", "cpp://src/cart.cc#Cart::sum", "total", "--apply")
        self.assertIn("--deny", self.lsp(*rename, "--deny", "*.h").stderr)
        self.bundle(*rename, "--deny", "*.h", exit_code=71)
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
        for words in (["init", "-q"], ["add", "src"], ["commit", "-qm", "t"]):
            subprocess.run([*git, *words], cwd=self.folder, check=True)
        self.write("src/main.cc", CPP["src/main.cc"] + "// new\n")
        self.bundle(*rename, exit_code=71)
        (self.folder / "src/cart.h").chmod(0o444)
        self.bundle(*rename, "--allow-dirty", exit_code=71)
        (self.folder / "src/cart.h").chmod(0o644)
        self.assertIn("Cart::sum", self.read("src/cart.cc"))
        self.bundle(*rename, "--allow-dirty")
        self.assertIn("Cart::total", self.read("src/cart.cc"))

    def test_a_trace_replays_to_the_same_bytes_without_a_server(self):
        trace = tempfile.NamedTemporaryFile(suffix=".jsonl", delete=False).name
        self.addCleanup(os.unlink, trace)
        live = self.lsp("refs", "cpp://src/cart.cc#Cart::sum", "--json", "--trace-file", trace)
        self.assertEqual(live.returncode, 0, live.stderr)
        environment = {"PATH": "/nonexistent"}
        replay = subprocess.run([COMMAND, "lsp", "trace", "replay", trace, "--json"], cwd=self.folder, env=environment,
                                capture_output=True, text=True, timeout=100)
        self.assertEqual((replay.stdout, replay.returncode), (live.stdout, 0), replay.stderr)
        listed = self.lsp("trace", "list", trace, "--cmd", "refs", "--status", "ok")
        self.assertIn("Cart::sum", listed.stdout)
        self.write("src/main.cc", "int main() {}\n")
        self.assertEqual(self.lsp("trace", "replay", trace).returncode, 76)

    def test_batch(self):
        lines = [{"id": number, "cmd": "hover", "selectorText": "src/main.cc@L6:C16"} for number in range(20)]
        lines.insert(3, {"id": "wrong", "cmd": "hover", "selectorText": "src/main.cc@L0:C1"})
        lines.insert(7, {"id": "file", "cmd": "symbols", "selectorText": "src/none.cc"})
        text = "\n".join(json.dumps(line) for line in lines) + "\nno json\n"
        ran = self.lsp("batch", "--server", "clangd", text=text)
        answers = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual([answer["id"] for answer in answers], [line["id"] for line in lines] + [None])
        self.assertEqual(ran.returncode, 1, "some lines failed")
        exits = {str(answer["id"]): answer["exit"] for answer in answers}
        self.assertEqual((exits["wrong"], exits["file"], exits["None"], exits["5"]), (2, 3, 2, 0))
        self.assertEqual(len({answer["bundle"]["bundleId"] for answer in answers if answer["exit"] == 0}), 1)
        stopped = self.lsp("batch", "--server", "clangd", "--fail-fast", text=text)
        self.assertEqual(len(stopped.stdout.splitlines()), 4)

    def test_a_batch_of_several_workers_replays_with_any_number(self):
        asked = [("def", "src/main.cc@L6:C16"), ("hover", "src/main.cc@L5:C8"), ("refs", "cpp://src/cart.cc#Cart::sum"),
                 ("symbols", "src/cart.h"), ("hover", "src/cart.cc@L1:C1"), ("diag", "src/main.cc"), ("diag", "src/cart.cc"),
                 ("hover", "src/main.cc@L0:C1"), ("prepare-rename", "src/main.cc@L1:C1"), ("refs", "src/main.cc@L4:C8")] * 3
        text = "".join(json.dumps({"id": number, "cmd": cmd, "selectorText": address}) + "\n"
                       for number, (cmd, address) in enumerate(asked)) + "no json\n"
        self.write("lines.jsonl", text)
        self.assertIn(":31: ", self.lsp("schema", "validate-batch", "lines.jsonl").stdout)
        (self.folder / "lines.jsonl").unlink()
        above = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, above)
        trace = str(above / "t.jsonl")
        live = self.lsp("batch", "--server", "clangd", "--workers", "6", "--trace-file", trace, text=text)
        answers = [json.loads(line) for line in live.stdout.splitlines()]
        self.assertEqual([answer["id"] for answer in answers], [*range(30), None])
        self.assertEqual(answers[0]["exit"], 0, live.stdout)
        bundles = "".join(json.dumps(answer["bundle"], indent=2, ensure_ascii=False) + "\n" for answer in answers[:-1])
        for workers in ("1", "2", "7"):
            replay = subprocess.run([COMMAND, "lsp", "trace", "replay", trace, "--json", "--workers", workers], cwd=self.folder,
                                    env={"PATH": "/nonexistent"}, capture_output=True, text=True, timeout=100)
            self.assertEqual(replay.stdout, bundles, replay.stderr)
        listed = json.loads(self.lsp("trace", "list", trace, "--json").stdout)
        self.assertEqual([one["answer"]["exit"] for one in sorted(listed, key=lambda one: one["answer"]["place"])],
                         [answer["exit"] for answer in answers[:-1]])

    def test_a_bundle_is_valid_and_knows_its_id(self):
        self.write("answer.json", json.dumps(self.bundle("symbols", "src/cart.h")))
        self.assertEqual(self.lsp("schema", "validate", "answer.json").returncode, 0)
        broken = json.loads(self.read("answer.json"))
        broken["facts"]["symbols"] = []
        self.write("answer.json", json.dumps(broken))
        self.assertEqual(self.lsp("schema", "validate", "answer.json").returncode, 1)

    def test_reward_of_commits(self):
        self.commit("start")
        self.write("src/main.cc", CPP["src/main.cc"].replace("cart.sum", "cart.summ"))
        self.commit("breaks")
        self.write("src/main.cc", CPP["src/main.cc"])
        self.commit("mends")
        (self.folder / "above").mkdir()
        trace = str(self.folder / "above/t.jsonl")
        live = self.lsp("reward", "HEAD~2..HEAD", "--json", "--trace-file", trace)
        self.assertEqual(live.returncode, 0, live.stderr)
        paid = json.loads(live.stdout)
        self.assertEqual(paid["server"]["name"], "clangd", "found by the edits")
        self.assertEqual([(step["diagnosticsBefore"], step["diagnosticsAfter"], step["title"]) for step in paid["steps"]],
                         [(0, 1, "breaks"), (1, 0, "mends")])
        rewards = [step["processReward"]["r"] for step in paid["steps"]]
        self.assertEqual(paid["total"], sum(rewards))
        scored = subprocess.run([COMMAND, "score", ".", "--git", "HEAD~2..HEAD", "--lsp", "clangd", "--out", "above/s.jsonl"],
                                cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(scored.returncode, 0, scored.stderr)
        columns = json.loads(self.read("above/s.jsonl"))["columns"]["step"]
        self.assertEqual([round(reward, 6) for reward in columns["edit_reward"]], [round(reward, 6) for reward in rewards])
        for form, wanted in (("pr-v1", [-0.1, 0.9]), ("pr-v1-signed", [-0.1, 0.9]), ("pr-v1-potential", rewards)):
            again = json.loads(self.lsp("reward", "--replay", trace, "--form", form, "--json").stdout)
            self.assertEqual([round(step["processReward"]["r"], 9) for step in again["steps"]],
                             [round(reward, 9) for reward in wanted], form)
            self.assertEqual({step["processReward"]["version"] for step in again["steps"]}, {form})
        elsewhere = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, elsewhere)
        for words in (["reward", "--replay", trace], ["trace", "replay", trace]):
            replay = subprocess.run([COMMAND, "lsp", *words, "--json"], cwd=elsewhere, env={"PATH": "/nonexistent"},
                                    capture_output=True, text=True, timeout=100)
            self.assertEqual((replay.stdout, replay.returncode), (live.stdout, 0), replay.stderr)
        self.assertIn("reward", self.lsp("trace", "list", trace).stdout)
        with open(trace) as lines:
            changed = lines.read().replace("cart.summ", "cart.sums")
        self.write("above/changed.jsonl", changed)
        self.assertEqual(self.lsp("reward", "--replay", "above/changed.jsonl").returncode, 76)

    def test_reward_of_file_states(self):
        states = {"start": {"a.cc": "int a() { return b; }\n"},
                  "steps": [{"files": {"a.cc": "int a() { return 1; }\n"}, "target": "cpp://a.cc#a"}, {},
                            {"files": {"../a.cc": ""}}]}
        self.write("edits.json", json.dumps(states))
        ran = self.lsp("reward", "edits.json", "--form", "pr-v1-signed")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        lines = ran.stdout.splitlines()
        self.assertEqual([line.split() for line in lines[1:4]],
                         [["1", "1", "->", "0", "yes", "0", "0.9", "a.cc"], ["2", "0", "->", "0", "-", "0", "0"],
                          ["3", "0", "->", "0", "no", "0", "-0.4", "../a.cc"]])
        self.assertIn("total 0.5 as pr-v1-signed, from clangd", lines[4])

    def test_killed_in_the_middle_of_a_rename(self):
        dice = random.Random(7)
        start = time.monotonic()
        self.assertEqual(self.lsp("rename", "cpp://src/cart.cc#Cart::sum", "total", "--apply").returncode, 0)
        whole = time.monotonic() - start
        for _ in range(8):
            for name, text in CPP.items():
                self.write(name, text)
            running = subprocess.Popen([COMMAND, "lsp", "rename", "cpp://src/cart.cc#Cart::sum", "total", "--apply"],
                                       cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(whole * dice.uniform(0.3, 1.05))
            running.send_signal(signal.SIGKILL)
            running.wait()
            self.assertEqual(self.lsp("recover").returncode, 0)
            renamed = ["total" in self.read(name) for name in CPP]
            self.assertIn(renamed, ([False] * 3, [True] * 3))
            self.assertEqual([path for path in self.folder.rglob(".gradus-apply*")], [])


class Python(LspTest):
    files = PYTHON
    server = "pyright"

    def test_rename_over_files(self):
        found = self.bundle("refs", "py://shop.cart#Cart.total")
        self.assertEqual(self.places(found["facts"]["references"]), [("main.py", 3), ("shop/cart.py", 4)])
        ran = self.lsp("rename", "py://shop.cart#Cart.total", "price", "--apply")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("cart.price()", self.read("main.py"))
        ran = subprocess.run([sys.executable, "main.py"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((ran.stdout, ran.returncode), ("0\n", 0))

    def test_diagnostics(self):
        self.write("main.py", PYTHON["main.py"] + "cart.nothing()\n")
        found = self.bundle("diag", "main.py")
        self.assertEqual(found["facts"]["counts"]["errors"], 1)
        self.assertEqual(found["facts"]["diagnostics"][0]["range"][0], 4)

    def test_ambiguous_names_are_ranked(self):
        self.write("other/cart.py", PYTHON["shop/cart.py"])
        found = self.bundle("locate", "py://cart#Cart.total", exit_code=4)
        candidates = found["resolution"]["disambiguation"]["candidates"]
        self.assertEqual(len(candidates), 2)
        self.assertEqual(self.lsp("rename", "py://cart#Cart.total", "price", "--apply").returncode, 4)
        self.assertEqual(self.read("shop/cart.py"), PYTHON["shop/cart.py"])


class WrongInput(LspTest):
    files = CPP

    def test_exit_codes_and_sentences(self):
        self.write("wrong.json", "{}")
        self.write("notes.json", json.dumps({"start": {"notes.txt": "x"}, "steps": [{"files": {"notes.txt": "y"}}]}))
        self.write_server("gone", "no-such-server")
        for arguments, code, words in (
                (["hover", "src/main.cc@L0:C1", "--server", "clangd"], 2, "character"),
                (["symbols", "none.cc"], 3, "none.cc"),
                (["symbols", "../secret.cc"], 71, ".."),
                (["hover", "notes.txt@L1:C1"], 2, "--server"),
                (["hover", "src/main.cc@L1:C1", "--workspace", "nowhere"], 3, "nowhere"),
                (["batch"], 2, "--server"),
                (["reward"], 2, "--replay"),
                (["reward", "wrong.json"], 2, "workspace.steps"),
                (["reward", "notes.json"], 2, "--server"),
                (["reward", "notes.json", "--server", "gone.toml"], 65, "no-such-server"),
                (["reward", "no..where"], 3, "git"),
                (["reward", "--replay", "no.jsonl"], 2, "trace"),
                (["trace", "replay", "none.jsonl"], 2, "none.jsonl"),
                (["schema", "validate", "none.json"], 2, "none.json")):
            if "clangd" not in arguments and arguments[0] in ("symbols",) and not installed("clangd"):
                continue
            ran = self.lsp(*arguments)
            self.assertEqual(ran.returncode, code, f"{arguments}: {ran.stdout}{ran.stderr}")
            self.assertIn(words, ran.stderr)
            self.assertNotIn("internal", ran.stderr)

    def write_server(self, name, program):
        self.write(f"{name}.toml", f'name = "{name}"\ninstall = "nowhere"\nexecutables = ["{program}"]\narguments = []\n'
                                   'config_files = []\n[[language]]\nid = "cpp"\nendings = [".cc"]\n'
                                   '[diagnostics]\nmode = "push"\nsuppressions = []\nfatal_codes = []\n')

    def test_a_server_that_is_not_there_or_dies(self):
        for name, program in (("gone", "no-such-server"), ("dies", "true")):
            self.write_server(name, program)
        self.assertEqual(self.lsp("symbols", "src/main.cc", "--server", "gone.toml").returncode, 65)
        ran = self.lsp("symbols", "src/main.cc", "--server", "dies.toml", "--json")
        self.assertEqual(ran.returncode, 65)
        self.assertEqual(json.loads(ran.stdout)["status"], "LS_CRASH")
        self.write("edits.json", json.dumps({"start": {"a.cc": "int a;\n"}, "steps": [{"files": {"a.cc": "int b;\n"}}]}))
        ran = self.lsp("reward", "edits.json", "--server", "dies.toml", "--json")
        self.assertEqual(ran.returncode, 1, "no facts, so no reward")
        paid = json.loads(ran.stdout)
        self.assertIsNone(paid["steps"][0]["processReward"]["r"])
        self.assertIsNone(paid["total"])
        self.assertIn("ended", paid["steps"][0]["failure"])

    def test_recover_where_nothing_happened(self):
        ran = self.lsp("recover")
        self.assertEqual((ran.returncode, ran.stdout), (0, "no apply was interrupted here\n"))


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1])
