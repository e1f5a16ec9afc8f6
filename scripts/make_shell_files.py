#!/usr/bin/env python3
"""Writes manual pages (man1/gradus.1, one for every command) and the completion of bash from the command's own help.

    scripts/make_shell_files.py build/gradus build/shell
"""

import re
import sys
from pathlib import Path

from make_command_docs import text_of, verbs_of

COMPLETION = """# Completion of bash for gradus. Written by scripts/make_shell_files.py from the command's own help.
_gradus() {
  local word=${COMP_WORDS[COMP_CWORD]} path=gradus words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ -n ${_gradus_words["$path ${COMP_WORDS[i]}"]+known} ]] && path+=" ${COMP_WORDS[i]}"
  done
  words=${_gradus_words[$path]}
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))
}
declare -gA _gradus_words=(
@WORDS@)
complete -o filenames -F _gradus gradus
"""


def commands_of(command, path=()):
    """[(words of a command, its help, the commands below it)], itself first."""
    text = text_of(command, *path, "--help")
    below = verbs_of(command, *path) if "Subcommands:" in text else []
    found = [(path, text, below)]
    for verb, _ in below:
        found += commands_of(command, (*path, verb))
    return found


def completion(found):
    words = ""
    for path, text, below in found:
        options = re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]*)", text, re.MULTILINE)
        listed = [verb for verb, _ in below] + sorted(set(options))
        words += f"  ['{' '.join(('gradus', *path))}']='{' '.join(listed)}'\n"
    return COMPLETION.replace("@WORDS@", words)


def in_roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def manual_page(path, text, summary, version, others):
    name = "-".join(("gradus", *path))
    about, rest = re.split(r"\n(?=Usage:)", text.strip(), maxsplit=1)
    see = ", ".join(f".BR {other} (1)" for other in others).replace(", .BR", ",\n.BR")
    return (f'.TH {name.upper()} 1 "" "gradus {version}" "Gradus"\n.SH NAME\n{name} \\- {in_roff(summary)}\n'
            f".SH DESCRIPTION\n.nf\n{in_roff(about.strip())}\n\n{in_roff(rest)}\n.fi\n.SH SEE ALSO\n{see}\n")


def main():
    command, folder = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2])
    version = text_of(command, "--version").split()[1]
    found = commands_of(command)
    (folder / "completions").mkdir(parents=True, exist_ok=True)
    (folder / "man1").mkdir(exist_ok=True)
    summaries = dict(verbs_of(command))
    every = ["gradus-" + verb for verb in summaries]
    for path, text, _ in found:
        if len(path) > 1:
            continue
        summary = summaries[path[0]] if path else "process rewards for the steps of rollouts"
        page = manual_page(path, text, summary, version, ["gradus"] if path else every)
        (folder / "man1" / ("-".join(("gradus", *path)) + ".1")).write_text(page)
    (folder / "completions" / "gradus").write_text(completion(found))


if __name__ == "__main__":
    main()
