#!/usr/bin/env python3
"""Groups the sources of one target for a unity build: prints 'GROUP;FILE' lines.

    scripts/unity_groups.py 12 gradus/reward/*.cc

Files of a group become one translation unit, so two of them may not define one name at file level (an anonymous namespace of a file is not its
own any more). Whoever writes a file need not think of that: files that would collide are put in different groups, and one that opens a namespace
is left alone. No group has more files than the first argument says.
"""

import re
import sys
from pathlib import Path

# What stands in the first column and is followed by a body, a value or a list; and every constant of the form kName, at any depth, because a local
# one would shadow a global one.
TYPE = re.compile(r"^(?:struct|class|enum class|enum struct|enum|using|union)\s+(\w+)", re.MULTILINE)
FUNCTION = re.compile(r"^(?!return|namespace|using|#|TEST|RC_|BENCHMARK)[A-Za-z_][^;={}\n]*?\b(\w+)\(", re.MULTILINE)
VALUE = re.compile(r"^(?:static |const |constexpr |inline |thread_local )[^;(\n]*?\b(\w+)(?:\[[^\]]*\])?(?:\{|\s*=|;)", re.MULTILINE)
CONSTANT = re.compile(r"\bk[A-Z]\w*(?=\[?[^\n(]*\]?\s*(?:=|\{))")
ENUM = re.compile(r"^\s*enum\b[^{;]*\{([^}]*)\}", re.MULTILINE)
USING = re.compile(r"^using namespace", re.MULTILINE)
MACRO = re.compile(r"^\s*#\s*define\s+(\w+)", re.MULTILINE)


def names(path):
    text = path.read_text(errors="replace")
    found = set()
    for pattern in (TYPE, FUNCTION, VALUE, CONSTANT, MACRO):
        found.update(pattern.findall(text))
    for body in ENUM.findall(text):
        found.update(re.findall(r"\b(k[A-Z]\w*|[A-Z]\w*)\b", body))
    return found


def groups(files, most):
    made = []
    for file in files:
        if USING.search(file.read_text(errors="replace")):
            continue  # what it opens would be open to its neighbours
        own = names(file)
        for group in made:
            if len(group["files"]) < most and not (group["names"] & own):
                break
        else:
            group = {"files": [], "names": set()}
            made.append(group)
        group["files"].append(file)
        group["names"] |= own
    return made


def main():
    most = int(sys.argv[1])
    for index, group in enumerate(groups([Path(name) for name in sys.argv[2:]], most)):
        if len(group["files"]) > 1:
            for file in group["files"]:
                print(f"{index};{file}")


if __name__ == "__main__":
    main()
