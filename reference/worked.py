"""A worked solution: one small function for each quantity, as one writes it on a blackboard.

::

    solution = WorkedSolution(inputs=("X", "W1", "b1"))

    @solution.step
    def Z1(X, W1, b1):
        \"\"\"Hidden pre-activation, shape (N, 3).\"\"\"
        return X @ W1.T + b1

    @solution.mistake("Z1", "The bias is missing.", hint="What is Z1 where X is zero?")
    def no_bias(X, W1):
        return X @ W1.T

The parameters of a step name the quantities and inputs it needs, and that fixes the order. One
step can be replaced or fixed to a value, and everything that needs it is computed again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .graph import (
    WorkedSolutionError,
    ancestors_in,
    name_of,
    parameters_of,
    require_known,
    require_same,
)
from .parts import Case, Convention, Function, Mistake, Replacement
from .program import Program

__all__ = ["Case", "Convention", "Mistake", "Replacement", "WorkedSolution", "WorkedSolutionError"]

_F = TypeVar("_F", bound=Function)


class WorkedSolution:
    """Steps over quantities, with their known mistakes and conventions.

    Parameters
    ----------
    inputs : tuple of str
        The names that no step computes.
    sizes : mapping of str to callable, optional
        The letters used in shapes, each a function of inputs: ``{"N": lambda X: len(X)}``.
    """

    def __init__(
        self, inputs: tuple[str, ...], sizes: Mapping[str, Callable[..., int]] | None = None
    ) -> None:
        if not isinstance(inputs, tuple) or len(set(inputs)) < len(inputs):
            raise WorkedSolutionError(f"inputs: write a tuple of different names, not {inputs!r}.")
        self.inputs = inputs
        self._sizes = dict(sizes or {})
        self._steps: dict[str, Function] = {}
        self._needs: dict[str, tuple[str, ...]] = {}
        self._replacements: dict[str, Replacement] = {}
        # Signatures are slow to read, so those of sizes, mistakes and conventions are kept.
        self._signatures: dict[Function, tuple[str, ...]] = {}
        self._program: Program | None = None  # None: not checked since the last change
        for letter, function in self._sizes.items():
            self._signatures[function] = parameters_of(function, f"size {letter}")
            require_known(f"size {letter}", self._signatures[function], inputs)

    def step(self, function: _F) -> _F:
        """Add the step that computes the quantity of the function's name (a decorator).

        Parameters
        ----------
        function : callable
            Its parameters name what it needs; its docstring describes the quantity.

        Returns
        -------
        callable
            The same function.

        Raises
        ------
        WorkedSolutionError
            If the name is taken, the docstring is missing, or a parameter is not plain.
        """
        name = name_of(function, "step")
        if name in self._steps:
            raise WorkedSolutionError(f"step {name}: defined twice. Remove or rename one of them.")
        if name in self.inputs:
            raise WorkedSolutionError(f"step {name}: there is an input of this name. Rename one.")
        if not (function.__doc__ or "").strip():
            raise WorkedSolutionError(
                f"step {name}: the docstring is missing. Describe the quantity in one sentence, "
                "with its shape."
            )
        self._needs[name] = parameters_of(function, f"step {name}")
        self._steps[name] = function
        self._program = None
        return function

    def mistake(self, quantity: str, text: str, *, hint: str | None = None) -> Callable[[_F], _F]:
        """Add a wrong step for a quantity (a decorator); the function's name is its id.

        Parameters
        ----------
        quantity : str
            Where the mistake happens.
        text : str
            One sentence for the student: what is wrong.
        hint : str, optional
            What makes the student think.

        Returns
        -------
        callable
            A decorator that returns its function unchanged.
        """
        return self._adder(Mistake, quantity, text, hint)

    def convention(
        self, quantity: str, text: str, *, hint: str | None = None
    ) -> Callable[[_F], _F]:
        """Add another right step for a quantity, in the way in which `mistake` adds a wrong one."""
        return self._adder(Convention, quantity, text, hint)

    def _adder(
        self, kind: type[Replacement], quantity: str, text: str, hint: str | None
    ) -> Callable[[_F], _F]:
        def add(function: _F) -> _F:
            what = kind.__name__.lower()
            name = name_of(function, what)
            if name in self._replacements:
                raise WorkedSolutionError(
                    f"{what} {name}: there is another mistake or convention of this name. "
                    "Rename one of them."
                )
            self._signatures[function] = parameters_of(function, f"{what} {name}")
            self._replacements[name] = kind(name, quantity, text, hint, function)
            self._program = None
            return function

        return add

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The known mistakes in the order of their definition."""
        return tuple(r for r in self._replacements.values() if isinstance(r, Mistake))

    @property
    def conventions(self) -> tuple[Convention, ...]:
        """The conventions in the order of their definition."""
        return tuple(r for r in self._replacements.values() if isinstance(r, Convention))

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities in dependency order: each one after all that it needs."""
        return self._checked().order

    def needs(self, quantity: str) -> tuple[str, ...]:
        """Return the quantities and inputs that the step for `quantity` takes, in order."""
        needs = self._checked().needs
        require_known("needs", (quantity,), self._steps)
        return needs[quantity]

    def ancestors(self, quantity: str) -> frozenset[str]:
        """Return every quantity and input that `quantity` needs, directly or through others."""
        needs = self._checked().needs
        require_known("ancestors", (quantity,), (*self.inputs, *needs))
        return ancestors_in(needs, quantity)

    def describe(self, quantity: str) -> str:
        """Return the first sentence of a step's docstring, on one line."""
        require_known("describe", (quantity,), self._steps)
        text = " ".join((self._steps[quantity].__doc__ or "").split())
        return re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)[0]

    def sizes_of(self, inputs: Mapping[str, Any]) -> dict[str, int]:
        """Return the value of each size for these inputs: ``{"N": 1000}``."""
        require_same(inputs, self.inputs)
        return {
            letter: int(function(*(inputs[name] for name in self._signatures[function])))
            for letter, function in self._sizes.items()
        }

    def check(self) -> None:
        """Find what is wrong with the solution as a whole; every use of it does so first.

        Raises
        ------
        WorkedSolutionError
            If a name is unknown, or steps form a cycle, as they are or with one replaced.
        """
        self._checked()

    def _checked(self) -> Program:
        if self._program is None:
            known = (*self.inputs, *self._steps)
            for name, needs in self._needs.items():
                require_known(f"step {name}", needs, known)
            program = Program.of(self.inputs, dict(self._steps), dict(self._needs))
            for r in self._replacements.values():
                what = f"{type(r).__name__.lower()} {r.id}"
                require_known(what, (r.quantity,), self._steps)
                require_known(what, self._signatures[r.function], known)
                try:
                    program.replaced([(r.quantity, r.function)], self._signatures)
                except WorkedSolutionError as cycle:
                    raise WorkedSolutionError(f"{what}: {cycle}") from None
            self._program = program
        return self._program

    def run(
        self,
        inputs: Mapping[str, Any],
        *,
        replace: Iterable[Replacement] | Mapping[str, Function] = (),
        given: Mapping[str, Any] | None = None,
        wanted: Iterable[str] | None = None,
    ) -> dict[str, Any]:
        """Compute the quantities.

        Parameters
        ----------
        inputs : mapping of str to value
            A value for each input, no more and no less.
        replace : iterable of Replacement, or mapping of str to callable
            Mistakes and conventions, or functions by quantity, in the place of steps.
        given : mapping of str to value, optional
            Values for quantities, which are then not computed, not even by a replacement.
        wanted : iterable of str, optional
            Compute only these quantities and what they need. By default all.

        Returns
        -------
        dict of str to value
            The inputs, then the quantities in dependency order.

        Raises
        ------
        WorkedSolutionError
            If an input is missing or not expected, a name is unknown, two replacements are for
            the same quantity, or a replacement closes a cycle.
        """
        program = self._checked()
        require_same(inputs, self.inputs)
        fixed = given or {}
        require_known("given", fixed, self._steps)
        if isinstance(replace, Mapping):
            pairs = list(replace.items())
        else:
            pairs = [(r.quantity, r.function) for r in replace]
        if pairs:
            program = program.replaced(pairs, self._signatures)
        return program.run(inputs, fixed, None if wanted is None else tuple(wanted))
