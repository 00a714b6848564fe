"""What `gradelab audit` found, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trial:
    """One mistake (or several together) made in the worked solution, and what became of it.

    Attributes
    ----------
    made : tuple of str
        The ids of what was made.
    noticed : bool
        Whether any quantity was not correct.
    called : tuple of str
        The ids that the judge named as certain, sorted.
    among : tuple of str
        Ids that it named as one of several.
    """

    made: tuple[str, ...]
    noticed: bool
    called: tuple[str, ...]
    among: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """``named``, ``ambiguous`` (one of these), ``confused``, ``unnamed`` or ``unnoticed``."""
        if not self.noticed:
            return "unnoticed"
        made = set(self.made)
        if set(self.called) == made and not self.among:
            return "named"
        if set(self.called) - made:
            return "confused"
        if made <= {*self.called, *self.among}:
            return "ambiguous"
        return "confused" if self.among else "unnamed"


@dataclass(frozen=True, slots=True)
class Margin:
    """Where a quantity's tolerance stands on one case; all as shares of its largest entry."""

    quantity: str
    case: str
    noise: float
    noise32: float
    tolerance: float
    nearest: float | None
    mistake: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """A submission that was graded for the audit, and what it should have got."""

    file: str
    score: float
    max_score: float
    wanted: float | None


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that an audit found; `problems` are the errors, in sentences."""

    assignment: str
    title: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    examples: tuple[Example, ...]
    singles: tuple[Trial, ...]
    pairs: tuple[Trial, ...]
    pairs_in_all: int
    margins: tuple[Margin, ...]
    judging_ms: float
