#!/usr/bin/env python3
"""Where a command's output goes and where its input comes from: files, links, pipes, devices, "-"; and that nothing written
and nothing read are never success.

    tests/cli/output_test.py build/gradus
"""

import gzip
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

COMMAND = ""


def rollout(name, group=1, prompt="p", task="t"):
    return {"id": name, "group": group, "task": task, "prompt": prompt,
            "steps": [{"kind": "act", "text": "a;", "tokens": [3]}, {"kind": "answer", "text": "b;", "tokens": [4]}],
            "columns": {"rollout": {"outcome": 1}, "step": {"prm": [0.5, None]}, "token": {"logprob": [-1, -2]}}}


def processbench(count=6):
    return [{"id": f"gsm8k-{i}", "generator": "m", "problem": f"p{i}", "steps": ["a", "b"], "final_answer_correct": i % 2 == 0,
             "label": -1 if i % 2 == 0 else i % 2} for i in range(count)]


def samples():
    return {"problem": "q", "answer": "1", "completions": ["so \\boxed{1}", "so \\boxed{2}"], "scores": [[0.9], [0.1]]}


def results():
    metric = {"id": "m", "label": "M", "axis": "outcome", "higher_is_better": True, "low": 0, "high": 1, "unit": "rollout",
              "evaluator": "m", "exact": True}
    row = {"arm": "b", "baseline": "a", "metric": "m", "axis": "outcome", "role": "held-out", "baseline_role": "held-out",
           "mean": 0.7, "baseline_mean": 0.5, "difference": 0.2, "low": None, "high": None, "verdict": "better"}
    return {"schema": "gradus.study/1",
            "study": {"name": "small", "title": "Small", "question": "", "environment": {"name": "code", "parameters": {}},
                      "primary": "m", "constraint": "m", "margin": 0.02, "baseline": "a", "seeds": [1]},
            "arms": [{"id": arm, "label": arm, "recipe": "", "process_scale": None} for arm in "ab"],
            "metrics": [metric], "roles": {"a": {"m": "held-out"}, "b": {"m": "held-out"}}, "base": {}, "neutrality": None,
            "rows": [row], "curves": [], "pareto": {}, "goodhart": [], "naive": [],
            "verdict": {"answer": "inconclusive", "sentences": [], "refusals": []}, "rollouts": []}


class CommandTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.lines("rollouts.jsonl", [rollout("r0"), rollout("r1")])
        self.lines("gsm8k.json", processbench())
        self.lines("scores.jsonl", [{"id": row["id"], "scores": [0.9, 0.2]} for row in processbench()])
        self.lines("samples.jsonl", [samples()])
        (self.folder / "results.json").write_text(json.dumps(results()))

    def lines(self, name, rows):
        (self.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
        return name

    def run_command(self, *arguments, **options):
        options = {"cwd": self.folder, "capture_output": True, "timeout": 300, "stdin": subprocess.DEVNULL} | options
        if "input" in options:
            del options["stdin"]
        if "stdout" in options or "stderr" in options:
            del options["capture_output"]
            options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.run([COMMAND, *arguments], **options)

    def refused(self, ran, *words, code=2):
        text = ran.stderr.decode()
        self.assertEqual(ran.returncode, code, text)
        self.assertRegex(text, r"\Agradus: [^\n]+\n\Z")
        for word in words:
            self.assertIn(word, text)

    def writers(self):
        """Every command that writes a file, without its path; what the file starts with."""
        return {
            "score": (["score", "rollouts.jsonl", "--out"], b'{"id":"r0"'),
            "convert": (["convert", "processbench", "trl", "gsm8k.json"], b"{"),
            "convert to rollouts": (["convert", "processbench", "rollouts", "gsm8k.json"], b'{"id":'),
            "report": (["report", "results.json", "--out"], b"<!"),
            "eval": (["eval", "processbench", "gsm8k.json", "--scores", "scores.jsonl", "--bootstrap", "100", "--out"], b"{"),
            "page": (["eval", "processbench", "gsm8k.json", "--scores", "scores.jsonl", "--bootstrap", "100", "--html"], b"<!"),
            "select": (["eval", "select", "samples.jsonl", "--bootstrap", "100", "--out"], b"{"),
        }


class OutputPaths(CommandTest):
    def each_writer(self):
        for name, (arguments, start) in self.writers().items():
            ran = self.run_command(*arguments, "expected")
            self.assertEqual(ran.returncode, 0, f"{name}: {ran.stderr}")
            text = (self.folder / "expected").read_bytes()
            (self.folder / "expected").unlink()
            self.assertTrue(text.startswith(start), f"{name}: {text[:20]}")
            yield arguments, text

    def test_a_pipe_gets_the_text_and_stays(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for arguments, text in self.each_writer():
            got = []
            reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
            reader.start()
            self.assertEqual(self.run_command(*arguments, "pipe").returncode, 0)
            reader.join(60)
            self.assertEqual(got, [text])
            self.assertTrue(stat.S_ISFIFO(os.lstat(pipe).st_mode))

    def test_links_are_followed(self):
        real, link, lost = self.folder / "real", self.folder / "link", self.folder / "lost"
        link.symlink_to("real")
        lost.symlink_to("new")
        for arguments, text in self.each_writer():
            real.write_text("old")
            for path in (link, lost):
                self.assertEqual(self.run_command(*arguments, path.name).returncode, 0)
                self.assertTrue(path.is_symlink())
                self.assertEqual(path.read_bytes(), text)
            self.assertEqual(real.read_bytes(), text)
            (self.folder / "new").unlink()

    def test_a_dash_is_standard_output_and_nothing_else_stands_there(self):
        # Under another name than /dev/stdout, which a fault here could destroy for the whole machine.
        (self.folder / "out").symlink_to("/proc/self/fd/1")
        before = set(os.listdir(self.folder))
        for arguments, text in self.each_writer():
            for path in ("-", "out"):
                for extra in ([], ["--json"] if arguments[0] != "report" else []):
                    ran = self.run_command(*arguments, path, *extra)
                    self.assertEqual((ran.returncode, ran.stdout), (0, text))
            self.assertEqual(set(os.listdir(self.folder)), before, "no file called '-'")
            self.assertTrue((self.folder / "out").is_symlink())

    def test_standard_output_that_is_a_file_is_written_at_its_place(self):
        (self.folder / "out").symlink_to("/proc/self/fd/1")
        for arguments, text in self.each_writer():
            with open(self.folder / "log", "wb") as log:
                log.write(b"head\n")
                log.flush()
                self.assertEqual(self.run_command(*arguments, "out", stdout=log).returncode, 0)
            self.assertEqual((self.folder / "log").read_bytes(), b"head\n" + text)

    def test_other_descriptors(self):
        for arguments, text in self.each_writer():
            ends = os.pipe()
            got = []

            def read(end=ends[0]):
                with os.fdopen(end, "rb") as pipe:
                    got.append(pipe.read())

            reader = threading.Thread(target=read)
            reader.start()
            ran = self.run_command(*arguments, f"/dev/fd/{ends[1]}", pass_fds=[ends[1]])
            os.close(ends[1])
            reader.join(60)
            self.assertEqual((ran.returncode, got), (0, [text]))

    def test_a_socket(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.folder / "socket"))
            listener.listen()
            for arguments, text in self.each_writer():
                got = []

                def read():
                    with listener.accept()[0] as connection:
                        got.append(b"".join(iter(lambda: connection.recv(65536), b"")))

                reader = threading.Thread(target=read)
                reader.start()
                self.assertEqual(self.run_command(*arguments, "socket").returncode, 0)
                reader.join(60)
                self.assertEqual(got, [text])

    def test_other_names_of_the_file_and_its_permissions_stay(self):
        for arguments, text in self.each_writer():
            (self.folder / "a").write_text("old")
            os.chmod(self.folder / "a", 0o640)
            self.assertEqual(self.run_command(*arguments, "a").returncode, 0)
            self.assertEqual(stat.S_IMODE(os.stat(self.folder / "a").st_mode), 0o640)
            os.link(self.folder / "a", self.folder / "b")
            (self.folder / "b").write_text("older")
            self.assertEqual(self.run_command(*arguments, "a").returncode, 0)
            self.assertEqual((self.folder / "b").read_bytes(), text)
            (self.folder / "b").unlink()
            (self.folder / "a").unlink()

    def test_what_cannot_be_written(self):
        (self.folder / "deep").mkdir()
        (self.folder / "circle").symlink_to("circle")
        (self.folder / "full").symlink_to("/dev/full")
        for arguments, _ in self.each_writer():
            for path, word in (("deep", "a folder"), ("no/such", "no/such"), ("circle", "circle"), ("", "empty path"),
                               ("full", "No space left")):
                ran = self.run_command(*arguments, path)
                # eval without a path: the option was not given at all.
                if path == "" and arguments[0] != "convert":
                    continue
                self.refused(ran, word, code=3)
                self.assertEqual(ran.stdout, b"")
        self.assertEqual(os.listdir(self.folder / "deep"), [])

    def test_two_outputs_in_one_place(self):
        page = self.writers()["page"][0][:-1]
        self.refused(self.run_command(*page, "--html", "-", "--out", "-"), "standard output")
        self.refused(self.run_command(*page, "--html", "a", "--out", "a"), "found a")
        self.refused(self.run_command("score", "rollouts.jsonl", "--out", "-", "--floats-out", "-"), "two outputs")

    def test_float_files_are_files(self):
        os.mkfifo(self.folder / "pipe")
        self.refused(self.run_command("score", "rollouts.jsonl", "--floats-out", "-"), "standard output", code=3)
        self.refused(self.run_command("score", "rollouts.jsonl", "--floats-out", "pipe"), "no regular file", code=3)
        self.refused(self.run_command("score", "rollouts.jsonl", "--floats", "pipe"), "regular file")
        (self.folder / "link").symlink_to("f.bin")
        self.assertEqual(self.run_command("score", "rollouts.jsonl", "--floats-out", "link").returncode, 0)
        ran = self.run_command("score", "rollouts.jsonl", "--floats", "link", "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)


class LostOutput(CommandTest):
    def commands(self):
        study = "studies/clean_code.toml"
        score = ["score", "rollouts.jsonl"]
        evaluation = ["eval", "processbench", "gsm8k.json", "--scores", "scores.jsonl", "--bootstrap", "100"]
        return [["--help"], ["--version"], ["study", "--help"], ["lsp", "--help"], ["help"], ["operators"],
                ["operators", "--json"], ["operators", "credit.grpo"], ["reproduce", "--list"], ["reproduce", "--list", "--json"],
                ["reproduce", "clip_delta"], ["compare", "results.json"], ["compare", "results.json", "--json"],
                ["report", "results.json"], ["eval", "list"], ["eval", "list", "--json"], evaluation, [*evaluation, "--json"],
                [*evaluation, "--out", "-"], ["eval", "select", "samples.jsonl", "--bootstrap", "100"], score, [*score, "--json"],
                [*score, "--out", "-"], ["convert", "processbench", "trl", "gsm8k.json", "o"],
                ["convert", "processbench", "trl", "gsm8k.json", "-"], ["study", study, "--check"],
                ["study", study, "--check", "--json"], ["lsp", "schema", "--help"], ["doctor"], ["doctor", "--json"]]

    def test_on_a_full_disk(self):
        for arguments in self.commands():
            with self.subTest(" ".join(arguments)), open("/dev/full", "wb") as full:
                self.refused(self.run_command(*arguments, stdout=full), "No space left", code=3)

    def test_into_a_closed_stream(self):
        for arguments in self.commands():
            with self.subTest(" ".join(arguments)):
                ran = self.run_command(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
                self.refused(ran, "Bad file descriptor", code=3)

    def test_a_reader_that_has_gone(self):
        def ignore():
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)

        for arguments in (["operators", "--json"], ["reproduce", "--list"], ["score", "rollouts.jsonl", "--out", "-"]):
            for prepare, code in ((ignore, 3), (None, -signal.SIGPIPE)):
                reader, writer = os.pipe()
                os.close(reader)
                ran = self.run_command(*arguments, stdout=writer, preexec_fn=prepare, restore_signals=prepare is None)
                os.close(writer)
                self.assertEqual(ran.returncode, code, ran.stderr)
                if code == 3:
                    self.refused(ran, "Broken pipe", code=3)
                else:
                    self.assertEqual(ran.stderr, b"")

    def test_lost_remarks_change_no_exit_code(self):
        (self.folder / "bad.jsonl").write_text(json.dumps(rollout("r0")) + "\n{\n")
        for prepare in (None, lambda: os.close(2)):
            with open("/dev/full", "wb") as full:
                for arguments, code in ((["score", "bad.jsonl"], 0), (["frob"], 2), (["score", "absent"], 2)):
                    ran = self.run_command(*arguments, stderr=full, preexec_fn=prepare)
                    self.assertEqual(ran.returncode, code, arguments)

    def test_no_file_takes_the_number_of_a_closed_stream(self):
        def close():
            os.close(0)
            os.close(1)
            os.close(2)

        self.run_command("score", "rollouts.jsonl", "--out", "o.jsonl", stdin=None, stdout=None, stderr=None, preexec_fn=close)
        self.assertEqual(len((self.folder / "o.jsonl").read_text().splitlines()), 2)
        self.assertNotIn("mean", (self.folder / "o.jsonl").read_text())


class Inputs(CommandTest):
    def readers(self):
        """Every command that reads a file, with FILE in its place, and a good file for it."""
        evaluation = ["eval", "processbench", "gsm8k.json", "--bootstrap", "100", "--scores", "FILE"]
        return [(["score", "FILE"], "rollouts.jsonl"), (["score", "FILE", "--out", "-"], "rollouts.jsonl"),
                (["convert", "processbench", "trl", "FILE", "-"], "gsm8k.json"),
                (["convert", "rollouts", "rollouts", "FILE", "-"], None), (["report", "FILE", "--out", "-"], "results.json"),
                (["compare", "FILE"], "results.json"), (evaluation, "scores.jsonl"),
                (["eval", "processbench", "FILE", "--bootstrap", "100", "--scores", "scores.jsonl"], "gsm8k.json"),
                (["eval", "select", "FILE", "--bootstrap", "100"], "samples.jsonl"), (["study", "--check", "FILE"], "study.toml")]

    def setUp(self):
        super().setUp()
        from commands_test import STUDY  # beside this file
        (self.folder / "study.toml").write_text(STUDY)

    def run_on(self, arguments, file, **options):
        return self.run_command(*[file if word == "FILE" else word for word in arguments], **options)

    def test_standard_input(self):
        for arguments, good in self.readers():
            if good is None:
                continue
            with self.subTest(" ".join(arguments)):
                text = (self.folder / good).read_bytes()
                expected = self.run_on(arguments, good)
                self.assertEqual(expected.returncode, 0, expected.stderr)
                for name in ("-", "/dev/stdin"):
                    ran = self.run_on(arguments, name, input=text)
                    self.assertEqual(ran.returncode, 0, ran.stderr)
                    # Names of files may be part of a result.
                    if arguments[0] in ("score", "convert", "report", "compare"):
                        self.assertEqual(ran.stdout, expected.stdout)
                with open(self.folder / good, "rb") as file:
                    self.assertEqual(self.run_on(arguments, "-", stdin=file).returncode, 0)
                closed = self.run_on(arguments, "-", stdin=None, preexec_fn=lambda: os.close(0))
                self.assertIn(closed.returncode, (2, 3))
                self.assertIn(b"standard input", closed.stderr)

    def test_a_byte_order_mark_is_no_text(self):
        for arguments, good in self.readers():
            if good is None:
                continue
            with self.subTest(" ".join(arguments)):
                (self.folder / "bom").write_bytes(b"\xef\xbb\xbf" + (self.folder / good).read_bytes())
                ran, expected = self.run_on(arguments, "bom"), self.run_on(arguments, good)
                self.assertEqual((ran.returncode, ran.stderr), (0, expected.stderr))
                if arguments[0] in ("score", "convert", "report", "compare"):
                    self.assertEqual(ran.stdout, expected.stdout)

    def test_what_is_no_text_is_named(self):
        for arguments, good in self.readers():
            text = (self.folder / (good or "rollouts.jsonl")).read_bytes()
            wide = text.decode().encode("utf-16")
            cases = [(gzip.compress(text), "gzip"), (b"PK\x03\x04" + text, "zip"), (b"\x28\xb5\x2f\xfd" + text, "zstd"),
                     (wide, "UTF-16"), (b"\x89PNG\r\n" + text, "picture")]
            for content, word in cases:
                if arguments[0] == "study":
                    continue  # TOML has a reader of its own: refused below
                with self.subTest(f"{' '.join(arguments)} {word}"):
                    (self.folder / "file").write_bytes(content)
                    self.refused(self.run_on(arguments, "file"), word)

    def test_nothing_readable_is_no_success(self):
        good = json.dumps(rollout("r0"))
        for arguments, _ in self.readers():
            (self.folder / "deep").mkdir(exist_ok=True)
            for name, content in (("empty", b""), ("blank", b"\n \n"), ("prose", b"These are words.\nAnd more.\n"),
                                  ("binary", bytes(range(256)) * 40), ("torn", good[:40].encode()),
                                  ("objects", b'{"a": 1}\n{"b": 2}\n')):
                if name in ("empty", "blank") and arguments[0] == "study":
                    continue
                with self.subTest(f"{' '.join(arguments)} {name}"):
                    (self.folder / "file").write_bytes(content)
                    ran = self.run_on(arguments, "file")
                    self.refused(ran)
                    self.assertEqual(ran.stdout, b"")
            self.refused(self.run_on(arguments, "deep"), "deep")
            self.refused(self.run_on(arguments, "absent"), "absent")

    def test_a_list_where_lines_are_expected(self):
        (self.folder / "list.json").write_text(json.dumps([rollout("r0"), rollout("r1")]))
        self.refused(self.run_command("score", "list.json"), "JSON array", "jq -c")
        (self.folder / "list.json").write_text(json.dumps([rollout("r0"), rollout("r1")], indent=1))
        self.refused(self.run_command("score", "list.json"), "JSON array")
        (self.folder / "one.json").write_text(json.dumps(rollout("r0"), indent=1))
        self.refused(self.run_command("score", "one.json"), "no line is a rollout")


class Score(CommandTest):
    def test_several_files_are_one(self):
        self.lines("b.jsonl", [rollout("r2", group=2, prompt="q")])
        ran = self.run_command("score", "rollouts.jsonl", "b.jsonl", "--out", "all.jsonl", "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(json.loads(ran.stdout)["rollouts"], 3)
        self.assertEqual(len((self.folder / "all.jsonl").read_text().splitlines()), 3)
        self.assertEqual(self.run_command("score", "-", "b.jsonl", input=(self.folder / "rollouts.jsonl").read_bytes()).returncode, 0)

    def test_files_that_do_not_fit_together(self):
        self.refused(self.run_command("score", "rollouts.jsonl", "rollouts.jsonl"), "named twice")
        self.refused(self.run_command("score", "-", "-"), "standard input", "named twice")
        self.lines("b.jsonl", [rollout("r1")])
        self.refused(self.run_command("score", "rollouts.jsonl", "b.jsonl"), "b.jsonl:1: ", "same id", "line 2 of rollouts.jsonl")
        self.lines("b.jsonl", [rollout("r2", prompt="another")])
        self.refused(self.run_command("score", "rollouts.jsonl", "b.jsonl"), "one group for two prompts", "'r0' in rollouts.jsonl")

    def test_one_bad_rollout_costs_itself_only(self):
        rows = [rollout("good"), rollout("bad", group=2), rollout("fine", group=3)]
        for row in (rows[0], rows[2]):
            row["prompt"] = "max a b"
            row["steps"] = []
            row["columns"] = {}
        rows[1]["prompt"] = "not an expression ((("
        self.lines("mixed.jsonl", rows)
        ran = self.run_command("score", "mixed.jsonl", "-e", "code", "--out", "-")
        self.assertIn(b"left out: rollout 'bad'", ran.stderr)
        if ran.returncode == 0:
            self.assertEqual([json.loads(line)["id"] for line in ran.stdout.splitlines()], ["good", "fine"])
        self.refused(self.run_command("score", "mixed.jsonl", "-e", "code", "--strict"), "mixed.jsonl")
        self.lines("one.jsonl", rows[1:2])
        self.refused(self.run_command("score", "one.jsonl", "-e", "code"), "one.jsonl", "bad")

    def test_means_and_plurals(self):
        rows = [rollout("r0"), rollout("r1"), rollout("r2")]
        for row, value in zip(rows, (0.3, 0.7, 0.5)):
            row["columns"] = {"rollout": {"outcome": value}}
        self.lines("m.jsonl", rows)
        ran = self.run_command("score", "m.jsonl", "--json")
        self.assertIn(b'"mean": 0.5\n', ran.stdout)
        self.lines("s.jsonl", rows[:1])
        self.assertIn(b"1 rollout, 2 steps; 0 bad lines left out", self.run_command("score", "s.jsonl").stdout)


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv[1]).resolve())
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    unittest.main(argv=sys.argv[:1])
