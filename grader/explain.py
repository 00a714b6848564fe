"""Which known mistakes explain what is wrong: the fewest that reproduce the most.

A set of mistakes *holds* for a quantity if, on every case with a value, it gives the student's
number. Who knows that is an `Explainer`: `grader.explain_worked` runs the worked solution,
`grader.explain_stored` looks into the fixture, where there is no worked solution.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .closeness import Tolerance

Array = NDArray[np.float64]
Causes = frozenset[str]
NOTHING: Causes = frozenset()

MAX_STATES = 2_000  # sets of mistakes that are weighed against each other
MAX_TOGETHER = 6  # mistakes in one submission


class Known(Protocol):
    """A known mistake or convention."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def quantity(self) -> str:
        """Where it happens."""

    @property
    def text(self) -> str:
        """What is wrong, or different, in a sentence."""

    @property
    def hint(self) -> str | None:
        """What makes the student think."""


class Explainer(Protocol):
    """What is asked about a submission in order to explain it."""

    @property
    def known(self) -> Mapping[str, Known]:
        """The known mistakes and conventions by their ids."""

    def settle(self, quantity: str) -> None:
        """Find out what a quantity was computed from; before anything else is asked of it."""

    def options(self, quantity: str) -> Sequence[Causes]:
        """Return the smallest sets of mistakes that hold for a quantity by themselves."""

    def near(self, causes: Causes, quantity: str) -> bool:
        """Whether all of the mistakes happen after the nearest observed quantities."""

    def holds(self, causes: Causes, quantity: str) -> bool:
        """Whether the student's value is what these mistakes give, on every case."""

    def own(self, causes: Causes, quantity: str) -> Causes:
        """Return those of the mistakes that happen in the quantity's own segment."""

    def boundary(self, quantity: str) -> frozenset[str]:
        """Return the observed quantities that a quantity was computed from."""

    def ancestors(self, quantity: str) -> frozenset[str]:
        """Return every step that a quantity needs, itself included."""

    def segment(self, quantity: str) -> frozenset[str]:
        """Return those of them that come after the observed ones it was computed from."""

    def compute(self, causes: Causes, quantity: str, case: Observed) -> Array | None:
        """Return a quantity given what was observed before it, or None if that is not known."""


LOST = 0.7390851332151607  # where cos x is x: nobody's result by chance
"""Stands for what is not finite where values are matched: NaN equals nothing, not even NaN."""


def comparable(array: Array) -> Array:
    """Return an array in which `LOST` stands for what is not finite, so that it can be matched.

    Where inf becomes NaN depends on how a formula is written; which rows it happens in does not.
    So all of a row (an entry along the first axis) is lost with one entry of it.
    """
    lost = ~np.isfinite(array)
    if not lost.any():
        return array
    if array.ndim > 1:
        lost = np.any(lost, axis=tuple(range(1, array.ndim)), keepdims=True)
    return np.where(lost, LOST, array)


@dataclass(frozen=True, slots=True)
class Observed:
    """What the student's code gave for one case, as far as it is numbers.

    Attributes
    ----------
    name : str
    inputs : mapping of str to value
    values : mapping of str to ndarray
        The observed quantities that are numbers, made `comparable`.
    tolerances : mapping of str to Tolerance
    """

    name: str
    inputs: Mapping[str, Any]
    values: Mapping[str, Array]
    tolerances: Mapping[str, Tolerance]


class Segments:
    """The quantities as a graph, cut at those that were observed.

    Parameters
    ----------
    needs : mapping of str to sequence of str
        What the step for each quantity takes.
    usable : collection of str
        The observed quantities that have, on every case, the shape of the expected value, so that
        what needs them can be computed from them.
    """

    def __init__(self, needs: Mapping[str, Sequence[str]], usable: Iterable[str]) -> None:
        self._needs = needs
        self._usable = frozenset(usable)
        self._segments: dict[tuple[str, bool], frozenset[str]] = {}
        self.alone: set[str] = set()  # computed from the inputs on, not from what was observed

    def given(self, quantity: str) -> frozenset[str]:
        """Return the observed quantities that may stand before a quantity."""
        return NOTHING if quantity in self.alone else self._usable - {quantity}

    def segment(self, quantity: str) -> frozenset[str]:
        """Return the steps between a quantity (included) and the nearest observed ones."""
        return self._walk(quantity, self.given(quantity))

    def nearest(self, quantity: str) -> frozenset[str]:
        """Return the segment of a quantity whatever it was computed from."""
        return self._walk(quantity, self._usable - {quantity})

    def _walk(self, quantity: str, given: frozenset[str]) -> frozenset[str]:
        key = (quantity, bool(given))
        if key not in self._segments:
            self._segments[key] = self._until(quantity, given)
        return self._segments[key]

    def _until(self, quantity: str, given: frozenset[str]) -> frozenset[str]:
        found, waiting = {quantity}, [quantity]
        while waiting:
            for need in self._needs[waiting.pop()]:
                if need in self._needs and need not in given and need not in found:
                    found.add(need)
                    waiting.append(need)
        return frozenset(found)

    def boundary(self, quantity: str) -> frozenset[str]:
        """Return the observed quantities that a quantity was computed from."""
        needs = {need for step in self.segment(quantity) for need in self._needs[step]}
        return self.given(quantity) & needs

    def ancestors(self, quantity: str) -> frozenset[str]:
        """Return every step that a quantity needs, itself included."""
        found, waiting = {quantity}, [quantity]
        while waiting:
            new = {n for n in self._needs[waiting.pop()] if n in self._needs} - found
            found |= new
            waiting.extend(new)
        return frozenset(found)


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


def explain(
    explainer: Explainer,
    wrong: Sequence[str],
    right: Sequence[str],
    telling: Collection[str],
    visible: Mapping[str, Collection[str]],
) -> list[Explanation]:
    """Find the fewest mistakes that explain the most of the `wrong` quantities.

    What they leave is looked at one by one: one mistake, or a pair, that was made on the way to
    this quantity alone.

    Parameters
    ----------
    wrong : sequence of str
        Quantities that are not right, not even given the student's own earlier values.
    right : sequence of str
        Quantities that are: a mistake that would have changed one of them was not made.
    telling : collection of str
        Those of the `wrong` whose numbers no mistake gives by chance. Where other quantities speak
        against a mistake, it has to explain one of these.
    visible : mapping of str to collection of str
        For what of the `wrong` is computed from a quantity that is not finite, the steps before
        that one: no mistake is sought behind it, as nothing of it could be seen.
    """
    options = {
        quantity: [
            causes
            for causes in explainer.options(quantity)
            if quantity not in visible
            or all(explainer.known[c].quantity in visible[quantity] for c in causes)
        ]
        for quantity in wrong
    }
    open_ones = [quantity for quantity in wrong if options[quantity]]
    sets = _unions([options[quantity] for quantity in open_ones])

    def held(causes: Causes) -> tuple[str, ...]:
        return tuple(q for q in wrong if explainer.holds(causes, q))

    def missed(causes: Causes, among: Causes) -> list[str]:
        """Return what they should have changed in another way, if these were all."""
        return [q for q in wrong if explainer.own(causes, q) and not explainer.holds(among, q)]

    def cost(causes: Causes) -> tuple[int, int, int]:
        return len(wrong) - len(held(causes)), len(causes), len(missed(causes, causes))

    def is_possible(causes: Causes) -> bool:
        return all(explainer.holds(causes, quantity) for quantity in right)

    def is_founded(causes: Causes) -> bool:
        return not missed(causes, causes) or any(q in telling for q in held(causes))

    possible = [causes for causes in sets if is_possible(causes) and is_founded(causes)]
    ranked = sorted(possible, key=lambda s: (cost(s), sorted(s)))
    found = []
    explained = held(ranked[0]) if ranked else ()
    if explained and (len(explained) > 1 or explainer.near(ranked[0], explained[0])):
        same = [s for s in ranked if cost(s) == cost(ranked[0]) and held(s) == explained]
        alone = len(explained) == 1 and bool(missed(ranked[0], ranked[0]))
        found.append(Explanation(tuple(same), explained, alone))
    else:
        explained = ()
    best = ranked[0] if explained else NOTHING

    for quantity in open_ones:
        # By itself a quantity tells of a mistake just before it; one further away would show in
        # other quantities too. Two that others speak against fit a few numbers by chance, and so
        # does one where there are few that it could have been.
        near = [
            causes
            for causes in options[quantity]
            if explainer.near(causes, quantity)
            and (
                (len(causes) == 1 and quantity in telling)
                or (is_possible(causes) and not missed(causes, causes | best))
            )
        ]
        if near and quantity not in explained:
            found.append(Explanation(tuple(near), (quantity,), alone=True))
    return found


def _unions(options: Sequence[Sequence[Causes]]) -> set[Causes]:
    """Return every union of at most one option of each quantity, as far as it stays small."""
    sets: set[Causes] = {NOTHING}
    for choices in options:
        sets |= {a | b for a in sets for b in choices if len(a | b) <= MAX_TOGETHER}
        if len(sets) > MAX_STATES:
            sets = set(sorted(sets, key=lambda s: (len(s), sorted(s)))[:MAX_STATES])
    return sets
