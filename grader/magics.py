"""Notebook text that is not Python (magics, shell lines, help) turned into Python, line by line.

Lines keep their numbers. Only a line at which a statement begins is looked at, so that a ``%`` or
``!`` inside a string or a bracket stays what it is; what Python can read is never changed. One
pass, in time proportional to the text.
"""

from __future__ import annotations

import keyword
import re

SUSPECT = re.compile(r"^[ \t]*+[%!?]|\?[ \t]*+$|=[ \t]*+[%!]", re.MULTILINE)
INDENTED = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?+\n)*+([ \t]++)(?=[^\s#\\])")
CELL_MAGIC = re.compile(r"\s*+%%(\w+)([^\n]*+)")
LINE_MAGIC = re.compile(r"([ \t]*+)%(?:time|timeit)[ \t]++(?![-\n])")
PYLAB = re.compile(r"([ \t]*+)%pylab\b")
RUN = re.compile(r"%run[ \t]++(['\"]?+)(?:\./)?+([^\W\d]\w*+)(?:\.py)?+\1[ \t]*+\n?+")
WRITTEN = re.compile(r"writefile[ \t]++(-a[ \t]++|--append[ \t]++)?+([^\n]+)")
COMMAND = re.compile(r"[ \t]*+[%!?]")
NAMED = re.compile(r"([ \t]*+[^\W\d][\w., \t]*+(?:\[[^\]=]*+\])?+[ \t]*+=)[ \t]*+[%!]")
LINE = re.compile(r"[^\n\\]*+(?:\\.[^\n\\]*+)*+\\?\n?", re.DOTALL)  # with those it is joined to
HELP = re.compile(r"[^#'\"]*\w\*?\?{1,2}[ \t]*+")

# What decides where a statement ends: strings, comments, joined lines, line ends and brackets.
TOKEN = re.compile(
    r'"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:""")?+|'
    r"'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:''')?+|"
    r'"(?:\\.|[^"\\\n])*+"?+|'
    r"'(?:\\.|[^'\\\n])*+'?+|"
    r"\#[^\n]*+|\\\n|[\n()\[\]{}]",
    re.DOTALL,
)

RUN_BODY = frozenset({"capture", "prun", "time", "timeit"})
"""Cell magics whose cell is Python all the same."""

MAX_NOTES = 5
MAX_SHOWN = 200


def to_python(source: str) -> tuple[str, tuple[str, ...]]:
    """Return a cell's text as Python with the same number of lines, and what was left out.

    ``%time statement`` keeps the statement, ``%pylab`` its imports, ``%run module`` takes that
    module's names, and ``%%writefile`` writes its cell; other line magics, shell lines and help
    requests do nothing; a name set from one is None. Cells under a cell magic of another language
    are left out. The indentation of a whole cell goes, as in Jupyter.
    """
    indented = INDENTED.match(source)
    if indented:
        source = re.sub(f"^{indented[1]}", "", source, flags=re.MULTILINE)
    if not SUSPECT.search(source):
        return source, ()
    made: list[str] = []
    left_out: list[str] = []
    at = 0
    magic = CELL_MAGIC.match(source)
    if magic:
        ends = "\n" * source.count("\n")
        written = WRITTEN.match(source, magic.start(1))
        if written:
            body = source[magic.end() :].removeprefix("\n")
            name, mode = written[2].strip().strip("\"'"), "a" if written[1] else "w"
            write = f"with open({name!r}, {mode!r}, encoding='utf-8') as _: _.write({body!r})"
            return write + ends, (f"the cell was written to {name[:MAX_SHOWN]}: not run",)
        if magic[1] not in RUN_BODY:
            return ends, (f"the cell is %%{magic[1]}, not Python: not run",)
        at = magic.end()
        made.append("\n" * magic[0].count("\n"))
    line = 1 + source.count("\n", 0, at)
    while at < len(source):
        timed = LINE_MAGIC.match(source, at)
        if timed:
            made.append(timed[1])
            at = timed.end()
        end = LINE.match(source, at).end()  # type: ignore[union-attr]  # it matches anything
        python = _instead(source[at:end])
        if python is None:
            end = _statement_end(source, at)
            python = source[at:end]
        elif not PYLAB.match(source, at) and not RUN.fullmatch(source, at, end):
            text = source[at:end].strip().split("\n")[0][:MAX_SHOWN]
            left_out.append(f"line {line} is not Python and was left out: {text}")
        made.append(python)
        line += python.count("\n")
        at = end
    if len(left_out) > MAX_NOTES:
        left_out[MAX_NOTES:] = [f"{len(left_out) - MAX_NOTES} more lines were left out"]
    return "".join(made), tuple(left_out)


def _instead(line: str) -> str | None:
    """Return what stands in the place of a line that is not Python; None for one that may be."""
    ends = "\n" * line.count("\n")
    pylab = PYLAB.match(line)
    if pylab:
        imports = "import numpy as np; import matplotlib.pyplot as plt; from pylab import *"
        return f"{pylab[1]}{imports}{ends}"
    run = RUN.fullmatch(line)
    if run and not keyword.iskeyword(run[2]):
        return f"from {run[2]} import *{ends}"
    named = NAMED.match(line)
    if named:
        return f"{named[1]} None{ends}"
    if COMMAND.match(line) or (line.rstrip().endswith("?") and HELP.fullmatch(line.rstrip())):
        return line[: len(line) - len(line.lstrip())] + "pass" + ends
    return None


def _statement_end(source: str, start: int) -> int:
    """Return where the statement that begins at `start` ends, its line end included."""
    depth = 0
    for token in TOKEN.finditer(source, start):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth = max(depth - 1, 0)
        elif token[0] == "\n" and depth == 0:
            return token.end()
    return len(source)
