"""Two values and a tolerance -> a `Comparison`: how far apart, where, and in which plain pattern.

The questions are asked in the order type, shape, dtype, finite, values, and the first "no" is the
answer. Pure functions; nothing here words or scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .closeness import Array, Tolerance, excess_of, is_close
from .estimated import Estimated
from .patterns import Pattern, find_pattern
from .results import Opaque


class Outcome(StrEnum):
    """The first question that was answered with no, or EQUAL."""

    EQUAL = "equal"
    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    FINITE = "finite"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an observed value compares with the expected one.

    Attributes
    ----------
    outcome : Outcome
    kind : str
        The observed value's type, in one word.
    shape, dtype : tuple of int or None, str or None
        Of the observed value, where it has them.
    expected_shape : tuple of int
    max_error : float or None
        Largest difference as a share of the largest expected entry.
    where : tuple of int or None
        The entry that is worst.
    n_wrong : int
        Entries out of tolerance (or not finite).
    excess : ndarray or None
        For each entry, its difference in units of what is allowed; out of tolerance above 1.
    pattern : Pattern or None
    """

    outcome: Outcome
    kind: str
    expected_shape: tuple[int, ...]
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    max_error: float | None = None
    where: tuple[int, ...] | None = None
    n_wrong: int = 0
    excess: Array | None = None
    pattern: Pattern | None = None


def compare(observed: Any, expected: Array, tolerance: Tolerance) -> Comparison:
    """Compare what a student's code gave with what was expected.

    Parameters
    ----------
    observed : object
        A plain value as `grader.sandbox.wire.decode` makes it, an `Opaque` or an `Estimated`.
    expected : ndarray
        float64; 0-dimensional for a scalar.
    """
    shape = expected.shape
    tolerance = allowing_for(observed, tolerance)
    observed = observed.value if isinstance(observed, Estimated) else observed
    kind = kind_of(observed)
    array = as_numbers(observed)
    if array is None:
        return Comparison(Outcome.TYPE, kind, shape)
    seen = Comparison(Outcome.EQUAL, kind, shape, array.shape, array.dtype.name)
    if isinstance(observed, (list, tuple)):
        numbers = _float64(array)
        same = is_close(numbers, expected, tolerance)
        pattern = Pattern("list") if same else find_pattern(numbers, expected, tolerance)
        return replace(seen, outcome=Outcome.TYPE, pattern=pattern)
    if array.dtype.kind not in "iuf" or array.dtype == np.float16:
        outcome = Outcome.SHAPE if array.shape != shape else Outcome.DTYPE
        return replace(seen, outcome=outcome)
    numbers = _float64(array)
    if array.dtype == np.float32:
        tolerance = replace(tolerance, noise=tolerance.noise32)
    if array.shape != shape:
        pattern = find_pattern(numbers, expected, tolerance)
        return replace(seen, outcome=Outcome.SHAPE, pattern=pattern)
    bad = ~np.isfinite(numbers)
    if bad.any():
        where = _first(bad)
        return replace(seen, outcome=Outcome.FINITE, n_wrong=int(bad.sum()), where=where)
    excess = excess_of(numbers, expected, tolerance)
    wrong = excess > 1
    error = np.abs(numbers - expected)
    largest = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    seen = replace(seen, max_error=float(np.max(error, initial=0.0)) / largest)
    if not wrong.any():
        return seen
    return replace(
        seen,
        outcome=Outcome.VALUES,
        n_wrong=int(wrong.sum()),
        where=tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), shape)),
        excess=excess,
        pattern=find_pattern(numbers, expected, tolerance),
    )


def allowing_for(observed: Any, tolerance: Tolerance) -> Tolerance:
    """Return the tolerance that an observed value is compared with."""
    noise = uncertainty_of(observed)
    return replace(tolerance, uncertainty=noise) if noise else tolerance


def uncertainty_of(observed: Any) -> float:
    """Return how far off a value can be because it was worked out from others."""
    return observed.noise if isinstance(observed, Estimated) else 0.0


def kind_of(value: Any) -> str:
    """Return the type of an observed value in one word."""
    return value.type if isinstance(value, Opaque) else type(value).__name__


def as_numbers(value: Any) -> NDArray[Any] | None:
    """Return an observed value as an array, or None where it is not made of numbers."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, Estimated):
        return value.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return np.asarray(value, dtype=np.float64 if isinstance(value, float) else None)
    if isinstance(value, (list, tuple)) and value:
        rows = [as_numbers(item) for item in value]
        shapes = {None if row is None else row.shape for row in rows}
        if None not in shapes and len(shapes) == 1:
            return np.stack([row for row in rows if row is not None])
    return None


def _float64(array: NDArray[Any]) -> Array:
    real = array.real if array.dtype.kind == "c" else array
    with np.errstate(over="ignore"):
        return np.asarray(real, dtype=np.float64)


def _first(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))


AGREES = 1e-4
"""Share of the largest derivative within which finite differences confirm a gradient."""


def agrees_with_differences(observed: Any, entries: Sequence[tuple[int, float]]) -> bool:
    """Whether an array has the derivatives that finite differences gave, where they were taken.

    Parameters
    ----------
    entries : sequence of (int, float)
        Flat index and derivative.
    """
    array = as_numbers(observed)
    if not entries or array is None or max(index for index, _ in entries) >= array.size:
        return False
    wanted = np.array([derivative for _, derivative in entries])
    got = array.reshape(-1)[[index for index, _ in entries]]
    scale = float(np.max(np.abs(wanted)))
    if not np.isfinite(wanted).all() or scale < 1e-9:
        return False
    return bool(np.max(np.abs(got - wanted)) <= AGREES * scale + uncertainty_of(observed))
