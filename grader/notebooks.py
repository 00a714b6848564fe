"""The text of a notebook or a module -> cells of Python with the places that their author knows."""

from __future__ import annotations

import codecs
import io
import json
import tokenize
from dataclasses import dataclass
from typing import Any

from .errors import SubmissionError
from .magics import to_python

MAX_CELLS = 2_000
MAX_CODE = 1_000_000
"""Characters of code that are run of one submission; homework has a hundredth of it."""

ASCII = bytes(range(32, 127)) + b".xn--bcher-kva"  # a name of the kind that idna rewrites

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What Windows puts before a file that was saved by ``>`` or as "Unicode"."""


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
    program : int
        Which of the submission's programs it belongs to; each has its own global names.
    """

    label: str
    source: str
    python: str
    notes: tuple[str, ...] = ()
    program: int = 0


def read_module(name: str, data: bytes) -> CodeCell:
    """Return a module as its one cell; `name` becomes its label.

    Raises
    ------
    SubmissionError
        If it is longer than any homework.
    """
    if len(data) > MAX_CODE:
        raise SubmissionError(
            f"{name}: this module has {len(data):,} bytes and at most {MAX_CODE:,} "
            "are read; hand in the code alone, without data"
        )
    text, notes = _decode_module(data)
    return CodeCell(name, text, text, notes)


def read_notebook(where: str, data: bytes) -> tuple[tuple[CodeCell, ...], str | None]:
    """Return a notebook's code cells, and the assignment that its metadata names.

    Raises
    ------
    SubmissionError
        If it is no notebook; the text, which begins with `where`, says why and what to do.
    """
    notebook = _parse(where, data)
    return tuple(_code_cells(where, notebook)), _named_assignment(notebook)


def _decode_module(data: bytes) -> tuple[str, tuple[str, ...]]:
    if data.startswith(UTF_16):
        note = "the file is UTF-16, which Python does not read; save it as UTF-8"
        return _plain(data.decode("utf-16", "replace")), (note,)
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


def _decode_notebook(data: bytes) -> str:
    return data.decode("utf-16" if data.startswith(UTF_16) else "utf-8-sig")


def _parse(where: str, data: bytes) -> dict[str, Any]:
    try:
        notebook = json.loads(_decode_notebook(data))
    except (ValueError, RecursionError) as error:  # JSON and UTF-8 errors are ValueErrors
        raise SubmissionError(
            f"{where}: this is not a notebook: it is not valid JSON ({error}); "
            "open it in Jupyter and save it again"
        ) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise SubmissionError(f"{where}: this is JSON, but not a notebook: it has no nbformat")
    if notebook["nbformat"] < 4:
        notebook = _upgraded(where, data)
    if not isinstance(notebook.get("cells"), list):
        raise SubmissionError(f"{where}: this notebook has no list of cells")
    if len(notebook["cells"]) > MAX_CELLS:
        raise SubmissionError(f"{where}: this notebook has more than {MAX_CELLS} cells")
    return dict(notebook)


def _upgraded(where: str, data: bytes) -> dict[str, Any]:
    import nbformat  # 0.1 s, for old notebooks only

    try:
        text = _decode_notebook(data)
        return dict(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises whatever a malformed notebook leads it to
        raise SubmissionError(
            f"{where}: this notebook has an old format that cannot be read "
            f"({type(error).__name__}); open it in Jupyter and save it again"
        ) from error


def _code_cells(where: str, notebook: dict[str, Any]) -> list[CodeCell]:
    cells: list[CodeCell] = []
    room = MAX_CODE
    for cell in notebook["cells"]:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if not isinstance(source, str):
            raise SubmissionError(f"{where}: a cell of this notebook holds no text")
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
