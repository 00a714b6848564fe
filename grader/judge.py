"""Observations and expected values -> verdicts, patterns and points.

For each case of a quantity the first that holds: `correct`; `convention`; `carried`; `mistake`;
`wrong` with a plain pattern; `wrong` without one. A pattern counts only if it holds on every case
on which the quantity is wrong. Pure functions; `grader.wording` says in words what they decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compare import Comparison, Outcome, Pattern, Tolerance, as_numbers, compare, is_close
from .results import Failure, Verdict

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expected:
    """One case as the judge needs it.

    Attributes
    ----------
    name : str
    hidden : bool
    sizes : mapping of str to int
        The letters of the shapes: ``{"N": 64}``.
    values : mapping of str to ndarray
        Every quantity of the worked solution.
    tolerances : mapping of str to Tolerance
    """

    name: str
    hidden: bool
    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    tolerances: Mapping[str, Tolerance]


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a verdict is worth, as a share of the points, and what public cases weigh together."""

    public: float = 0.5
    convention: float = 1.0
    carried: float = 1.0
    mistake: float = 0.5

    def worth(self, verdict: Verdict) -> float:
        """Return the share of the points that a verdict earns."""
        known = {"convention": self.convention, "carried": self.carried, "mistake": self.mistake}
        return 1.0 if verdict == "correct" else known.get(verdict, 0.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the judge decided on one case: a verdict, and the comparison or failure behind it."""

    case: str
    hidden: bool
    verdict: Verdict
    comparison: Comparison | None = None
    failure: Failure | None = None
    observed: Any = None
    expected: Array | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A pattern that holds on every wrong case of a quantity.

    Attributes
    ----------
    layout : str or None
        As in `Pattern`.
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


@dataclass(frozen=True, slots=True)
class QuantityJudgement:
    """One quantity of one check, over all cases; its points as a share, None if nobody can say."""

    quantity: str
    verdict: Verdict
    share: float | None
    findings: tuple[Finding, ...]
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One check: its quantities in the order of the assignment."""

    check: str
    quantities: tuple[QuantityJudgement, ...] = field(default_factory=tuple)


def judge_check(
    check: str,
    quantities: Sequence[str],
    observed: Mapping[str, Mapping[str, Any]],
    cases: Sequence[Expected],
    scoring: Scoring,
) -> Judgement:
    """Judge one check.

    Parameters
    ----------
    quantities : sequence of str
        The quantities that earn points.
    observed : mapping of case name to mapping of quantity to value
        A `grader.results.Failure` stands for a value that never came.
    cases : sequence of Expected
        Public ones first.
    """
    judged = [
        judge_quantity(quantity, [observed[case.name][quantity] for case in cases], cases, scoring)
        for quantity in quantities
    ]
    return Judgement(check, tuple(judged))


def judge_quantity(
    quantity: str, observed: Sequence[Any], cases: Sequence[Expected], scoring: Scoring
) -> QuantityJudgement:
    """Judge one quantity on each case, look for one relation behind it, and weigh its points."""
    findings = tuple(
        judge_case(quantity, value, case) for value, case in zip(observed, cases, strict=True)
    )
    failed = [f.verdict for f in findings if f.verdict != "correct"]
    first: Verdict = failed[0] if failed else "correct"
    share = _share(findings, scoring)
    return QuantityJudgement(quantity, first, share, findings, _relation(quantity, findings, cases))


def judge_case(quantity: str, value: Any, case: Expected) -> Finding:
    """Judge one quantity on one case."""
    if isinstance(value, Failure):
        return Finding(case.name, case.hidden, value.kind, failure=value)
    expected = case.values[quantity]
    comparison = compare(value, expected, case.tolerances[quantity])
    verdict: Verdict = "correct" if comparison.outcome is Outcome.EQUAL else "wrong"
    return Finding(case.name, case.hidden, verdict, comparison, None, value, expected)


def _share(findings: Sequence[Finding], scoring: Scoring) -> float | None:
    """Weigh the verdicts: public cases have their share of the points, hidden ones the rest.

    A group of cases is worth its worst case: a gradient that is N times too large is right where
    N is 1, and that earns nothing. Cases that we failed on ourselves are left out; None where no
    case is left.
    """
    judged = [f for f in findings if f.verdict != "internal"]
    groups = [
        (weight, [scoring.worth(f.verdict) for f in judged if f.hidden == hidden])
        for hidden, weight in ((False, scoring.public), (True, 1 - scoring.public))
    ]
    total = sum(weight for weight, worths in groups if worths)
    if not judged:
        return None
    if total == 0:  # only cases that weigh nothing are left
        return min(scoring.worth(f.verdict) for f in judged)
    return sum(weight * min(worths) for weight, worths in groups if worths) / total


def _relation(
    quantity: str, findings: Sequence[Finding], cases: Sequence[Expected]
) -> Relation | None:
    wrong = [(f, case) for f, case in zip(findings, cases, strict=True) if f.verdict == "wrong"]
    if not wrong:
        return None
    patterns = [f.comparison.pattern if f.comparison else None for f, _ in wrong]
    found = [pattern for pattern in patterns if pattern is not None]
    if len(found) == len(wrong):
        return _same_pattern(found, [case for _, case in wrong], [f for f, _ in wrong])
    return _same_as(quantity, wrong)


def _same_pattern(
    patterns: Sequence[Pattern], cases: Sequence[Expected], findings: Sequence[Finding]
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
    symbol = name_factor(factors, [case.sizes for case in cases])
    if symbol is not None:
        return Relation(layout, factors[0], symbol)
    # A single number is some multiple of every other: that alone says nothing.
    telling = any(f.expected is not None and f.expected.size > 1 for f in findings)
    if telling and np.ptp(factors) <= 1e-6 * abs(factors[0]):
        return Relation(layout, factors[0])
    return None


def _same_as(quantity: str, wrong: Sequence[tuple[Finding, Expected]]) -> Relation | None:
    """Find the other quantity that was handed in under this name, if it is one on every case."""
    names = [name for name in wrong[0][1].values if name != quantity]
    for name in names:
        if all(_equals(finding.observed, case, name) for finding, case in wrong):
            return Relation(same_as=name)
    return None


def _equals(observed: Any, case: Expected, name: str) -> bool:
    array = as_numbers(observed)
    expected = case.values[name]
    if array is None or array.dtype.kind not in "iuf" or array.shape != expected.shape:
        return False
    return bool(expected.any()) and is_close(
        np.asarray(array, dtype=np.float64), expected, case.tolerances[name]
    )


def name_factor(factors: Sequence[float], sizes: Sequence[Mapping[str, int]]) -> str | None:
    """Return a factor in the letters of the shapes, if one form fits every case.

    Parameters
    ----------
    factors : sequence of float
        One for each case.
    sizes : sequence of mapping
        The sizes of each case.

    Returns
    -------
    str or None
        ``"-1"``, ``"2"``, ``"N"``, ``"1/N"``, ``"2/N"``, ``"N^2"``, ...; the simplest that fits.
    """
    letters = sorted(set.intersection(*(set(s) for s in sizes))) if sizes else []
    numbers = [Fraction(1), Fraction(-1), Fraction(2), Fraction(1, 2), Fraction(-2), Fraction(4)]
    numbers += [Fraction(-1, 2), Fraction(1, 4), Fraction(0)]
    for power in (0, 1, -1, 2, -2):
        for letter in letters if power else [""]:
            for number in numbers:
                values = [float(number) * s.get(letter, 1) ** power for s in sizes]
                if np.allclose(factors, values, rtol=1e-5, atol=1e-12):
                    return _spell(number, letter, power)
    return _with_constant(factors, sizes, letters)


def _with_constant(
    factors: Sequence[float], sizes: Sequence[Mapping[str, int]], letters: Sequence[str]
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
            number = round(float(numbers[0]))
            if number > 1 and np.allclose(numbers, number, rtol=1e-5):
                return form.format(number)
    return None


def _spell(number: Fraction, letter: str, power: int) -> str:
    if not letter:
        return str(number)
    symbol = letter if abs(power) == 1 else f"{letter}^{abs(power)}"
    sign = "-" if number < 0 else ""
    top, bottom = abs(number.numerator), number.denominator
    if power < 0:
        return f"{sign}{top}/{symbol}" if bottom == 1 else f"{sign}{top}/({bottom}{symbol})"
    head = symbol if top == 1 else f"{top}{symbol}"
    return f"{sign}{head}" if bottom == 1 else f"{sign}{head}/{bottom}"
