"""Where reports are written, and that nothing is lost there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    from .results import Result
    from .submission import Submission

CODE = (".ipynb", ".py")


def require_outputs(*outputs: Path | None, apart_from: Path | None = None) -> None:
    """Refuse paths of reports at which something would be lost."""
    taken = [] if apart_from is None else [apart_from]
    for path in outputs:
        if path is None:
            continue
        if path.suffix.lower() in CODE:
            raise UsageError(f"{path}: a report is no {path.suffix} file; give it another name")
        _require_apart(path, taken)
        taken.append(path)


def require_notebook(path: Path, *others: Path | None) -> None:
    """Refuse a path for the notebook with marks at which something would be lost."""
    if path.suffix.lower() not in (".ipynb", ".html"):
        raise UsageError(f"{path}: the notebook with marks is an .ipynb or an .html file")
    _require_apart(path, [other for other in others if other is not None])
    if path.suffix.lower() == ".ipynb" and path.exists() and not _is_ours(path):
        raise UsageError(
            f"{path}: this notebook is there already, and it is none of gradelab's; "
            "give the one with marks another name"
        )


def _require_apart(path: Path, taken: Sequence[Path]) -> None:
    for other in taken:
        if _same_file(path, other):
            raise UsageError(f"{path} is the same file as {other}; give the report another name")


def _same_file(one: Path, other: Path) -> bool:
    try:
        if one.exists() and not one.is_file():  # as /dev/null is, to which much can be written
            return False
        return one.samefile(other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)


def _is_ours(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_bytes())["metadata"]["gradelab"]["report"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def write(wanted: Sequence[tuple[Path | None, Callable[[], bytes]]]) -> list[str]:
    """Write reports and return, in sentences, what could not be written."""
    unwritten = []
    for path, content in wanted:
        if path is not None:
            try:
                path.write_bytes(content())
            except OSError as error:
                unwritten.append(f"{path}: the report cannot be written: {error.strerror}")
            except UsageError as error:
                unwritten.append(f"{path}: {error}")
    return unwritten


def as_html(result: Result) -> bytes:
    """Return the HTML report."""
    from .report.html import render

    return render(result).encode("utf-8", "replace")


def as_notebook(result: Result, submission: Submission, path: Path) -> bytes:
    """Return the notebook with marks, in the format that the path's ending names."""
    from .report.notebook import render_notebook, render_notebook_html

    source = None
    handed = submission.handed
    if handed is not None and handed.main is not None and handed.main.endswith(".ipynb"):
        source = handed.files[handed.main]
    if path.suffix.lower() == ".html":
        return render_notebook_html(result, source).encode("utf-8", "replace")
    return render_notebook(result, source)
