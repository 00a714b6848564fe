"""What a quantity without an expected value has to satisfy: at least 0.95, finite, six of them.

A requirement is plain data and deciding it a pure function; `grader.wording` says it in words. What
is decided on came from a student's code, so nothing of it is called or looked up, and whatever is
not made of numbers is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .estimated import Estimated
from .results import Opaque

Kind = Literal["range", "finite", "count", "falls", "shape"]
Why = Literal["type", "empty", "finite", "short", "unmet"]

ROUNDING = 1e-6
"""Share of a limit by which a value may miss it: 0.95 in float32 is a little less than 0.95."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition on one value.

    Attributes
    ----------
    kind : str
        ``range``: every entry is between `low` and `high`; ``finite``: every entry is; ``count``:
        there are between `low` and `high`; ``falls``: the last one is below the first by the share
        `low` of it at least; ``shape``: an array of this `shape`, None for any length.
    low, high : float or None
        Limits that are allowed themselves; None is no limit.
    half_low, half_high : float or None
        Wider limits that still earn half the points.
    shape : tuple of (int or None)
    because : str
        A sentence for students who do not meet it: what that means.
    hint : str or None
        What makes them think.
    """

    kind: Kind
    low: float | None = None
    high: float | None = None
    half_low: float | None = None
    half_high: float | None = None
    shape: tuple[int | None, ...] = ()
    because: str = ""
    hint: str | None = None

    def saying(self, because: str, hint: str | None = None) -> Requirement:
        """Return the same requirement with a sentence, and a hint, for those who miss it."""
        return replace(self, because=because, hint=hint)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a value satisfies a requirement, and if not, why.

    Attributes
    ----------
    requirement : Requirement
    share : float
        Of the points: 1 where it is met.
    why : str or None
        The first question that was answered with no: ``type``, ``empty``, ``finite``, ``short`` (a
        single value cannot fall), ``unmet``; None where it is met.
    value : object
        What is of the wrong type: the value, or an entry of it.
    n_wrong, n : int
        Entries at fault, of how many.
    worst : float or None
        The entry that is worst, the number there are, or the share by which it falls.
    shape : tuple of int
    """

    requirement: Requirement
    share: float = 0.0
    why: Why | None = None
    value: Any = None
    n_wrong: int = 0
    n: int = 0
    worst: float | None = None
    shape: tuple[int, ...] = ()


# What an instructor writes ------------------------------------------------------------------------


def at_least(low: float, half: float | None = None) -> Requirement:
    """Require a number, or every entry of an array, to be `low` or more; `half` earns half."""
    return _range(low, None, half, None)


def at_most(high: float, half: float | None = None) -> Requirement:
    """Require a number, or every entry of an array, to be `high` or less; `half` earns half."""
    return _range(None, high, None, half)


def between(low: float, high: float) -> Requirement:
    """Require a number, or every entry of an array, to be from `low` to `high`."""
    return _range(low, high, None, None)


def finite() -> Requirement:
    """Require numbers, none of which is nan or infinite: a number, an array, a list, a history."""
    return Requirement("finite")


def count(
    exactly: int | None = None, *, at_least: int | None = None, at_most: int | None = None
) -> Requirement:
    """Require so many: the length of a list, dictionary or array, or a whole number itself."""
    if (exactly is None) == (at_least is None and at_most is None):
        raise ValueError("count() takes one number, or at_least, at_most or both")
    low, high = (at_least, at_most) if exactly is None else (exactly, exactly)
    _require_order("count", low, high)
    return Requirement("count", low, high)


def falls(by: float = 0.0) -> Requirement:
    """Require the last of some numbers to be below the first, by the share `by` of it at least."""
    _require_numbers("falls", by)
    if by < 0:
        raise ValueError(f"falls(by={by}): the share is 0 or more")
    return Requirement("falls", by)


def shape(*sides: int | None) -> Requirement:
    """Require an array of this shape; None stands for any length."""
    if not all(side is None or (type(side) is int and side >= 0) for side in sides):
        raise ValueError(f"shape{sides}: a side is a whole number, or None for any")
    return Requirement("shape", shape=sides)


def _range(
    low: float | None, high: float | None, half_low: float | None, half_high: float | None
) -> Requirement:
    limits = [limit for limit in (half_low, low, high, half_high) if limit is not None]
    _require_numbers("a requirement", *limits)
    if limits != sorted(limits):
        raise ValueError(f"a requirement: the limits {limits} are in the wrong order")
    return Requirement("range", low, high, half_low, half_high)


def _require_order(what: str, low: float | None, high: float | None) -> None:
    for limit in (low, high):
        if limit is not None and (type(limit) is not int or limit < 0):
            raise ValueError(f"{what}: {limit!r} is no whole number")
    if low is not None and high is not None and low > high:
        raise ValueError(f"{what}: no number is at least {low} and at most {high}")


def _require_numbers(what: str, *limits: object) -> None:
    for limit in limits:
        number = isinstance(limit, (int, float)) and not isinstance(limit, bool)
        if not number or not math.isfinite(limit):  # type: ignore[arg-type]
            raise ValueError(f"{what}: {limit!r} is no finite number")


# Deciding -----------------------------------------------------------------------------------------


def decide(requirement: Requirement, value: Any) -> Decision:
    """Decide whether a value satisfies a requirement.

    Parameters
    ----------
    value : object
        A plain value as `grader.sandbox.wire.decode` makes it, an `Opaque`, or an `Estimated`.
    """
    if isinstance(value, Estimated):
        value = value.value
    if isinstance(value, np.generic):  # computed by a check: none comes from a submission
        value = np.asarray(value)
    if requirement.kind == "count":
        return _counted(requirement, value)
    if requirement.kind == "shape":
        return _shaped(requirement, value)
    if requirement.kind == "falls" and isinstance(value, dict):  # has no first and last
        return Decision(requirement, 0.0, "type", value)
    entries = list(_entries(value))
    other = [item for item in entries if not _is_numbers(item)]
    if other:
        inside = 0 if other[0] is value else len(entries)
        return Decision(requirement, 0.0, "type", _harmless(other[0]), len(other), inside)
    if any(isinstance(item, np.ndarray) for item in entries):
        numbers = np.concatenate([np.asarray(item, np.float64).reshape(-1) for item in entries])
    else:
        numbers = np.array(entries, np.float64)
    if not numbers.size:
        return Decision(requirement, 0.0, "empty")
    bad = int(np.count_nonzero(~np.isfinite(numbers)))
    if bad:
        return Decision(requirement, 0.0, "finite", None, bad, numbers.size)
    if requirement.kind == "range":
        return _in_range(requirement, numbers)
    if requirement.kind == "falls":
        return _falling(requirement, numbers)
    return Decision(requirement, 1.0)


def _entries(value: Any) -> Iterator[Any]:
    """Yield the numbers of a value in order, as floats and arrays, and whatever is no number."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, tuple)):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            waiting.extend(reversed(item.values()))
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            yield _float(item)
        else:
            yield item


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf


def _is_numbers(item: Any) -> bool:
    return isinstance(item, float) or (isinstance(item, np.ndarray) and item.dtype.kind in "iuf")


def _harmless(value: Any) -> Any:
    """Return a value that can be described without asking the student's code for anything."""
    plain = (int, float, str, list, tuple, dict, np.ndarray, Opaque)
    return value if value is None or isinstance(value, plain) else Opaque("value of another kind")


def _in_range(requirement: Requirement, numbers: NDArray[np.float64]) -> Decision:
    low, high = requirement.low, requirement.high
    outside = np.maximum(_below(numbers, low), _below(-numbers, None if high is None else -high))
    wrong = outside > 0
    if not wrong.any():
        return Decision(requirement, 1.0)
    half_low, half_high = requirement.half_low, requirement.half_high
    widened = half_low is not None or half_high is not None
    wider = Requirement("range", half_low, half_high)
    share = 0.5 if widened and _in_range(wider, numbers).why is None else 0.0
    worst = float(numbers[int(np.argmax(outside))])
    n_wrong = int(np.count_nonzero(wrong))
    return Decision(requirement, share, "unmet", None, n_wrong, numbers.size, worst)


def _below(numbers: NDArray[np.float64], low: float | None) -> NDArray[np.float64]:
    """Return by how much each number is below a limit, 0 where it is not but for rounding."""
    if low is None:
        return np.zeros(numbers.shape)
    with np.errstate(over="ignore"):
        short = low - numbers
    return np.where(short > ROUNDING * abs(low), short, 0.0)


def _falling(requirement: Requirement, numbers: NDArray[np.float64]) -> Decision:
    if numbers.size < 2:
        return Decision(requirement, 0.0, "short", None, 0, numbers.size)
    first, last = float(numbers[0]), float(numbers[-1])
    share = (first - last) / abs(first) if first else first - last
    wanted = requirement.low or 0.0
    if share > 0 and share >= wanted * (1 - ROUNDING):
        return Decision(requirement, 1.0)
    return Decision(requirement, 0.0, "unmet", None, 0, numbers.size, share)


def _counted(requirement: Requirement, value: Any) -> Decision:
    if isinstance(value, np.ndarray) and value.shape == () and _is_numbers(value):
        value = value.item()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value
    elif isinstance(value, (list, tuple, dict)) or (isinstance(value, np.ndarray) and value.shape):
        number = len(value)
    else:
        return Decision(requirement, 0.0, "type", _harmless(value))
    if not -math.inf < number < math.inf:
        return Decision(requirement, 0.0, "finite", None, 1, 1)
    low, high = requirement.low, requirement.high
    if (low is None or number >= low) and (high is None or number <= high):
        return Decision(requirement, 1.0)
    return Decision(requirement, 0.0, "unmet", None, 0, 0, _float(number))


def _shaped(requirement: Requirement, value: Any) -> Decision:
    if not isinstance(value, np.ndarray) or not _is_numbers(value):
        return Decision(requirement, 0.0, "type", _harmless(value))
    wanted = requirement.shape
    sides = zip(wanted, value.shape, strict=False)
    if len(wanted) == value.ndim and all(side in (None, have) for side, have in sides):
        return Decision(requirement, 1.0)
    return Decision(requirement, 0.0, "unmet", shape=value.shape)
