"""Splits the Python of a cell into statements that can run one by one.

A notebook's first cell often imports what is not installed beside what is, and everything after
the first failure would be lost with it. Statements keep the lines that their author sees.
"""

from __future__ import annotations

import ast
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

DEFINITIONS = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.Import, ast.ImportFrom),
)

MAX_PIECES = 20_000
"""Pieces of a cell that does not parse which are looked at; the longest of homework has half."""

# What continues the line before it at the start of a line; it begins no statement of its own.
CONTINUES = (")", "]", "}", "else", "elif", "except", "finally", "#", "'''", '"""')


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement at the top of a cell.

    Attributes
    ----------
    first, last : int
        Its lines in the cell, counted from 1.
    text : str
        The statement by itself, from the first of these lines on.
    defines : bool
        Whether it is an import or a definition, which runs none of the student's own work.
    """

    first: int
    last: int
    text: str
    defines: bool = False


@lru_cache(maxsize=64)  # a cell that fails does so in every replay
def statements(python: str) -> tuple[Statement, ...]:
    """Return the statements of a cell; of one that does not parse, those parts that do.

    An import of several names becomes one statement for each name.
    """
    try:
        return tuple(_of(parsed(python), python.split("\n"), 0))
    except SyntaxError:
        return tuple(itertools.chain.from_iterable(_chunks(python.split("\n"))))
    except (ValueError, RecursionError, MemoryError):
        return ()


def parsed(python: str) -> ast.Module:
    """Return the syntax tree of a text; what Python would warn of is the author's, and not said.

    Raises
    ------
    SyntaxError, ValueError, RecursionError, MemoryError
        If it is none, or too deep.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(python)


def rest(python: str, stopped: int | None) -> tuple[Statement, ...]:
    """Return what of a cell has not run when it stopped.

    Parameters
    ----------
    stopped : int or None
        The line of the statement that failed; None for all that came, as where a line of another
        cell failed last. It is not asked for where the cell is no Python: nothing of it has run.
    """
    parts = statements(python)
    if not _compiles(python):
        return parts
    if stopped is None:
        return ()
    # Of an import of several names each is tried again by itself.
    return tuple(p for p in parts if p.last >= stopped and (p.first > stopped or p.defines))


@lru_cache(maxsize=64)
def _compiles(python: str) -> bool:
    """Whether Python accepts a text; a ``return`` outside a function parses all the same."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(python, "", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _of(tree: ast.Module, lines: list[str], above: int) -> Iterator[Statement]:
    """Yield the statements of a parsed text that stands `above` lines below the cell's top."""
    body = [(_first(node), node.end_lineno or node.lineno, node) for node in tree.body]
    for at, (first, last, node) in enumerate(body):
        before = at > 0 and body[at - 1][1] >= first
        after = at + 1 < len(body) and body[at + 1][0] <= last
        place = first + above, last + above
        kind = isinstance(node, DEFINITIONS)
        if isinstance(node, (ast.Import, ast.ImportFrom)) and len(node.names) > 1:
            for name in node.names:
                one = ast.copy_location(_with_name(node, name), node)
                yield Statement(*place, ast.unparse(one), kind)
        elif not before and not after:
            yield Statement(*place, "\n".join(lines[first - 1 : last]), kind)
        else:  # several on one line
            yield Statement(*place, ast.unparse(node), kind)


def _first(node: ast.stmt) -> int:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.lineno


def _with_name(node: ast.Import | ast.ImportFrom, name: ast.alias) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import([name])
    return ast.ImportFrom(node.module, [name], node.level)


def _chunks(lines: list[str]) -> Iterator[list[Statement]]:
    """Yield the statements of every piece between two line starts that Python can read."""
    starts = [i for i, line in enumerate(lines) if _begins(line)]
    pieces = itertools.pairwise([*starts, len(lines)])
    for start, end in itertools.islice(pieces, MAX_PIECES):
        if lines[start].startswith("@"):
            continue  # read with what it decorates
        while start > 0 and lines[start - 1].startswith("@"):
            start -= 1
        piece = lines[start:end]
        try:
            tree = parsed("\n".join(piece))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield list(_of(tree, piece, start))


def _begins(line: str) -> bool:
    return bool(line) and not line[0].isspace() and not line.startswith(CONTINUES)
