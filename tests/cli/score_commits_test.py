"""`gradus score --lsp` on a range of commits and on a rollout file: one step each, its facts and its reward."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

GRADUS = sys.argv[1]


def git(folder, *words):
    subprocess.run(["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", *words], check=True,
                   stdout=subprocess.DEVNULL, timeout=60)


def score(*words):
    return subprocess.run([GRADUS, "score", *words], capture_output=True, text=True, timeout=300)


def main():
    if not shutil.which("clangd"):
        print("skipped: clangd is not installed")
        return
    folder = tempfile.mkdtemp()
    source = pathlib.Path(folder, "a.cc")
    git(folder, "init", "-q")
    with open(os.fsencode(folder) + b"/caf\xe9.cc", "w") as other:
        other.write("int g() { return y; }\n")
    for text in ["int f() { return x; }\n", "int f() { return 1; }\n", "int f() { return 1; }  // NOLINT\n"]:
        source.write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", text[:20])
    out = pathlib.Path(folder, "scored.jsonl")
    ran = score(folder, "--lsp", "clangd", "--git", "HEAD~2..HEAD", "--out", str(out))
    assert ran.returncode == 0, ran.stderr
    assert "1 files whose names are no UTF-8 are left out" in ran.stderr, ran.stderr
    line = json.loads(out.read_text())
    step = line["columns"]["step"]
    assert line["columns"]["rollout"]["diagnostics_before"] == 1, line["columns"]
    assert step["diagnostics"] == [0, 0] and step["suppressions"] == [0, 1], step
    assert step["safe"] == [1, 1] and step["confidence"] == [1, 1], step
    reward = [round(r, 6) for r in step["edit_reward"]]
    assert reward == [0.9, -0.5], reward
    again = score(str(out), "--lsp", "clangd", "--json")
    assert again.returncode == 0, again.stderr
    assert score(folder, "--git", "HEAD~2..HEAD").returncode == 2
    assert score(folder, "--lsp", "clangd", "--git", "nothing..HEAD").returncode == 3
    shutil.rmtree(folder)


main()
