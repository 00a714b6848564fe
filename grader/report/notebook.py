"""The notebook as it was graded: the student's cells, what running them gave, and the marks.

Outputs that the submission was saved with are dropped, and so is all metadata. In the .ipynb
file the student's own Markdown is the student's own Markdown; what is foreign in our cells is
fenced. In the .html file nothing foreign is Markdown or HTML.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from ..errors import UsageError
from ..results import Cell, Figure, Result
from .html import fragment, page
from .marks import Marks, about, as_markdown, heading, lines_of, share_out
from .text import LOOKS, described, points, visible

LABEL = re.compile(r"code cell (\d+)\b")

ATTACHED = ("image/png", "image/jpeg")
"""What may hang on a student's Markdown cell; photographs of written answers are such."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "python3"},
    "gradelab": {"report": True},  # so that one of ours may be written anew
}


def render_notebook(result: Result, source: bytes | None) -> bytes:
    """Return the graded notebook as an .ipynb file (nbformat 4.5).

    Parameters
    ----------
    result : Result
        What grading found.
    source : bytes or None
        The notebook that was handed in; without one, each cell of `result` is a code cell.
    """
    notebook, _ = _graded(result, source)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8", "replace")


def render_notebook_html(result: Result, source: bytes | None) -> str:
    """Return the graded notebook as an HTML page that runs no script and makes no request.

    Raises
    ------
    UsageError
        If nbconvert is not installed.
    """
    try:
        import nbformat
        from nbconvert.exporters import HTMLExporter
    except ImportError as error:
        raise UsageError(
            "writing the notebook as .html needs nbconvert: pip install 'gradelab[notebook]'"
        ) from error

    notebook, marked = _graded(result, source)

    @pass_context
    def as_html(context: Context, text: str) -> Markup:
        """Return a Markdown cell: ours as the report shows marks, the student's as it was typed."""
        marks = marked.get(context["cell"]["id"])
        return fragment("marks.html", marks=marks, result=result, text=text)

    for cell in notebook["cells"]:
        cell["source"] = visible(cell["source"])
        cell.pop("attachments", None)
        if cell["cell_type"] == "raw":  # nbconvert copies these into the page as they are
            cell["cell_type"] = "markdown"
    exporter: Any = HTMLExporter  # nbconvert and nbformat tell no types
    read: Any = nbformat.from_dict
    body, _ = exporter(
        template_name="basic", filters={"markdown2html": as_html}
    ).from_notebook_node(read(notebook))
    return page("notebook.html", ("report.css", "notebook.css"), result=result, body=Markup(body))


def _graded(result: Result, source: bytes | None) -> tuple[dict[str, Any], dict[str, Marks]]:
    """Return the notebook, and the marks in it by the identifiers of their cells."""
    rest, under = share_out(result)
    cells: list[dict[str, Any]] = []
    marked: dict[str, Marks] = {}

    def say(name: str, title: str, marks: Marks, *first: str) -> None:
        marked[name] = marks
        text = as_markdown(title, (*first, *lines_of(marks)))
        cells.append({"cell_type": "markdown", "id": name, "metadata": {}, "source": text})

    say("marks-0", heading(result), rest, *about(result))
    for number, (cell, index, named) in enumerate(_in_order(result, source), 1):
        if named is not None:
            say(f"name-{number}", "the cell below", Marks(named, notes=(named,)))
        cells.append({**cell, "id": f"cell-{number}", "metadata": {}})
        if index is not None:
            cells[-1] |= _outputs(result.cells[index], index + 1)
            if not under[index].empty:
                say(f"marks-{index + 1}", _title(under[index]), under[index])
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}, marked


def _title(marks: Marks) -> str:
    if marks.quantities:
        return f"{points(marks.score)} / {points(marks.max_score)} points here"
    return "what went wrong here" if marks.causes else "notes"


def _in_order(
    result: Result, source: bytes | None
) -> Iterator[tuple[dict[str, Any], int | None, str | None]]:
    """Yield the cells to show, each with its index among the cells of `result`.

    Those that the notebook does not hold come last, each with its name.
    """
    left = dict(enumerate(result.cells))
    numbered: dict[int, int] = {}
    for index, graded in left.items():
        label = LABEL.match(graded.label)
        if label:
            numbered.setdefault(int(label[1]), index)
    count = 0
    for cell in _student_cells(source) if numbered else ():
        at = None
        if cell["cell_type"] == "code":
            count += 1
            at = numbered.get(count)
            left.pop(-1 if at is None else at, None)
        yield cell, at, None
    for index, rest in left.items():  # modules, and all if there is no notebook
        yield _code(rest.source), index, rest.label


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], "execution_count": None}


def _student_cells(source: bytes | None) -> list[dict[str, Any]]:
    """Return the cells of a notebook with their text and nothing else; none of a damaged one."""
    try:
        notebook = json.loads((source or b"").decode("utf-8-sig"))
        if notebook["nbformat"] < 4:
            import nbformat  # 0.1 s, for old notebooks only

            notebook = nbformat.reads(json.dumps(notebook), as_version=4)  # type: ignore[no-untyped-call]
        cells = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    except Exception:  # nbformat raises whatever a malformed notebook leads it to
        return []
    return [_student_cell(cell) for cell in cells]


def _student_cell(cell: dict[str, Any]) -> dict[str, Any]:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source if isinstance(source, str) else ""
    match cell.get("cell_type"):
        case "code":
            return _code(text)
        case "markdown":
            return {"cell_type": "markdown", "source": text, **_attachments(cell)}
        case _:
            return {"cell_type": "raw", "source": text}


def _attachments(cell: dict[str, Any]) -> dict[str, Any]:
    """Return the pictures in a Markdown cell, those that are base64 as they say."""
    kept = {}
    attached = cell.get("attachments")
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        for kind in ATTACHED if isinstance(bundle, dict) else ():
            with contextlib.suppress(ValueError, TypeError):
                data = "".join(bundle.get(kind) or "")
                if base64.b64decode(data, validate=True):
                    kept[name] = {kind: data}
    return {"attachments": kept} if kept else {}


def _outputs(cell: Cell, number: int) -> dict[str, Any]:
    """Return what running a cell gave."""
    outputs: list[dict[str, Any]] = []
    if cell.output:
        outputs.append(_stream("stdout", cell.output))
    outputs += [_drawing(figure) for figure in cell.figures]
    if cell.state not in ("ran", "skipped"):
        said = visible(cell.message or "")
        where = "" if cell.line is None else f" (line {cell.line})"
        word = LOOKS[cell.state].label
        outputs.append(
            {
                "output_type": "error",
                "ename": word,
                "evalue": said,
                "traceback": [f"{said or word}{where}"],
            }
        )
    elif cell.message:
        outputs.append(_stream("stderr", cell.message))
    return {"outputs": outputs, "execution_count": None if cell.state == "skipped" else number}


def _stream(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": visible(text)}


def _drawing(figure: Figure) -> dict[str, Any]:
    said = visible(described(figure))
    data, metadata = {"text/plain": f"A figure, not pictured here: {said}"}, {}
    if figure.png:
        data = {"text/plain": said, "image/png": base64.b64encode(figure.png).decode()}
        metadata = {"image/png": {"alt": said}}
    return {"output_type": "display_data", "data": data, "metadata": metadata}
