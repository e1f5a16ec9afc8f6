#!/usr/bin/env python3
"""Checks the shape of the house: rooms include only rooms before them (the list in docs/architecture.md), no file is
longer than 600 lines, no file or folder is named after nothing in particular, no two types have one name (the linker
would keep one of their destructors, and of their vectors, for both).

    scripts/check_includes.py

Prints FILE:LINE: rule for every breach; exit code 1 when there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
ARCHITECTURE = "docs/architecture.md"
LONGEST = 600
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "misc", "common"}
CODE = (".h", ".cc", ".py", ".sh", ".cmake", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".css")


def rooms_in_order():
    """The rows "| `gradus/ROOM` | ..." of the room table, top to bottom."""
    text = (SOURCE / ARCHITECTURE).read_text()
    rooms = re.findall(r"^\| `gradus/([a-z/]+)` \|", text, re.MULTILINE)
    if len(rooms) < 2 or len(set(rooms)) != len(rooms):
        sys.exit(f"{ARCHITECTURE}: found no room table with rows '| `gradus/ROOM` | ...', each room once")
    return rooms


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=SOURCE,
                            check=True, capture_output=True, text=True).stdout
    return sorted(path for path in listed.split("\0") if path and (SOURCE / path).is_file())


def room_of(path, rooms):
    """'gradus/model/torch/x.h' is in the longest listed room that it is under; tests mirror the rooms."""
    parts = Path(path).parts
    if parts[0] not in ("gradus", "tests"):
        return None
    for depth in range(len(parts) - 1, 1, -1):
        room = "/".join(parts[1:depth])
        if room in rooms:
            return room
    return None


def breaches_of(path, rooms):
    stem_words = set(re.split(r"[^a-z]+", path.lower()))
    for word in sorted(stem_words & EMPTY_WORDS):
        yield 1, f"'{word}' names nothing: call the file after the method, the folder after the noun"
    if not path.endswith(CODE):
        return
    lines = (SOURCE / path).read_text(errors="replace").splitlines()
    if len(lines) > LONGEST:
        yield LONGEST + 1, f"{len(lines)} lines; a file has at most {LONGEST}"
    if not path.endswith((".h", ".cc")):
        return
    room = room_of(path, rooms)
    if path.startswith("gradus/") and room is None:
        yield 1, f"this room is not in the list of {ARCHITECTURE}"
        return
    for number, line in enumerate(lines, start=1):
        included = re.match(r'\s*#\s*include\s+["<](gradus/[^">]+)[">]', line)
        if not included:
            continue
        target = room_of(included.group(1), rooms)
        if target is None:
            yield number, f"includes '{included.group(1)}', which is in no room of {ARCHITECTURE}"
        elif room and rooms.index(target) > rooms.index(room):
            yield number, f"room '{room}' includes '{target}', which comes after it in {ARCHITECTURE}"


def twin_types(paths):
    """(path, line, rule) for every type of a header whose name, in the same namespace, another header has given already."""
    first = {}
    for path in paths:
        if not re.fullmatch(r"gradus/.*\.h", path):
            continue
        namespace = ""
        for number, line in enumerate((SOURCE / path).read_text().splitlines(), start=1):
            opened = re.match(r"namespace ([\w:]+) \{", line)
            namespace = opened.group(1) if opened else namespace
            named = re.match(r"(?:struct|class|enum class) (\w+)[^;]*\{", line)
            if named and first.setdefault((namespace, named.group(1)), path) != path:
                yield path, number, f"type '{named.group(1)}' is also in {first[namespace, named.group(1)]}: rename one"


def main():
    rooms = rooms_in_order()
    paths = tracked_files()
    found = [(path, line, rule) for path in paths for line, rule in breaches_of(path, rooms)]
    found += twin_types(paths)
    for path, line, rule in found:
        print(f"{path}:{line}: {rule}")
    count = len(found)
    if count:
        print(f"check_includes: {count} breaches")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
