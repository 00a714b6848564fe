"""Which known mistakes explain what is wrong: the fewest that reproduce the most.

A quantity is looked at given the student's own values of what it needs, so that every mistake is
sought in the quantity's own *segment*: the steps between it and the nearest quantities that were
observed. A set of mistakes *holds* for a quantity if, on every case with a value, the worked
solution with these mistakes and the student's own earlier values gives the student's number.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reference.worked import Replacement, WorkedSolution

from .compare import Tolerance, is_close

Array = NDArray[np.float64]
Causes = frozenset[str]
NOTHING: Causes = frozenset()

MAX_STATES = 2_000  # sets of mistakes that are weighed against each other
MAX_TOGETHER = 6  # mistakes in one submission


class Explainer(Protocol):
    """What `explain` asks about a submission."""

    def options(self, quantity: str) -> Sequence[Causes]:
        """Return the smallest sets of mistakes that hold for a quantity by themselves."""

    def holds(self, causes: Causes, quantity: str) -> bool:
        """Whether the student's value is what these mistakes give, on every case."""

    def own(self, causes: Causes, quantity: str) -> Causes:
        """Return those of the mistakes that happen in the quantity's own segment."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Mistakes that explain some of the wrong quantities together.

    Attributes
    ----------
    sets : tuple of frozenset of str
        Equally good sets of mistakes. With more than one, no case can tell them apart.
    explains : tuple of str
        The quantities that the sets explain.
    alone : bool
        Whether other quantities show that the mistake was not made at the common step, but on the
        way to these only.
    """

    sets: tuple[Causes, ...]
    explains: tuple[str, ...]
    alone: bool = False


def explain(explainer: Explainer, wrong: Sequence[str], right: Sequence[str]) -> list[Explanation]:
    """Find the fewest mistakes that explain the most of the `wrong` quantities.

    What they leave is looked at one by one: one mistake, or a pair, that was made on the way to
    this quantity alone.

    Parameters
    ----------
    wrong : sequence of str
        Quantities that are not right, not even given the student's own earlier values.
    right : sequence of str
        Quantities that are: a mistake that would have changed one of them was not made.
    """
    options = {quantity: explainer.options(quantity) for quantity in wrong}
    open_ones = [quantity for quantity in wrong if options[quantity]]
    sets = _unions([options[quantity] for quantity in open_ones])

    def held(causes: Causes) -> tuple[str, ...]:
        return tuple(q for q in open_ones if explainer.holds(causes, q))

    def cost(causes: Causes) -> tuple[int, int, int]:
        explained = held(causes)
        missed = [q for q in wrong if explainer.own(causes, q) and q not in explained]
        return len(open_ones) - len(explained), len(causes), len(missed)

    possible = [s for s in sets if all(explainer.holds(s, quantity) for quantity in right)]
    ranked = sorted(possible, key=lambda s: (cost(s), sorted(s)))
    found = []
    explained: tuple[str, ...] = ()
    if ranked and ranked[0]:
        explained = held(ranked[0])
        same = [s for s in ranked if cost(s) == cost(ranked[0]) and held(s) == explained]
        missed = cost(ranked[0])[2]
        found.append(Explanation(tuple(same), explained, missed > 0 and len(explained) == 1))
    found += [
        Explanation(tuple(options[quantity]), (quantity,), alone=True)
        for quantity in open_ones
        if quantity not in explained
    ]
    return found


def _unions(options: Sequence[Sequence[Causes]]) -> set[Causes]:
    """Return every union of at most one option of each quantity, as far as it stays small."""
    sets: set[Causes] = {NOTHING}
    for choices in options:
        sets |= {a | b for a in sets for b in choices if len(a | b) <= MAX_TOGETHER}
        if len(sets) > MAX_STATES:
            sets = set(sorted(sets, key=lambda s: (len(s), sorted(s)))[:MAX_STATES])
    return sets


@dataclass(frozen=True, slots=True)
class Observed:
    """What the student's code gave for one case, as far as it is numbers.

    Attributes
    ----------
    inputs : mapping of str to value
    values : mapping of str to ndarray
        The observed quantities that are numbers.
    tolerances : mapping of str to Tolerance
    """

    inputs: Mapping[str, Any]
    values: Mapping[str, Array]
    tolerances: Mapping[str, Tolerance]


class WorkedExplainer:
    """Explains by running the worked solution, given what was observed.

    Parameters
    ----------
    solution : WorkedSolution
    cases : sequence of Observed
        The smallest first: most sets of mistakes are ruled out there, at little cost.
    usable : collection of str
        The observed quantities that have, on every case, the shape of the expected value, so that
        what needs them can be computed from them.
    base : collection of Replacement
        Conventions that stand in the place of steps throughout.
    """

    def __init__(
        self,
        solution: WorkedSolution,
        cases: Sequence[Observed],
        usable: Iterable[str],
        base: Iterable[Replacement] = (),
    ) -> None:
        self._solution = solution
        self._cases = cases
        self._base = {r.quantity: r for r in base}
        self.known = {r.id: r for r in (*solution.mistakes, *solution.conventions)}
        self._usable = frozenset(usable)
        self._alone: set[str] = set()
        self._held: dict[tuple[Causes, str, bool], bool] = {}
        self.quantities = solution.quantities

    def settle(self, quantity: str) -> None:
        """Find out whether a quantity was computed from the observed values before it.

        One function may repeat what another returned, without that one's mistakes: then the
        quantity is looked at by itself, from the inputs on.
        """
        if self.holds(NOTHING, quantity) or not self.boundary(quantity):
            return
        self._alone.add(quantity)
        if self.holds(NOTHING, quantity):
            return
        self._alone.discard(quantity)
        if not self.options(quantity):
            self._alone.add(quantity)
            if not self.options(quantity):
                self._alone.discard(quantity)

    def segment(self, quantity: str) -> frozenset[str]:
        """Return the steps between a quantity (included) and the nearest observed ones."""
        given = self._given(quantity)
        steps = set(self._solution.quantities)
        found, waiting = {quantity}, [quantity]
        while waiting:
            for need in self._solution.needs(waiting.pop()):
                if need in steps and need not in given and need not in found:
                    found.add(need)
                    waiting.append(need)
        return frozenset(found)

    def boundary(self, quantity: str) -> frozenset[str]:
        """Return the observed quantities that a quantity was computed from."""
        needs = {need for step in self.segment(quantity) for need in self._solution.needs(step)}
        return self._given(quantity) & needs

    def _given(self, quantity: str) -> frozenset[str]:
        return NOTHING if quantity in self._alone else self._usable - {quantity}

    def own(self, causes: Causes, quantity: str) -> Causes:
        """Return those of the mistakes that happen in the quantity's own segment."""
        if not causes:
            return NOTHING
        segment = self.segment(quantity)
        return frozenset(c for c in causes if self.known[c].quantity in segment)

    def options(self, quantity: str) -> list[Causes]:
        """Return the single mistakes that hold for a quantity, else the pairs that do."""
        segment = self.segment(quantity)
        near = [
            r
            for r in self.known.values()
            if r.quantity in segment and self._base.get(r.quantity) != r
        ]
        singles = [frozenset({r.id}) for r in near]
        found = [causes for causes in singles if self.holds(causes, quantity)]
        if found:
            return found
        pairs = (
            frozenset({a.id, b.id})
            for a, b in itertools.combinations(near, 2)
            if a.quantity != b.quantity
        )
        return [causes for causes in pairs if self.holds(causes, quantity)]

    def holds(self, causes: Causes, quantity: str) -> bool:
        """Whether the student's value is what these mistakes give, on every case."""
        causes = self.own(causes, quantity)
        key = (causes, quantity, quantity in self._alone)
        if key not in self._held:
            self._held[key] = all(
                self._matches(causes, quantity, case)
                for case in self._cases
                if quantity in case.values
            )
        return self._held[key]

    def _matches(self, causes: Causes, quantity: str, case: Observed) -> bool:
        computed = self.compute(causes, quantity, case)
        return computed is not None and is_close(
            case.values[quantity], computed, case.tolerances[quantity]
        )

    def compute(self, causes: Causes, quantity: str, case: Observed) -> Array | None:
        """Return a quantity given what was observed before it, or None where that fails."""
        made = [self.known[c] for c in causes]
        replaced = {**self._base, **{r.quantity: r for r in made}}
        if len({r.quantity for r in made}) < len(made):
            return None  # two mistakes in one place cannot both be made
        given = self._given(quantity)
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
        value = np.asarray(values[quantity], dtype=np.float64)
        return value if np.isfinite(value).all() else None
