"""The result as Classroom 50 reads it: ``result.json`` with whole numbers, and its release notes.

Classroom 50 accepts integers only, so points are counted in hundredths. The scale is the same
for every submission and assignment, or the maxima of a class would differ between its members.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..results import Result
from .exported import name_of, overview, passed, standing, text_of
from .github import as_code

SCHEMA = "classroom50/result/v1"
SCALE = 100

FROM_ENVIRONMENT = {
    "classroom": ("CLASSROOM",),
    "assignment": ("ASSIGNMENT",),
    "submission": ("SUBMISSION_TAG",),
    "commit": ("COMMIT_URL",),
    "release": ("RELEASE_URL",),
    "review": ("REVIEW_URL", "COMMIT_URL"),
}
"""Field -> the variables of its runner that give it, the first one that is set."""

NEEDED = tuple(names[-1] for names in FROM_ENVIRONMENT.values())


def render(result: Result, environment: Mapping[str, str], now: str) -> bytes:
    """Return ``result.json``.

    Parameters
    ----------
    result : Result
    environment : mapping of str to str
        That of the runner; all of `NEEDED` must be set.
    now : str
        ``YYYY-MM-DDTHH:MM:SSZ``. The runner overwrites it with the time of the submission, and
        adds the owner and the kind of assignment.

    Notes
    -----
    Fields and rules as described for ``classroom50/result/v1``: no unknown field at the top,
    scores are integers of 0 or more and at most their maximum (a bonus is cut off), names are not
    empty. Further fields of a test are kept as they are, so these hold the exact points.
    """
    known = {
        field: next((environment[name] for name in names if environment.get(name)), "")
        for field, names in FROM_ENVIRONMENT.items()
    }
    tests = [_test(result, index) for index in range(len(result.checks))]
    document = {
        "schema": SCHEMA,
        **known,
        "datetime": now,
        "score": scaled(result.score, result.max_score),
        "max-score": scaled(result.max_score, result.max_score),
        "tests": tests,
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def scaled(points: float, maximum: float) -> int:
    """Return points in hundredths, not below 0 and not above `maximum`."""
    return max(0, min(round(SCALE * points), round(SCALE * maximum)))


def _test(result: Result, index: int) -> dict[str, Any]:
    check = result.checks[index]
    return {
        "test-name": name_of(check) or f"check {index + 1}",
        "passed": passed(check),
        "score": scaled(check.score, check.max_score),
        "max-score": scaled(check.max_score, check.max_score),
        "points": round(check.score, 6),
        "max-points": round(check.max_score, 6),
        "message": text_of(check),
    }


def release_body(result: Result) -> bytes:
    """Return ``release-body.md``: the points as they are, the scale, and what went wrong."""
    text = (
        f"**{standing(result)}**\n\n"
        f"Scores in `result.json` are in 1/{SCALE} of a point: Classroom 50 takes whole numbers.\n"
        f"\n{as_code(overview(result))}\n"
    )
    return text.encode()
