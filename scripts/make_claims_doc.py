#!/usr/bin/env python3
"""Writes the table of docs/claims.md from what `gradus reproduce` finds.

    scripts/make_claims_doc.py build/gradus                        runs every simulated claim, its controls and its sweep
    scripts/make_claims_doc.py build/gradus --check                exit code 1 when a row came out otherwise, naming it
    scripts/make_claims_doc.py build/gradus --check --no-sweep     the same without the last column, which takes most of the time
    scripts/make_claims_doc.py build/gradus pure igpo              only the rows of these methods

A method that cannot run here (a language server that is not installed) keeps its rows, and is named.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "claims.md"
BEGIN, END = "<!-- begin: written by scripts/make_claims_doc.py -->\n", "<!-- end -->\n"
HEAD = "| key | claim | what came out | beside it | verdict | worlds |\n|---|---|---|---|---|---|\n"


def run(command, *arguments):
    return subprocess.run([command, "reproduce", *arguments], capture_output=True, text=True)


def number(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def checked(check):
    text = f"`{check['what']}` {number(check['found'])} ({check['wanted']}"
    if check["specified"] is None:
        text += "; ours"
    elif check["because"] is not None:
        text += f"; specified: {check['specified']}, but {check['because']}"
    return text + ")" + ("" if check["holds"] else " **no**")


def beside(claim):
    parts = [f"{kind}: {one['text']}, {number(one['found'])}"
             for kind, key in (("baseline", "baselines"), ("rival", "rivals")) for one in claim[key]]
    for control in claim["controls"]:
        outcome = "**holds there too**" if control["claim_holds"] else "fails there"
        parts.append(f"control: {control['text']} (`{control['set']}`), {outcome}")
    return "; ".join(parts)


def verdict(claim):
    if claim["identity"]:
        return "identity" if claim["holds"] else "**identity broken**"
    text = "yes" if claim["holds"] else "**no**"
    if claim["holds"] != claim["holds_as_specified"]:
        text += ", as specified " + ("yes" if claim["holds_as_specified"] else "**no**")
    return text


def worlds(claim):
    if claim["identity"]:
        return ""
    parts = []
    for sweep in claim.get("worlds", []):
        found = {True: [], False: []}
        for world in sweep["worlds"]:
            found[world["holds"]].append(json.dumps(world["value"]).strip('"'))
        said = ["yes at " + ", ".join(found[True])] if found[True] else []
        said += ["no at " + ", ".join(found[False])] if found[False] else []
        parts.append(f"{sweep['parameter'].split('.')[1]}: {'; '.join(said)}")
    return "<br>".join(parts)


def rows_of(document):
    rows = []
    for i, claim in enumerate(document["claims"]):
        key = f"`{document['key']}`" if i == 0 else ""
        ours = " (not specified, ours)" if claim["ours"] else ""
        cells = [key, f"({claim['id']}) {claim['text']}{ours}", "; ".join(checked(check) for check in claim["checks"]),
                 beside(claim), verdict(claim), worlds(claim)]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    for part in document["unbuilt"]:
        rows.append(f"| | {part['text']} | not built: {part['why']} | | | |\n")
    return rows


def rows_by_key(table):
    """The rows of a page's table: {key: rows}."""
    found, key = {}, None
    for row in table.splitlines(keepends=True)[2:]:
        named = re.match(r"\| `(\w+)` \|", row)
        key = named.group(1) if named else key
        found.setdefault(key, []).append(row)
    return found


def without_worlds(rows):
    return [row.rsplit(" | ", 1)[0] for row in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", type=Path)
    parser.add_argument("keys", nargs="*")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--no-sweep", action="store_true", help="only with --check")
    arguments = parser.parse_args()
    if arguments.no_sweep and not arguments.check:
        parser.error("the page has the sweep in it: --no-sweep goes with --check")
    command = arguments.command.resolve()
    before, rest = PAGE.read_text().split(BEGIN)
    table, after = rest.split(END)
    page, stale, skipped = rows_by_key(table), [], []
    listed = json.loads(run(command, "--list", "--json").stdout)
    keys = [row["key"] for row in listed if row["checked_on"] == "simulations"]
    if set(arguments.keys) - set(keys):
        parser.error("no simulated claims: " + ", ".join(sorted(set(arguments.keys) - set(keys))))
    for key in arguments.keys or keys:
        ran = run(command, key, "--json", *([] if arguments.no_sweep else ["--sweep"]))
        if ran.returncode == 3:
            skipped.append(key)
            print(f"skipped: {key}: {ran.stderr.strip()}")
            continue
        if ran.returncode not in (0, 1):
            sys.exit(ran.stderr)
        rows, old = rows_of(json.loads(ran.stdout)), page.get(key, [])
        if without_worlds(rows) != without_worlds(old) if arguments.no_sweep else rows != old:
            stale.append(key)
            if arguments.check:
                print(f"{key}: came out otherwise than docs/claims.md says:\n" + "".join(rows))
        page[key] = rows
    if not arguments.check:
        PAGE.write_text(before + BEGIN + HEAD + "".join("".join(page.get(key, [])) for key in keys) + END + after)
    elif stale:
        sys.exit(f"docs/claims.md is stale ({', '.join(stale)}): scripts/make_claims_doc.py build/gradus")
    print(f"{len(arguments.keys or keys) - len(skipped)} methods, {len(skipped)} skipped")


if __name__ == "__main__":
    main()
