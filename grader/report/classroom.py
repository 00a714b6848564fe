"""The result as the graders of GitHub Classroom hand it to their reporter: JSON in base64.

The service is gone since 2026-08-28; its reporter still runs, and others read its format.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from ..results import Check, Result
from .exported import (
    Outcome,
    name_of,
    number,
    one_line,
    outcome,
    overview,
    passed,
    shares,
    standing,
    text_of,
    undecided,
)

MAX_JSON = 90_000
"""Bytes. One variable of an environment holds 131,072 on Linux, and base64 takes 4 for 3."""


def render(result: Result, fail_under: float = 0.0) -> bytes:
    """Return one line of base64.

    Notes
    -----
    As read in classroom-resources/autograding-grading-reporter (v1): ``tests`` must be there, or
    it crashes; a ``score`` must be a number, or the total is ``NaN``; scores are added as floats
    and printed as they are; any ``status`` but "pass" makes its step fail; names and messages
    are printed raw into a log whose lines can be commands.
    """
    ended = outcome(result, fail_under)
    tests = _tests(result)
    for length in (2000, 400, 100, 0):  # what is said of each check gives way to the limit
        shorter = [{**test, "message": _cut(test["message"], length)} for test in tests]
        data = _encoded(_document(result, ended, shorter))
        if len(data) <= MAX_JSON:
            break
    else:
        data = _encoded(_document(result, ended, [_whole(result, ended)]))
    return base64.b64encode(data)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…" if length else ""


def _encoded(document: dict[str, Any]) -> bytes:
    # Escapes for what is not ASCII: whoever decodes it with another encoding reads the same.
    return json.dumps(document, separators=(",", ":")).encode()


def _document(result: Result, ended: Outcome, tests: list[dict[str, Any]]) -> dict[str, Any]:
    maximum = number(result.max_score)
    return {"version": 1, "status": ended, "max_score": maximum, "tests": tests}


def _tests(result: Result) -> list[dict[str, Any]]:
    if not result.checks:
        return [_whole(result, outcome(result))]
    return [
        _test(name_of(check), _status(check), score, text_of(check))
        for check, score in zip(result.checks, shares(result), strict=True)
    ]


def _status(check: Check) -> Outcome:
    if undecided(check):
        return "error"
    return "pass" if passed(check) else "fail"


def _whole(result: Result, ended: Outcome) -> dict[str, Any]:
    """Return one test for everything, where there are no checks or too many."""
    name = one_line(result.title or result.assignment or "Grading")
    return _test(f"{name}: {standing(result)}", ended, number(result.score), overview(result, 2000))


def _test(name: str, status: Outcome, score: float, message: str) -> dict[str, Any]:
    # line_no 0: any other value, null too, is printed as a line number
    return {
        "name": name,
        "status": status,
        "score": score,
        "message": message,
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": 0,
    }
