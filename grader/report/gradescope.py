"""The result as Gradescope reads it: ``results.json``."""

from __future__ import annotations

import json
from typing import Any, Literal

from ..results import Check, Result
from .exported import name_of, number, one_line, overview, passed, shares, text_of

Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]


def render(result: Result, visibility: Visibility = "visible") -> bytes:
    """Return ``results.json``.

    Parameters
    ----------
    result : Result
    visibility : {"visible", "hidden", "after_due_date", "after_published"}
        When students see it. The standard output of the run stays with the instructor.

    Notes
    -----
    Fields as in the documentation of gradescope/autograder_samples. ``score`` is always there:
    it is needed where no test has one. All texts are of the format "text", which shows them as
    they are; "md", "html" and "ansi" would interpret what a student has written. An
    ``execution_time`` is in seconds.
    """
    scores = shares(result)
    document = {
        "score": number(result.score),
        "execution_time": round(sum(result.seconds.values()), 3),
        "output": overview(result),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": [
            _test(index, check, score, visibility)
            for index, (check, score) in enumerate(zip(result.checks, scores, strict=True), 1)
        ],
        "extra_data": {
            "status": result.status,
            "assignment": None if result.assignment is None else one_line(result.assignment),
            "max_score": number(result.max_score),
            "sha256": None if result.submission.sha256 is None else result.submission.sha256[:64],
            "causes": [one_line(cause.id) for cause in result.causes],
            "isolation": None if result.isolation is None else one_line(result.isolation.level),
        },
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _test(index: int, check: Check, score: float, visibility: Visibility) -> dict[str, Any]:
    return {
        "number": str(index),
        "name": name_of(check),
        "name_format": "text",
        "status": "passed" if passed(check) else "failed",
        "score": score,
        "max_score": number(check.max_score),
        "output": text_of(check),
        "output_format": "text",
        "visibility": visibility,
    }
