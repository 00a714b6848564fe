"""The parts of GitHub's runner that decide what a log and the files of a step mean.

Written from the rules of actions/runner: ``ActionCommand`` (what a line is), ``OutputManager``
and ``ActionCommandManager`` (where it is looked for, and how it is switched off),
``FileCommandManager`` (the files), ``ExecutionContext`` (how many annotations count).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

REGISTERED = frozenset(
    {"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error"}
)
REGISTERED |= {"group", "internal-set-repo-path", "notice", "remove-matcher", "save-state"}
REGISTERED |= {"set-env", "set-output", "stop-commands", "warning"}

# What .NET trims from the start of a line: char.IsWhiteSpace.
WHITE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029"
WHITE += "\u202f\u205f\u3000"


class Command(NamedTuple):
    """A line that the runner executes."""

    name: str
    properties: dict[str, str]
    data: str


def parse(line: str, also: frozenset[str] = frozenset()) -> Command | None:
    """Return the command that a line of a log is, in today's form or in the old one."""
    known = REGISTERED | also
    trimmed = line.lstrip(WHITE)
    if trimmed.startswith("::") and (end := trimmed.find("::", 2)) >= 0:
        name, _, rest = trimmed[2:end].partition(" ")
        if name.lower() in known:
            return Command(name.lower(), _properties(rest, ","), _unescaped(trimmed[end + 2 :]))
    start = line.find("##[")
    if start >= 0 and (end := line.find("]", start)) >= 0:
        name, _, rest = line[start + 3 : end].partition(" ")
        if name.lower() in known:
            return Command(name.lower(), _properties(rest, ";"), _unescaped(line[end + 1 :]))
    return None


def _properties(text: str, separator: str) -> dict[str, str]:
    pairs = [part.split("=", 1) for part in text.split(separator) if part.strip()]
    return {
        pair[0].strip(): _unescaped(pair[1].replace("%3A", ":").replace("%2C", ","))
        for pair in pairs
        if len(pair) == 2
    }


def _unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def commands(log: str) -> list[Command]:
    """Return what the runner executes of a log, ``stop-commands`` obeyed."""
    found: list[Command] = []
    stopped: str | None = None
    for line in re.split(r"\r\n|\n|\r", log):
        command = parse(line, frozenset() if stopped is None else frozenset({stopped.lower()}))
        if command is None:
            continue
        if stopped is not None:
            if command.name == stopped.lower():
                stopped = None
        elif command.name == "stop-commands":
            stopped = command.data
        else:
            found.append(command)
    return found


def annotations(log: str) -> list[Command]:
    """Return the annotations that are kept: ten of each level per step."""
    counted: Counter[str] = Counter()
    kept = []
    for command in commands(log):
        if command.name in ("notice", "warning", "error"):
            counted[command.name] += 1
            if counted[command.name] <= 10:
                kept.append(command)
    return kept


def outputs(content: str) -> dict[str, str]:
    """Read a file of ``name=value`` and ``name<<DELIMITER`` blocks."""
    found: dict[str, str] = {}
    lines = iter(content.splitlines())
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1 :]
        elif heredoc >= 0:
            delimiter, value = line[heredoc + 2 :], []
            for inner in lines:
                if inner == delimiter:
                    break
                value.append(inner)
            else:
                raise ValueError(f"no line {delimiter!r}")
            found[line[:heredoc]] = "\n".join(value)
        else:
            raise ValueError(f"invalid format {line!r}")
    return found
