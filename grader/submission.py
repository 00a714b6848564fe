"""Reads what a student hands in: a notebook or a module, as cells of Python with their places.

Nothing is run here, and nothing of it is trusted: sizes are capped, and a file that cannot be read
ends in one sentence.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import SubmissionError
from .magics import to_python

MAX_BYTES = 50 * 2**20
MAX_CELLS = 2_000
MAX_CODE = 1_000_000
"""Characters of code that are run of one submission; homework has a hundredth of it."""


ASCII = bytes(range(32, 127)) + b".xn--bcher-kva"  # a name of the kind that idna rewrites


@dataclass(frozen=True, slots=True)
class CodeCell:
    """One code cell, or a whole module.

    Attributes
    ----------
    label : str
        How its author finds it: ``"code cell 5 (In [12])"``, or the module's file name.
    source : str
        Its text as the author sees it.
    python : str
        What is run: the same lines, those that are not Python left out.
    notes : tuple of str
        What was left out, and why.
    """

    label: str
    source: str
    python: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a global name gets its value, as far as the text shows it; the last place counts.

    Attributes
    ----------
    cell : int
        Index of the cell.
    line : int
    parameters : tuple of str
        Of a function.
    locals : mapping of str to int
        The names that a function assigns, each with the last line that does.
    """

    cell: int
    line: int
    parameters: tuple[str, ...] = ()
    locals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission, read.

    Attributes
    ----------
    name : str
        The file's name without folders, as text that can be shown everywhere.
    sha256 : str
        Of the file's bytes.
    module : str
        The ``__name__`` that it runs under.
    cells : tuple of CodeCell
    assignment : str or None
        The assignment that the notebook's metadata names.
    definitions : mapping of str to Definition
        The global functions, classes and variables that its text defines.
    """

    name: str
    sha256: str
    module: str
    cells: tuple[CodeCell, ...]
    assignment: str | None = None
    definitions: Mapping[str, Definition] = field(default_factory=dict)


def read_submission(path: Path) -> Submission:
    """Read a ``.ipynb`` or ``.py`` file.

    Raises
    ------
    SubmissionError
        If it cannot be read; the text says why and what to do.
    """
    data = _read_bytes(path)
    sha256 = hashlib.sha256(data).hexdigest()
    name = shown(path.name)
    if path.suffix.lower() == ".py":
        if len(data) > MAX_CODE:
            raise SubmissionError(
                f"{shown(path)}: this module has {len(data):,} bytes and at most {MAX_CODE:,} "
                "are read; hand in the code alone, without data"
            )
        text, notes = _decode_module(data)
        cells: tuple[CodeCell, ...] = (CodeCell(name, text, text, notes),)
        return Submission(name, sha256, Path(name).stem, cells, None, find_definitions(cells))
    notebook = _parse_notebook(path, data)
    cells = tuple(_code_cells(path, notebook))
    named = _named_assignment(notebook)
    return Submission(name, sha256, "__main__", cells, named, find_definitions(cells))


def shown(path: Path | str) -> str:
    """Return a path as text; what is no UTF-8 in it becomes a replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def _read_bytes(path: Path) -> bytes:
    where = shown(path)
    if path.suffix.lower() not in (".ipynb", ".py"):
        kind = "a folder" if path.is_dir() else f"a {shown(path.suffix) or 'nameless'} file"
        raise SubmissionError(f"{where}: this is {kind}; hand in one .ipynb or .py file")
    try:
        if path.is_dir():
            raise SubmissionError(f"{where}: this is a folder; hand in one .ipynb or .py file")
        if not path.exists():
            raise SubmissionError(f"{where}: there is no such file")
        if not path.is_file():
            raise SubmissionError(f"{where}: this is not a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise SubmissionError(
                f"{where}: the file has {path.stat().st_size / 2**20:.0f} MB and at most "
                f"{MAX_BYTES // 2**20} are read; clear the outputs of its cells and save again"
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SubmissionError(f"{where}: the file cannot be read: {reason}") from error
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SubmissionError(f"{where}: the file is empty")
    return data


def _decode_module(data: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        # Some (punycode, utf-7) read plain letters as others, fail at them, or take for ever.
        if ASCII.decode(encoding) == ASCII.decode("ascii"):
            return _plain(data.decode(encoding)), ()
    except (SyntaxError, ValueError, LookupError):  # UnicodeErrors are ValueErrors
        pass
    note = "the file is not UTF-8 and names no encoding that fits; it was read as Latin-1"
    return _plain(data.decode("latin-1")), (note,)


def _plain(text: str) -> str:
    """Return `text` with plain line ends, without a byte order mark and lone surrogates."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def _parse_notebook(path: Path, data: bytes) -> dict[str, Any]:
    where = shown(path)
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # JSON and UTF-8 errors are ValueErrors
        raise SubmissionError(
            f"{where}: this is not a notebook: it is not valid JSON ({error}); "
            "open it in Jupyter and save it again"
        ) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise SubmissionError(f"{where}: this is JSON, but not a notebook: it has no nbformat")
    if notebook["nbformat"] < 4:
        notebook = _upgraded(path, data)
    if not isinstance(notebook.get("cells"), list):
        raise SubmissionError(f"{where}: this notebook has no list of cells")
    if len(notebook["cells"]) > MAX_CELLS:
        raise SubmissionError(f"{where}: this notebook has more than {MAX_CELLS} cells")
    return dict(notebook)


def _upgraded(path: Path, data: bytes) -> dict[str, Any]:
    import nbformat  # 0.1 s, for old notebooks only

    try:
        text = data.decode("utf-8-sig")
        return dict(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises whatever a malformed notebook leads it to
        raise SubmissionError(
            f"{shown(path)}: this notebook has an old format that cannot be read "
            f"({type(error).__name__}); open it in Jupyter and save it again"
        ) from error


def _code_cells(path: Path, notebook: dict[str, Any]) -> list[CodeCell]:
    cells: list[CodeCell] = []
    room = MAX_CODE
    for cell in notebook["cells"]:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if not isinstance(source, str):
            raise SubmissionError(f"{shown(path)}: a cell of this notebook holds no text")
        count = cell.get("execution_count")
        label = f"code cell {len(cells) + 1}"
        if isinstance(count, int) and not isinstance(count, bool):
            label += f" (In [{count}])"
        source = _plain(source)
        if len(source) > room:
            cells.append(_too_long(label, source))
            continue
        room -= len(source)
        python, notes = to_python(source)
        cells.append(CodeCell(label, source, python, notes))
    return cells


def _too_long(label: str, source: str) -> CodeCell:
    note = (
        f"the code cells have more than {MAX_CODE:,} characters together with this one, which has "
        f"{len(source):,}: not run"
    )
    return CodeCell(label, source[:1000], "", (note,))


def _named_assignment(notebook: dict[str, Any]) -> str | None:
    match notebook.get("metadata"):
        case {"gradelab": {"assignment": str(name)}}:
            return name
    return None


def find_definitions(cells: tuple[CodeCell, ...]) -> dict[str, Definition]:
    """Return the global names that the cells define, each with its last place.

    A cell that does not parse is searched for ``def`` and ``class`` at the start of its lines.
    """
    found: dict[str, Definition] = {}
    for index, cell in enumerate(cells):
        try:
            tree = ast.parse(cell.python)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            for number, line in enumerate(cell.source.split("\n"), 1):
                match = re.match(r"(?:def|class)\s+(\w+)", line)
                if match:
                    found[match[1]] = Definition(index, number)
            continue
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                parameters = tuple(a.arg for a in node.args.posonlyargs + node.args.args)
                found[node.name] = Definition(index, node.lineno, parameters, _assigned(node))
            elif isinstance(node, ast.ClassDef):
                found[node.name] = Definition(index, node.lineno)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = Definition(index, node.lineno)
    return found


def _assigned(function: ast.AST) -> dict[str, int]:
    return {
        name.id: node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name in (target.elts if isinstance(target, ast.Tuple) else [target])
        if isinstance(name, ast.Name)
    }


def line_of(definition: Definition, quantity: str) -> int | None:
    """Return the line of a function that assigns a quantity, known by the usual names for it.

    ``dW1`` is also called ``dLdW1``, ``dL_dW1``, ``grad_W1``, ``W1_grad``.
    """
    bare = re.escape(quantity.removeprefix("d") or quantity)
    names = [re.escape(quantity)]
    if quantity.startswith("d") and len(quantity) > 1:
        names = [rf"(d[LJE]_?)?d_?{bare}", rf"grad(ient)?_?{bare}", rf"{bare}_?grad"]
    pattern = re.compile("|".join(f"(?:{name})" for name in names), re.IGNORECASE)
    lines = [line for name, line in definition.locals.items() if pattern.fullmatch(name)]
    return max(lines, default=None)
