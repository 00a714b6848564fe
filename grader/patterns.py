"""Plain relations that turn a wrong array into the right one: transposed, twice as large, ..."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .closeness import Array, Tolerance, is_close


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
    # Zeros and ones are in another order whatever is wrong.
    if observed.shape == expected.shape and len(np.unique(expected)) > 2:
        have, want = observed.reshape(-1), expected.reshape(-1)
        # Measured as numbers without rows, and so must be their order as it is.
        ordered = is_close(np.sort(have), np.sort(want), tolerance)
        if ordered and not is_close(have, want, tolerance):
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
