#!/usr/bin/env python3
"""The command as its users meet it: exit codes, what goes to stdout and what to stderr, and errors in one paragraph.

    tests/cli/commands_test.py build/gradus
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
COMMAND = ""

STUDY = (SOURCE / "tests/study/smallest.toml").read_text()


def line_of(text, piece):
    return text[: text.index(piece)].count("\n") + 1


def metric(name, up=True):
    return {"id": name, "label": name, "axis": "outcome", "higher_is_better": up, "low": 0, "high": 1, "unit": "rollout",
            "evaluator": name, "exact": True}


def row(arm, name, mean, difference, verdict="inconclusive"):
    return {"arm": arm, "baseline": "outcome", "metric": name, "axis": "outcome", "role": "held-out",
            "baseline_role": "held-out", "mean": mean, "baseline_mean": 0.5, "difference": difference, "low": None,
            "high": None, "verdict": verdict}


def results():
    """A small results.json: 'flagged' was paid to the arm 'process' alone, 'necessity' to nobody; the arm 'broken' lost the outcome."""
    rows = [row("process", "necessity", 0.7, 0.2), row("worse", "necessity", 0.4, -0.1), row("none", "necessity", None, None),
            row("broken", "necessity", 0.9, 0.4), row("process", "flagged", 0.1, -0.4), row("worse", "flagged", 0.6, 0.1)]
    rows += [row(arm, "passes", 0.5, -0.01, "worse, by less than the margin") for arm in ("process", "none")]
    rows += [row("worse", "passes", 0.5, 0.0, "non-inferior"), row("broken", "passes", 0.0, -0.5, "worse")]
    held = {"necessity": "held-out", "flagged": "held-out", "passes": "optimised"}
    return {
        "schema": "gradus.study/1",
        "study": {"name": "small", "title": "Small", "question": "", "environment": {"name": "code", "parameters": {}},
                  "primary": "necessity", "constraint": "passes", "margin": 0.02, "baseline": "outcome", "seeds": [1]},
        "arms": [{"id": arm, "label": arm, "recipe": "", "process_scale": None}
                 for arm in ("outcome", "process", "worse", "none", "broken")],
        "metrics": [metric("necessity"), metric("flagged", False), metric("passes")],
        "roles": {"outcome": dict(held), "worse": dict(held), "none": dict(held), "broken": dict(held),
                  "process": dict(held, flagged="optimised")},
        "base": {}, "neutrality": None, "rows": rows, "curves": [], "pareto": {}, "goodhart": [], "naive": [],
        "verdict": {"answer": "inconclusive", "sentences": [], "refusals": []}, "rollouts": []}


def rollout(name):
    return {"id": name, "group": 1, "task": "t", "prompt": "p",
            "steps": [{"kind": "act", "text": "a;", "tokens": [3]}, {"kind": "answer", "text": "b;", "tokens": [4]}],
            "columns": {"rollout": {"outcome": 1}, "step": {"prm": [0.5, None]}}}


class CommandTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def write(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def run_command(self, *arguments):
        return subprocess.run([COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=300)

    def refused(self, arguments, *words, code=2):
        """Runs a command that must fail: nothing on stdout, one paragraph on stderr that says all these words."""
        ran = self.run_command(*arguments)
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertEqual(ran.stdout, "")
        self.assertRegex(ran.stderr, r"\Agradus: [^\n]+\n\Z")
        for word in words:
            self.assertIn(word, ran.stderr)
        return ran.stderr


class Usage(CommandTest):
    def test_help_and_version(self):
        for arguments in (["--help"], ["--version"], ["-V"], ["study", "--help"], ["help"], ["help", "score"], ["lsp", "help"],
                          ["help", "lsp", "def"]):
            ran = self.run_command(*arguments)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            self.assertIn("radus", ran.stdout)

    def test_bad_usage(self):
        self.refused([], "subcommand is required", "gradus --help")
        self.refused(["stuyd"], "unknown command 'stuyd'", "did you mean 'study'?")
        self.refused(["frobnicate"], "unknown command", "known: study")
        self.refused(["study"], "file is required", "gradus study --help")
        self.refused(["study", "a.toml", "--frob"], "unknown option '--frob'", "gradus study --help")
        self.refused(["study", "a.toml", "-x"], "unknown option '-x' (gradus study --help)")
        self.refused(["study", "a.toml", "--chekc"], "unknown option '--chekc'; did you mean '--check'?")
        self.refused(["study", "--chekc"], "did you mean '--check'?")
        self.refused(["score", "a.jsonl", "--ouput=x"], "unknown option '--ouput'; did you mean '--out'")
        self.refused(["score", "--jsn", "a.jsonl"], "did you mean '--json'")
        self.refused(["eval", "select", "a.jsonl", "--boostrap", "3"], "did you mean '--bootstrap'?", "gradus eval select --help")
        self.refused(["lsp", "foo"], "unknown command 'foo'", "gradus lsp --help")
        self.refused(["lsp", "renam", "x"], "unknown command 'renam'; did you mean 'rename'")
        self.refused(["lsp", "def", "x", "--sever", "clangd"], "did you mean '--server'?", "gradus lsp def --help")
        self.refused(["lsp"], "subcommand is required", "gradus lsp --help")
        self.refused(["help", "stuyd"], "unknown command 'stuyd'", "did you mean 'study'?")
        self.refused(["--verison"], "unknown option '--verison'; did you mean '--version'?")
        self.refused(["study", "a.toml", "--workers", "0"], "--workers", "1 to 1024")
        for verb in (["study", "a.toml"], ["reproduce", "pure"]):
            for seed in ("x", "-1", "1.5", "18446744073709551616", "", "0x10"):
                self.refused([*verb, f"--seed={seed}"], "--seed")
            for workers in ("0", "-1", "1025", "two"):
                self.refused([*verb, f"--workers={workers}"], "--workers")
        self.refused(["reproduce"], "name a method", "--list")

    def test_help_fits_a_terminal(self):
        def pages(*verb):
            text = self.run_command(*verb, "--help").stdout
            yield verb, text
            if "Subcommands:" in text:
                for line in text.split("Subcommands:")[1].split("\n\n")[0].splitlines():
                    if line.startswith("  ") and line[2] != " ":
                        yield from pages(*verb, line.split()[0])

        found = dict(pages())
        self.assertGreater(len(found), 20)
        for verb, text in found.items():
            for line in text.splitlines():
                if not line.strip().startswith("gradus "):  # to be copied, so in one piece
                    self.assertLessEqual(len(line), 80, f"{verb}: {line}")

    def test_json_parses(self):
        listed = json.loads(self.run_command("operators", "--json").stdout)
        self.assertTrue(all(entry["summary"] and entry["noun"] in ("operator", "environment") for entry in listed))
        self.assertEqual(len(json.loads(self.run_command("reproduce", "--list", "--json").stdout)), 63)
        one = json.loads(self.run_command("operators", "credit.grpo", "--json").stdout)
        self.assertEqual([entry["name"] for entry in one], ["credit.grpo"])
        check = self.run_command("study", self.write("a.toml", STUDY), "--check", "--json")
        self.assertEqual(json.loads(check.stdout)["seeds"], [1, 2])

    def test_doctor_says_whether_a_study_can_run(self):
        ran = self.run_command("doctor", "--json")
        document = json.loads(ran.stdout)
        self.assertEqual(ran.returncode, 0 if document["ready"] else 3)
        self.assertIn("sandbox", [finding["name"] for finding in document["findings"]])


class Names(CommandTest):
    def test_unknown_names(self):
        self.refused(["operators", "credit.grop"], "no operator or environment 'credit.grop'", "'credit.grpo'")
        self.refused(["reproduce", "post_evel"], "no method 'post_evel'", "'post_eval'")
        self.refused(["reproduce", "magentic"], "no claim of 'magentic' is built yet")

    def test_a_room_of_operators(self):
        for room in ("credit", "credit.", "shape", "reward"):
            ran = self.run_command("operators", room)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            names = [line.split()[0] for line in ran.stdout.splitlines()]
            self.assertGreater(len(names), 3)
            self.assertTrue(all(name.startswith(room.rstrip(".") + ".") for name in names), names)
            listed = json.loads(self.run_command("operators", room, "--json").stdout)
            self.assertEqual([entry["name"] for entry in listed], names)
        self.refused(["operators", "credti"], "no operator or environment 'credti'", "did you mean 'credit'")

    def test_the_list_is_complete(self):
        ran = self.run_command("reproduce", "--list")
        self.assertEqual(ran.returncode, 0)
        self.assertEqual(len(ran.stdout.splitlines()), 63)
        self.assertRegex(ran.stdout.splitlines()[0], r"^ 0  post_eval +built")


class StudyFiles(CommandTest):
    def check(self, text, *words):
        return self.refused(["study", "--check", self.write("a.toml", text)], *words)

    def test_a_good_one(self):
        ran = self.run_command("study", "--check", self.write("a.toml", STUDY))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("2 arms, 2 seeds", ran.stdout)
        self.assertIn("2 independent seeds see an effect of", ran.stdout)
        self.assertIn("to be shown non-inferior at 0.020", ran.stdout)
        self.assertEqual(os.listdir(self.folder), ["a.toml"], "a check leaves nothing behind")

    def test_the_key_of_a_study(self):
        study = self.write("a.toml", STUDY)

        def key(*more):
            ran = self.run_command("study", study, *more, "--check", "--json")
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            return json.loads(ran.stdout)["key"]

        first = key()
        self.assertRegex(first, r"\A[0-9a-f]{64}\Z")
        self.assertEqual(key("--out", "elsewhere", "--workers", "1", "--quiet"), first, "where and how fast decide no byte")
        self.assertEqual(key("--seed", "7"), key("--seed", "7"))
        self.assertEqual(len({first, key("--seed", "7"), key("--seed", "8"), key("--seeds", "3")}), 4)
        self.assertIn(f"\nkey: {first}\n", self.run_command("study", "--check", study).stdout)

    def test_what_a_study_prints_begins_with_its_key(self):
        study = self.write("a.toml", STUDY)
        ran = self.run_command("study", study, "--out", "out", "--quiet", "--seed", "7")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        checked = json.loads(self.run_command("study", study, "--check", "--json", "--seed", "7").stdout)
        self.assertEqual(ran.stdout.splitlines()[:2], [f"key: {checked['key']}", ""])
        results = json.loads((self.folder / "out" / "results.json").read_text())
        self.assertEqual(results["study"]["key"], checked["key"])

    def test_fewer_base_policies_than_the_statistics_need(self):
        text = STUDY.replace("seeds = 2", "seeds = 6").replace("width = 16", "width = 16\nbase_policies = 2")
        self.check(text, f"a.toml:{line_of(text, 'base_policies')}: ", "found 2 for 6 seeds", "at least 5")

    def test_more_tasks_than_there_are(self):
        self.check(STUDY.replace("tasks = 2", "tasks = 5000"), "too few tasks that differ", "'evaluation.tasks'", "at most ")

    def test_the_number_of_seeds_is_part_of_the_plan(self):
        study = self.write("a.toml", STUDY)
        self.refused(["study", study, "--seeds", "3"], "part of the plan", "sequence = true")
        ran = self.run_command("study", "--check", study, "--seeds", "30", "--json")
        self.assertEqual(json.loads(ran.stdout)["power"]["seeds"], 30)

    def test_the_whole_paragraph(self):
        text = STUDY.replace("width = 16", "width = 17.5")
        self.assertEqual(
            self.check(text),
            f"gradus: {self.folder}/a.toml:{line_of(text, 'width')}: wrong type (field 'policy.width'); found 17.5; "
            "expected a whole number from 4 to 4096\n")

    def test_mistakes(self):
        text = STUDY.replace("credit.grpo", "credit.grop")
        self.check(text, f"a.toml:{line_of(text, '[[arm.operator]]')}: ", "unknown operator 'credit.grop'",
                   "'credit.grpo'", "(field 'arm[0].operator[0]')")
        text = STUDY.replace('"call_ok"', '"cal_ok"')
        self.check(text, "reads the step column 'cal_ok'", "did you mean 'step.call_ok'?", "add one of these before it")
        self.check(STUDY.replace("seeds = 2", "sede = 2\nseeds = 2"), "unknown key 'sede'", "did you mean 'seeds'?")
        self.check(STUDY.replace("seeds = 2", "seeds = "), "a.toml:3: not valid TOML")
        for right, wrong in (("updates", "updats"), ("demonstrations", "demonstration"), ("primary", "primry"),
                             ("margin", "margn"), ("baseline", "basline"), ("[training]", "[trainig]"),
                             ("[evaluation]", "[evalution]"), ("[policy]", "[polciy]"), ("[environment]", "[enviroment]"),
                             ("width", "widht"), ('id = "process"', 'idd = "process"'), ("seeds", "sedes")):
            text = STUDY.replace(right, wrong)
            key = wrong.strip("[]").split(" ")[0]
            self.check(text, f"a.toml:{line_of(text, wrong)}: unknown key '{key}'",
                       f"did you mean '{right.strip('[]').split(' ')[0]}'?")
        text = STUDY.replace("[[arm]]", "[[arms]]").replace("[[arm.", "[[arms.")
        self.check(text, f"a.toml:{line_of(text, '[[arms]]')}: unknown key 'arms'", "did you mean 'arm'?")
        text = STUDY.replace('  name = "credit.grpo"', '  nmae = "credit.grpo"')
        self.check(text, f"a.toml:{line_of(text, 'nmae')}: unknown key 'nmae'", "did you mean 'name'?")
        self.check(STUDY.replace('"useful_calls"', '"calls_ok"'), "has no metric 'calls_ok'")

    def test_not_a_file(self):
        self.refused(["study", "nothing.toml"], "nothing.toml: cannot open the file")
        self.refused(["study", str(self.folder)], "this is a folder", "expected a TOML file")
        self.refused(["study", self.write("big.toml", "# " + "x" * (1 << 20))], "at most 1 MiB")
        self.refused(["study", self.write("bytes.toml", "\0\1\2")], "not valid TOML")

    def test_a_missing_recipe_file(self):
        text = STUDY + '[[arm]]\nid = "third"\nrecipe = "gone.toml"\n'
        self.check(text, f"a.toml:{line_of(text, 'gone.toml')}: ", "arm[2].recipe", "gone.toml: cannot open the file")
        (self.folder / "deep").mkdir()
        self.check(text.replace("gone.toml", "deep"), f"a.toml:{line_of(text, 'gone.toml')}: ", "this is a folder")
        self.write("third.toml", '[[operatr]]\nname = "credit.grpo"\n')
        self.check(text.replace("gone.toml", "third.toml"), "third.toml:1: unknown key 'operatr'", "did you mean 'operator'?")

    def test_rules_over_several_parameters_have_a_place(self):
        operators = '''operator = [{ name = "credit.grpo", into = "a" },
            { name = "credit.sum", from = ["a"], weights = [1.0, 2.0], into = "advantage" }]'''
        text = STUDY + f'[[arm]]\nid = "third"\n{operators}\n'
        self.check(text, "a.toml:", "one weight per channel", "arm[2].operator[1]")

    def test_what_cannot_run_is_no_good_study(self):
        text = STUDY.replace("every = 1", "every = 2")
        self.check(text, f"a.toml:{line_of(text, 'every')}: ", "every 2 updates of 1", "at most the 1 updates")
        text = STUDY.replace("width = 16", 'width = 16\ndevice = "gpu"')
        self.check(text, f"a.toml:{line_of(text, 'device')}: ", "found 'gpu'", "cpu, cuda")
        cuda = [finding for finding in json.loads(self.run_command("doctor", "--json").stdout)["findings"]
                if finding["name"] == "cuda"]
        if not cuda[0]["good"]:
            text = STUDY.replace("width = 16", 'width = 16\ndevice = "cuda"')
            self.check(text, f"a.toml:{line_of(text, 'device')}: ", "no CUDA device")


class Results(CommandTest):
    def test_a_fair_ranking(self):
        ran = self.run_command("compare", self.write("results.json", results()))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        lines = [line.split() for line in ran.stdout.splitlines()]
        self.assertEqual([line[1] for line in lines if line and line[0] in "12"], ["process", "worse"])
        self.assertIn("-0.010", ran.stdout, "the outcome stands beside the ranking")
        self.assertIn("held-out", ran.stdout, "and so do the roles")
        self.assertRegex(ran.stdout, "broken is not ranked: passes was not shown to stay within the margin")
        self.assertRegex(ran.stdout, "none is not ranked: not measured")
        by_json = json.loads(self.run_command("compare", str(self.folder), "--json").stdout)
        self.assertEqual([entry["arm"] for entry in by_json if not entry["unranked"]], ["process", "worse"])
        self.assertEqual(by_json[0]["constraint"]["verdict"], "worse, by less than the margin")

    def test_a_metric_that_one_arm_was_trained_on(self):
        document = results()
        path = self.write("results.json", document)
        ran = self.run_command("compare", path, "--metric", "flagged")
        self.assertEqual(ran.returncode, 0)
        self.assertRegex(ran.stdout, "process is not ranked: it was paid for this metric")
        for role, why in (("optimised", "paid for this metric"), ("same construct", "explains this metric"), ("proximal", "is proximal")):
            for arm in document["roles"].values():
                arm["flagged"] = role
            path = self.write("results.json", document)
            for extra in ([], ["--json"]):
                self.refused(["compare", path, "--metric", "flagged", *extra], "no arm can be ranked by 'flagged'", why, code=1)

    def test_two_paired_studies(self):
        first, second = results(), results()
        for document, shift in ((first, 0.0), (second, 0.25)):
            document["study"]["seeds"] = [1, 2, 3]
            document["curves"] = [{"arm": "process", "metric": name, "points": [{"seeds": [0.1 + shift, 0.3 + shift, 0.2 + shift]}]}
                                  for name in ("necessity", "passes")]
        a = self.write("a.json", first)
        ran = self.run_command("compare", a, self.write("b.json", second), "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        process = [arm for arm in json.loads(ran.stdout)["arms"] if arm["arm"] == "process"][0]
        self.assertAlmostEqual(process["metric"]["difference"], 0.25)
        self.assertAlmostEqual(process["constraint"]["low"], 0.25)
        for key, value in (("seeds", [1, 2, 4]), ("base_policies", 2), ("eval_tasks", 7), ("kernels", "other"),
                           ("environment", {"name": "math"})):
            other = json.loads(json.dumps(second))
            other["study"][key] = value
            self.refused(["compare", a, self.write("c.json", other)], "not paired", f"(field 'study.{key}')")

    def pair_of_studies(self, **more):
        first, second = results(), results()
        for document, values in ((first, [0.0] * 6), (second, [0.1, 0.3] * 3)):
            document["study"].update(seeds=[1, 2, 3, 4, 5, 6], base_policies=2, **more)
            document["curves"] = [{"arm": "process", "metric": name, "points": [{"seeds": values}]} for name in ("necessity", "passes")]
        return first, second

    def test_seeds_on_one_base_policy_are_not_independent(self):
        first, second = self.pair_of_studies()
        paired = [self.write("a.json", first), self.write("b.json", second)]
        found = json.loads(self.run_command("compare", *paired, "--json").stdout)
        self.assertEqual((found["bases"], found["same_bases"]), (2, None))
        metric = [arm for arm in found["arms"] if arm["arm"] == "process"][0]["metric"]
        self.assertAlmostEqual(metric["difference"], 0.2)
        # Two base policies, 0.1 and 0.3: 0.2 +- 12.706 * 0.1. Six independent seeds would give +- 0.115.
        self.assertAlmostEqual(metric["low"], 0.2 - 1.2706, places=3)
        self.assertIn("intervals are over 2 base policies; an older study does not say", self.run_command("compare", *paired).stdout)

    def test_what_a_pair_of_studies_has_in_common_is_said(self):
        first, second = self.pair_of_studies(base_addresses=["x", "y"] * 3)
        a, b = self.write("a.json", first), self.write("b.json", second)
        self.assertIn("over 2 base policies, the same in both studies", self.run_command("compare", a, b).stdout)
        self.assertIs(json.loads(self.run_command("compare", a, b, "--json").stdout)["same_bases"], True)
        second["study"]["base_addresses"] = ["x", "z"] * 3
        b = self.write("b.json", second)
        self.assertIn("those of the two studies differ", self.run_command("compare", a, b).stdout)
        self.assertIs(json.loads(self.run_command("compare", a, b, "--json").stdout)["same_bases"], False)

    def test_a_seed_without_a_value_is_not_paired_with_another(self):
        first, second = self.pair_of_studies()
        for document in (first, second):
            for curve in document["curves"]:
                curve["points"][0]["seeds"] = curve["points"][0]["seeds"][:5]
        ran = self.run_command("compare", self.write("a.json", first), self.write("b.json", second), "--json")
        process = [arm for arm in json.loads(ran.stdout)["arms"] if arm["arm"] == "process"][0]
        self.assertIsNone(process["metric"]["difference"])

    def test_studies_that_differ_in_training_alone_share_their_base_policies(self):
        for name, text in (("a", STUDY), ("b", STUDY.replace("prompts = 1", "prompts = 2")), ("c", STUDY.replace("width = 16", "width = 32"))):
            ran = self.run_command("study", self.write(f"{name}.toml", text), "--out", name, "--quiet")
            self.assertEqual(ran.returncode, 0, ran.stderr)
        for other, same in (("b", True), ("c", False)):
            found = json.loads(self.run_command("compare", "a", other, "--json").stdout)
            self.assertIs(found["same_bases"], same, other)

    def test_an_unknown_metric(self):
        self.refused(["compare", self.write("results.json", results()), "-m", "flaged"], "no metric 'flaged'", "'flagged'")

    def test_documents_that_are_not_whole(self):
        text = json.dumps(results())
        for verb in ("compare", "report"):
            self.refused([verb, self.write("cut.json", text[: len(text) // 2])], "cut.json", "not valid JSON, or cut short")
            self.refused([verb, "nothing.json"], "cannot open the results")
            self.refused([verb, str(self.folder)], "results.json", "cannot open the results")
            self.refused([verb, self.write("other.json", {"schema": "other/1"})], "not the results of a study")
            lacking = results()
            del lacking["rows"][1]["verdict"]
            self.refused([verb, self.write("lacking.json", lacking)], "a key is missing", "(field 'rows[1].verdict')")
            wrong = results()
            wrong["metrics"] = {}
            self.refused([verb, self.write("wrong.json", wrong)], "(field 'metrics')", "found object", "expected array")
            roles = results()
            del roles["roles"]["worse"]["flagged"]
            self.refused([verb, self.write("roles.json", roles)], "(field 'roles.worse.flagged')")
        self.assertFalse((self.folder / "report.html").exists(), "nothing half-written")

    def test_a_report(self):
        ran = self.run_command("report", self.write("results.json", results()))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("report.html", ran.stdout)
        self.assertIn("gradus.study/1", (self.folder / "report.html").read_text())
        self.refused(["report", str(self.folder), "--out", "no/such/folder/r.html"], "no/such/folder", code=3)


class Claims(CommandTest):
    def test_a_simulated_claim_needs_no_folder(self):
        ran = self.run_command("reproduce", "pure")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(os.listdir(self.folder), [], "nothing is left in the folder one stands in")
        self.write("runs", "a file where a folder would be")
        shown = self.run_command("reproduce", "pure")
        self.assertEqual((shown.returncode, shown.stdout), (0, ran.stdout))
        self.assertRegex(shown.stderr, r"\Agradus: shown, but not kept: [^\n]+\n\Z")
        self.refused(["reproduce", "pure", "--out", "runs/x"], "runs/x", code=3)
        os.remove(self.folder / "runs")
        (self.folder / "runs").mkdir()
        self.assertEqual(self.run_command("reproduce", "pure").stderr, "")
        self.assertRegex(self.run_command("reproduce", "--list").stdout, r"\n *\d+  pure +holds +2 of 2 parts +\d+ functions verified .*; held with [\d.]+, seed 1, ")

    def test_a_world_is_set_by_name(self):
        (self.folder / "runs").mkdir()
        ran = self.run_command("reproduce", "pure", "--set", "world.positions=4", "--set", "filler_corridor.updates=50", "--json")
        self.assertEqual(ran.stderr, "")
        document = json.loads(ran.stdout)
        self.assertEqual(document["set"], "world.positions=4, filler_corridor.updates=50")
        parameters = document["simulations"][0]["parameters"]
        self.assertEqual((parameters["positions"], parameters["updates"]), (4, 50))
        self.assertEqual(os.listdir(self.folder / "runs"), [], "another world is not the claim's own result")

    def test_unknown_names_of_worlds_are_refused_and_leave_nothing(self):
        (self.folder / "runs").mkdir()
        for setting, words in (("world.position=4", ["no such parameter", "'world.positions'"]),
                               ("filler_corrido.group=4", ["'filler_corridor.group'"]),
                               ("shaped_process.states=3", ["no such parameter"]),
                               ("world.positions=x", ["--set world.positions", "a whole number from 3 to 100"]),
                               ("world.positions=1000", ["out of range"]),
                               ("world.rate=1e999", ["wrong type"]),
                               ("positions=4", ["WORLD.PARAMETER=VALUE"]),
                               ("world.positions", ["WORLD.PARAMETER=VALUE"])):
            with self.subTest(setting):
                self.refused(["reproduce", "pure", "--set", setting], *words)
                self.refused(["reproduce", "pure", "--out", "x", "--set", setting], *words)
        self.refused(["reproduce", "post_eval", "--set", "world.noise=1"], "a study, which has no worlds")
        self.refused(["reproduce", "post_eval", "--sweep"], "a study, which has no worlds")
        self.refused(["reproduce", "--all", "--set", "world.noise=1"], "one method")
        self.assertEqual(sorted(os.listdir(self.folder)), ["runs"])
        self.assertEqual(os.listdir(self.folder / "runs"), [])

    def test_what_is_specified_and_what_is_not_built_is_said(self):
        text = self.run_command("reproduce", "capo").stdout
        self.assertRegex(text, r"wanted at most -0\.02, as specified")
        self.assertRegex(text, r"rival +no penalty, the outcome only \(2, 0\): \+0\.\d+, w2_0\.accuracy")
        self.assertRegex(text, r"\(recall\) IDENTITY: ")
        self.assertIn("4 of 4 claims hold; 1 identity; 5 of 5 specified parts built", text)
        text = self.run_command("reproduce", "consensus").stdout
        self.assertRegex(text, r"control +what misleads one labeller .*: fails there, as it must")
        self.assertIn("not built: (2) A small scorer", text)
        self.assertEqual(text.count("A threshold without 'specified' is ours"), 1)
        self.assertRegex(self.run_command("reproduce", "prmbench").stdout, r"\(specified: above 0\.457; 0\.005 more")

    def test_the_last_result_grows_stale(self):
        (self.folder / "runs").mkdir()
        self.run_command("reproduce", "tp_grpo", "--seed", "5")

        def of_tp_grpo():
            rows = json.loads(self.run_command("reproduce", "--list", "--json").stdout)
            return [row for row in rows if row["key"] == "tp_grpo"][0]

        found = of_tp_grpo()
        self.assertEqual((found["state"], found["last"]["seed"], found["parts_built"], found["parts_specified"]), ("holds", "5", 2, 2))
        self.assertRegex(found["last"]["date"], r"^\d{4}-\d\d-\d\d$")
        kept = self.folder / "runs" / "reproduce" / "tp_grpo" / "claims.json"
        good = json.loads(kept.read_text())
        for change in ({"version": "0.0.9"}, {"recipe": "sha256:0"}, {"version": None}, {"recipe": None}):
            kept.write_text(json.dumps({key: value for key, value in {**good, **change}.items() if value is not None}))
            self.assertEqual(of_tp_grpo()["state"], "stale", change)
        kept.write_text(json.dumps({**good, "set": "world.group=4"}))
        self.assertEqual(of_tp_grpo()["state"], "built, not run here")
        kept.write_text("[")
        self.assertEqual(of_tp_grpo()["state"], "built, not run here")
        found = {row["key"]: row for row in json.loads(self.run_command("reproduce", "--list", "--json").stdout)}
        self.assertEqual((found["spark"]["parts_built"], found["spark"]["parts_specified"]), (1, 3))
        self.assertGreater(found["pure"]["verified_cases"], 0)
        self.assertEqual(found["magentic"]["state"], "not built")


class Doctor(CommandTest):
    def test_the_true_reason_is_said(self):
        beside = Path(COMMAND).parent / "gradus-cuda.so"
        nothing_installed = dict(os.environ, PATH=str(self.folder))
        copy = self.folder / "gradus"
        copy.write_bytes(Path(COMMAND).read_bytes())
        copy.chmod(0o755)
        ran = subprocess.run([copy, "doctor"], env=nothing_installed, capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, 3)  # the sandbox is not beside the program either
        self.assertIn("is neither beside the program" if beside.exists() else "this build of Gradus has no libtorch", ran.stdout)

    def test_the_kernels_are_said(self):
        ran = self.run_command("doctor")
        self.assertRegex(ran.stdout, r"(?m)^ok   training +kernels avx2-\d+ .*unused")
        self.assertRegex(ran.stdout, r"(?m)^(ok|--)   cuda ")


class Rollouts(CommandTest):
    def rollouts(self):
        lines = [json.dumps(rollout("r0")), '{"id": "r1", "group": ', json.dumps(rollout("r2"))]
        return self.write("rollouts.jsonl", "\n".join(lines) + "\n")

    def test_a_bad_line_is_counted_and_reported(self):
        ran = self.run_command("score", self.rollouts(), "--json")
        self.assertEqual(ran.returncode, 0)
        summary = json.loads(ran.stdout)
        self.assertEqual((summary["rollouts"], summary["bad_lines"]), (2, 1))
        prm = [column for column in summary["columns"] if column["column"] == "step.prm"][0]
        self.assertEqual((prm["valid"], prm["missing"], prm["mean"]), (2, 2, 0.5))
        self.assertRegex(ran.stderr, r"\Agradus: left out: [^\n]*rollouts\.jsonl:2: [^\n]*\n\Z")

    def test_strict_stops_at_it(self):
        self.refused(["score", self.rollouts(), "--strict", "--out", "scored.jsonl"], "rollouts.jsonl:2: ")
        self.assertFalse((self.folder / "scored.jsonl").exists())

    def test_files_that_are_none(self):
        self.refused(["score", "nothing.jsonl"], "nothing.jsonl")
        self.refused(["score", str(self.folder)], str(self.folder))

    def test_operators_on_a_file(self):
        recipe = self.write("r.toml", '[[operator]]\nname = "shape.min_form"\nchannel = "prm"\n')
        path = self.write("good.jsonl", json.dumps(rollout("r0")) + "\n")
        ran = self.run_command("score", path, "--recipe", recipe, "--out", "scored.jsonl")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(json.loads((self.folder / "scored.jsonl").read_text())["columns"]["step"]["prm"], [0.5, None])
        wrong = self.write("w.toml", '[[operator]]\nname = "shape.min_form"\nchannel = "pmr"\n')
        self.refused(["score", path, "--recipe", wrong], "w.toml:1: ", "did you mean 'step.prm'?")
        self.refused(["score", path, "--environment", "cod"], "unknown environment 'cod'", "'code'")
        self.refused(["score", path, "-e", "math", "--param", "modulus"], "(field '--param')", "expected name=value")


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1])
