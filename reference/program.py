"""The functions of a worked solution in an order in which they can be computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .graph import Graph, WorkedSolutionError, order_of, parameters_of, require_known
from .parts import Function


@dataclass(frozen=True)
class Program:
    """Functions by quantity, what each needs, and the order of computation.

    Attributes
    ----------
    inputs : tuple of str
        The names that are not computed.
    functions : mapping of str to callable
        What computes each quantity.
    needs : mapping of str to tuple of str
        The quantities and inputs that each of them takes, in the order of its parameters.
    order : tuple of str
        The quantities, each one after all that it needs.
    place : mapping of str to int
        Where each quantity stands in `order`.
    """

    inputs: tuple[str, ...]
    functions: Mapping[str, Function]
    needs: Graph
    order: tuple[str, ...]
    place: Mapping[str, int]

    @classmethod
    def of(
        cls, inputs: tuple[str, ...], functions: Mapping[str, Function], needs: Graph
    ) -> Program:
        """Put `functions` in order; a cycle raises `WorkedSolutionError`."""
        order = order_of(needs)
        return cls(inputs, functions, needs, order, {name: i for i, name in enumerate(order)})

    def replaced(
        self, pairs: Iterable[tuple[str, Function]], signatures: Mapping[Function, tuple[str, ...]]
    ) -> Program:
        """Return the program with other functions for some quantities.

        Parameters
        ----------
        pairs : iterable of (str, callable)
            Quantities and the functions to put in the place of theirs.
        signatures : mapping of callable to tuple of str
            What is known already about the parameters of functions; the others are looked at.

        Returns
        -------
        Program
            A new one.

        Raises
        ------
        WorkedSolutionError
            If a name is unknown, a quantity is there twice, or a function closes a cycle.
        """
        functions, needs = dict(self.functions), dict(self.needs)
        changed: set[str] = set()
        for quantity, function in pairs:
            what = f"replacement of {quantity}"
            require_known(what, (quantity,), self.functions)
            if quantity in changed:
                raise WorkedSolutionError(f"{what}: there are two. Replace a quantity only once.")
            changed.add(quantity)
            functions[quantity] = function
            if function in signatures:
                needs[quantity] = signatures[function]
            else:
                needs[quantity] = parameters_of(function, what)
                require_known(what, needs[quantity], (*self.inputs, *self.functions))
        # An input has no place and stands before everything. Nearly every replacement fits into
        # the order there is, and to look is much cheaper than to sort again.
        if all(self.place.get(n, -1) < self.place[q] for q in changed for n in needs[q]):
            return Program(self.inputs, functions, needs, self.order, self.place)
        return Program.of(self.inputs, functions, needs)

    def run(
        self, inputs: Mapping[str, Any], fixed: Mapping[str, Any], wanted: Collection[str] | None
    ) -> dict[str, Any]:
        """Compute the quantities in order.

        Parameters
        ----------
        inputs : mapping of str to value
            A value for each input.
        fixed : mapping of str to value
            Values for quantities that are not computed.
        wanted : collection of str or None
            The quantities to which the answer is restricted, with what they need; None for all.

        Returns
        -------
        dict of str to value
            Inputs, then quantities. An exception of a step passes, with a note naming the step.
        """
        needed = None if wanted is None else self._needed_for(wanted, fixed)
        values = {name: inputs[name] for name in self.inputs if needed is None or name in needed}
        for quantity in self.order:
            if needed is not None and quantity not in needed:
                continue
            if quantity in fixed:
                values[quantity] = fixed[quantity]
                continue
            try:
                values[quantity] = self.functions[quantity](
                    *[values[name] for name in self.needs[quantity]]
                )
            except Exception as error:
                error.add_note(f"While computing {quantity} of the worked solution.")
                raise
        return values

    def _needed_for(self, wanted: Collection[str], fixed: Collection[str]) -> set[str]:
        require_known("wanted", wanted, (*self.inputs, *self.functions))
        needed = set(wanted)
        for quantity in reversed(self.order):
            if quantity in needed and quantity not in fixed:
                needed.update(self.needs[quantity])
        return needed
