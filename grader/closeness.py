"""How close is equal: a tolerance, and what it allows each entry of an array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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


def _scale(expected: Array) -> Array:
    """Return for each entry the largest magnitude in its own row, column, ... : the smallest one.

    So a block of tiny entries is measured by its own size, not by that of a large neighbour. A
    column (n, 1) is one block, as n numbers are.
    """
    size = np.abs(expected)
    axes = [axis for axis, n in enumerate(expected.shape) if n > 1]
    if len(axes) < 2:
        return np.full(expected.shape, np.max(size, initial=0.0))
    scale = np.full(expected.shape, np.inf)
    for axis in axes:
        scale = np.minimum(scale, np.max(size, axis=axis, keepdims=True, initial=0.0))
    return scale


OWN_SHARE = 0.01
"""An entry that stands clear of the noise is right to one per cent of itself at least.

No uncertainty excuses more than this share of the largest entry, so that zeros never pass.
"""

FLOOR = 30
"""So many times the noise of the largest entry is noise in every entry."""

SINGLE = 10
"""And so many times the noise of float32: a part of it may have been computed so."""


def allowed(expected: Array, tolerance: Tolerance) -> Array:
    """Return the largest allowed difference for each entry of `expected`."""
    largest = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    limit = np.minimum(tolerance.relative * _scale(expected), OWN_SHARE * np.abs(expected))
    floor = max(FLOOR * tolerance.noise, SINGLE * tolerance.noise32)
    limit = np.maximum(limit, floor * largest)
    return limit + min(tolerance.uncertainty, OWN_SHARE * largest)


def excess_of(observed: Array, expected: Array, tolerance: Tolerance) -> Array:
    """Return the difference of each entry in units of what is allowed; above 1 it is wrong."""
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
    floor = max(FLOOR * tolerance.noise, SINGLE * tolerance.noise32)
    most = max(tolerance.relative, floor) * largest
    most += min(tolerance.uncertainty, OWN_SHARE * largest)
    if not np.abs(observed - expected).max() <= most:
        return False
    return bool(np.all(excess_of(observed, expected, tolerance) <= 1))
