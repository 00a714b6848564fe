"""Finite differences of the student's own loss, to see whether the gradients are right for it.

The check that observes the loss is run again on disturbed inputs, a bounded number of times.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks import Inputs

MAX_ENTRIES = 12  # of one input; of a larger one a fixed choice
MAX_SECONDS = 2.0
STEP = 1e-5  # near eps ** (1/3), which balances truncation and rounding of central differences


@dataclass(frozen=True, slots=True)
class Loss:
    """``[loss]`` of assignment.toml: the loss, and each gradient with the input it is for."""

    quantity: str
    gradients: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnGradients:
    """The derivatives of the student's own loss on one case.

    Attributes
    ----------
    case : str
    entries : mapping of quantity to tuple of (flat index, derivative)
    """

    case: str
    entries: Mapping[str, tuple[tuple[int, float], ...]]


def own_gradients(
    value: Callable[[Inputs], Any], cases: Sequence[Inputs], loss: Loss
) -> OwnGradients | None:
    """Return the derivatives of the loss that `value` gives for a case.

    The smallest case is taken in which no array is a single number: one row hides every mean. None
    if the loss is no number somewhere, or takes too long.
    """
    case = min((c for c in cases if _has_rows(c)), key=_size, default=None)
    if case is None:
        return None
    until = time.monotonic() + MAX_SECONDS
    entries: dict[str, tuple[tuple[int, float], ...]] = {}
    for quantity, name in loss.gradients.items():
        start = np.asarray(getattr(case, name), dtype=np.float64)
        found = []
        for flat in _chosen(start.size):
            step = STEP * max(1.0, abs(float(start.reshape(-1)[flat])))
            sides = [value(_moved(case, name, start, flat, move)) for move in (step, -step)]
            if time.monotonic() > until or not all(_is_number(side) for side in sides):
                return None
            found.append((flat, float((sides[0] - sides[1]) / (2 * step))))
        entries[quantity] = tuple(found)
    return OwnGradients(case.name, entries)


def _size(case: Inputs) -> int:
    return sum(np.asarray(getattr(case, name)).size for name in case)


def _has_rows(case: Inputs) -> bool:
    return all(np.asarray(getattr(case, name)).shape != (1,) for name in case)


def _chosen(size: int) -> list[int]:
    if size <= MAX_ENTRIES:
        return list(range(size))
    return sorted(np.random.default_rng(size).choice(size, MAX_ENTRIES, replace=False).tolist())


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.ndarray)) and np.asarray(value).shape == ()


def _moved(case: Inputs, name: str, start: NDArray[np.float64], flat: int, move: float) -> Inputs:
    moved = start.copy()
    moved.reshape(-1)[flat] += move
    values = {key: getattr(case, key) for key in case}
    return Inputs(case.name, {**values, name: moved if moved.shape else float(moved)})
