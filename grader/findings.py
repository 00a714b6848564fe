"""What the judge works with: expected cases, findings, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .closeness import Tolerance
from .compare import Comparison, Outcome, compare
from .explain import Known
from .relations import Relation
from .requirements import Decision, Requirement, decide
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
    inputs : mapping of str to value
        What the quantities are computed from.
    """

    name: str
    hidden: bool
    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    tolerances: Mapping[str, Tolerance]
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the judge decided on one case: a verdict, and what is behind it.

    That is a comparison, a failure, or the decision on a requirement. `given` names the student's
    own wrong quantities from which `expected` was computed.
    """

    case: str
    hidden: bool
    verdict: Verdict
    comparison: Comparison | None = None
    failure: Failure | None = None
    observed: Any = None
    expected: Array | None = None
    given: tuple[str, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class QuantityJudgement:
    """One quantity of one check, over all cases; its points as a share, None if nobody can say.

    `after` names one that is not finite, maybe for the reason for which this one is wrong.
    """

    check: str
    quantity: str
    verdict: Verdict
    share: float | None
    findings: tuple[Finding, ...]
    relation: Relation | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class FoundCause:
    """A mistake or convention that explains quantities.

    Attributes
    ----------
    alternatives : tuple of tuple of Known
        One entry: this was done. More: one of these, and no case can tell which; an entry of
        several was done together.
    explains : tuple of str
        The quantities in whose computation it happened.
    carried : tuple of str
        Those that are wrong only because they were computed from these.
    alone : bool
        Whether it happened on the way to these quantities only, not at the common step.
    relation : Relation or None
        The plain multiple of the right value that it comes to, on the way to one alone.
    """

    alternatives: tuple[tuple[Known, ...], ...]
    explains: tuple[str, ...]
    carried: tuple[str, ...] = ()
    alone: bool = False
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything decided on one submission."""

    quantities: tuple[QuantityJudgement, ...]
    causes: tuple[FoundCause, ...] = ()


def compared(quantity: str, value: Any, case: Expected, expected: Array | None = None) -> Finding:
    """Compare one quantity on one case with the expected value, or with another one."""
    if isinstance(value, Failure):
        return Finding(case.name, case.hidden, value.kind, failure=value)
    wanted = case.values[quantity] if expected is None else expected
    comparison = compare(value, wanted, case.tolerances[quantity])
    verdict: Verdict = "correct" if comparison.outcome is Outcome.EQUAL else "wrong"
    return Finding(case.name, case.hidden, verdict, comparison, None, value, wanted)


def required(requirement: Requirement, value: Any, case: Expected) -> Finding:
    """Hold what was observed on one case against a requirement."""
    if isinstance(value, Failure):
        return Finding(case.name, case.hidden, value.kind, failure=value)
    decision = decide(requirement, value)
    verdict: Verdict = "correct" if decision.why is None else "wrong"
    return Finding(case.name, case.hidden, verdict, observed=value, decision=decision)
