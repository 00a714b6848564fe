"""A value that nobody returned: worked out from what a step of the student's code changed.

It carries its uncertainty, so that whoever compares it (`grader.compare`) can allow for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROUNDINGS = 4.0
"""More than the roundings of a product, two differences and a quotient can add up to, in eps."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """A value and how far off each of its entries can be through rounding alone.

    Attributes
    ----------
    value : ndarray
        float64; 0-dimensional for one number.
    noise : float
    """

    value: NDArray[np.float64]
    noise: float


def gradient_applied(before: NDArray[Any], after: NDArray[Any], rate: float) -> Estimated:
    """Return the g of ``after = before - rate * g``, for arrays of one shape.

    The smaller the update beside what it updates, the fewer digits of g are left.
    """
    kinds = [a.dtype for a in (before, after) if a.dtype.kind == "f"]
    eps = max((float(np.finfo(kind).eps) for kind in kinds), default=0.0)
    eps = max(eps, float(np.finfo(np.float64).eps))
    old, new = np.asarray(before, np.float64), np.asarray(after, np.float64)
    with np.errstate(all="ignore"):  # what is not finite is found where it is compared
        value = np.asarray((old - new) / rate)
        largest = max(float(np.max(np.abs(a), initial=0.0)) for a in (old, new))
        noise = ROUNDINGS * eps * largest / abs(rate)
    return Estimated(value, noise if np.isfinite(noise) else 0.0)
