"""What the reports for people share: foreign text made safe to show, numbers, and labels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from ..results import Axes, Figure, Place, Result

# Colours that a program meant for its terminal say nothing here; every other escape is shown.
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")

# Controls, marks that turn the direction of writing, characters without a picture, and halves of
# surrogate pairs, which no file can hold. The joiners U+200C and U+200D stay: words need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


class Look(NamedTuple):
    """How one ending is shown: its word, its drawn icon, its typed mark and its tone."""

    label: str
    icon: str
    mark: str
    tone: str


LOOKS = {
    "correct": Look("Correct", "check", "✓", "good"),
    "convention": Look("Other convention", "check", "✓", "good"),
    "carried": Look("Carried over", "arrow", "↳", "carried"),
    "mistake": Look("Mistake", "cross", "✗", "bad"),
    "wrong": Look("Wrong", "cross", "✗", "bad"),
    "missing": Look("Missing", "bang", "!", "bad"),
    "error": Look("Error", "bang", "!", "bad"),
    "timeout": Look("Timed out", "bang", "!", "bad"),
    "memory": Look("Out of memory", "bang", "!", "bad"),
    "crash": Look("Crashed", "bang", "!", "bad"),
    "blocked": Look("Not checked", "dash", "–", "none"),
    "internal": Look("Grader failed", "bang", "!", "none"),
    "ran": Look("Ran", "check", "✓", "good"),
    "skipped": Look("Skipped", "dash", "–", "none"),
}
"""The look of every verdict and of every state of a cell, which share the words for failing."""

STATUS = {"graded": "Graded", "partial": "Partly graded", "failed": "Not graded"}

PASSED = frozenset({"correct", "convention"})
"""The verdicts that leave the student nothing to look at."""


def visible(text: str) -> str:
    r"""Return `text` with nothing in it that acts instead of being seen.

    Line feeds and tabs stay. Other controls, and characters that reorder or hide text, become
    their escapes (``\x1b``, ``\u202e``); a carriage return ends a line.
    """
    text = _COLOUR.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def clip(text: str, limit: int = 2000) -> str:
    """Return at most `limit` characters of `text`, saying how many are left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


def points(value: float) -> str:
    """Return `value` with at most two decimals and no zeros to pad it."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(result: Result) -> str:
    """Return the share of the points reached; only the full score is called 100."""
    share = round(result.percent, 1)
    if share >= 100 and result.score < result.max_score:
        share = 99.9
    return f"{points(share)} %"


def spot(place: Place) -> str:
    """Return a place as a label: cell, line and function."""
    within = f", in {clip(place.function, 80)}" if place.function else ""
    return f"{clip(place.cell, 80)}, line {place.line}{within}"


def described(figure: Figure) -> str:
    """Return in words what a figure shows, for who cannot see it."""
    said = [figure.title] if figure.title else []
    for number, axes in enumerate(figure.axes, 1):
        words = "; ".join(_described(axes))
        said.append(words if len(figure.axes) == 1 else f"Plot {number}: {words or 'empty'}")
    return clip(". ".join(part for part in said if part), 600) or "An empty figure"


def _described(axes: Axes) -> Iterator[str]:
    if axes.title:
        yield axes.title
    if axes.xlabel or axes.ylabel:
        yield f"{axes.ylabel or 'no label'} over {axes.xlabel or 'no label'}"
    for label, n in axes.lines:
        yield f"line{label and ' '}{label} with {n} point{'s' if n != 1 else ''}"
    if axes.images:
        yield f"{axes.images} image{'s' if axes.images != 1 else ''}"


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200c\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int) -> str:
    """Return `text` in at most `width` columns, its middle left out where it is longer."""
    if columns(text) <= width:
        return text
    tail = _head(text[::-1], (width - 1) // 2)[::-1]
    return f"{_head(text, width - 1 - columns(tail))}…{tail}"


def wrap(text: str, width: int) -> Iterator[str]:
    """Yield the lines of `text`, broken between words to at most `width` columns."""
    for paragraph in text.expandtabs(4).split("\n"):
        line = ""
        for word in paragraph.split():
            if line and columns(f"{line} {word}") > width:
                yield line
                line = ""
            while columns(word) > width:
                head = _head(word, width)
                yield head
                word = word[len(head) :]
            line = f"{line} {word}" if line else word
        if line:
            yield line


def _head(text: str, width: int) -> str:
    """Return the longest beginning of `text` that takes at most `width` columns."""
    used = 0
    for index, character in enumerate(text):
        used += _columns(character)
        if used > width:
            return text[: max(index, 1)]
    return text
