"""Which marks belong under which cell of a submission, and how they read as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..results import Cause, Quantity, Result
from .text import LOOKS, STATUS, clip, percent, points, spot, visible, wrap

WIDTH = 92
"""Columns of a line: what a notebook shows without a second scroll bar."""


@dataclass(slots=True)
class Marks:
    """What is said in one place.

    Attributes
    ----------
    label : str or None
        The cell; None for what belongs to no cell.
    causes : list of Cause
        What went wrong there.
    quantities : list of (str, Quantity)
        What was decided there, each with its name as ``check.quantity``.
    notes : tuple of str
        What the student may want to know.
    """

    label: str | None = None
    causes: list[Cause] = field(default_factory=list)
    quantities: list[tuple[str, Quantity]] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The points reached here."""
        return sum(quantity.score for _, quantity in self.quantities)

    @property
    def max_score(self) -> float:
        """The points to be reached here."""
        return sum(quantity.max_score for _, quantity in self.quantities)

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.causes or self.quantities or self.notes)


def share_out(result: Result) -> tuple[Marks, list[Marks]]:
    """Return the marks that belong to no cell, and those of every cell in order.

    A cause belongs to the cell of its place, and what it explains goes along. What no cause
    explains belongs to the first cell that one of its cases names. A hidden case names none.
    """
    rest, under = Marks(notes=result.notes), [Marks(c.label, notes=c.notes) for c in result.cells]
    homes: dict[str | None, Marks] = {}
    for marks in under:
        homes.setdefault(marks.label, marks)
    found: dict[str, Marks] = {}
    for name, quantity in _quantities(result):
        for case in quantity.cases:
            if not case.hidden and case.place is not None and case.place.cell in homes:
                found.setdefault(name, homes[case.place.cell])
    explained: dict[str, Marks] = {}
    for cause in result.causes:
        home = homes.get(cause.place.cell) if cause.place is not None else None
        if home is None:
            home = next((found[name] for name in cause.explains if name in found), rest)
        home.causes.append(cause)
        if home is not rest:
            for name in cause.explains:
                explained.setdefault(name, home)
    for name, quantity in _quantities(result):
        home = explained.get(name) or found.get(name) or rest
        home.quantities.append((name, quantity))
    return rest, under


def _quantities(result: Result) -> Iterator[tuple[str, Quantity]]:
    for check in result.checks:
        for quantity in check.quantities:
            yield f"{check.name}.{quantity.name}", quantity


def heading(result: Result) -> str:
    """Return the score of the whole submission; there is no foreign text in it."""
    words = [] if result.status == "graded" else [STATUS[result.status]]
    if result.max_score:
        words += [f"{points(result.score)} / {points(result.max_score)} points"]
        words += [f"({percent(result)})"]
    return " ".join(words)


def as_markdown(title: str, lines: Iterable[str]) -> str:
    """Return a heading of ours, and lines that are foreign, fenced in so that none can act."""
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    if not text:
        return f"**gradelab: {title}**"
    fence = "`" * 3
    while fence in text:
        fence += "`"
    return f"**gradelab: {title}**\n\n{fence}text\n{text}\n{fence}"


def about(result: Result) -> Iterator[str]:
    """Yield the lines that say what was graded, and why not, where it was not."""
    yield from _wrapped(result.title or result.assignment or "", "")
    yield from _wrapped(result.submission.file, "")
    yield from _wrapped(result.message or "", "")
    yield ""


def lines_of(marks: Marks) -> Iterator[str]:
    """Yield marks as lines of text."""
    for cause in marks.causes:
        yield from _wrapped(cause.text, "* ")
        yield from _wrapped(cause.hint or "", "  Hint: ")
        if cause.place is not None:
            yield from _wrapped(spot(cause.place), "  At: ")
        yield from _wrapped(", ".join(cause.explains), "  Explains: ")
        yield ""
    for name, quantity in marks.quantities:
        look = LOOKS[quantity.verdict]
        score = f"{points(quantity.score)} / {points(quantity.max_score)}"
        yield f"{look.mark} {_one_line(name)}: {score}, {look.label}"
        if look.mark != "✓":
            yield from _wrapped(quantity.message, "    ")
            if quantity.diagnosis is not None and not _said(marks, quantity.diagnosis.text):
                yield from _wrapped(quantity.diagnosis.text, "    ")
                yield from _wrapped(quantity.diagnosis.hint or "", "    Hint: ")
    if marks.notes:
        yield ""
        for note in marks.notes:
            yield from _wrapped(note, "- ")


def _said(marks: Marks, text: str) -> bool:
    return any(cause.text == text for cause in marks.causes)


def _one_line(text: str) -> str:
    return clip(visible(text), 120).replace("\n", " ").expandtabs(1)


def _wrapped(text: str, first: str) -> Iterator[str]:
    """Yield the lines of foreign text, the first after `first`, the others below it."""
    before = first
    for line in wrap(clip(visible(text)), WIDTH - len(first)):
        yield before + line
        before = " " * len(first)
