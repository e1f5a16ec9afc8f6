#!/usr/bin/env python3
"""Breaks the code in many small ways and counts how many of them the tests see.

    nice scripts/mutants.py --build build-notorch --rooms credit reward learn eval --sample 40 --out mutants.tsv

Every mutant of the sample is compiled into one set of programs, behind a switch that the environment sets (mutant schemata): a room is compiled once,
and a mutant costs one run of the tests. The killers of a mutant are the golden cases (tests/verify) and the test programs of its room and of the
rooms after it in --rooms; a program that never comes to the changed place is not run. Which mutants are drawn depends on the text of the sources
alone. With an --out file that exists, mutants that are killed there stay killed and the others are tried again.

The mutants: + - * / and their assignments, < <= > >= == !=, && || !, constants one up or down, min and max, conditions negated, continue and return
left out. Descriptions of operators (functions register_* and *_param) and the texts of errors (throw) are passed over. A mutant that does not compile is counted
apart; one that changes nothing anybody could see is named, with the reason, in tests/mutants_equivalent.tsv, and counted apart too.

Needs a build folder that was configured, and the Python bindings of libclang (Debian: python3-clang-14, then run it with /usr/bin/python3).
"""

import argparse
import concurrent.futures
import hashlib
import inspect
import json
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import unity_groups

try:
    import clang.cindex
    from clang.cindex import CursorKind, TypeKind
except ImportError:
    sys.exit("the Python bindings of libclang are missing: install python3-clang-14 and run this with /usr/bin/python3")

SOURCE = Path(__file__).resolve().parent.parent
EQUIVALENT = SOURCE / "tests" / "mutants_equivalent.tsv"
GROUP = 12         # files compiled as one
RECORD = -2        # as GRADUS_MUTANT: no mutant, but write down which places are reached
CPU_SECONDS = 30   # beyond ten times what the tests need: a mutant that does not end is killed by the kernel

SWITCH_HEADER = """#pragma once
extern const int gradus_mutant_on;
extern unsigned char gradus_mutant_reached[];
inline bool gradus_mutant(int n) noexcept {
  if (gradus_mutant_on == -2) gradus_mutant_reached[n] = 1;
  return gradus_mutant_on == n;
}
"""
SWITCH_SOURCE = """#include <cstdio>
#include <cstdlib>
static int chosen() { const char* const text = std::getenv("GRADUS_MUTANT"); return text ? std::atoi(text) : -1; }
extern const int gradus_mutant_on;
const int gradus_mutant_on = chosen();
unsigned char gradus_mutant_reached[1 << 20];
namespace {
struct AtTheEnd {
  ~AtTheEnd() {
    const char* const path = std::getenv("GRADUS_MUTANTS_REACHED");
    std::FILE* const file = path && gradus_mutant_on == -2 ? std::fopen(path, "a") : nullptr;
    if (!file) return;
    for (int n = 0; n < 1 << 20; ++n) if (gradus_mutant_reached[n]) std::fprintf(file, "%d\\n", n);
    std::fclose(file);
  }
} at_the_end;
}
"""

OTHER = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
         "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*="}
NUMBERS = {TypeKind.BOOL, TypeKind.CHAR_U, TypeKind.UCHAR, TypeKind.USHORT, TypeKind.UINT, TypeKind.ULONG, TypeKind.ULONGLONG, TypeKind.CHAR_S,
           TypeKind.SCHAR, TypeKind.SHORT, TypeKind.INT, TypeKind.LONG, TypeKind.LONGLONG, TypeKind.FLOAT, TypeKind.DOUBLE, TypeKind.LONGDOUBLE,
           TypeKind.DEPENDENT, TypeKind.ENUM}


@dataclass
class Place:
    """A stretch of source with one or more mutants."""
    start: int
    end: int
    variants: list = field(default_factory=list)  # Mutant


@dataclass
class Mutant:
    path: str
    line: int
    last_line: int
    original: str
    changed: str
    source_line: str
    key: str = ""
    number: int = 0
    state: str = ""      # killed, survived, not compiled, equivalent
    killer: str = ""
    parts: list = None   # (start, end) of operands, which may hold places of their own
    make: object = None  # from the texts of the parts to the text of the mutant
    statement: bool = False

    def stored(self):
        return {key: value for key, value in vars(self).items() if key not in ("parts", "make")}


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


def flags_of(build, room, kind="gradus_"):
    """Compiler flags of a room or of its tests, without input and output."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        if f"/{kind}{room}.dir/" not in words[words.index("-o") + 1]:
            continue
        flags = [w for i, w in enumerate(words[1:], 1) if w not in ("-o", "-c") and words[i - 1] not in ("-o", "-c")]
        return [words[0]] + [flag for flag in flags if not flag.startswith(("-O", "-W"))]
    sys.exit(f"{build}/compile_commands.json has no file of the room '{room}': configure first")


class Finder:
    """All places of one file where it could be changed."""

    def __init__(self, path, unit):
        self.path = path
        self.bytes = path.read_bytes()
        self.name = str(path.relative_to(SOURCE))
        self.lines = self.bytes.decode(errors="replace").split("\n")
        self.places = {}
        self.file = str(path)
        for cursor in unit.cursor.get_children():
            if cursor.location.file and cursor.location.file.name == self.file:
                self.visit(cursor, [])

    def text(self, start, end):
        return self.bytes[start:end].decode(errors="replace")

    @staticmethod
    def range_of(cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def add(self, start, end, parts, changed, make, statement=False):
        original = self.text(start, end)
        copied = "".join(self.text(*part) for part in parts) if parts else ""
        if "//" in original or 'R"' in copied or "#" in copied or start >= end:
            return
        line = self.bytes.count(b"\n", 0, start) + 1
        mutant = Mutant(self.name, line, line + original.count("\n"), one_line(original), one_line(changed), self.lines[line - 1].strip(), parts=parts,
                        make=make, statement=statement)
        place = self.places.setdefault((start, end), Place(start, end))
        if all(mutant.changed != m.changed for m in place.variants):  # libclang shows lists of values twice
            place.variants.append(mutant)

    def visit(self, cursor, parents):
        kind = cursor.kind
        if kind == CursorKind.CXX_THROW_EXPR or kind == CursorKind.STATIC_ASSERT:
            return
        if kind in (CursorKind.FUNCTION_DECL, CursorKind.FUNCTION_TEMPLATE) and cursor.spelling.startswith("register_"):
            return
        if kind == CursorKind.CALL_EXPR and cursor.spelling.endswith("_param"):
            return  # description of a parameter
        start, end = self.range_of(cursor)
        if kind == CursorKind.VAR_DECL and re.search(r"\bconstexpr\b", self.text(start, end)[:60]):
            return
        children = list(cursor.get_children())
        if kind in (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR) and len(children) == 2:
            self.operator(cursor, children)
        elif kind == CursorKind.CALL_EXPR:
            self.call(cursor)
        elif kind == CursorKind.UNARY_OPERATOR and children:
            self.unary(start, end, children[0])
        elif kind in (CursorKind.INTEGER_LITERAL, CursorKind.FLOATING_LITERAL):
            self.number(start, end, parents)
        elif kind in (CursorKind.IF_STMT, CursorKind.CONDITIONAL_OPERATOR) and children:
            self.condition(children[0])
        elif kind == CursorKind.CONTINUE_STMT or (kind == CursorKind.RETURN_STMT and self.early(parents)):
            self.left_out(start, end, "continue" if kind == CursorKind.CONTINUE_STMT else "return")
        for child in children:
            if child.extent.start.offset and child.extent.start.file.name == self.file:  # not an argument left to its default
                self.visit(child, parents + [cursor])

    def operator(self, cursor, children):
        (start, a_end), (b_start, end) = self.range_of(children[0]), self.range_of(children[1])
        found = self.text(a_end, b_start).strip()
        if found not in OTHER or start >= a_end or b_start >= end:
            return
        kinds = {child.type.get_canonical().kind for child in children}
        if found not in ("==", "!=", "&&", "||") and not kinds <= NUMBERS:
            return
        self.infix((start, a_end), (b_start, end), found)

    def infix(self, a, b, found):
        other = OTHER[found]
        self.add(a[0], b[1], [a, b], f"{self.text(*a)} {other} {self.text(*b)}", lambda t: f"({t[0]}) {other} ({t[1]})")

    def call(self, cursor):
        arguments = list(cursor.get_arguments())
        if len(arguments) != 2 or any(argument is None for argument in arguments):
            return
        a, b = (self.range_of(argument) for argument in arguments)
        start, end = self.range_of(cursor)
        if cursor.spelling.startswith("operator") and cursor.spelling[8:] in ("==", "!=", "<", ">", "<=", ">="):
            found = self.text(a[1], b[0]).strip()
            if found in OTHER and a[0] < a[1] <= b[0] < b[1]:
                self.infix(a, b, found)
        elif cursor.spelling in ("min", "max"):
            head = re.match(r"(?:std::)?(min|max)(<[\w:]+>)?$", self.text(start, a[0]).strip().removesuffix("(").strip())
            if head and a[0] < a[1] <= b[0] < b[1] and self.text(b[1], end).strip() == ")":
                swapped = f"std::{'max' if head[1] == 'min' else 'min'}{head[2] or ''}"
                self.add(start, end, [a, b], f"{swapped}({self.text(*a)}, {self.text(*b)})", lambda t: f"{swapped}({t[0]}, {t[1]})")

    def unary(self, start, end, operand):
        a = self.range_of(operand)
        sign = self.text(start, a[0]).strip()
        if sign in ("!", "-") and a[0] < a[1] == end:
            self.add(start, end, [a], self.text(*a), lambda t: f"({t[0]})")

    def number(self, start, end, parents):
        text = self.text(start, end)
        if not re.fullmatch(r"[\d.][\d.eEuUlLzZfF'+-]*", text):
            return
        if any(parent.kind in (CursorKind.CASE_STMT, CursorKind.ENUM_CONSTANT_DECL) for parent in parents[-2:]):
            return
        is_zero = re.fullmatch(r"0+(\.0*)?[uUlLzZfF]*", text)
        for sign in "+" if is_zero else "+-":
            self.add(start, end, [], f"{text} {sign} 1", lambda t, sign=sign: f"{text} {sign} 1")

    def condition(self, cursor):
        a = self.range_of(cursor)
        if cursor.kind in (CursorKind.VAR_DECL, CursorKind.DECL_STMT) or a[0] >= a[1]:
            return
        text = self.text(*a)
        inner = cursor
        while inner.kind == CursorKind.UNEXPOSED_EXPR and len(list(inner.get_children())) == 1:
            inner = next(inner.get_children())
        found = ""
        operands = list(inner.get_children())
        if inner.kind == CursorKind.BINARY_OPERATOR and len(operands) == 2:
            found = self.text(self.range_of(operands[0])[1], self.range_of(operands[1])[0]).strip()
        elif inner.kind == CursorKind.CALL_EXPR and inner.spelling.startswith("operator"):
            found = inner.spelling[8:]
        if found in ("==", "!=") or text.lstrip().startswith("!"):
            return  # the mutants of the operator say the same
        self.add(*a, [a], f"!({text})", lambda t: f"!({t[0]})")

    def left_out(self, start, end, word):
        if self.bytes[end:end + 1] != b";":
            return
        self.add(start, end + 1, [], f"{word} left out", lambda t: "", statement=True)

    @staticmethod
    def early(parents):
        """Not the last statement of its function: after that one there is nothing to go on with."""
        functions = {CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR, CursorKind.LAMBDA_EXPR, CursorKind.FUNCTION_TEMPLATE}
        return not (parents[-1].kind == CursorKind.COMPOUND_STMT and parents[-2].kind in functions)


def find_all(room, flags):
    """Mutants of every source file of a room. The headers of all its files are parsed once, as a precompiled header."""
    files = sorted(p for p in (SOURCE / "gradus" / room).rglob("*.cc") if "torch" not in p.parts)
    includes = sorted({line for file in files for line in file.read_text().splitlines() if line.startswith("#include")})
    arguments = [flag for flag in flags[1:] if flag.startswith(("-I", "-D", "-std", "-isystem"))]
    index = clang.cindex.Index.create()
    whole = index.parse("all.h", args=["-x", "c++-header", *arguments], unsaved_files=[("all.h", "\n".join(includes) + "\n")],
                        options=clang.cindex.TranslationUnit.PARSE_INCOMPLETE)
    stored = Path(os.environ.get("TMPDIR", "/tmp")) / f"mutants-{os.getpid()}-{room}.pch"
    whole.save(str(stored))
    finders = []
    try:
        for path in files:
            unit = index.parse(str(path), args=["-include-pch", str(stored), *arguments])
            # (Precompiled, some headers of the standard library raise a false alarm in clang 14.)
            errors = [str(d) for d in unit.diagnostics if d.severity >= clang.cindex.Diagnostic.Error and str(d.location.file) == str(path)]
            if errors:
                print(f"read in part, without what libclang does not know: {errors[0]}")
            finders.append(Finder(path, unit))
    finally:
        stored.unlink()
    return finders


def draw(finders, count):
    """The `count` mutants with the smallest hashes of what they change; all others are taken out of the places."""
    mutants = [m for finder in finders for place in finder.places.values() for m in place.variants]
    seen = {}
    for m in sorted(mutants, key=lambda m: (m.path, m.line)):
        name = "\t".join((m.path, m.source_line, m.original, m.changed))
        seen[name] = seen.get(name, 0) + 1
        m.key = hashlib.sha256(f"{name}\t{seen[name]}".encode()).hexdigest()[:16]
    drawn = sorted(mutants, key=lambda m: m.key)[:count]
    keep = {m.key for m in drawn}
    for finder in finders:
        for place in finder.places.values():
            place.variants = [m for m in place.variants if m.key in keep]
    return drawn, len(mutants)


def render(finder, start, end, places):
    """The source between two offsets with its mutants behind switches."""
    out, at = [], start
    inside = [p for p in places if start <= p.start and p.end <= end]
    while inside:
        place = min(inside, key=lambda p: (p.start, -p.end))
        out.append(finder.text(at, place.start))
        within = [p for p in inside if p is not place and place.start <= p.start and p.end <= place.end]
        original = render(finder, place.start, place.end, within)
        for m in reversed(place.variants):
            if m.statement:
                original = f"{{ if (!gradus_mutant({m.number})) {original} }}"
                continue
            changed = m.make([re.sub(r"\s*\n\s*", " ", render(finder, *part, within)) for part in m.parts])
            original = f"(gradus_mutant({m.number}) ? {changed} : {original if original.startswith('(gradus_mutant') else f'({original})'})"
        out.append(original)
        at = place.end
        inside = [p for p in inside if p.start >= at]
    out.append(finder.text(at, end))
    return "".join(out)


class Room:
    """A room whose sources are read, changed and compiled; what an earlier run made of the same sources is taken again."""

    def __init__(self, name, build, work, sample, first_number):
        self.name, self.build, self.work = name, build, work
        self.flags = flags_of(build, name)
        text = "".join(p.read_text() for p in sorted((SOURCE / "gradus").rglob("*.*")) if p.suffix == ".h" or p.is_relative_to(SOURCE / "gradus" / name))
        made_by = "".join(inspect.getsource(part) for part in (Finder, Room, Mutant, draw, render))
        stamp = hashlib.sha256(f"{first_number} {sample} {self.flags} {made_by} {text}".encode()).hexdigest()
        made = work / f"{name}.json"
        self.library = work / f"libgradus_{name}.a"
        self.made, self.stamp = made, stamp
        self.compiled = made.exists() and (known := json.loads(made.read_text()))["stamp"] == stamp
        if self.compiled:
            self.mutants, self.possible = [Mutant(**m) for m in known["mutants"]], known["possible"]
            return
        made.unlink(missing_ok=True)
        self.finders = find_all(name, self.flags)
        self.mutants, self.possible = draw(self.finders, sample)
        for number, m in enumerate(self.mutants, first_number):
            m.number = number
        self.group()

    def group(self):
        made = [group["files"] for group in unity_groups.groups([f.path for f in self.finders], GROUP)]
        grouped = {path for files in made for path in files}
        self.groups = made + [[f.path] for f in self.finders if f.path not in grouped]

    def write(self, finder):
        places = [p for p in finder.places.values() if p.variants]
        out = self.work / finder.name
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(render(finder, 0, len(finder.bytes), places))

    def compile_group(self, number):
        """Compiles a group; mutants that do not compile are taken out until the rest does."""
        by_path = {f.path: f for f in self.finders}
        group = [by_path[path] for path in self.groups[number]]
        unit = self.work / f"{self.name}_{number}.cc"
        unit.write_text("".join(f'#include "{self.work / f.name}"\n' for f in group))
        target = unit.with_suffix(".o")
        command = [*self.flags, "-O0", "-w", "-fmax-errors=0", "-include", str(self.work / "switch.h"), "-c", str(unit), "-o", str(target)]
        while True:
            for finder in group:
                self.write(finder)
            ran = subprocess.run(command, capture_output=True, text=True, cwd=self.build)
            if ran.returncode == 0:
                return target
            if not self.remove(group, ran.stderr, ": error:") and not self.remove(group, ran.stderr, ""):
                sys.exit(f"{unit} does not compile:\n{ran.stderr[:4000]}")

    def remove(self, group, messages, kind):
        """Takes out the mutants on the lines that the compiler names."""
        removed = False
        for path, line in re.findall(rf"{re.escape(str(self.work))}/(\S+?\.cc):(\d+):\d+{kind}", messages):
            for finder in group:
                for place in finder.places.values() if finder.name == path else ():
                    for m in [m for m in place.variants if m.line <= int(line) <= m.last_line]:
                        m.state = "not compiled"
                        place.variants.remove(m)
                        removed = True
        return removed

    def compile(self, jobs):
        if self.compiled:
            return
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            objects = list(pool.map(self.compile_group, range(len(self.groups))))
        self.library.unlink(missing_ok=True)
        subprocess.run(["ar", "qcs", self.library, *objects], check=True)
        self.made.write_text(json.dumps({"stamp": self.stamp, "possible": self.possible, "mutants": [m.stored() for m in self.mutants]}))


def compile_tests(build, work, room, jobs):
    """The objects of a room's test program, not optimised: most of them run for a moment only."""
    flags = flags_of(build, room, "test_")
    cached = [shutil.which("ccache")] if shutil.which("ccache") else []
    made = work / "tests" / room
    made.mkdir(parents=True, exist_ok=True)

    def compiled(path):
        target = made / (path.relative_to(SOURCE / "tests" / room).as_posix().replace("/", "_") + ".o")
        subprocess.run([*cached, *flags, "-O0", "-w", "-c", str(path), "-o", str(target)], check=True, cwd=build)
        return target

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(compiled, sorted((SOURCE / "tests" / room).rglob("*_test.cc"))))


def link(build, work, room, objects, archives):
    """The test program of a room with the archives of the mutated rooms in place of the build folder's own."""
    target = f"test_{room}"
    listed = subprocess.run(["ninja", "-C", build, "-t", "commands", target], capture_output=True, text=True, check=True).stdout
    command = listed.strip().splitlines()[-1]
    command = re.sub(rf"CMakeFiles/{target}\.dir/\S+\.o ", "", command)
    for name, path in archives.items():
        command = re.sub(rf"(?<=\s)libgradus_{name}\.a(?=\s)", str(path), command)
    out = build / f"mutants_{target}"  # beside the programs that the tests start
    command = command.replace(f" -o {target} ", f" {' '.join(map(str, objects))} {work / 'switch.o'} -o {out} ")
    subprocess.run(command, shell=True, cwd=build, check=True)
    return out


class Killer:
    """A program that fails when it sees a mutant."""

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.cpu = 0.0
        self.reached = set()

    def run(self, number, limit, reached=None):
        environment = dict(os.environ, GRADUS_MUTANT=str(number), GTEST_FAIL_FAST="1", GTEST_BRIEF="1")
        if reached:
            environment["GRADUS_MUTANTS_REACHED"] = str(reached)
        seconds = int(limit)
        with subprocess.Popen(list(map(str, self.command)), env=environment, cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, errors="replace", start_new_session=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))) as process:
            stop = threading.Timer(20 * limit, process.kill)  # for one that waits for ever without using the processor
            stop.start()
            output = process.communicate()[0]
            stop.cancel()
            return process.returncode, output

    def measure(self, work):
        """A run without a mutant: it must pass, and says which places it comes to."""
        path = work / f"reached-{self.name.replace(' ', '-')}"
        path.unlink(missing_ok=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        code, output = self.run(RECORD, 3600, path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if code != 0:
            sys.exit(f"'{self.name}' fails without a mutant:\n{output[-4000:]}")
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.reached = {int(line) for line in path.read_text().split()}


def judge(mutant, killers):
    for killer in killers:
        if mutant.number not in killer.reached:
            continue
        code, output = killer.run(mutant.number, CPU_SECONDS + 10 * killer.cpu)
        if code != 0:
            failed = re.search(r"\[  FAILED  \] ([^\s,(]+)", output)
            ended = "" if code > 0 else f" (signal {-code})"
            mutant.state, mutant.killer = "killed", (failed[1] if failed else killer.name) + ended
            return
    mutant.state = "survived"
    mutant.killer = "reached" if any(mutant.number in k.reached for k in killers) else "not reached"


def store(path, mutants):
    lines = ["key\tstate\tby\tplace\toriginal\tmutant\tsource\n"]
    for m in mutants:
        lines.append("\t".join((m.key, m.state, m.killer, f"{m.path}:{m.line}", m.original, m.changed, m.source_line.replace("\t", " "))) + "\n")
    temporary = path.with_suffix(".new")
    temporary.write_text("".join(lines))
    temporary.replace(path)


def stored(path):
    if not path.exists():
        return {}
    rows = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    return {row[0]: (row[1], row[2]) for row in rows}


def equivalents():
    """(file, source line, original, mutant) of the mutants that nobody can see."""
    rows = [line.split("\t") for line in EQUIVALENT.read_text().splitlines() if line and not line.startswith("#")]
    return {tuple(row[:4]) for row in rows}


def say(rooms, mutants):
    for m in mutants:
        if m.state == "survived":
            print(f"survived: {m.path}:{m.line}: {m.original}  ->  {m.changed}   ({m.killer})")
    total = [0, 0]
    for room in rooms:
        states = [m.state for m in room.mutants]
        killed, survived = states.count("killed"), states.count("survived")
        total = [total[0] + killed, total[1] + killed + survived]
        rate = 100 * killed / max(1, killed + survived)
        print(f"{room.name}: {killed} killed, {survived} survived, {states.count('equivalent')} equivalent, {states.count('not compiled')} not compiled; "
              f"{rate:.0f} % killed (of {room.possible} possible mutants)")
    print(f"all: {total[0]} of {total[1]} killed, {100 * total[0] / max(1, total[1]):.1f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=SOURCE / "build-notorch")
    parser.add_argument("--rooms", nargs="+", default=["credit", "reward", "learn", "eval"], help="in the order of docs/architecture.md")
    parser.add_argument("--sample", type=int, default=40, help="mutants per room")
    parser.add_argument("--out", type=Path, default=Path("mutants.tsv"))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    build = options.build.resolve()
    work = build / "mutants"
    work.mkdir(parents=True, exist_ok=True)
    (work / "switch.h").write_text(SWITCH_HEADER)
    (work / "switch.cc").write_text(SWITCH_SOURCE)
    subprocess.run(["c++", "-O1", "-c", work / "switch.cc", "-o", work / "switch.o"], check=True)

    clang.cindex.Config.set_library_file(next(str(p) for p in Path("/usr/lib").glob("llvm-*/lib/libclang.so.1")))
    rooms, compiling = [], []
    known_rooms = sorted(path.name for path in (SOURCE / "gradus").iterdir() if path.is_dir())
    with concurrent.futures.ThreadPoolExecutor(1) as pool:  # one room is compiled while the next is read
        for name in options.rooms:
            rooms.append(Room(name, build, work, options.sample, known_rooms.index(name) * 50000))
            compiling.append(pool.submit(rooms[-1].compile, options.jobs))
        for done in compiling:
            done.result()
    mutants = [m for room in rooms for m in room.mutants]
    known, same = stored(options.out), equivalents()
    print(f"{len(mutants)} mutants compiled in", flush=True)
    archives = {room.name: room.library for room in rooms}
    tested = [*options.rooms, "verify"]
    subprocess.run(["ninja", "-C", build, *(f"gradus_{name}" for name in tested), "gradus-jail"], check=True, stdout=subprocess.DEVNULL)
    programs = {name: link(build, work, name, compile_tests(build, work, name, options.jobs), archives) for name in tested}
    tests = {name: Killer(f"test_{name}", [programs[name]]) for name in options.rooms}
    golden = Killer("golden", [programs["verify"], "--gtest_filter=Golden.*"])
    for killer in (*tests.values(), golden):
        killer.measure(work)
        print(f"{killer.name}: {killer.cpu:.1f} s, comes to {len(killer.reached)} mutants", flush=True)

    left = []
    for i, room in enumerate(rooms):
        killers = [golden] + [tests[r.name] for r in rooms[i:]]  # the quickest first
        for m in room.mutants:
            state, by = known.get(m.key, ("", ""))
            if m.state:
                continue
            if (m.path, m.source_line, m.original, m.changed) in same:
                m.state = "equivalent"
            elif state == "killed":
                m.state, m.killer = state, by
            else:
                left.append((m, killers))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(judge, m, killers) for m, killers in left]
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            future.result()
            store(options.out, [m for m in mutants if m.state])
            if done % 20 == 0:
                print(f"{done} of {len(left)}", flush=True)
    store(options.out, mutants)
    say(rooms, mutants)
    for program in programs.values():
        program.unlink()


if __name__ == "__main__":
    main()
