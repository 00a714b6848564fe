"""Observations and expected values -> verdicts, causes and points.

For each case of a quantity the first that holds: `correct`; `convention`; `carried`; `mistake`;
`wrong` with a plain pattern (`grader.relations`); `wrong` without one. What is wrong is explained
by `grader.causes`. A quantity with a requirement is held against that alone. Pure functions;
`grader.wording` says in words what they decide.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reference.worked import WorkedSolution

from .causes import explained
from .explain_stored import Stored
from .findings import (
    Expected,
    Finding,
    FoundCause,
    Judgement,
    QuantityJudgement,
    compared,
    required,
)
from .relations import exchanged, find_relation
from .requirements import Requirement
from .results import Verdict


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a verdict is worth, as a share of the points, and what public cases weigh together.

    With `once`, a mistake costs points at the first quantity that it spoils, and no others.
    """

    public: float = 0.5
    convention: float = 1.0
    carried: float = 1.0
    mistake: float = 0.5
    once: bool = False

    def worth(self, verdict: Verdict) -> float:
        """Return the share of the points that a verdict earns."""
        known = {"convention": self.convention, "carried": self.carried, "mistake": self.mistake}
        return 1.0 if verdict == "correct" else known.get(verdict, 0.0)

    def earned(self, finding: Finding) -> float:
        """Return the share of the points that a finding earns."""
        decision = finding.decision
        return self.worth(finding.verdict) if decision is None else decision.share


Values = Mapping[str, Mapping[str, Any]]
"""quantity -> case -> what was observed, a `Failure` in the place of what never came."""


def judge(
    checks: Mapping[str, Sequence[str]],
    observed: Values,
    cases: Sequence[Expected],
    scoring: Scoring,
    solution: Callable[[], WorkedSolution] | None = None,
    stored: Callable[[], Stored | None] = lambda: None,
    accepted: Sequence[Sequence[str]] = (),
    loss: str | None = None,
    own: Collection[str] = (),
    requirements: Mapping[str, Requirement] = {},
) -> Judgement:
    """Judge one submission.

    Parameters
    ----------
    checks : mapping of str to sequence of str
        The quantities that each check observes; none stands in two.
    observed : mapping of quantity to mapping of case to value
        A case on which a quantity was not to be observed is left out.
    cases : sequence of Expected
        Public ones first.
    solution : callable, optional
        Returns the worked solution, in which known mistakes are made, given the student's own
        values. It is asked for only where something is wrong.
    stored : callable, optional
        Returns what the fixtures hold of known mistakes: all there is without a solution. With
        neither, nothing is explained but plain patterns.
    accepted : sequence of sequence of str
        Conventions that the assignment accepts; those of one entry go together.
    loss, own : str, collection of str, optional
        The loss, and the gradients that are the derivatives of the student's own one.
    requirements : mapping of str to Requirement, optional
        What quantities without an expected value have to satisfy.
    """
    names = [name for quantities in checks.values() for name in quantities]
    seen = {name: [c for c in cases if c.name in observed[name]] for name in names}
    findings = {
        name: [compared(name, observed[name][case.name], case) for case in seen[name]]
        for name in names
        if name not in requirements
    }
    groups = [[name for name in names if name in findings] for names in checks.values()]
    swapped = {name for group in groups for name in exchanged(group, findings, cases)}
    causes, spoilt = explained(solution, stored, accepted, findings, cases, swapped, loss, own)
    for name in names:
        if name in requirements:
            values = observed[name]
            findings[name] = [required(requirements[name], values[c.name], c) for c in seen[name]]
    paid: set[str] = set()
    judged = []
    for check, quantities in checks.items():
        for name in quantities:
            found = tuple(findings[name])
            failed = [f.verdict for f in found if f.verdict != "correct"]
            free = scoring.once and _paid_already(name, causes, paid)
            share = _share(found, replace(scoring, mistake=scoring.carried) if free else scoring)
            verdict: Verdict = failed[0] if failed else "correct"
            relation = None if name in requirements else find_relation(name, found, cases)
            after = spoilt.get(name)
            judged.append(QuantityJudgement(check, name, verdict, share, found, relation, after))
    return Judgement(tuple(judged), causes)


def _paid_already(name: str, causes: Iterable[FoundCause], paid: set[str]) -> bool:
    """Whether all mistakes of a quantity have cost points elsewhere; note that they have now."""
    ids = {str(c.alternatives) for c in causes if name in c.explains}
    before = bool(ids) and ids <= paid
    paid |= ids
    return before


def _share(findings: Sequence[Finding], scoring: Scoring) -> float | None:
    """Weigh the verdicts: public cases have their share of the points, hidden ones the rest.

    A group of cases is worth its worst case: a gradient that is N times too large is right where
    N is 1, and that earns nothing. Cases that we failed on ourselves are left out; None where no
    case is left.
    """
    judged = [f for f in findings if f.verdict != "internal"]
    groups = [
        (weight, [scoring.earned(f) for f in judged if f.hidden == hidden])
        for hidden, weight in ((False, scoring.public), (True, 1 - scoring.public))
    ]
    total = sum(weight for weight, worths in groups if worths)
    if not judged:
        return None
    if total == 0:  # only cases that weigh nothing are left
        return min(scoring.earned(f) for f in judged)
    return sum(weight * min(worths) for weight, worths in groups if worths) / total
