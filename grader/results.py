"""What grading found, as data: every report and every export is made from these types alone.

The outermost one, `Result`, is also the format of ``results.json`` (schema ``gradelab/results/v1``,
described in docs/results.md). Nothing in here decides, words or lays out anything.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

SCHEMA = "gradelab/results/v1"

# What JSON may hold as it is, but a terminal or an editor that shows the file would act upon.
_ACTING = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)

Verdict = Literal[
    "correct",
    "convention",
    "carried",
    "mistake",
    "wrong",
    "missing",
    "error",
    "timeout",
    "memory",
    "crash",
    "blocked",
    "internal",
]
"""One word for how a quantity ended; docs/results.md says what each means and whose it is."""

FailureKind = Literal["missing", "error", "timeout", "memory", "crash", "blocked", "internal"]
"""The verdicts that stand for a value that never came."""

Status = Literal["graded", "partial", "failed"]


class Place(msgspec.Struct, frozen=True):
    """A line of the submission as its author sees it.

    Attributes
    ----------
    cell : str
        The label of a `Cell`: ``"code cell 5 (In [12])"`` or the name of a module's file.
    line : int
        Counted from 1 within that cell.
    function : str or None
        The function that the line belongs to, None at the top level.
    """

    cell: str
    line: int
    function: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """What stands in the place of a value that never came.

    Attributes
    ----------
    kind : FailureKind
        How it ended.
    text : str
        What happened, in words for the student.
    type : str or None
        The exception's class name.
    places : tuple of Place
        The submission's lines on the way to the failure, the innermost last.
    called : str or None
        The function that the check had called.
    casual : str or None
        The text to use where a case is hidden: it holds nothing that the student's code wrote.
    """

    kind: FailureKind
    text: str
    type: str | None = None
    places: tuple[Place, ...] = ()
    called: str | None = None
    casual: str | None = None


class Opaque(msgspec.Struct, frozen=True):
    """What is known of a value that is no plain data and stayed in the worker.

    Attributes
    ----------
    type : str
        The name of its class.
    why : str or None
        Why it could not travel, where it is an array or a number that could not.
    dtype, shape : str or None, tuple of int or None
        Of an array.
    """

    type: str
    why: str | None = None
    dtype: str | None = None
    shape: tuple[int, ...] | None = None


class Difference(msgspec.Struct, frozen=True):
    """The entries of one array that differ most, and a map of where it differs.

    Attributes
    ----------
    entries : tuple of (str, str, str)
        Index, got, expected, as text; the worst first.
    n_wrong, n : int
        How many entries differ, of how many.
    levels : tuple of tuple of int
        A coarse picture of the array: 0 where it is right, up to 4 where it is worst. Each number
        stands for a block of entries.
    block : tuple of int
        How many rows and columns of the array one number of `levels` stands for.
    """

    entries: tuple[tuple[str, str, str], ...]
    n_wrong: int
    n: int
    levels: tuple[tuple[int, ...], ...]
    block: tuple[int, int]


class Case(msgspec.Struct, frozen=True):
    """How one quantity came out on one case.

    `max_error` is the largest difference as a share of the array's largest entry. For a hidden
    case it, `where` and `difference` are None: they would give the expected value away.
    """

    name: str
    hidden: bool
    verdict: Verdict
    message: str
    max_error: float | None = None
    where: tuple[int, ...] | None = None
    difference: Difference | None = None
    place: Place | None = None


class Diagnosis(msgspec.Struct, frozen=True):
    """Why a quantity is wrong: a known mistake, a plain pattern, or an honest "no known cause"."""

    kind: Literal["mistake", "pattern", "none"]
    id: str | None
    quantity: str
    text: str
    hint: str | None = None


class Quantity(msgspec.Struct, frozen=True):
    """One quantity of a check over all cases; `verdict` is that of the first case not passed."""

    name: str
    verdict: Verdict
    score: float
    max_score: float
    message: str
    diagnosis: Diagnosis | None
    cases: tuple[Case, ...]


class Check(msgspec.Struct, frozen=True):
    """One check: what it looked at, and its points."""

    name: str
    title: str
    score: float
    max_score: float
    quantities: tuple[Quantity, ...]


class Cause(msgspec.Struct, frozen=True):
    """One thing that went wrong and every quantity (``check.quantity``) that it explains."""

    id: str
    quantity: str | None
    text: str
    hint: str | None
    explains: tuple[str, ...]
    place: Place | None = None


class Axes(msgspec.Struct, frozen=True):
    """One plot within a figure, as far as its author has named it.

    `lines` holds for each curve its label and how many points it has; `images` counts pictures.
    """

    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    lines: tuple[tuple[str, int], ...] = ()
    images: int = 0


class Figure(msgspec.Struct, frozen=True):
    """A figure that the submission has drawn.

    `png` is the picture, encoded by the grader from pixels; empty where there is none.
    """

    title: str = ""
    axes: tuple[Axes, ...] = ()
    png: bytes = b""


CellState = Literal["ran", "error", "timeout", "memory", "crash", "skipped"]


class Cell(msgspec.Struct, frozen=True):
    """One cell of the submission and how its run ended (`state` "ran" or why it did not)."""

    label: str
    source: str
    state: CellState
    message: str | None = None
    line: int | None = None
    output: str = ""
    notes: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()


class Isolation(msgspec.Struct, frozen=True):
    """What stood between the student's code and the machine."""

    level: str
    active: tuple[str, ...]
    missing: tuple[str, ...]


class SubmissionFile(msgspec.Struct, frozen=True):
    """The file that was graded: its name without folders, and the SHA-256 of its bytes."""

    file: str
    sha256: str | None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about one graded submission."""

    schema: str = SCHEMA
    assignment: str | None
    title: str | None = None
    submission: SubmissionFile
    score: float
    max_score: float
    status: Status
    message: str | None = None
    checks: tuple[Check, ...] = ()
    causes: tuple[Cause, ...] = ()
    notes: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    isolation: Isolation | None = None
    environment: dict[str, str] = {}
    seconds: dict[str, float] = {}

    @property
    def percent(self) -> float:
        """The share of the points reached, 0 to 100; 0 where there are none to reach."""
        return 100 * self.score / self.max_score if self.max_score else 0.0


def to_json(result: Result) -> bytes:
    """Return `result` as indented UTF-8 JSON, the content of ``results.json``."""
    text = msgspec.json.format(msgspec.json.encode(result), indent=2).decode()
    return _ACTING.sub(_escaped, text).encode() + b"\n"


def _escaped(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def from_json(data: bytes) -> Result:
    """Read what `to_json` wrote; a file that does not fit raises `msgspec.ValidationError`."""
    return msgspec.json.decode(data, type=Result)
