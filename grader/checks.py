"""What an instructor imports to write checks.

A check says how to get named quantities out of a student's code. It holds no expected value::

    from grader.checks import check, pick, unpack

    @check
    def backward(student, case):
        \"\"\"back_propagation returns the loss and the gradients\"\"\"
        returned = student.back_propagation(case.X, case.T, case.weights)
        gradients, loss = unpack(returned, "gradients", "L")
        return {"L": loss, **pick(gradients, dW1="W1", db1="b1")}

Its docstring is the title that students read; its points stand in assignment.toml. What has no
expected value gets a requirement instead::

    @check(requires={"accuracy": between(0.95, 1), "history": finite()}, once=True)
    def training(student, case):
        \"\"\"Training to an accuracy of 95 per cent\"\"\"
        return {"accuracy": number_after(student.output, "Accuracy"), "history": student.history}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np

from . import wording
from .errors import AssignmentError
from .estimated import Estimated, gradient_applied
from .printed import numbers_after
from .requirements import Requirement, at_least, at_most, between, count, falls, finite, shape
from .results import Failure
from .student import Student, StudentFault, description_of, hold, now

__all__ = [
    "Check",
    "Inputs",
    "applied",
    "at_least",
    "at_most",
    "between",
    "check",
    "count",
    "falls",
    "finite",
    "hold",
    "now",
    "number_after",
    "pick",
    "shape",
    "unpack",
]


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
    """A check: its function, and what was said with it.

    Attributes
    ----------
    name, title : str
        The title is for students.
    function : callable
    needs : tuple of str
        Names of the checks that it needs.
    requires : mapping of str to Requirement
        What quantities without an expected value have to satisfy.
    once : bool
        Whether it is run on the first case only.
    """

    name: str
    title: str
    function: CheckFunction
    needs: tuple[str, ...] = ()
    requires: Mapping[str, Requirement] = field(default_factory=dict)
    once: bool = False


@overload
def check(function: CheckFunction) -> Check: ...
@overload
def check(
    *,
    needs: tuple[str, ...] = (),
    requires: Mapping[str, Requirement] | None = None,
    once: bool = False,
) -> Callable[[CheckFunction], Check]: ...
def check(
    function: CheckFunction | None = None,
    *,
    needs: tuple[str, ...] = (),
    requires: Mapping[str, Requirement] | None = None,
    once: bool = False,
) -> Check | Callable[[CheckFunction], Check]:
    """Make a function ``(student, case) -> {quantity: value}`` a check.

    Parameters
    ----------
    needs : tuple of str
        Names of other checks. Where one of them got nothing at all out of the student's code on a
        case, this check is not tried on it, and its quantities are `blocked`.
    requires : mapping of str to Requirement
        For quantities that have no expected value, what they have to satisfy instead:
        ``{"accuracy": at_least(0.95)}``.
    once : bool
        Run this check on the first case only, and judge its quantities on that alone: for what the
        submission has done by itself, whatever the case.
    """

    def make(function: CheckFunction) -> Check:
        name = function.__name__
        title = re.split(r"\n\s*\n", (function.__doc__ or "").strip())[0]
        if not title:
            raise AssignmentError(
                f"the check {name} needs a docstring: its first paragraph is the title for students"
            )
        for quantity, requirement in (requires or {}).items():
            if not isinstance(requirement, Requirement):
                raise AssignmentError(
                    f"the check {name}: {requirement!r:.60} is no requirement for {quantity}; "
                    "at_least(0.95) is one"
                )
        title = " ".join(title.split())
        return Check(name, title, function, tuple(needs), dict(requires or {}), bool(once))

    return make if function is None else make(function)


def unpack(value: Any, *names: str) -> tuple[Any, ...]:
    """Return the values of a returned tuple (or list), which must be as many as `names`.

    Raises
    ------
    StudentFault
        If the student returned something else; the text says what was asked for.
    """
    if not isinstance(value, (tuple, list)) or len(value) != len(names):
        raise StudentFault(_missing(wording.returned_instead, names, value))
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
        raise StudentFault(_missing(wording.no_dictionary, tuple(keys.values()), value))
    return {
        quantity: value[key] if key in value else _missing(wording.no_key, key, value)
        for quantity, key in keys.items()
    }


def number_after(
    text: Any, words: str, *others: str, which: Literal["first", "last"] = "last"
) -> float:
    """Return the number printed after some words: ``number_after(student.output, "Accuracy")``.

    It is the first number on the rest of the line (or on the next line, where nothing follows the
    words but a colon), at the last place where the words stand with one. ``95 %`` is 0.95. Small
    and capital letters are the same, and ``test accuracy`` is ``Test-Accuracy`` too, but not a part
    of a longer word.

    Parameters
    ----------
    text : str
        What was printed.
    words, *others : str
        The words; others are tried where these have no number.
    which : {"last", "first"}
        Of several places.

    Raises
    ------
    StudentFault
        If there is no such number.
    """
    alternatives = (words, *others)
    if not all(alternative.strip(" _-") for alternative in alternatives):
        raise ValueError("number_after needs words that stand before the number")
    if not isinstance(text, str):
        raise StudentFault(_missing(wording.no_text, description_of(text) or text))
    for alternative in alternatives:
        numbers = numbers_after(text, alternative)
        if numbers:
            return numbers[-1 if which == "last" else 0]
    raise StudentFault(Failure("missing", wording.no_number(alternatives)))


def applied(before: Any, after: Any, rate: float, name: str = "it") -> Estimated | Failure:
    """Return the gradient that one update has applied: ``after = before - rate * gradient``.

    For code that updates its weights and returns no gradient. The larger the rate, the more digits
    of the gradient are left; what rounding has taken is allowed for where it is compared. What
    cannot be a pair of weights stands as a failure in the place of the gradient, and other
    quantities keep their values.

    Parameters
    ----------
    before, after : float or ndarray
        The weights before and after the update.
    rate : float
        The learning rate that was used.
    name : str
        What the weights are called in messages: ``"W1"``.
    """
    if not np.isfinite(rate) or rate == 0:
        raise ValueError(f"applied: {rate!r} is no learning rate that a gradient can be found from")
    arrays = [_real(value) for value in (before, after)]
    for when, value, array in zip(("before", "after"), (before, after), arrays, strict=True):
        if array is None:
            value = description_of(value) or value
            return _missing(wording.no_weights, name, when, value)
    old, new = arrays
    assert old is not None
    assert new is not None
    if old.shape != new.shape:
        return Failure("missing", wording.reshaped(name, old.shape, new.shape))
    return gradient_applied(old, new, float(rate))


def _real(value: Any) -> np.ndarray[Any, Any] | None:
    """Return a number or an array of real numbers as an array, None for any other value."""
    plain = isinstance(value, (int, float, np.ndarray, np.generic)) and not isinstance(value, bool)
    array = np.asarray(value) if plain else None
    return array if array is not None and array.dtype.kind in "iuf" else None


def _missing(say: Callable[..., str], *arguments: Any) -> Failure:
    """Return a failure with its words for a public and for a hidden case."""
    return Failure("missing", say(*arguments, False), casual=say(*arguments, True))
