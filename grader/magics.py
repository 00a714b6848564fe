"""Notebook text that is not Python (magics, shell lines, help) turned into Python, line by line.

Lines keep their numbers. A line is touched only where Python itself stops at it, so that a ``%`` or
``!`` inside a string stays what it is.
"""

from __future__ import annotations

import ast
import re

SUSPECT = re.compile(r"^\s*[%!?]|\?\s*$|=\s*[%!]", re.MULTILINE)
CELL_MAGIC = re.compile(r"\s*%%(\w+)")
LINE_MAGIC = re.compile(r"^(\s*)%(time|timeit)\s+(?!-)(.*)$")
NAMED = re.compile(r"^(\s*)([\w\s,.\[\]\"']+=)\s*[%!]")

RUN_BODY = frozenset({"capture", "prun", "time", "timeit"})
"""Cell magics whose cell is Python all the same."""


def to_python(source: str) -> tuple[str, tuple[str, ...]]:
    """Return a cell's text as Python with the same number of lines, and what was left out.

    ``%time statement`` keeps the statement; other line magics, shell lines and help requests do
    nothing; a name set from one is None. Cells under a cell magic of another language are left out.
    """
    if not SUSPECT.search(source):
        return source, ()
    lines = source.split("\n")
    notes: list[str] = []
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    magic = CELL_MAGIC.match(lines[first])
    if magic:
        if magic[1] not in RUN_BODY:
            return "\n" * (len(lines) - 1), (f"the cell is %%{magic[1]}, not Python: not run",)
        lines[first] = ""
    for _ in range(len(lines)):
        stopped = _stops_at(lines)
        if stopped is None or not SUSPECT.search(lines[stopped]):
            break
        timed = LINE_MAGIC.match(lines[stopped])
        if timed:
            lines[stopped] = timed[1] + timed[3]
            continue
        notes.append(f"line {stopped + 1} is not Python and was left out: {lines[stopped].strip()}")
        lines[stopped] = _left_out(lines[stopped])
    return "\n".join(lines), tuple(notes)


def _stops_at(lines: list[str]) -> int | None:
    """Return the index of the line at which Python stops reading, or None."""
    try:
        ast.parse("\n".join(lines))
    except SyntaxError as error:
        line = (error.lineno or 0) - 1
        return line if 0 <= line < len(lines) else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _left_out(line: str) -> str:
    named = NAMED.match(line)
    if named:
        return f"{named[1]}{named[2]} None"
    return line[: len(line) - len(line.lstrip())] + "pass"
