"""What is told of an exception that left a submission's code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import wire
from .clock import OutOfTime

MAX_MESSAGE = 2_000  # characters kept of an exception's text
MAX_FRAMES = 30
MAX_NAME = 200  # characters of a function's


class NoSuchName(Exception):
    """The submission defines no such name."""


class NotCallable(Exception):
    """What the check calls is not a function."""


def told(error: BaseException, files: Mapping[str, int]) -> dict[str, Any]:
    """Return an exception as it is sent: its kind, type, message, and lines of the submission.

    Parameters
    ----------
    files : mapping of str to int
        The submission's cells by the names that they were compiled under.
    """
    try:
        return _describe(error, files)
    except BaseException:  # an exception can be made of anything
        return {"kind": "error", "type": "Exception", "message": "", "frames": []}


def _describe(error: BaseException, files: Mapping[str, int]) -> dict[str, Any]:
    kind = "error"
    if isinstance(error, OutOfTime):
        kind = "timeout"
    elif isinstance(error, MemoryError):
        kind = "memory"
    elif isinstance(error, NoSuchName):
        kind = "missing"
    elif isinstance(error, NotCallable):
        kind = "not callable"
    return {
        "kind": kind,
        "type": wire.name(type(error)),
        "message": _text_of(error),
        "frames": _frames(error, files),
    }


def _frames(error: BaseException, files: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the submission's own lines in the traceback, the innermost last."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in files:
            function = None if code.co_name == "<module>" else code.co_name[:MAX_NAME]
            cell = files[code.co_filename]
            frames.append({"cell": cell, "line": trace.tb_lineno or 0, "function": function})
        trace = trace.tb_next
    source = error.filename if isinstance(error, SyntaxError) else None
    if isinstance(error, SyntaxError) and source is not None and source in files:
        cell, line = files[source], error.lineno
        line = min(max(line, 0), 2**31) if type(line) is int else 0
        frames.append({"cell": cell, "line": line, "function": None})
    # The first one tells where the cell stopped, whatever happened below it.
    return [*frames[:1], *frames[1:][1 - MAX_FRAMES :]]


def _text_of(error: BaseException) -> str:
    try:
        if isinstance(error, SyntaxError):
            return str(error.msg)[:MAX_MESSAGE]
        if isinstance(error, KeyError):
            return f"no key {error}"[:MAX_MESSAGE]
        return str(error)[:MAX_MESSAGE]
    except BaseException:  # __str__ is the student's code as well
        return "(its message cannot be shown)"
