"""What stands beside the steps of a worked solution: mistakes, conventions and cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .graph import WorkedSolutionError

Function = Callable[..., Any]


@dataclass(frozen=True)
class Replacement:
    """Another function in the place of a step.

    Attributes
    ----------
    id : str
        The name of the function.
    quantity : str
        The step that it replaces.
    text : str
        One sentence that says what is different.
    hint : str or None
        A question or remark that leads to the right step.
    function : callable
        Computes the quantity; its parameters name what it needs.
    """

    id: str
    quantity: str
    text: str
    hint: str | None
    function: Function


class Mistake(Replacement):
    """A wrong step that is known in advance."""


class Convention(Replacement):
    """Another step that is right too, where the assignment accepts it."""


@dataclass(frozen=True)
class Case:
    """One set of inputs.

    An assignment's ``worked.py`` has a `WorkedSolution` by the name ``solution`` and its cases by
    the name ``cases``: a list, or a function that yields them.

    Attributes
    ----------
    name : str
        Small letters, digits, ``-`` and ``_``; it becomes the name of a group in the fixture.
    inputs : mapping of str to value
        An array or number for each input of the solution.
    public : bool
        Whether students may see the inputs and the expected values.
    """

    name: str
    inputs: Mapping[str, Any]
    public: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", self.name):
            raise WorkedSolutionError(
                f"case {self.name!r}: a case's name is made of small letters, digits, '-' and '_', "
                "and starts with a letter or a digit."
            )
