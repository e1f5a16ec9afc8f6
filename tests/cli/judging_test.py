"""What is judged costs only itself: sources that kill a compiler, targets that cannot be read, hostile repositories; and
a batch answers whoever waits for the answer before asking more."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

GRADUS = sys.argv[1]


def run(*words, folder=None, **more):
    return subprocess.run([GRADUS, *words], capture_output=True, text=True, timeout=600, cwd=folder, **more)


def rollout(name, note, text, steps=2):
    return {"id": name, "group": 0, "task": "t", "prompt": "p",
            "steps": [{"kind": "act", "text": "s", "tokens": [1]} for _ in range(steps)], "notes": {note: text}}


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def killers_cost_themselves(folder):
    def source(statement):
        return "int f(int a, int b, int c) {\n" + statement + "\nreturn a ;\n}\n"

    texts = {"good": source("int t0 = - a ;"), "minus": source("int t0 = " + "- " * 3600 + "a ;"),
             "not": source("int t0 = " + "! " * 6000 + "a ;"), "crash": "#pragma clang __debug crash\n",
             "fatal": "#pragma clang __debug llvm_fatal_error\n", "large": " " * 70000, "last": source("a = ( a ) ;")}
    rollouts = folder / "killers.jsonl"
    write_lines(rollouts, [rollout(name, "rollout.source", text) for name, text in texts.items()])
    recipe = folder / "style.toml"
    recipe.write_text('[[operator]]\nname = "reward.c_style"\n')
    out = folder / "styled.jsonl"
    ran = run("score", str(rollouts), "--recipe", str(recipe), "--out", str(out))
    assert ran.returncode == 0, (ran.returncode, ran.stderr)
    styles = {}
    for line in out.read_text().splitlines():
        row = json.loads(line)
        styles[row["id"]] = row["columns"].get("step", {}).get("style", [None, None])
        told = [name for name in row["notes"] if name.endswith("_failure")]
        assert bool(told) == (row["id"] not in ("good", "last")), row["notes"]
    for name, style in styles.items():
        wanted = {"good": [-1, 0], "last": [-1, 0]}.get(name, [None, None])
        assert style == wanted, (name, style)
        if wanted == [None, None]:
            assert f"no value: {name}:" in ran.stderr, ran.stderr


def ask(words, workspace, lines):
    """Writes each line only when the answer to the one before has come; the input stays open until the end."""
    child = subprocess.Popen([GRADUS, "lsp", "batch", "--server", "clangd", "-w", str(workspace), *words],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    answers = []
    for group in lines:
        for line in group:
            child.stdin.write(json.dumps(line) + "\n")
        child.stdin.flush()
        for _ in group:
            answers.append(json.loads(child.stdout.readline())["id"])
    child.stdin.close()
    rest = child.stdout.read()
    assert rest == "", rest
    assert child.wait(timeout=60) == 0
    return answers


def a_batch_answers_at_once(folder):
    workspace = folder / "batch"
    workspace.mkdir()
    (workspace / "a.cc").write_text("int f() { return 1; }\nint g() { return f(); }\n")
    question = {"cmd": "symbols", "selectorText": "a.cc"}
    for words in (["--workers", "1"], ["--workers", "4"], ["--workers", "64"], []):
        lines = [[{"id": 1, **question}], [{"id": 2, **question}], [{"id": n, **question} for n in range(3, 9)]]
        assert ask(words, workspace, lines) == list(range(1, 9)), words
        assert ask(words, workspace, []) == [], words
    rename = {"id": "edit", "cmd": "rename", "selectorText": "a.cc@L1:C5", "args": {"new_name": "h"}}
    assert ask([], workspace, [[{"id": 1, **question}, rename], [{"id": 2, **question}]]) == [1, "edit", 2]


def a_bad_note_costs_itself(folder):
    good = json.dumps({"start": {"a.cc": "int x = y;\n"}, "steps": [{"files": {"a.cc": "int x = 1;\n"}}]})
    target = json.dumps({"start": {"a.cc": "int x;\n"}, "steps": [{"files": {"a.cc": "int y;\n"}, "target": "the function x"}]})
    many = json.dumps({"start": {}, "steps": [{}, {}]})
    outside = json.dumps({"start": {"../a.cc": "int x;\n"}, "steps": [{}]})
    bad = {"target": target, "many": many, "text": "not JSON", "list": "[1]", "outside": outside,
           "kind": json.dumps({"start": {"a.cc": 1}, "steps": [{}]})}
    rows = [rollout("first", "rollout.workspace", good, 1)]
    rows += [rollout(name, "rollout.workspace", text, 1) for name, text in bad.items()]
    rows += [rollout("last", "rollout.workspace", good, 1)]
    path, out = folder / "notes.jsonl", folder / "judged.jsonl"
    write_lines(path, rows)
    ran = run("score", str(path), "--lsp", "clangd", "--out", str(out))
    assert ran.returncode == 0, ran.stderr
    for line in out.read_text().splitlines():
        row = json.loads(line)
        reward = row["columns"].get("step", {}).get("edit_reward", [None])
        if row["id"] in bad:
            assert reward == [None], row
            assert f"no facts: {row['id']}" in ran.stderr, ran.stderr
        else:
            assert abs(reward[0] - 0.9) < 1e-6, row
    assert run("score", str(path), "--lsp", "clangd", "--strict").returncode == 2
    edits = folder / "edits.json"
    edits.write_text(target)
    ran = run("lsp", "reward", str(edits), "--server", "clangd")
    assert ran.returncode == 1 and "step 1 has no facts" in ran.stderr, ran.stderr


def git(folder, *words):
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org", *words], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def a_judged_repository_starts_nothing(folder):
    repository, mark = folder / "repository", folder / "sprung"
    repository.mkdir()
    git(repository, "init", "-q")
    for text in ("int f() { return x; }\n", "int f() { return 1; }\n"):
        (repository / "a.cc").write_text(text)
        git(repository, "add", "-A")
        git(repository, "commit", "-q", "-m", "edit")
    evil = folder / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    evil.chmod(0o755)
    commit = subprocess.run(["git", "-C", str(repository), "cat-file", "commit", "HEAD"], capture_output=True, check=True).stdout
    signed = commit.replace(b"\n\n", b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1)
    made = subprocess.run(["git", "-C", str(repository), "hash-object", "-t", "commit", "-w", "--stdin"], input=signed,
                          capture_output=True, check=True).stdout.decode().strip()
    git(repository, "update-ref", "HEAD", made)
    for key in ("log.showSignature=true", f"gpg.program={evil}", f"core.fsmonitor={evil}", f"core.pager={evil}",
                f"diff.external={evil}", f"alias.rev-list=!{evil}", f"core.sshCommand={evil}"):
        git(repository, "config", *key.split("=", 1))
    for words in (["lsp", "reward", "HEAD~1..HEAD", "--server", "clangd"], ["lsp", "reward", "HEAD", "--server", "clangd"],
                  ["score", ".", "--git", "HEAD", "--lsp", "clangd"]):
        ran = run(*words, folder=repository)
        assert ran.returncode == 0, ran.stderr
        assert not mark.exists(), words
    ran = run("lsp", "reward", "nothing..HEAD", "--server", "clangd", folder=repository)
    assert ran.returncode == 3 and "nothing..HEAD" in ran.stderr, ran.stderr


def a_name_that_is_no_utf8_ends_nothing(folder):
    workspace = folder / "names"
    workspace.mkdir()
    with open(os.path.join(os.fsencode(workspace), b"caf\xe9.cc"), "wb") as file:
        file.write(b"int x;\n")
    (workspace / "a.cc").write_text("int f() { return 1; }\n")
    (workspace / "b.py").write_text("def one():\n    return 1\n")
    with open(os.path.join(os.fsencode(workspace), b"caf\xe9.py"), "wb") as file:
        file.write(b"x = 1\n")
    for words in (["symbols", "a.cc"], ["diag", "a.cc"], ["refs", "a.cc@L1:C5"], ["def", "a.cc@L1:C5"],
                  ["rename", "a.cc@L1:C5", "g"]):
        ran = run("lsp", *words, "--server", "clangd", "--json", folder=workspace)
        assert ran.returncode == 0 and json.loads(ran.stdout), (words, ran.stderr)
    if shutil.which("pyright-langserver"):
        assert run("lsp", "symbols", "b.py", "--server", "pyright", folder=workspace).returncode == 0


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    killers_cost_themselves(folder)
    if not shutil.which("clangd"):
        print("skipped: clangd is not installed")
        return
    a_batch_answers_at_once(folder)
    a_bad_note_costs_itself(folder)
    a_judged_repository_starts_nothing(folder)
    a_name_that_is_no_utf8_ends_nothing(folder)
    shutil.rmtree(folder)


main()
