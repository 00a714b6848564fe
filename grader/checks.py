"""What an instructor imports to write checks.

A check says how to get named quantities out of a student's code. It holds no expected value::

    from grader.checks import check, pick, unpack

    @check
    def backward(student, case):
        \"\"\"back_propagation returns the loss and the gradients\"\"\"
        returned = student.back_propagation(case.X, case.T, case.weights)
        gradients, loss = unpack(returned, "gradients", "L")
        return {"L": loss, **pick(gradients, dW1="W1", db1="b1")}

Its docstring is the title that students read; its points stand in assignment.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from . import wording
from .errors import AssignmentError
from .results import Failure
from .student import Student, StudentFault

__all__ = ["Check", "Inputs", "check", "pick", "unpack"]


class Inputs:
    """The inputs of one case, as attributes: ``case.X``. Holds no expected value."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self._name = name
        self._values = {key: _read_only(value) for key, value in values.items()}

    @property
    def name(self) -> str:
        """The name of the case."""
        return self._name

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(
                f"case {self._name} has no input {name!r}; it has {', '.join(self._values)}"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


def _read_only(value: Any) -> Any:
    """Return an array that a check cannot change, since the next one gets it too."""
    if isinstance(value, np.ndarray):
        value = value.view()
        value.setflags(write=False)
    return value


CheckFunction = Callable[[Student, Inputs], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its function, the title for students, and the checks that it needs."""

    name: str
    title: str
    function: CheckFunction
    needs: tuple[str, ...] = ()


@overload
def check(function: CheckFunction) -> Check: ...
@overload
def check(*, needs: tuple[str, ...] = ()) -> Callable[[CheckFunction], Check]: ...
def check(
    function: CheckFunction | None = None, *, needs: tuple[str, ...] = ()
) -> Check | Callable[[CheckFunction], Check]:
    """Make a function ``(student, case) -> {quantity: value}`` a check.

    Parameters
    ----------
    needs : tuple of str
        Names of other checks. Where one of them got nothing at all out of the student's code on a
        case, this check is not tried on it, and its quantities are `blocked`.
    """

    def make(function: CheckFunction) -> Check:
        name = function.__name__
        title = re.split(r"\n\s*\n", (function.__doc__ or "").strip())[0]
        if not title:
            raise AssignmentError(
                f"the check {name} needs a docstring: its first paragraph is the title for students"
            )
        return Check(name, " ".join(title.split()), function, needs)

    return make if function is None else make(function)


def unpack(value: Any, *names: str) -> tuple[Any, ...]:
    """Return the values of a returned tuple (or list), which must be as many as `names`.

    Raises
    ------
    StudentFault
        If the student returned something else; the text says what was asked for.
    """
    if not isinstance(value, (tuple, list)) or len(value) != len(names):
        words = (wording.returned_instead(names, value, hidden) for hidden in (False, True))
        raise StudentFault(Failure("missing", next(words), casual=next(words)))
    return tuple(value)


def pick(value: Any, **keys: str) -> dict[str, Any]:
    """Return entries of a returned dictionary by quantity: ``pick(gradients, dW1="W1")``.

    A key that is not there is missing by itself; the other quantities keep their values.

    Raises
    ------
    StudentFault
        If the student returned no dictionary.
    """
    if not isinstance(value, dict):
        wanted = tuple(keys.values())
        words = (wording.no_dictionary(wanted, value, hidden) for hidden in (False, True))
        raise StudentFault(Failure("missing", next(words), casual=next(words)))
    return {
        quantity: value[key] if key in value else _missing(key, value)
        for quantity, key in keys.items()
    }


def _missing(key: str, value: dict[Any, Any]) -> Failure:
    return Failure(
        "missing", wording.no_key(key, value), casual=wording.no_key(key, value, hidden=True)
    )
