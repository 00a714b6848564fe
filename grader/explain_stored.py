"""Explains from the fixture, on a machine that has no worked solution.

A fixture holds, for each case and each graded quantity, what every known mistake and every pair of
them would have given (`grader.build`): the array itself where it is small, else a few projections
of it onto fixed random directions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .closeness import Tolerance, is_close
from .explain import Array, Causes, Observed, Segments

PRINTS = 6
"""Numbers that are kept of an array: all of it up to this size, else so many projections."""


def fingerprint(array: Array) -> Array:
    """Return an array's `PRINTS` numbers; NaN fills what a small array leaves free.

    Two arrays that agree in `PRINTS` projections onto random directions are equal but for cases
    that no honest mistake hits: the directions span none of them on purpose.
    """
    flat = array.reshape(-1)
    if flat.size <= PRINTS:
        return np.concatenate([flat, np.full(PRINTS - flat.size, np.nan)])
    result: Array = _directions(flat.size) @ flat
    return result


@lru_cache(maxsize=32)
def _directions(size: int) -> Array:
    return np.random.default_rng(size).standard_normal((PRINTS, size))


@dataclass(frozen=True, slots=True)
class StoredMistake:
    """A known mistake or convention as a fixture holds it."""

    id: str
    quantity: str
    text: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the stored sets of mistakes give for one quantity on one case.

    Attributes
    ----------
    row : ndarray of int
        For each set of mistakes its row in `prints`; -1 where it cannot be made.
    prints : ndarray of shape (rows, PRINTS)
        Different fingerprints.
    shapes : list of tuple of int
        The shape behind each row.
    """

    row: NDArray[np.int64]
    prints: Array
    shapes: list[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the fixtures hold for diagnosing.

    Attributes
    ----------
    known : mapping of str to StoredMistake
    sets : tuple of frozenset of str
        The empty set, the mistakes one by one, and the pairs.
    needs : mapping of str to tuple of str
        What the step for each quantity takes.
    outcomes : mapping of case to mapping of quantity to Outcomes
    """

    known: Mapping[str, StoredMistake]
    sets: tuple[Causes, ...]
    needs: Mapping[str, tuple[str, ...]]
    outcomes: Mapping[str, Mapping[str, Outcomes]]


class StoredExplainer:
    """Knows what mistakes give from the fixtures; for up to two mistakes on the way to a quantity.

    Nothing is computed from the student's own values here, so an unknown error is not carried.

    Parameters
    ----------
    stored : Stored
    cases, usable
        As `WorkedExplainer` takes them.
    base : collection of str
        Conventions that stand in the place of steps throughout. Of each quantity, one of the two
        that can be looked up is then taken.
    """

    def __init__(
        self,
        stored: Stored,
        cases: Sequence[Observed],
        usable: Iterable[str],
        base: Iterable[str] = (),
    ) -> None:
        self.known = stored.known
        self._base = frozenset(base)
        self._stored = stored
        self._cases = cases
        self._graph = Segments(stored.needs, usable)
        self._matching: dict[str, frozenset[Causes]] = {}

    def settle(self, quantity: str) -> None:
        """Do nothing: what was stored was computed from the inputs on."""

    def boundary(self, quantity: str) -> frozenset[str]:
        """Return the observed quantities that a quantity was computed from."""
        return self._graph.boundary(quantity)

    def ancestors(self, quantity: str) -> frozenset[str]:
        """Return every step that a quantity needs, itself included."""
        return self._graph.ancestors(quantity)

    def segment(self, quantity: str) -> frozenset[str]:
        """Return those of them that come after the observed ones it was computed from."""
        return self._graph.segment(quantity)

    def own(self, causes: Causes, quantity: str) -> Causes:
        """Return those of the mistakes that happen in the quantity's own segment."""
        segment = self._graph.segment(quantity)
        return frozenset(c for c in causes if self.known[c].quantity in segment)

    def near(self, causes: Causes, quantity: str) -> bool:
        """Whether all of the mistakes happen after the nearest observed quantities."""
        nearest = self._graph.nearest(quantity)
        return all(self.known[c].quantity in nearest for c in causes)

    def options(self, quantity: str) -> list[Causes]:
        """Return the single mistakes that hold for a quantity, else the pairs that do."""
        if is_zero(quantity, self._cases):
            return []
        base = self._reaching(self._base, quantity)
        matching = [s for s in self._matches(quantity) if s == self._reaching(s, quantity)]
        relevant = [s - base for s in matching if s >= base]
        singles = [s for s in relevant if len(s) == 1]
        return sorted(singles or [s for s in relevant if s], key=sorted)

    def holds(self, causes: Causes, quantity: str) -> bool:
        """Whether the student's value is what these mistakes give, on every case."""
        return self._reaching(causes | self._base, quantity) in self._matches(quantity)

    def compute(self, causes: Causes, quantity: str, case: Observed) -> Array | None:
        """Return None: only the expected value is known."""
        return None

    def _reaching(self, causes: Causes, quantity: str) -> Causes:
        steps = self._graph.ancestors(quantity)
        return frozenset(c for c in causes if self.known[c].quantity in steps)

    def _matches(self, quantity: str) -> frozenset[Causes]:
        if quantity not in self._matching:
            fits = np.ones(len(self._stored.sets), dtype=bool)
            for case in self._cases:
                if quantity in case.values:
                    outcomes = self._stored.outcomes[case.name][quantity]
                    tolerance = case.tolerances[quantity]
                    rows = _fitting(case.values[quantity], outcomes, tolerance)
                    fits &= np.isin(outcomes.row, rows)
            self._matching[quantity] = frozenset(
                s for s, fit in zip(self._stored.sets, fits, strict=True) if fit
            )
        return self._matching[quantity]


def _fitting(value: Array, outcomes: Outcomes, tolerance: Tolerance) -> list[int]:
    """Return the rows whose array is the observed one."""
    if not value.size:
        return []
    mine = fingerprint(value)
    used = min(value.size, PRINTS)
    largest = float(np.max(np.abs(value))) or 1.0
    # A projection of the allowed differences is rarely above four times their length.
    each = max(tolerance.relative, 1e-12) * largest + tolerance.uncertainty
    allowed = 4 * each * np.sqrt(value.size)
    with np.errstate(invalid="ignore"):
        apart = np.abs(outcomes.prints[:, :used] - mine[:used]).max(axis=1)
    rows = [int(r) for r in np.flatnonzero(apart <= allowed) if outcomes.shapes[r] == value.shape]
    if value.size > PRINTS:
        return rows
    arrays = {r: outcomes.prints[r, :used].reshape(value.shape) for r in rows}
    return [r for r in rows if is_close(value, arrays[r], tolerance)]


def is_zero(quantity: str, cases: Sequence[Observed]) -> bool:
    """Whether a quantity is zero wherever it was observed: too many mistakes lead to that."""
    values = [case.values[quantity] for case in cases if quantity in case.values]
    return not any(value.any() for value in values)
