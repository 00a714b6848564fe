"""What the formats for other programs share: points that add up, who passed, and plain text.

Everything that leaves here is meant for a place that may act on text (a log whose lines can be
commands, a page that renders Markdown), so foreign text is made visible first, and `inert`
takes from it what a log of GitHub Actions would execute.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Literal

from ..results import Check, Quantity, Result
from .marks import Marks, lines_of
from .text import PASSED, clip, percent, points, visible

Outcome = Literal["pass", "fail", "error"]

MAX_CAUSES = 20


def outcome(result: Result, fail_under: float = 0.0) -> Outcome:
    """Return how a run ended for a program that knows three words.

    Parameters
    ----------
    result : Result
    fail_under : float
        Below this share of the points, 0 to 100, it is "fail"; with 0 no score is.

    Returns
    -------
    {"pass", "fail", "error"}
        "error" where nothing could be graded, or something of ours failed: never for a low score.
    """
    if result.status == "failed" or any(q.verdict == "internal" for q in _quantities(result)):
        return "error"
    return "fail" if result.percent < fail_under else "pass"


def _quantities(result: Result) -> Iterator[Quantity]:
    for check in result.checks:
        yield from check.quantities


def passed(check: Check) -> bool:
    """Whether a check leaves nothing to look at; one that is worth no points can fail too."""
    return all(
        q.verdict in PASSED or (q.verdict == "carried" and q.score >= q.max_score)
        for q in check.quantities
    )


def undecided(check: Check) -> bool:
    """Whether something of ours failed in a check."""
    return any(q.verdict == "internal" for q in check.quantities)


def number(value: float) -> int | float:
    """Return points with at most two decimals, whole ones as an integer."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def shares(result: Result) -> list[int | float]:
    """Return the scores of the checks with two decimals, adding up to the rounded total.

    Each is off by about 0.01 at most. Added as floats from the first to the last, as programs do,
    they give exactly the rounded total, so that no 0.30000000000000004 is shown to anyone: where
    two decimals do not achieve that, some scores differ from them in their last bits.
    """
    wanted = round(result.score, 2)
    cents, exact, given = [], 0.0, 0
    for check in result.checks:
        exact += check.score
        cents.append(max(round(100 * exact) - given, 0))
        given += cents[-1]
    if cents:
        cents[-1] = max(cents[-1] + round(100 * wanted) - given, 0)
    shared: list[int | float] = []
    running, reached = 0.0, 0
    for share in cents:
        reached += share
        exactly = number(share / 100)
        fits = not share or running + exactly == reached / 100
        shared.append(exactly if fits else reached / 100 - running)
        running += shared[-1]
    if running == wanted:
        return shared
    # The sum is half-way between two floats: another one takes a few last bits more or less.
    for index, score in enumerate(shared):
        for bits in (1, -1, 2, -2, 4, -4, 8, -8):
            changed = [*shared[:index], score + bits * math.ulp(score), *shared[index + 1 :]]
            if score and _sum(changed) == wanted:
                return changed
    return shared


def _sum(values: Sequence[float]) -> float:
    return reduce(operator.add, values, 0.0)  # the built-in sum corrects its rounding since 3.12


def inert(text: str) -> str:
    r"""Return `text` in which a log of GitHub Actions finds no command.

    Notes
    -----
    The runner executes a line that starts with ``::`` after any white space, and one that holds
    ``##[`` anywhere (``ActionCommand.TryParseV2`` and ``TryParse`` in github.com/actions/runner).
    """
    lines = visible(text).replace("##[", "## [").split("\n")
    return "\n".join(re.sub(r"^(\s*):(?=:)", r"\1: ", line) for line in lines)


def one_line(text: str, limit: int = 200) -> str:
    """Return `text` as one inert line of at most about `limit` characters."""
    return inert(" ".join(clip(visible(text), limit).split()))


def name_of(check: Check) -> str:
    """Return a check's name and title as one line."""
    title = one_line(check.title)
    return f"{one_line(check.name, 80)}: {title}" if title else one_line(check.name, 80)


def text_of(check: Check, limit: int = 2000) -> str:
    """Return what was found in a check, quantity by quantity."""
    marks = Marks(quantities=[(q.name, q) for q in check.quantities])
    return inert(clip("\n".join(lines_of(marks)).strip(), limit))


def overview(result: Result, limit: int = 20_000) -> str:
    """Return the score, why it is not complete, the causes, and what the student may want to know.

    Causes come first, as in every report.
    """
    head = [standing(result)]
    if result.message:
        head.append(clip(visible(result.message)))
    marks = Marks(causes=list(result.causes[:MAX_CAUSES]), notes=result.notes[:MAX_CAUSES])
    more = len(result.causes) - MAX_CAUSES
    lines = [*head, "", *lines_of(marks)]
    if more > 0:
        lines.append(f"… {more} more causes")
    return inert(clip("\n".join(lines).strip(), limit))


def standing(result: Result) -> str:
    """Return the score in words."""
    if result.status == "failed":
        return "Not graded"
    words = f"{points(result.score)} / {points(result.max_score)} points ({percent(result)})"
    return f"{words}, partly graded" if result.status == "partial" else words
