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

from .estimated import Estimated
from .results import Opaque

Array = NDArray[np.float64]


class Outcome(StrEnum):
    """The first question that was answered with no, or EQUAL."""

    EQUAL = "equal"
    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    FINITE = "finite"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How close is equal, measured when the fixture was built (`grader.fixtures`).

    Attributes
    ----------
    relative : float
        Largest allowed difference, as a share of the scale of the entry's row and column.
    noise, noise32 : float
        Rounding noise of the worked solution in float64 and float32, as a share of the array's
        largest entry. An entry that stands clear of the noise must be right by itself as well.
    uncertainty : float
        How far off each entry can be because it was not observed itself (`Estimated`).
    """

    relative: float
    noise: float = 1e-15
    noise32: float = 1e-6
    uncertainty: float = 0.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A plain relation that turns the observed value into the expected one.

    Attributes
    ----------
    layout : str or None
        ``"transposed"``, ``"reshaped"``, ``"list"`` (right, but a list), ``"diagonal"`` (a matrix
        whose diagonal is right), ``"summed"`` / ``"unsummed 0"`` (a sum over everything; a sum
        over axis 0 that is missing), ``"order"`` (the same values in another order).
    factor : float or None
        ``observed = factor * expected``; -1 is a wrong sign, 0 is all zeros.
    """

    layout: str | None = None
    factor: float | None = None


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
    excess = _excess(numbers, expected, tolerance)
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


def _scale(expected: Array) -> Array:
    """Return for each entry the largest magnitude in its own row, column, ... : the smallest one.

    So a block of tiny entries is measured by its own size, not by that of a large neighbour.
    """
    size = np.abs(expected)
    if expected.ndim < 2:
        return np.full(expected.shape, np.max(size, initial=0.0))
    scale = np.full(expected.shape, np.inf)
    for axis in range(expected.ndim):
        scale = np.minimum(scale, np.max(size, axis=axis, keepdims=True, initial=0.0))
    return scale


OWN_SHARE = 0.01
"""An entry that stands clear of the noise is right to one per cent of itself at least.

No uncertainty excuses more than this share of the largest entry, so that zeros never pass.
"""

FLOOR = 30
"""So many times the noise of the largest entry is noise in every entry."""


def allowed(expected: Array, tolerance: Tolerance) -> Array:
    """Return the largest allowed difference for each entry of `expected`."""
    largest = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    limit = np.minimum(tolerance.relative * _scale(expected), OWN_SHARE * np.abs(expected))
    limit = np.maximum(limit, FLOOR * tolerance.noise * largest)
    return limit + min(tolerance.uncertainty, OWN_SHARE * largest)


def _excess(observed: Array, expected: Array, tolerance: Tolerance) -> Array:
    with np.errstate(over="ignore"):
        result: Array = np.abs(observed - expected) / allowed(expected, tolerance)
    return result


def is_close(observed: Array, expected: Array, tolerance: Tolerance) -> bool:
    """Whether two arrays of one shape are equal within the tolerance; NaN never is."""
    if observed.shape != expected.shape:
        return False
    if not observed.size:
        return True
    # Nearly every question has the answer no, and this much is quickly asked: no entry is allowed
    # more than the largest one.
    largest = float(np.abs(expected).max()) or 1.0
    most = max(tolerance.relative, FLOOR * tolerance.noise) * largest
    most += min(tolerance.uncertainty, OWN_SHARE * largest)
    if not np.abs(observed - expected).max() <= most:
        return False
    return bool(np.all(_excess(observed, expected, tolerance) <= 1))


def find_pattern(observed: Array, expected: Array, tolerance: Tolerance) -> Pattern | None:
    """Return the plain relation between two arrays, or None; it holds for every entry."""
    if not observed.size or not np.isfinite(observed).all():
        return None
    for layout, candidate in _layouts(observed, expected):
        if is_close(candidate, expected, tolerance):
            return Pattern(layout) if layout else None
        factor = _factor(candidate, expected, tolerance)
        if factor is not None:
            return Pattern(layout, factor)
    if observed.size == 1 < expected.size:
        total = np.asarray(expected.sum())
        return Pattern("summed") if is_close(observed.reshape(()), total, tolerance) else None
    if observed.shape == expected.shape and expected.size > 2:
        ordered = np.sort(observed, axis=None), np.sort(expected, axis=None)
        if is_close(*ordered, tolerance):
            return Pattern("order")
    return None


def _layouts(observed: Array, expected: Array) -> list[tuple[str | None, Array]]:
    """Return the ways to lay `observed` out like `expected`, each with its name."""
    shape = expected.shape
    ways: list[tuple[str | None, Array]] = []
    if observed.shape == shape:
        ways.append((None, observed))
    if observed.ndim == 2 and observed.T.shape == shape:
        ways.append(("transposed", observed.T))
    if observed.shape != shape and observed.size == expected.size:
        ways.append(("reshaped", observed.reshape(shape)))
    if observed.ndim == 2 and observed.shape == shape * 2 and observed.shape[0] > 1:
        ways.append(("diagonal", np.diagonal(observed).copy()))
    for axis in range(observed.ndim):
        summed = observed.sum(axis=axis)
        if observed.ndim == expected.ndim + 1 and summed.shape == shape:
            ways.append((f"unsummed {axis}", summed))
    return ways


def _factor(observed: Array, expected: Array, tolerance: Tolerance) -> float | None:
    """Return k where ``observed = k * expected`` for every entry, else None."""
    norm = float(np.sum(expected * expected))
    if norm == 0 or not np.isfinite(observed).all():
        return None
    if not observed.any():
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        factor = float(np.sum(observed * expected)) / norm
    if not np.isfinite(factor) or factor == 0:
        return None
    if tolerance.uncertainty:  # it shrinks with what it belongs to
        tolerance = replace(tolerance, uncertainty=tolerance.uncertainty / abs(factor))
    return factor if is_close(observed / factor, expected, tolerance) else None


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
