"""The Python snippets of the documentation run as pasted; README and pages name only what exists."""

import re
from pathlib import Path

import pytest
import recorded

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"(?:<!-- run: *([a-z]*) -->\n)?```python\n(.*?)```", re.DOTALL)
# What a snippet needs: a package, or an interface recorded in tests/recorded.py.
HOSTS = {"skyrl": recorded.skyrl, "rllm": recorded.rllm, "slime": lambda monkeypatch: pytest.importorskip("torch")}


def snippets():
    for page in ("../README.md", "python.md", "plug-in.md"):
        for number, (needs, code) in enumerate(BLOCK.findall((DOCS / page).read_text())):
            yield pytest.param(needs, code, id=f"{page}-{number}{'-' + needs if needs else ''}")


@pytest.mark.parametrize(("needs", "code"), list(snippets()))
def test_snippets_run(needs, code, monkeypatch):
    if needs in HOSTS:
        HOSTS[needs](monkeypatch)
    elif needs:
        pytest.importorskip(needs)
    exec(compile(code, "snippet", "exec"), {"__name__": "snippet"})


def test_every_shim_has_its_section():
    import gradus

    page = (DOCS / "plug-in.md").read_text()
    shims = {"verl", "trl", "openrlhf", "slime", "skyrl", "rllm", "verifiers"}
    there = {path.stem for path in Path(gradus.__file__).parent.glob("*.py")}
    assert shims <= there
    for name in shims:
        assert f"gradus.{name}" in page
        assert len((Path(gradus.__file__).parent / f"{name}.py").read_text().splitlines()) < 100
