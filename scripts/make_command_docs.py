#!/usr/bin/env python3
"""Writes docs/commands/, docs/operators.md, docs/environments.md and docs/methods.md from the command's own descriptions.

    scripts/make_command_docs.py build/gradus
    scripts/make_command_docs.py build/gradus --check     exit code 1 when a page is stale, naming it
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

PATH = """`make install` puts the command on PATH ([install.md](../install.md)). The build leaves it in `build/gradus`: in the source tree
`export PATH="$PWD/build:$PATH"` lets a shell find it under its name, and so does a symbolic link from a folder of the PATH; what belongs to it stays beside
the original.
"""
DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTE = "<!-- Written by scripts/make_command_docs.py from the command's own descriptions: change those. -->\n"


def text_of(command, *arguments):
    ran = subprocess.run([command, *arguments], capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout


def verbs_of(command, *path):
    """(verb, one-line summary) in the order of `gradus --help`, or of the help of a command that has commands."""
    listed = text_of(command, *path, "--help").split("Subcommands:")[1].split("\n\n")[0]
    listed = re.sub(r"\n {10,}", " ", listed)  # a summary of two lines
    return re.findall(r"^  (\S+)\s+(.*)$", listed, re.MULTILINE)


def command_page(command, verb):
    help_text = "\n".join(line.rstrip() for line in text_of(command, verb, "--help").strip().splitlines())
    summary, rest = help_text.split("\n", 1)
    return f"# `gradus {verb}`\n\n{NOTE}\n{summary}.\n\n```text\n{rest.strip()}\n```\n"


def command_index(command, verbs):
    rows = "".join(f"| [`gradus {verb}`]({verb}.md) | {summary} |\n" for verb, summary in verbs)
    about = text_of(command, "--help").split("Usage:")[0].strip()
    return f"# Commands\n\n{NOTE}\n{about}\n\n{PATH}\n| command | what it does |\n|---|---|\n{rows}"


def cell(value):
    return str(value).replace("|", "\\|")


def parameter_table(parameters):
    if not parameters:
        return "No parameters.\n"
    rows = []
    for parameter in parameters:
        allowed = parameter["allowed"]
        if parameter["choices"]:
            allowed += ": " + ", ".join(f"`{choice}`" for choice in parameter["choices"])
        default = "must be given" if parameter["default"] is None else f"`{json.dumps(parameter['default'])}`"
        rows.append(f"| `{parameter['name']}` | {cell(allowed)} | {cell(default)} | {cell(parameter['help'])} |\n")
    return "| parameter | allowed | default | meaning |\n|---|---|---|---|\n" + "".join(rows)


def parts_of(judged):
    parts = ", ".join(f"`{part}`" for part in judged["components"])
    return f"`{judged['evaluator']}`" + (f" of {parts}" if parts else "")


def reward_table(spec):
    """What an environment pays, and its metrics."""
    paid = "".join(f"| `{reward['column']}` | {parts_of(reward)} |\n" for reward in spec["rewards"])
    judged = "".join(
        f"| `{metric['id']}` | {cell(metric['label'])} | {metric['axis']} | "
        f"{'higher' if metric['higher_is_better'] else 'lower'} | {parts_of(metric)} |\n" for metric in spec["metrics"])
    return (f"\n| reward column | judged by |\n|---|---|\n{paid}"
            f"\n| metric | meaning | axis | better | judged by |\n|---|---|---|---|---|\n{judged}")


def entry(spec):
    facts = []
    for key in ("reads", "writes"):
        if spec[key]:
            facts.append(f"- {key}: " + ", ".join(f"`{column}`" for column in spec[key]))
    if spec.get("notes"):
        facts.append("- notes read: " + ", ".join(f"`{note}`" for note in spec["notes"])
                     + " ([notes](rollout-files.md#notes))")
    if spec.get("texts"):
        facts.append("- reads the texts of the steps")
    if spec["evaluator"]:
        parts = ", ".join(f"`{part}`" for part in spec["components"])
        facts.append(f"- judged by `{spec['evaluator']}`, made of {parts}")
    if spec["paper"]:
        number = re.fullmatch(r"\d{4}\.\d{5}", spec["paper"])
        facts.append("- source: " + (f"[arXiv {number[0]}](https://arxiv.org/abs/{number[0]})" if number
                                     else spec["paper"]))
    listed = "\n".join(facts)
    summary = spec["summary"][0].upper() + spec["summary"][1:]
    tables = parameter_table(spec["parameters"]) + (reward_table(spec) if "metrics" in spec else "")
    return f"## `{spec['name']}`\n\n{summary}.\n\n{listed}\n\n{tables}"


def registry_page(title, about, specs):
    return f"# {title}\n\n{NOTE}\n{about}\n\n" + "\n".join(entry(spec) for spec in specs)


def chain_entry(key, chain):
    facts = [f"{name}: " + ", ".join(f"`{column}`" for column in chain[name]) for name in ("reads", "notes", "writes") if chain[name]]
    if chain["parameters"]:
        facts.append("parameters: " + ", ".join(f"`{name} = {json.dumps(value)}`" for name, value in chain["parameters"].items()))
    facts.append("operators: " + " → ".join(f"`{step['operator']}`" for step in chain["operators"]))
    about = f" {chain['about']}." if chain["about"] else ""
    return f"**`{key}/{chain['name']}`**{about}\n" + "".join(f"- {fact}\n" for fact in facts)


def paper_link(paper):
    number = re.fullmatch(r"arXiv (\d{4}\.\d{5})", paper)
    return f"[{paper}](https://arxiv.org/abs/{number[1]})" if number else paper


def shown(method):
    """What of a method is proven here."""
    verified, claims = method["verified"], method["claims"]
    parts = [f"{verified['functions']} functions of the authors' code, {verified['cases']} cases"] if verified["functions"] else []
    if claims:
        parts.append(f"{claims['built']} of {claims['specified']} claims run")
    return "; ".join(parts) or "not yet"


def methods_page(methods):
    rows = "".join(f"| [`{method['key']}`](#{method['key']}) | {cell(method['system'])} | {paper_link(method['paper'])} | "
                   f"{', '.join('`' + chain['name'] + '`' for chain in method['chains'])} | {shown(method)} |\n" for method in methods)
    entries = []
    for method in methods:
        if method["chains"]:
            names = f"Also called: {'; '.join(method['names'])}.\n\n" if method["names"] else ""
            about = f"{method['about']}\n\n" if method["about"] else ""
            chains = "\n".join(chain_entry(method["key"], chain) for chain in method["chains"])
            entries.append(f"## {method['key']}\n\n{names}{about}{chains}")
    about = ("Published methods as data, `methods/KEY.toml`: chains of [operators](operators.md) under a name. A chain runs on rollouts with\n"
             "`gradus score ROLLOUTS --method KEY/CHAIN --with PARAMETER=VALUE`, in Python with `gradus.method(\"KEY/CHAIN\", PARAMETER=VALUE)(batch)`, in a study\n"
             "with `method = \"KEY/CHAIN\"` in an `[[arm]]`; `gradus verify` proves the same chain against the authors' code. Without a chain, what is here are claims or\n"
             "benchmarks alone.")
    return (f"# Methods\n\n{NOTE}\n{about}\n\n| key | method | paper | chains | shown |\n|---|---|---|---|---|\n{rows}\n" + "\n".join(entries))


def pages(command):
    verbs = verbs_of(command)
    out = {"commands/README.md": command_index(command, verbs)}
    for verb, _ in verbs:
        out[f"commands/{verb}.md"] = command_page(command, verb)
    specs = json.loads(text_of(command, "operators", "--json"))
    out["operators.md"] = registry_page(
        "Operators",
        "What can stand in a recipe as `[[operator]]`: columns in, columns out. `{channel}` in a column's name is the value of\n"
        "that parameter. Adding one: [add-a-method.md](add-a-method.md).",
        [spec for spec in specs if spec["noun"] == "operator"])
    out["environments.md"] = registry_page(
        "Environments", "What can stand in a study as `[environment]`.",
        [spec for spec in specs if spec["noun"] == "environment"])
    out["methods.md"] = methods_page(json.loads(text_of(command, "methods", "--json")))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", help="the command gradus")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is stale")
    options = parser.parse_args()
    wanted = pages(str(Path(options.command).resolve()))
    known = {str(path.relative_to(DOCS)) for path in (DOCS / "commands").glob("*.md")}
    stale = sorted(known - {name for name in wanted if name.startswith("commands/")})
    for name, text in wanted.items():
        path = DOCS / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    if options.check and stale:
        print(f"stale: {', '.join(f'docs/{name}' for name in stale)}; run scripts/make_command_docs.py build/gradus")
        return 1
    for name in known - set(wanted):
        (DOCS / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
