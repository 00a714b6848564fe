"""Plain patterns that hold on every case on which a quantity is wrong.

``grader.compare`` finds a pattern on one case; here it counts only if it is the same on all of
them, and gets its name in the letters of the shapes: "N times too large".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .closeness import is_close
from .compare import allowing_for, as_numbers
from .estimated import Estimated
from .patterns import Pattern

if TYPE_CHECKING:
    from .findings import Expected, Finding


@dataclass(frozen=True, slots=True)
class Relation:
    """A pattern that holds on every wrong case of a quantity.

    Attributes
    ----------
    layout : str or None
        As in `Pattern`; ``"unchanged"`` where an update was looked at and did nothing.
    factor : float or None
        A number that is the same on every case.
    symbol : str or None
        The factor in the letters of the shapes: ``"N"``, ``"1/N"``, ``"2/N"``.
    same_as : str or None
        Another quantity of the worked solution that this one equals.
    """

    layout: str | None = None
    factor: float | None = None
    symbol: str | None = None
    same_as: str | None = None


def paired(
    findings: Sequence[Finding], cases: Sequence[Expected]
) -> list[tuple[Finding, Expected]]:
    """Return each finding with its case: not every quantity is observed on all of them."""
    by_name = {case.name: case for case in cases}
    return [(finding, by_name[finding.case]) for finding in findings]


def find_relation(
    quantity: str, findings: Sequence[Finding], cases: Sequence[Expected]
) -> Relation | None:
    """Return the pattern behind a quantity's wrong findings, if one holds on all of them."""
    pairs = paired(findings, cases)
    wrong = [(f, case) for f, case in pairs if f.verdict == "wrong"]
    if not wrong:
        return None
    patterns = [f.comparison.pattern if f.comparison else None for f, _ in wrong]
    found = [pattern for pattern in patterns if pattern is not None]
    if len(found) < len(wrong):
        return _same_as(quantity, wrong)
    right = [case.sizes for f, case in pairs if f.verdict == "correct"]
    same = _same_pattern(found, wrong, right)
    applied = all(isinstance(f.observed, Estimated) for f, _ in wrong)
    if same is not None and same.factor == 0 and applied:
        return Relation("unchanged")
    return same


def plain_factor(
    quantity: str, findings: Sequence[Finding], cases: Sequence[Expected]
) -> Relation | None:
    """Return the constant or the power of a size that an explained quantity is too large by."""
    wrong = [replace(f, verdict="wrong") if f.verdict == "mistake" else f for f in findings]
    found = find_relation(quantity, wrong, cases)
    plain = found is not None and found.layout is None and found.factor is not None
    return found if plain else None


def _same_pattern(
    patterns: Sequence[Pattern],
    wrong: Sequence[tuple[Finding, Expected]],
    right: Sequence[Mapping[str, int]],
) -> Relation | None:
    layouts = {p.layout for p in patterns}
    # One row looks both transposed and reshaped; what holds on the larger cases decides.
    layouts.discard("reshaped") if len(layouts) > 1 else None
    if len(layouts) != 1:
        return None
    layout = layouts.pop()
    factors = [1.0 if p.factor is None else p.factor for p in patterns]
    if all(p.factor is None for p in patterns):
        return Relation(layout)
    symbol = name_factor(factors, [case.sizes for _, case in wrong], right)
    if symbol is not None:
        return Relation(layout, factors[0], symbol)
    # A single number is some multiple of every other: that alone says nothing.
    telling = any(f.expected is not None and _differ(f.expected) for f, _ in wrong)
    if telling and np.ptp(factors) <= 1e-6 * abs(factors[0]):
        return Relation(layout, factors[0])
    return None


def _differ(numbers: NDArray[np.float64]) -> bool:
    """Whether an array has more than one number, but for rounding."""
    return numbers.size > 1 and bool(np.ptp(numbers) > 1e-6 * np.max(np.abs(numbers)))


def _same_as(quantity: str, wrong: Sequence[tuple[Finding, Expected]]) -> Relation | None:
    """Find the other quantity that was handed in under this name, if it is one on every case."""
    names = [name for name in wrong[0][1].values if name != quantity]
    for name in names:
        if all(_equals(finding.observed, case, name) for finding, case in wrong):
            return Relation(same_as=name)
    return None


def exchanged(
    names: Sequence[str],
    findings: Mapping[str, Sequence[Finding]],
    cases: Sequence[Expected],
) -> set[str]:
    """Return the quantities of one check that were handed in under each other's names."""
    goes_as: dict[str, str] = {}
    for name in names:
        pairs = paired(findings[name], cases)
        wrong = [(f, case) for f, case in pairs if f.verdict == "wrong"]
        others = (other for other in names if other != name)
        same = (o for o in others if wrong and all(_equals(f.observed, c, o) for f, c in wrong))
        other = next(same, None)
        if other is not None:
            goes_as[name] = other
    # Only a full circle is an exchange; H that equals Z1 alone may lack its activation.
    while set(goes_as) != set(goes_as.values()):
        common = set(goes_as) & set(goes_as.values())
        goes_as = {name: other for name, other in goes_as.items() if {name, other} <= common}
    return set(goes_as)


def _equals(observed: Any, case: Expected, name: str) -> bool:
    array = as_numbers(observed)
    expected = case.values[name]
    if array is None or array.dtype.kind not in "iuf" or array.shape != expected.shape:
        return False
    tolerance = allowing_for(observed, case.tolerances[name])
    same = is_close(np.asarray(array, dtype=np.float64), expected, tolerance)
    return same and bool(expected.any())


NUMBERS = ((1, 1), (-1, 1), (2, 1), (1, 2), (-2, 1), (4, 1), (-1, 2), (1, 4), (0, 1))
"""Plain factors as numerator and denominator, the likeliest first."""


LARGE = 20
"""From this size on, factors do not look like a size by chance."""


def name_factor(
    factors: Sequence[float],
    sizes: Sequence[Mapping[str, int]],
    right: Sequence[Mapping[str, int]] = (),
) -> str | None:
    """Return a factor in the letters of the shapes, if one form fits every case.

    Parameters
    ----------
    factors : sequence of float
        One for each case.
    sizes : sequence of mapping
        The sizes of each case.
    right : sequence of mapping
        The sizes of the cases that are right: a letter's factor has to be 1 there.

    Returns
    -------
    str or None
        ``"-1"``, ``"2"``, ``"N"``, ``"1/N"``, ``"2/N"``, ``"N^2"``, ...; the simplest that fits.
    """
    letters = sorted(set.intersection(*(set(s) for s in sizes))) if sizes else []
    for power in (0, 1, -1, 2, -2):
        for letter in letters if power else [""]:
            known = {s.get(letter) for s in sizes}
            # One small size is too many things at once: 5/4 is N/4 and N/(N - 1).
            plain = power != 0 and len(known) == 1 and sizes[0].get(letter, 0) < LARGE
            for top, bottom in NUMBERS[:2] if plain else NUMBERS:
                values = [top / bottom * s.get(letter, 1) ** power for s in sizes]
                hidden = [top / bottom * s.get(letter, 1) ** power for s in right if letter]
                fits = all(map(_about, factors, values))
                if fits and all(_about(1.0, value) for value in hidden):
                    return _spell(top, bottom, letter, power)
    return _with_constant(factors, sizes, letters, right)


def _about(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-5)


def _with_constant(
    factors: Sequence[float],
    sizes: Sequence[Mapping[str, int]],
    letters: Sequence[str],
    right: Sequence[Mapping[str, int]],
) -> str | None:
    """Return ``"N/1000"`` or ``"1000/N"``: a whole number stands in the code where N belongs.

    Only cases of different size can tell that from a plain constant.
    """
    for letter in letters:
        values = np.array([s[letter] for s in sizes], dtype=float)
        if len(set(values)) < 2:
            continue
        for form, numbers in (
            (f"{letter}/{{}}", values / np.asarray(factors)),
            (f"{{}}/{letter}", values * np.asarray(factors)),
        ):
            if not np.isfinite(numbers).all():
                continue
            number = round(float(numbers[0]))
            there = all(s[letter] == number for s in right)
            if number > 1 and there and np.allclose(numbers, number, rtol=1e-5):
                return form.format(number)
    return None


def _spell(top: int, bottom: int, letter: str, power: int) -> str:
    if not letter:
        return str(top) if bottom == 1 else f"{top}/{bottom}"
    symbol = letter if abs(power) == 1 else f"{letter}^{abs(power)}"
    sign = "-" if top < 0 else ""
    if power < 0:
        return (
            f"{sign}{abs(top)}/{symbol}" if bottom == 1 else f"{sign}{abs(top)}/({bottom}{symbol})"
        )
    head = symbol if abs(top) == 1 else f"{abs(top)}{symbol}"
    return f"{sign}{head}" if bottom == 1 else f"{sign}{head}/{bottom}"
