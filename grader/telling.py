"""Whether the numbers that are wrong say what was done, or could come of many things."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .compare import Outcome, as_numbers
from .findings import Finding

MOST = 50  # entries of a finding that are looked at
DENOMINATORS = np.arange(1, 201)
"""Counts and shares of up to so many samples are the same for many causes."""


def is_telling(found: Sequence[Finding]) -> bool:
    """Whether a wrong entry is a number of its own, and no count, share, per cent, nan or inf."""
    for finding in found:
        c, array = finding.comparison, as_numbers(finding.observed)
        if c is None or c.outcome is not Outcome.VALUES or array is None or c.excess is None:
            continue
        values = np.asarray(array, np.float64)[c.excess > 1][:MOST]
        near = np.abs(values[:, None] * DENOMINATORS - np.round(values[:, None] * DENOMINATORS))
        if np.any(np.min(near, axis=1) > 1e-6 * np.maximum(1, np.abs(values))):
            return True
    return False
