"""Which observed values others can be computed from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from .compare import Outcome, as_numbers, uncertainty_of
from .explain import Observed
from .findings import Array, Finding


def is_finite(found: Sequence[Finding]) -> bool:
    """Whether all that came as numbers of the right shape is finite."""
    return all(f.comparison is None or f.comparison.outcome is not Outcome.FINITE for f in found)


def is_usable(quantity: str, found: Sequence[Finding], seen: Sequence[Observed]) -> bool:
    """Whether a quantity has on every case a value that others can be computed from."""
    good = (Outcome.EQUAL, Outcome.VALUES)
    if len(found) < len(seen):
        return False
    limits = {case.name: case.tolerances[quantity].relative for case in seen}
    if any(uncertainty_of(f.observed) > limits[f.case] * _largest(f.expected) for f in found):
        return False  # what follows from it would be off by more than its own tolerance
    if not all(f.comparison is not None and f.comparison.outcome in good for f in found):
        return False
    return all(f.verdict == "correct" for f in found) or _plausible(found)


def _largest(array: Array | None) -> float:
    return 0.0 if array is None else float(np.max(np.abs(array), initial=0.0))


def usable_where_finite(
    findings: Mapping[str, Sequence[Finding]],
    usable: Sequence[str],
    swapped: Collection[str],
    seen: Sequence[Observed],
) -> tuple[list[Observed], list[str]] | None:
    """Return what was observed without what is not finite, and what is usable there.

    None where that is no more than is usable anyway.
    """
    finite = {q: [f for f in found if is_finite([f])] for q, found in findings.items()}
    on = {q: {f.case for f in found} for q, found in finite.items()}
    less = [
        replace(case, values={q: v for q, v in case.values.items() if case.name in on[q]})
        for case in seen
    ]
    more = [
        q
        for q, found in finite.items()
        if 0 < len(found) < len(findings[q]) and q not in swapped
        if is_usable(q, found, [case for case in seen if case.name in on[q]])
    ]
    return (less, [*usable, *more]) if more else None


PLAUSIBLE = 100.0
"""So many times the largest expected entry a value may be that others are computed from."""


def _plausible(found: Sequence[Finding]) -> bool:
    """Whether wrong values could come from a computation.

    Constants and huge numbers are not carried on: with them, wrong gradients can be made "right".
    """
    varies = False
    for finding in found:
        value, expected = as_numbers(finding.observed), finding.expected
        if value is None or expected is None:
            return False
        most = PLAUSIBLE * max(1.0, _largest(expected))
        if np.max(np.abs(value), initial=0.0) > most:
            return False
        varies |= bool(np.ptp(value) > 0) if value.size > 1 else value.shape == ()
    return varies
