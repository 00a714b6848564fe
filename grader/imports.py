"""Libraries that an assignment does not allow: where a submission imports them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Literal

from .definitions import outline
from .results import Place
from .submission import Submission

Handling = Literal["note", "no points", "refuse"]
"""A forbidden import is noted; costs all points; or fails with an ImportError where it stands."""


def forbidden_imports(submission: Submission, allowed: Collection[str]) -> dict[str, Place]:
    """Return the top-level modules that a text imports and must not, each with its first place.

    The standard library and modules that the submission brings along are always allowed.
    """
    own = {PurePosixPath(path).parts[0].removesuffix(".py") for path in submission.siblings}
    own |= {PurePosixPath(path).stem for path in submission.siblings}
    fine = {*allowed, *own, *sys.stdlib_module_names}
    found: dict[str, Place] = {}
    for cell in submission.texts:
        for name, line in outline(cell.python, cell.source).imports.items():
            top = name.split(".")[0]
            if top and top not in fine:
                found.setdefault(top, Place(cell.label, line))
    return found


def asked_for(said: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the forbidden modules that were asked for while running; the worker says so."""
    for kind, name in said:
        if kind == "import":
            yield name
