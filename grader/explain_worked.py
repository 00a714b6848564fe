"""Explains by running the worked solution, given the student's own values.

A quantity is looked at given what was observed before it, so that every mistake is sought in the
quantity's own *segment*: the steps between it and the nearest quantities that were observed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from reference.worked import Replacement, WorkedSolution

from .closeness import is_close
from .explain import NOTHING, Array, Causes, Observed, Segments, comparable
from .explain_stored import Stored, StoredExplainer, is_zero


class WorkedExplainer:
    """Knows what mistakes give by making them in the worked solution.

    Parameters
    ----------
    solution : WorkedSolution
    cases : sequence of Observed
        The smallest first: most sets of mistakes are ruled out there, at little cost.
    usable : collection of str
        As `Segments` takes it.
    base : collection of Replacement
        Conventions that stand in the place of steps throughout.
    stored : callable
        Returns what the fixtures hold. Where nothing before a quantity is wrong, the pairs of
        mistakes are looked up there, and only those that fit are computed.
    """

    def __init__(
        self,
        solution: WorkedSolution,
        cases: Sequence[Observed],
        usable: Iterable[str],
        base: Iterable[Replacement] = (),
        stored: Callable[[], Stored | None] = lambda: None,
    ) -> None:
        self._solution = solution
        self._cases = cases
        self._base = {r.quantity: r for r in base}
        self.known = {r.id: r for r in (*solution.mistakes, *solution.conventions)}
        self._graph = Segments({q: solution.needs(q) for q in solution.quantities}, usable)
        self._held: dict[tuple[Causes, str, bool], bool] = {}
        self._stored = stored
        self._index: StoredExplainer | None = None

    def settle(self, quantity: str) -> None:
        """Find out whether a quantity was computed from the observed values before it.

        One function may repeat what another returned, without that one's mistakes: then the
        quantity is looked at by itself, from the inputs on.
        """
        if self.holds(NOTHING, quantity) or not self.boundary(quantity):
            return
        alone = self._graph.alone
        alone.add(quantity)
        if self.holds(NOTHING, quantity):
            return
        alone.discard(quantity)
        if not self.options(quantity):
            alone.add(quantity)
            if not self.options(quantity):
                alone.discard(quantity)

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
        if not causes:
            return NOTHING
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
        singles = [frozenset({r.id}) for r in self._here(quantity)]
        found = [causes for causes in singles if self.holds(causes, quantity)]
        return found or [pair for pair in self._pairs(quantity) if self.holds(pair, quantity)]

    def _here(self, quantity: str) -> list[Replacement]:
        segment = self._graph.segment(quantity)
        return [
            r
            for r in self.known.values()
            if r.quantity in segment and self._base.get(r.quantity) != r
        ]

    def _pairs(self, quantity: str) -> Iterator[Causes]:
        """Yield the pairs of mistakes worth computing."""
        stored = None if self._base else self._lookup()
        if stored is not None and all(self.holds(NOTHING, q) for q in self.boundary(quantity)):
            yield from (c for c in stored.options(quantity) if self.own(c, quantity) == c)
            return
        for a, b in itertools.combinations(self._here(quantity), 2):
            if a.quantity != b.quantity:
                yield frozenset({a.id, b.id})

    def _lookup(self) -> StoredExplainer | None:
        if self._index is None:
            stored = self._stored()
            if stored is not None:
                self._index = StoredExplainer(stored, self._cases, ())
        return self._index

    def holds(self, causes: Causes, quantity: str) -> bool:
        """Whether the student's value is what these mistakes give, on every case."""
        causes = self.own(causes, quantity)
        key = (causes, quantity, quantity in self._graph.alone)
        if key not in self._held:
            self._held[key] = all(
                self._matches(causes, quantity, case)
                for case in self._cases
                if quantity in case.values
            )
        return self._held[key]

    def _matches(self, causes: Causes, quantity: str, case: Observed) -> bool:
        made = self._made(causes, quantity, case)
        return made is not None and is_close(
            case.values[quantity], comparable(made), case.tolerances[quantity]
        )

    def compute(self, causes: Causes, quantity: str, case: Observed) -> Array | None:
        """Return a quantity given what was observed before it, or None if it is not finite."""
        made = self._made(causes, quantity, case)
        return made if made is not None and np.isfinite(made).all() else None

    def _made(self, causes: Causes, quantity: str, case: Observed) -> Array | None:
        """Return a quantity given what was observed before it, or None where that fails."""
        made = [self.known[c] for c in causes]
        replaced = {**self._base, **{r.quantity: r for r in made}}
        if len({r.quantity for r in made}) < len(made):
            return None  # two mistakes in one place cannot both be made
        given = self._graph.given(quantity)
        try:
            with np.errstate(all="ignore"):
                values = self._solution.run(
                    case.inputs,
                    replace=replaced.values(),
                    given={q: v for q, v in case.values.items() if q in given},
                    wanted=[quantity],
                )
        except Exception:  # a mistake may not fit the shapes of a case: it was not made there
            return None
        return np.asarray(values[quantity], dtype=np.float64)
